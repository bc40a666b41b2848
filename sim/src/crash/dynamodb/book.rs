//! The book: what was asked of each item, what was answered, and what must therefore be there after a crash, in the table, its
//! indexes and its stream. Each item has one writer, so that its changes have one order. Asks nobody.

use std::collections::BTreeMap;

use serde_json::Value;

/// `id` and `sk` of an item.
pub type Key = (String, String);

/// A change: the item, and what it becomes; `None`: it goes.
pub type Change = (Key, Option<Value>);

/// A call that changes items.
#[derive(Debug)]
pub struct Asked {
    /// What it wants.
    pub changes: Vec<Change>,
    /// All of them or none.
    pub whole: bool,
    /// Whether it was answered.
    pub answered: bool,
}

/// What a stream tells of a change.
#[derive(Debug)]
pub struct Told {
    /// The item.
    pub key: Key,
    /// Before.
    pub old: Option<Value>,
    /// After.
    pub new: Option<Value>,
}

/// What is known of all items.
#[derive(Default)]
pub struct Book {
    items: BTreeMap<Key, Value>,
    doubtful: Vec<Asked>,
    /// What each item became since the stream was last read, in order.
    untold: BTreeMap<Key, Vec<Option<Value>>>,
    /// Changes that were answered or turned out to be made.
    pub changes: u64,
}

impl Book {
    /// The items whose `id` begins so.
    pub fn of(&self, prefix: &str) -> BTreeMap<Key, Value> {
        let of = self.items.iter().filter(|((id, _), _)| id.starts_with(prefix));
        of.map(|(key, item)| (key.clone(), item.clone())).collect()
    }

    /// Takes in a call.
    pub fn asked(&mut self, call: Asked) {
        match call.answered {
            true => call.changes.into_iter().for_each(|change| self.made(change)),
            false => self.doubtful.push(call),
        }
    }

    fn made(&mut self, (key, new): Change) {
        if self.items.get(&key) == new.as_ref() {
            return;
        }
        self.changes += 1;
        match &new {
            Some(item) => self.items.insert(key.clone(), item.clone()),
            None => self.items.remove(&key),
        };
        self.untold.entry(key).or_default().push(new);
    }

    /// Compares with all items of the table; says what is wrong. What was doubtful is settled by what is there.
    pub fn compare(&mut self, there: &BTreeMap<Key, Value>) -> Vec<String> {
        let mut wrong = Vec::new();
        for call in std::mem::take(&mut self.doubtful) {
            let made = |(key, new): &Change| there.get(key) == new.as_ref();
            let differs = |(key, new): &&Change| self.items.get(key) != new.as_ref();
            let (done, open): (Vec<&Change>, Vec<&Change>) =
                call.changes.iter().filter(differs).partition(|c| made(c));
            if call.whole && !done.is_empty() && !open.is_empty() {
                wrong.push(format!("half of a transaction is there: {done:?} and not {open:?}"));
            }
            let done: Vec<Change> = done.into_iter().cloned().collect();
            done.into_iter().for_each(|change| self.made(change));
        }
        for (key, item) in &self.items {
            match there.get(key) {
                None => wrong.push(format!("{key:?} is lost: {item}")),
                Some(other) if other != item => {
                    wrong.push(format!("{key:?} is {other} and should be {item}"))
                }
                Some(_) => {}
            }
        }
        let more = there.iter().filter(|(key, _)| !self.items.contains_key(*key));
        wrong.extend(more.map(|(key, item)| format!("{key:?} should not be there: {item}")));
        wrong
    }

    /// Compares with what the stream told since it was last read: each change once, in its item's order.
    pub fn hear(&mut self, told: Vec<Told>) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut heard: BTreeMap<Key, Vec<Option<Value>>> = BTreeMap::new();
        for t in told {
            let so_far = heard.entry(t.key.clone()).or_default();
            if so_far.last().is_some_and(|last| *last != t.old) {
                wrong.push(format!("the stream tells {t:?} after {:?}", so_far.last()));
            }
            so_far.push(t.new);
        }
        let untold = std::mem::take(&mut self.untold);
        for (key, changes) in &untold {
            let heard = heard.remove(key).unwrap_or_default();
            if heard != *changes {
                wrong.push(format!("of {key:?} the stream tells {heard:?} and should {changes:?}"));
            }
        }
        wrong.extend(heard.keys().map(|key| format!("of {key:?} the stream tells what nobody did")));
        wrong
    }
}
