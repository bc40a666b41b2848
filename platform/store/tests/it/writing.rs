//! Conformance: commits, rows and their versions, corrupt records, deletion by prefix, bounds.

use std::{collections::BTreeMap, sync::mpsc};

use store::{
    MAX_KEY_BYTES, MAX_VALUE_BYTES, RawScan, Row, RowError, RowReader, RowWriter, Scan, StoreError, Table,
};

use crate::subject::{Queue, Queues, Subject, Timers, commit, key, put_all, row};

pub fn atomicity(subject: &mut Subject) {
    let store = subject.store().clone();
    let mut tx = store.tx();
    for n in 0..50 {
        tx.put::<Timers>(&n, &row(0));
    }
    tx.put_raw("other", b"k", &0u64.to_le_bytes());
    commit(&store, tx);
    let writer = std::thread::spawn(move || {
        for round in 1..=200u64 {
            let mut tx = store.tx();
            for n in 0..50 {
                tx.put::<Timers>(&n, &row(round));
            }
            tx.put_raw("other", b"k", &round.to_le_bytes());
            store.commit(tx).unwrap();
        }
    });
    while !writer.is_finished() {
        let tx = subject.store().tx();
        let rounds: Vec<u64> = tx.scan::<Timers>(Scan::all()).unwrap().map(|(_, r)| r.size_bytes).collect();
        let other = tx.get_raw("other", b"k").unwrap().unwrap();
        let other = u64::from_le_bytes(other.try_into().unwrap());
        assert_eq!(rounds, vec![other; 50]);
    }
    writer.join().unwrap();
    drop(subject.store().tx().get::<Timers>(&3).unwrap().filter(|r| *r == row(200)).unwrap());
}

pub fn numbers(subject: &mut Subject) {
    let store = subject.store();
    let (sender, receiver) = mpsc::channel();
    let mut last = None;
    for n in 0..20 {
        let mut tx = store.tx();
        tx.put::<Timers>(&n, &row(1));
        let commit = store.commit(tx).unwrap();
        assert!(last.is_none_or(|l| l < commit));
        assert_eq!(store.last_commit(), commit);
        last = Some(commit);
        let sender = sender.clone();
        store.on_durable(commit, Box::new(move |answer| sender.send((n, answer.is_ok())).unwrap()));
    }
    let told: Vec<(i64, bool)> = receiver.iter().take(20).collect();
    assert_eq!(told, (0..20).map(|n| (n, true)).collect::<Vec<_>>());
    store.wait(store.last_commit()).unwrap();
    drop(store.tx());
    assert_eq!(store.tx().scan::<Timers>(Scan::all()).unwrap().count(), 20);
}

pub fn reopening(subject: &mut Subject) {
    for round in 0..5u64 {
        let mut tx = subject.store().tx();
        tx.put::<Timers>(&(round as i64), &row(round));
        tx.put::<Queues>(&key("a", "same"), &row(round));
        tx.put_raw(&format!("space{round}"), b"k", b"v");
        tx.delete::<Timers>(&(round as i64 - 2));
        commit(subject.store(), tx);
        let mut dropped = subject.store().tx();
        dropped.put::<Timers>(&99, &row(99));
        drop(dropped);
        subject.reopen();
        let tx = subject.store().tx();
        assert_eq!(tx.get::<Queues>(&key("a", "same")).unwrap(), Some(row(round)));
        let left: Vec<i64> = tx.scan::<Timers>(Scan::all()).unwrap().map(|(k, _)| k).collect();
        let from = (round as i64 - 1).max(0);
        assert_eq!(left, (from..=round as i64).collect::<Vec<_>>());
        assert_eq!(tx.keyspaces().len(), round as usize + 2);
    }
}

/// `sqs.queue` two versions later: the size is counted in KiB, and there are tags.
struct QueuesLater;

#[derive(Debug, Default, PartialEq)]
struct QueueLater {
    url: String,
    size_kib: u64,
    tags: BTreeMap<String, String>,
    parents: Vec<Queue>,
    limit: Option<u32>,
}

impl Row for QueueLater {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.url);
        w.put(3, &self.tags);
        w.put(4, &self.parents);
        w.put(5, &self.limit);
        w.put(6, &self.size_kib);
    }
    fn read(r: &mut RowReader<'_>) -> Result<QueueLater, RowError> {
        Ok(QueueLater {
            url: r.get(1)?,
            tags: r.get(3)?,
            parents: r.get(4)?,
            limit: r.get(5)?,
            size_kib: r.get(6)?,
        })
    }
}

impl Table for QueuesLater {
    const NAME: &'static str = "sqs.queue";
    const VERSION: u16 = 3;
    type Key = (String, String);
    type Row = QueueLater;

    fn upgrade(version: u16, r: RowReader<'_>) -> Result<QueueLater, RowError> {
        let mut r = r;
        match version {
            1 => {
                let old = Queue::read(&mut r)?;
                Ok(QueueLater { url: old.url, size_kib: old.size_bytes / 1024, ..QueueLater::default() })
            }
            other => Err(RowError::new(format!("no upgrade from {other}"))),
        }
    }
}

pub fn upgrade(subject: &mut Subject) {
    let mut tx = subject.store().tx();
    tx.put::<Queues>(&key("a", "x"), &row(2048));
    commit(subject.store(), tx);
    let mut tx = subject.store().tx();
    let mut later = tx.get::<QueuesLater>(&key("a", "x")).unwrap().unwrap();
    assert_eq!((later.url.as_str(), later.size_kib), ("http://q/2048", 2));
    later.limit = Some(0);
    tx.put::<QueuesLater>(&key("a", "x"), &later);
    commit(subject.store(), tx);
    let tx = subject.store().tx();
    assert_eq!(tx.get::<QueuesLater>(&key("a", "x")).unwrap(), Some(later));
    let Err(StoreError::Corrupt(newer)) = tx.get::<Queues>(&key("a", "x")) else { panic!() };
    assert!(newer.reason.contains("row version 3"), "{newer}");
}

/// The same table as `Queues` at the same version, with fields that the other does not know.
struct QueuesWider;

impl Table for QueuesWider {
    const NAME: &'static str = "sqs.queue";
    const VERSION: u16 = 1;
    type Key = (String, String);
    type Row = QueueLater;
}

pub fn unknown_tags(subject: &mut Subject) {
    let long = "x".repeat(70_000);
    let mut wide = QueueLater { url: "u".into(), limit: Some(9), ..QueueLater::default() };
    wide.tags.insert("k".into(), long);
    wide.parents = vec![row(1), Queue::default(), row(u64::MAX)];
    let mut tx = subject.store().tx();
    tx.put::<QueuesWider>(&key("a", "x"), &wide);
    tx.put::<Queues>(&key("a", "y"), &row(4));
    commit(subject.store(), tx);
    let tx = subject.store().tx();
    assert_eq!(tx.get::<QueuesWider>(&key("a", "x")).unwrap(), Some(wide));
    let narrow = tx.get::<Queues>(&key("a", "x")).unwrap();
    assert_eq!(narrow, Some(Queue { url: "u".into(), size_bytes: 0 }), "unknown tags are passed over");
    let wider = tx.get::<QueuesWider>(&key("a", "y")).unwrap().unwrap();
    assert_eq!((wider.url.as_str(), wider.limit), ("http://q/4", None), "absent ones are defaults");
}

pub fn corrupt_record(subject: &mut Subject) {
    put_all(subject.store(), "a", &["x", "y", "z"]);
    let mut tx = subject.store().tx();
    let (stored, mut value) = tx.scan_raw("sqs", RawScan::all()).unwrap().nth(1).unwrap();
    let last = value.len() - 1;
    value[last] ^= 1;
    tx.put_raw("sqs", &stored, &value);
    commit(subject.store(), tx);
    subject.reopen();
    assert_eq!(subject.store().corrupt_records(), []);
    let tx = subject.store().tx();
    let left: Vec<_> = tx.scan::<Queues>(Scan::all()).unwrap().map(|((_, n), _)| n).collect();
    assert_eq!(left, ["x", "z"]);
    let Err(StoreError::Corrupt(met)) = tx.get::<Queues>(&key("a", "y")) else { panic!() };
    assert_eq!((met.table.as_str(), met.key_hex.as_str()), ("sqs.queue", "610000790000"));
    assert_eq!(subject.store().corrupt_records(), [met], "listed once, though met twice");
    let mut tx = subject.store().tx();
    tx.put::<Queues>(&key("a", "y"), &row(8));
    commit(subject.store(), tx);
    assert_eq!(subject.store().tx().get::<Queues>(&key("a", "y")).unwrap(), Some(row(8)));
}

pub fn flipped_bytes(subject: &mut Subject) {
    put_all(subject.store(), "a", &["x"]);
    let tx = subject.store().tx();
    let (stored, value) = tx.scan_raw("sqs", RawScan::all()).unwrap().next().unwrap();
    let mut tx = subject.store().tx();
    for at in 0..value.len() {
        for damage in [&value[..at], &[&value[..at], &[value[at] ^ 0x10], &value[at + 1..]].concat()] {
            tx.put_raw("sqs", &stored, damage);
            let answer = tx.get::<Queues>(&key("a", "x"));
            assert!(matches!(answer, Err(StoreError::Corrupt(_))), "byte {at}: {answer:?}");
        }
    }
    // A record under another key, and a key that is none.
    let moved = [&stored[..], b"junk"].concat();
    tx.put_raw("sqs", &stored, &value);
    tx.put_raw("sqs", &moved, &value);
    assert_eq!(tx.scan::<Queues>(Scan::all()).unwrap().count(), 1);
    assert!(subject.store().corrupt_records().iter().any(|r| r.key_hex.ends_with("6a756e6b")));
}

pub fn delete_prefix(subject: &mut Subject) {
    put_all(subject.store(), "a", &["x", "y", "z"]);
    put_all(subject.store(), "b", &["x"]);
    let mut tx = subject.store().tx();
    tx.put_raw("sqs2", b"k", b"v");
    tx.put::<Timers>(&1, &row(1));
    assert_eq!(tx.delete_all::<Queues>(Scan::prefix(&"a").after(&key("a", "x"))).unwrap(), 2);
    assert_eq!(tx.delete_all::<Queues>(Scan::prefix(&"a")).unwrap(), 1);
    assert_eq!(tx.scan::<Queues>(Scan::all()).unwrap().count(), 1);
    assert_eq!(tx.delete_prefix_some("sqs", b"", 1).unwrap(), 1);
    assert_eq!(tx.delete_prefix("sqs", b"").unwrap(), 1);
    assert_eq!(tx.delete_prefix("sqs", b"").unwrap(), 0);
    assert_eq!(tx.delete_prefix("never", b"x").unwrap(), 0);
    commit(subject.store(), tx);
    let tx = subject.store().tx();
    assert_eq!(tx.scan_raw("sqs", RawScan::all()).unwrap().count(), 0);
    assert_eq!(tx.scan_raw("sqs2", RawScan::prefix(b"k")).unwrap().count(), 1);
}

pub fn limits(subject: &mut Subject) {
    let cases: [(&str, usize, usize); 5] = [
        ("sqs", 0, 1),
        ("sqs", MAX_KEY_BYTES + 1, 1),
        ("sqs", 1, MAX_VALUE_BYTES + 1),
        ("", 1, 1),
        (&"n".repeat(256), 1, 1),
    ];
    for (space, key_len, value_len) in cases {
        let mut tx = subject.store().tx();
        tx.put_raw("sqs", b"good", b"v");
        tx.put_raw(space, &vec![1; key_len], &vec![1; value_len]);
        assert!(matches!(subject.store().commit(tx), Err(StoreError::Invalid { .. })));
    }
    assert_eq!(subject.store().tx().get_raw("sqs", b"good").unwrap(), None, "nothing was written");
    let mut tx = subject.store().tx();
    tx.put_raw("sqs", &vec![1; MAX_KEY_BYTES], &vec![1; MAX_VALUE_BYTES]);
    tx.put_raw(&"n".repeat(255), b"k", b"");
    commit(subject.store(), tx);
    subject.reopen();
    let tx = subject.store().tx();
    assert_eq!(tx.get_raw("sqs", &vec![1; MAX_KEY_BYTES]).unwrap().unwrap().len(), MAX_VALUE_BYTES);
    assert_eq!(tx.get_raw(&"n".repeat(255), b"k").unwrap(), Some(Vec::new()));
}
