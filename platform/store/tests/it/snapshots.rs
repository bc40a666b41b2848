//! Conformance: what a transaction sees while others commit, and the whole state saved, loaded and forked.

use store::{Durability, RawScan, Scan, Store, StoreError};

use crate::subject::{Queues, Subject, TempDir, Timers, commit, key, put_all, row};

fn everything(store: &Store) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let tx = store.tx();
    let mut all = Vec::new();
    for space in tx.keyspaces() {
        let records = tx.scan_raw(&space, RawScan::all()).unwrap();
        all.extend(records.map(|(k, v)| (space.clone(), k, v)));
    }
    all
}

pub fn isolation(subject: &mut Subject) {
    let store = subject.store();
    put_all(store, "a", &["x"]);
    let before = store.tx();
    let mut tx = store.tx();
    tx.put::<Queues>(&key("a", "x"), &row(5));
    tx.put::<Queues>(&key("a", "y"), &row(6));
    commit(store, tx);
    let mut tx = store.tx();
    tx.delete::<Queues>(&key("a", "x"));
    tx.put_raw("born later", b"k", b"v");
    commit(store, tx);
    assert_eq!(before.get::<Queues>(&key("a", "x")).unwrap(), Some(row(0)));
    assert_eq!(before.get::<Queues>(&key("a", "y")).unwrap(), None);
    assert_eq!(before.get_raw("born later", b"k").unwrap(), None);
    assert_eq!(before.scan::<Queues>(Scan::all()).unwrap().count(), 1);
    let after = store.tx();
    assert_eq!(after.get::<Queues>(&key("a", "x")).unwrap(), None);
    assert_eq!(after.get::<Queues>(&key("a", "y")).unwrap(), Some(row(6)));
}

pub fn scan_isolation(subject: &mut Subject) {
    let store = subject.store();
    let mut tx = store.tx();
    for n in 0..1_000 {
        tx.put::<Timers>(&n, &row(0));
    }
    commit(store, tx);
    let reader = store.tx();
    let mut rows = reader.scan::<Timers>(Scan::all()).unwrap();
    let mut sum: u64 = rows.by_ref().take(10).map(|(_, r)| r.size_bytes).sum();
    for part in 0..10 {
        let mut tx = store.tx();
        for n in 0..100 {
            tx.put::<Timers>(&(part * 100 + n), &row(1));
            tx.put::<Timers>(&(10_000 + part * 100 + n), &row(1));
        }
        tx.delete::<Timers>(&(part * 100 + 50));
        commit(store, tx);
    }
    let rest: Vec<_> = rows.collect();
    sum += rest.iter().map(|(_, r)| r.size_bytes).sum::<u64>();
    assert_eq!((rest.len(), sum), (990, 0));
    assert_eq!(store.tx().scan::<Timers>(Scan::all()).unwrap().count(), 1_990);
}

pub fn save_and_load(subject: &mut Subject) {
    let (dir, other) = (TempDir::new(), Store::memory());
    put_all(subject.store(), "a", &["x", "y"]);
    let mut tx = subject.store().tx();
    for n in 0..3_000 {
        tx.put::<Timers>(&n, &crate::subject::Queue { url: "u".repeat(200), size_bytes: n as u64 });
    }
    tx.put_raw("other", b"k", &[7; 300_000]);
    commit(subject.store(), tx);
    let saved = everything(subject.store());
    subject.store().snapshot_save(dir.path()).unwrap();
    put_all(subject.store(), "b", &["later"]);
    let mut tx = subject.store().tx();
    tx.delete_prefix("other", b"").unwrap();
    commit(subject.store(), tx);
    assert_ne!(everything(subject.store()), saved);

    subject.store().snapshot_load(dir.path()).unwrap();
    assert_eq!(everything(subject.store()), saved);
    put_all(subject.store(), "b", &["after the load"]);
    subject.reopen();
    assert_eq!(everything(subject.store()).len(), saved.len() + 1);
    assert_eq!(subject.store().tx().get::<Queues>(&key("b", "after the load")).unwrap(), Some(row(0)));

    other.snapshot_load(dir.path()).unwrap();
    assert_eq!(everything(&other), saved, "what one engine saved another loads");
    subject.store().snapshot_save(dir.path()).unwrap();
    other.snapshot_load(dir.path()).unwrap();
    assert_eq!(everything(&other).len(), saved.len() + 1, "a later snapshot replaces the earlier");
}

pub fn load_conflicts(subject: &mut Subject) {
    let dir = TempDir::new();
    put_all(subject.store(), "a", &["x"]);
    subject.store().snapshot_save(dir.path()).unwrap();
    put_all(subject.store(), "a", &["y"]);
    let mut under_way = subject.store().tx();
    under_way.put::<Queues>(&key("a", "z"), &row(1));
    subject.store().snapshot_load(dir.path()).unwrap();
    assert_eq!(under_way.get::<Queues>(&key("a", "y")).unwrap(), Some(row(0)), "it reads what it began on");
    assert!(matches!(subject.store().commit(under_way), Err(StoreError::Conflict)));
    assert_eq!(subject.store().tx().scan::<Queues>(Scan::all()).unwrap().count(), 1);
}

pub fn damaged(subject: &mut Subject) {
    let dir = TempDir::new();
    put_all(subject.store(), "a", &["x", "y", "z"]);
    subject.store().snapshot_save(dir.path()).unwrap();
    let file = dir.path().join("state");
    let whole = std::fs::read(&file).unwrap();
    put_all(subject.store(), "b", &["kept"]);
    let before = everything(subject.store());
    let places: Vec<usize> = (0..whole.len()).step_by(7).chain([whole.len() - 1]).collect();
    for at in places {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        std::fs::write(&file, &bytes).unwrap();
        let answer = subject.store().snapshot_load(dir.path());
        assert!(matches!(answer, Err(StoreError::Snapshot { .. })), "byte {at}: {answer:?}");
        std::fs::write(&file, &whole[..at]).unwrap();
        let answer = subject.store().snapshot_load(dir.path());
        assert!(matches!(answer, Err(StoreError::Snapshot { .. })), "cut at {at}: {answer:?}");
    }
    assert_eq!(everything(subject.store()), before);
    put_all(subject.store(), "b", &["more"]);
    let missing = TempDir::new();
    assert!(matches!(subject.store().snapshot_load(missing.path()), Err(StoreError::Io { .. })));
}

pub fn fork(subject: &mut Subject) {
    put_all(subject.store(), "a", &["x", "y"]);
    let fork = subject.store().fork().unwrap();
    assert_eq!(everything(&fork), everything(subject.store()));
    put_all(&fork, "a", &["z"]);
    put_all(subject.store(), "b", &["w"]);
    let names = |store: &Store| {
        let tx = store.tx();
        let rows = tx.scan::<Queues>(Scan::all()).unwrap();
        rows.map(|((a, n), _)| a + &n).collect::<Vec<_>>()
    };
    assert_eq!(names(&fork), ["ax", "ay", "az"]);
    assert_eq!(names(subject.store()), ["ax", "ay", "bw"]);
    let again = fork.fork().unwrap();
    drop(fork);
    assert_eq!(names(&again), ["ax", "ay", "az"]);
}

#[test]
fn memory_takes_over_what_another_memory_holds() {
    let (store, dir) = (Store::memory(), TempDir::new());
    put_all(&store, "a", &["x"]);
    let kept = store.fork().unwrap();
    put_all(&store, "a", &["y"]);
    let mut late = store.tx();
    store.replace_with(&kept).unwrap();
    put_all(&store, "a", &["z"]);
    let names = |s: &Store| s.tx().scan::<Queues>(Scan::all()).unwrap().map(|(k, _)| k).collect::<Vec<_>>();
    assert_eq!(names(&store), [key("a", "x"), key("a", "z")]);
    assert_eq!(names(&kept), [key("a", "x")], "what is kept stays as it is");
    late.put::<Queues>(&key("a", "late"), &row(0));
    assert!(matches!(store.commit(late), Err(StoreError::Conflict)));
    let disk = Store::open(dir.path(), Durability::Process).unwrap();
    assert!(matches!(disk.replace_with(&kept), Err(StoreError::Invalid { .. })));
    assert!(matches!(store.replace_with(&disk), Err(StoreError::Invalid { .. })));
}
