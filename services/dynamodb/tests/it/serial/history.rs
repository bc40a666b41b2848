//! Histories: what clients asked for, what they saw, and in which order calls began and ended. Items are lists that only
//! grow, by elements that nobody else appends, so that a list that was read tells which writes came before it, in order.

#![expect(clippy::disallowed_types, reason = "clients of a test note what they saw beside each other")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// An item: `table/id` or `table/id/sort key`.
pub type Key = String;

/// A part of a transaction, in its order.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Appends an element.
    Append(Key, u64),
    /// Sees the list, with what the transaction appended before.
    Read(Key, Vec<u64>),
}

/// How a transaction ended, as its client knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered.
    Done,
    /// It was refused: nothing of it may ever be seen.
    Refused,
    /// The answer never came: it happened as a whole, or not at all.
    Unknown,
}

/// A transaction, or an operation on one item.
#[derive(Clone, Debug)]
pub struct Txn {
    /// What it was, for messages.
    pub what: &'static str,
    /// When it began.
    pub called: u64,
    /// When its answer came; meaningless if none came.
    pub returned: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// What it did. Of one whose answer never came: what it would have done.
    pub steps: Vec<Step>,
}

/// A history as it is being made, by many at once.
#[derive(Debug, Default)]
pub struct Log {
    time: AtomicU64,
    txns: Mutex<Vec<Txn>>,
}

impl Log {
    fn tick(&self) -> u64 {
        self.time.fetch_add(1, Ordering::SeqCst)
    }

    /// Begins a transaction that wants to do this. Until it is told otherwise, its outcome is unknown.
    pub fn begin(&self, what: &'static str, steps: Vec<Step>) -> usize {
        let called = self.tick();
        let mut txns = self.txns.lock().unwrap();
        txns.push(Txn { what, called, returned: 0, outcome: Outcome::Unknown, steps });
        txns.len() - 1
    }

    /// It was answered, and did this.
    pub fn done(&self, at: usize, steps: Vec<Step>) {
        let returned = self.tick();
        let txn = &mut self.txns.lock().unwrap()[at];
        (txn.returned, txn.outcome, txn.steps) = (returned, Outcome::Done, steps);
    }

    /// It was refused. What the refusal showed of items was read at the same time.
    pub fn refused(&self, at: usize, shown: Vec<Step>) {
        let returned = self.tick();
        let mut txns = self.txns.lock().unwrap();
        (txns[at].returned, txns[at].outcome) = (returned, Outcome::Refused);
        if !shown.is_empty() {
            let what = "refusal";
            let called = txns[at].called;
            txns.push(Txn { what, called, returned, outcome: Outcome::Done, steps: shown });
        }
    }

    /// How many transactions began.
    pub fn len(&self) -> usize {
        self.txns.lock().unwrap().len()
    }

    /// The history so far.
    pub fn txns(&self) -> Vec<Txn> {
        self.txns.lock().unwrap().clone()
    }
}
