//! The book: what was sent, answered, seen and deleted, and what must therefore be there after a crash, may be there, or
//! must not. Knows messages by number and asks nobody.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Instant;

/// Which queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A standard queue.
    Standard,
    /// A FIFO queue.
    Fifo,
}

/// Something that a writer did.
#[derive(Debug)]
pub enum Event {
    /// Messages sent by one call, and whether it was answered.
    Sent { kind: Kind, ids: Vec<u64>, answered: bool },
    /// A message received by a call that began then.
    Seen { id: u64, began: Instant },
    /// A message deleted; when that was answered, if it was.
    Deleted { id: u64, answered: Option<Instant> },
    /// Something that should never happen.
    Wrong(String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Deleted {
    No,
    Perhaps,
    Yes,
}

struct Message {
    kind: Kind,
    answered: bool,
    seen: bool,
    deleted: Deleted,
}

/// What is known of all messages.
#[derive(Default)]
pub struct Book {
    messages: BTreeMap<u64, Message>,
    /// Never to be seen again.
    gone: HashSet<u64>,
    /// Batches whose answer never came: there as a whole or not at all.
    doubtful: Vec<Vec<u64>>,
    /// Messages sent and answered in all.
    pub answered: u64,
    /// Messages whose deletion was answered.
    pub deleted: u64,
}

/// A message's number: which round, which writer, which of its messages. The writer is its FIFO group.
pub fn number(round: u64, writer: u64, n: u64) -> u64 {
    round << 40 | writer << 32 | n
}

/// The writer of a message.
pub fn writer_of(id: u64) -> u64 {
    id >> 32 & 0xff
}

impl Book {
    /// Adds what the writers did at the same time; says what was wrong with it.
    pub fn add(&mut self, logs: Vec<Vec<Event>>) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut ends: HashMap<u64, Instant> = HashMap::new();
        let mut seen = Vec::new();
        for event in logs.into_iter().flatten() {
            match event {
                Event::Sent { kind, ids, answered } => self.sent(kind, ids, answered),
                Event::Deleted { id, answered } => {
                    ends.extend(answered.map(|at| (id, at)));
                    seen.push((id, None, answered.is_some()));
                }
                Event::Seen { id, began } => seen.push((id, Some(began), false)),
                Event::Wrong(text) => wrong.push(text),
            }
        }
        for (id, began, deleted) in seen {
            let Some(m) = self.messages.get_mut(&id) else {
                let known = if self.gone.contains(&id) { "was deleted" } else { "was never sent" };
                wrong.push(format!("message {id:x} was received and {known}"));
                continue;
            };
            match began {
                Some(began) => {
                    m.seen = true;
                    if ends.get(&id).is_some_and(|end| *end < began) {
                        wrong.push(format!("message {id:x} was received after its deletion was answered"));
                    }
                }
                None if deleted => {
                    self.deleted += u64::from(m.deleted != Deleted::Yes);
                    m.deleted = Deleted::Yes;
                }
                None if m.deleted == Deleted::No => m.deleted = Deleted::Perhaps,
                None => {}
            }
        }
        wrong
    }

    fn sent(&mut self, kind: Kind, ids: Vec<u64>, answered: bool) {
        self.answered += if answered { ids.len() as u64 } else { 0 };
        for id in &ids {
            self.messages.insert(*id, Message { kind, answered, seen: false, deleted: Deleted::No });
        }
        if !answered && ids.len() > 1 {
            self.doubtful.push(ids);
        }
    }

    /// The least and the most messages that a queue may hold.
    pub fn bounds(&self, kind: Kind) -> (usize, usize) {
        let of = self.messages.values().filter(|m| m.kind == kind && m.deleted != Deleted::Yes);
        let (mut least, mut most) = (0, 0);
        for m in of {
            most += 1;
            least += usize::from((m.answered || m.seen) && m.deleted == Deleted::No);
        }
        (least, most)
    }

    /// Compares with all that was received from both queues until they were empty, in order, and deleted. Says what is
    /// wrong, and forgets everything but what may never be seen again.
    pub fn settle(&mut self, received: &[u64]) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut there = BTreeSet::new();
        let mut last_of: HashMap<u64, u64> = HashMap::new();
        for id in received {
            if !there.insert(*id) {
                wrong.push(format!("message {id:x} was received twice"));
            }
            match self.messages.get(id) {
                None if self.gone.contains(id) => wrong.push(format!("message {id:x} came back")),
                None => wrong.push(format!("message {id:x} was never sent")),
                Some(m) if m.deleted == Deleted::Yes => {
                    wrong.push(format!("message {id:x} was received after its deletion was answered"));
                }
                Some(m) if m.kind == Kind::Fifo => {
                    let last = last_of.insert(writer_of(*id), *id).unwrap_or(0);
                    if last > *id {
                        wrong.push(format!("message {id:x} came after {last:x} of the same group"));
                    }
                }
                Some(_) => {}
            }
        }
        for (id, m) in &self.messages {
            if (m.answered || m.seen) && m.deleted == Deleted::No && !there.contains(id) {
                let why = if m.answered { "its sending was answered" } else { "it had been received" };
                wrong.push(format!("message {id:x} is lost: {why}"));
            }
        }
        for batch in std::mem::take(&mut self.doubtful) {
            let known = |id: &&u64| there.contains(*id) || self.messages.get(*id).is_some_and(|m| m.seen);
            let there = batch.iter().filter(known).count();
            if there != 0 && there != batch.len() {
                wrong.push(format!(
                    "of the batch from {:x} on, {there} of {} are there",
                    batch[0],
                    batch.len()
                ));
            }
        }
        self.gone.extend(std::mem::take(&mut self.messages).into_keys());
        wrong
    }
}
