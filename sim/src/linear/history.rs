//! Histories of calls about one key, and whether they are linearizable: whether the calls, each put at one moment between its
//! asking and its answer, make sense one after the other. Wing and Gong's search: whatever could have come next is tried,
//! and a set of calls done with a value left is tried once. Asks no server.

use std::collections::HashSet;

/// Calls about one key at most: they are counted in the bits of a number.
pub const MOST: usize = 128;

/// A value; each is written once.
pub type Value = u64;

/// What was asked and what was answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Written.
    Put(Value),
    /// Written because nothing was there (`true`), or refused because something was.
    PutIfNew(Value, bool),
    /// Written in place of a value, or refused.
    Replace(Value, Value, bool),
    /// Deleted.
    Delete,
    /// Read.
    Get(Option<Value>),
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// What.
    pub step: Step,
    /// When it was asked, by a clock that all callers share.
    pub asked: u128,
    /// When it was answered.
    pub answered: u128,
}

impl Step {
    /// What is there after it, if this can be its answer with `there` before it.
    fn after(self, there: Option<Value>) -> Option<Option<Value>> {
        match self {
            Step::Put(value) => Some(Some(value)),
            Step::PutIfNew(value, true) => there.is_none().then_some(Some(value)),
            Step::PutIfNew(_, false) => there.is_some().then_some(there),
            Step::Replace(old, new, true) => (there == Some(old)).then_some(Some(new)),
            Step::Replace(old, _, false) => (there != Some(old)).then_some(there),
            Step::Delete => Some(None),
            Step::Get(seen) => (seen == there).then_some(there),
        }
    }
}

struct Search<'h> {
    calls: &'h [Call],
    tried: HashSet<(u128, Option<Value>)>,
}

/// Whether there is an order of the calls that explains all answers, for a key that doesn't exist before.
pub fn is_linearizable(calls: &[Call]) -> bool {
    assert!(calls.len() <= MOST, "histories are kept short");
    let all = if calls.len() == MOST { u128::MAX } else { (1 << calls.len()) - 1 };
    Search { calls, tried: HashSet::new() }.ends(0, all, None)
}

impl Search<'_> {
    fn ends(&mut self, done: u128, all: u128, there: Option<Value>) -> bool {
        if done == all {
            return true;
        }
        if !self.tried.insert((done, there)) {
            return false;
        }
        let left = || (0..self.calls.len()).filter(move |i| done & (1 << i) == 0);
        // What was asked after another's answer can't come before it.
        let first_answer = left().map(|i| self.calls[i].answered).min().unwrap_or_default();
        let next: Vec<usize> = left().filter(|i| self.calls[*i].asked <= first_answer).collect();
        next.into_iter().any(|i| match self.calls[i].step.after(there) {
            Some(then) => self.ends(done | 1 << i, all, then),
            None => false,
        })
    }
}

/// Asserts of this checker that it knows right from wrong: a checker that accepts everything finds nothing.
pub fn is_sound() -> Result<(), String> {
    let at = |step, asked, answered| Call { step, asked, answered };
    let cases: [(&str, Vec<Call>, bool); 7] = [
        ("one after the other", vec![at(Step::Put(1), 0, 1), at(Step::Get(Some(1)), 2, 3)], true),
        ("a read of what was there before", vec![at(Step::Put(1), 0, 1), at(Step::Get(None), 2, 3)], false),
        ("either, while it is written", vec![at(Step::Put(1), 0, 9), at(Step::Get(None), 2, 3)], true),
        (
            "new, then old",
            vec![at(Step::Put(1), 0, 9), at(Step::Get(Some(1)), 2, 3), at(Step::Get(None), 4, 5)],
            false,
        ),
        (
            "two are the first",
            vec![at(Step::PutIfNew(1, true), 0, 9), at(Step::PutIfNew(2, true), 0, 9)],
            false,
        ),
        (
            "two replace the same",
            vec![
                at(Step::Put(1), 0, 1),
                at(Step::Replace(1, 2, true), 2, 9),
                at(Step::Replace(1, 3, true), 2, 9),
            ],
            false,
        ),
        (
            "a write that another hides",
            vec![
                at(Step::Put(1), 0, 5),
                at(Step::Put(2), 0, 6),
                at(Step::Get(Some(1)), 7, 8),
                at(Step::Get(Some(1)), 9, 10),
            ],
            true,
        ),
    ];
    match cases.iter().find(|(_, calls, right)| is_linearizable(calls) != *right) {
        None => Ok(()),
        Some((name, ..)) => Err(format!("the checker is wrong about: {name}")),
    }
}
