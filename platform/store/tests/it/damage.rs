//! Damage and failures: a journal cut short is reported, a failure on purpose writes nothing and poisons nothing.

use std::{fs, path::Path, path::PathBuf};

use store::{Durability, Scan, Store, StoreError};

use crate::subject::{Queues, TempDir, key, put_all, row};

fn open(dir: &Path) -> Store {
    Store::open(dir, Durability::Process).unwrap()
}

fn journal(dir: &Path) -> PathBuf {
    let files = fs::read_dir(dir.join("data-1")).unwrap().map(|e| e.unwrap().path());
    files.filter(|p| p.extension().is_some_and(|e| e == "jnl")).max().unwrap()
}

/// Fills a store with one commit for each record.
fn fill(dir: &Path, n: u64) {
    let store = open(dir);
    for i in 0..n {
        let mut tx = store.tx();
        tx.put::<Queues>(&key("a", &format!("{i:05}")), &row(i));
        store.commit(tx).unwrap();
    }
}

#[test]
fn a_journal_cut_by_damage_is_reported() {
    let dir = TempDir::new();
    fill(dir.path(), 1_000);
    assert_eq!(open(dir.path()).lost(), None);
    // The engine takes a damaged tag for the end of the journal. A tag stands somewhere: damage every place in turn.
    let path = journal(dir.path());
    let sound = fs::read(&path).unwrap();
    let used = sound.iter().rposition(|b| *b != 0).unwrap();
    let mut cut = 0;
    for at in used / 2..used / 2 + 64 {
        let mut damaged = sound.clone();
        damaged[at] ^= 0x40;
        fs::write(&path, &damaged).unwrap();
        // A damaged value is refused at opening: that is no silence.
        if let Ok(store) = Store::open(dir.path(), Durability::Process) {
            let left = store.tx().scan::<Queues>(Scan::all()).unwrap().count();
            assert!(
                left == 1_000 || store.lost().is_some(),
                "byte {at}: {left} are left and nothing is said"
            );
            cut += usize::from(left < 1_000);
        }
        fs::write(&path, &sound).unwrap();
    }
    assert!(cut > 0, "none of these bytes was a tag");
}

#[test]
fn a_commit_that_fails_on_purpose_leaves_nothing_and_harms_nothing() {
    let store = Store::memory();
    store.fail_commit(2);
    put_all(&store, "a", &["x"]);
    let mut tx = store.tx();
    tx.put::<Queues>(&key("a", "y"), &row(1));
    assert!(matches!(store.commit(tx), Err(StoreError::Io { .. })));
    assert_eq!(store.fail_commit(0), 0);
    assert_eq!(store.tx().scan::<Queues>(Scan::all()).unwrap().count(), 1);
    put_all(&store, "a", &["z"]);
    assert!(store.failure().is_none());
}
