//! Conformance: rows that are kept at hand are those that the transaction's moment has, whoever commits meanwhile.

use store::{Store, Tx};

use crate::subject::{Queues, Subject, Timers, commit, key, row};

fn kept(tx: &Tx, name: &str) -> Option<u64> {
    tx.get_kept::<Queues>(&("a", name)).unwrap().map(|q| q.size_bytes)
}

fn put(store: &Store, name: &str, size_bytes: u64) {
    let mut tx = store.tx();
    tx.put::<Queues>(&key("a", name), &row(size_bytes));
    commit(store, tx);
}

pub fn moments(subject: &mut Subject) {
    let before = subject.store().tx();
    assert_eq!(kept(&before, "q"), None);
    put(subject.store(), "q", 1);
    let first = subject.store().tx();
    assert_eq!((kept(&first, "q"), kept(&before, "q")), (Some(1), None));
    put(subject.store(), "q", 2);
    put(subject.store(), "other", 7);
    let mut own = subject.store().tx();
    assert_eq!((kept(&own, "q"), kept(&first, "q"), kept(&before, "q")), (Some(2), Some(1), None));
    own.put::<Queues>(&key("a", "q"), &row(3));
    assert_eq!(kept(&own, "q"), Some(3));
    own.delete::<Queues>(&key("a", "q"));
    assert_eq!((kept(&own, "q"), kept(&subject.store().tx(), "q")), (None, Some(2)));
    commit(subject.store(), own);
    assert_eq!((kept(&subject.store().tx(), "q"), kept(&first, "q")), (None, Some(1)));
    put(subject.store(), "q", 4);
    drop((before, first));
    subject.reopen();
    assert_eq!(kept(&subject.store().tx(), "q"), Some(4));
    // A state that replaces this one has rows of its own.
    put(subject.store(), "other", 8);
    assert_eq!(kept(&subject.store().fork().unwrap().tx(), "other"), Some(8));
}

/// A writer that changes three rows together, and readers that must find them equal however they read them.
pub fn together(subject: &mut Subject) {
    const COMMITS: u64 = 1_000;
    let store = subject.store();
    let write = |n: u64| {
        let mut tx = store.tx();
        assert_eq!(kept(&tx, "a").unwrap_or_default() + 1, n, "the writer sees its own last commit");
        tx.put::<Queues>(&key("a", "a"), &row(n));
        tx.put::<Queues>(&key("a", "b"), &row(n));
        tx.put::<Timers>(&5, &row(n));
        store.commit(tx).unwrap();
    };
    let read = |last: u64| {
        let tx = store.tx();
        let one = kept(&tx, "a").unwrap_or_default();
        let two = tx.get::<Queues>(&key("a", "b")).unwrap().unwrap_or_default().size_bytes;
        let three = tx.get_kept::<Timers>(&5i64).unwrap().map_or(0, |t| t.size_bytes);
        let four = kept(&tx, "b").unwrap_or_default();
        assert_eq!([one, two, three], [four; 3]);
        assert!(one >= last, "{one} after {last}");
        one
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..3 * COMMITS).fold(0, |last, _| read(last)));
        }
        (1..=COMMITS).for_each(write);
    });
    assert_eq!(read(0), COMMITS);
}
