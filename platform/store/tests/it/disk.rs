//! What only the engine on disk has: its folder, format and lock; interrupted replacements; group commit under writers.

use std::{fs, path::Path};

use store::{Durability, RawScan, Scan, Store, StoreError};

use crate::subject::{Queues, TempDir, key, put_all, row};

fn open(dir: &Path) -> Result<Store, StoreError> {
    Store::open(dir, Durability::Process)
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let dir = TempDir::new();
    put_all(&open(dir.path()).unwrap(), "a", &["x"]);
    fs::write(dir.path().join("FORMAT"), "tabletop-store 2\n").unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(&error, StoreError::Format { found, supported: 1, .. } if found == "2"));
    assert!(error.to_string().contains("format 2") && error.to_string().contains("up to 1"), "{error}");
    fs::write(dir.path().join("FORMAT"), "tabletop-store 1\n").unwrap();
    assert_eq!(open(dir.path()).unwrap().tx().scan::<Queues>(Scan::all()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_lost_a_part_is_never_started_empty() {
    for part in ["FORMAT", "CURRENT", "data-1", "data-1/version"] {
        let dir = TempDir::new();
        put_all(&open(dir.path()).unwrap(), "a", &["x"]);
        let path = dir.path().join(part);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap()
        } else {
            fs::remove_file(path).unwrap()
        }
        let error = open(dir.path()).unwrap_err();
        assert!(matches!(error, StoreError::Format { .. }), "{part}: {error}");
    }
    for (part, text) in [("FORMAT", "something else"), ("CURRENT", "x")] {
        let dir = TempDir::new();
        put_all(&open(dir.path()).unwrap(), "a", &["x"]);
        fs::write(dir.path().join(part), text).unwrap();
        assert!(matches!(open(dir.path()).unwrap_err(), StoreError::Format { .. }), "{part}");
    }
}

#[test]
fn a_second_opening_is_refused() {
    let dir = TempDir::new();
    let store = open(dir.path()).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(&error, StoreError::Locked { dir: d } if d == dir.path()), "{error}");
    let clone = store.clone();
    drop(store);
    assert!(matches!(open(dir.path()).unwrap_err(), StoreError::Locked { .. }));
    drop(clone);
    open(dir.path()).unwrap();
}

#[test]
fn an_interrupted_creation_or_replacement_is_rolled_back() {
    let dir = TempDir::new();
    // Killed while the first generation was being made.
    fs::write(dir.path().join("FORMAT"), "tabletop-store 1\n").unwrap();
    fs::write(dir.path().join("CURRENT"), "0\n").unwrap();
    fs::create_dir(dir.path().join("data-1")).unwrap();
    fs::write(dir.path().join("data-1/0.jnl"), b"").unwrap();
    put_all(&open(dir.path()).unwrap(), "a", &["x"]);
    // Killed while a second one was being made, and while CURRENT was being written.
    fs::create_dir(dir.path().join("data-2")).unwrap();
    fs::write(dir.path().join("data-2/0.jnl"), b"junk").unwrap();
    fs::write(dir.path().join("CURRENT.new"), b"").unwrap();
    let store = open(dir.path()).unwrap();
    assert_eq!(store.tx().get::<Queues>(&key("a", "x")).unwrap(), Some(row(0)));
    assert!(!dir.path().join("data-2").exists());
}

#[test]
fn whatever_is_there_of_a_creation_that_was_interrupted_does_not_matter() {
    fn files(dir: &Path) -> Vec<std::path::PathBuf> {
        let entries = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
        entries.flat_map(|p| if p.is_dir() { files(&p) } else { vec![p] }).collect()
    }
    let count = {
        let dir = TempDir::new();
        drop(open(dir.path()).unwrap());
        files(&dir.path().join("data-1")).len()
    };
    assert!(count > 5, "{count}");
    for n in 0..count {
        let dir = TempDir::new();
        drop(open(dir.path()).unwrap());
        fs::write(dir.path().join("CURRENT"), "0\n").unwrap();
        fs::remove_file(&files(&dir.path().join("data-1"))[n]).unwrap();
        put_all(&open(dir.path()).unwrap(), "a", &["x"]);
        assert_eq!(open(dir.path()).unwrap().tx().get::<Queues>(&key("a", "x")).unwrap(), Some(row(0)));
    }
}

#[test]
fn a_replaced_state_gives_its_room_back() {
    let (dir, saved) = (TempDir::new(), TempDir::new());
    let store = open(dir.path()).unwrap();
    put_all(&store, "a", &["x"]);
    store.snapshot_save(saved.path()).unwrap();
    let reader = store.tx();
    store.snapshot_load(saved.path()).unwrap();
    assert!(dir.path().join("data-1").exists(), "someone still reads it");
    assert_eq!(reader.scan_raw("sqs", RawScan::all()).unwrap().count(), 1);
    drop(reader);
    assert!(!dir.path().join("data-1").exists());
    assert!(store.disk_bytes() > 0);
}

#[test]
fn forks_remove_their_folder() {
    let forks = || {
        let own = format!("tabletop-fork-{}-", std::process::id());
        let entries = fs::read_dir(std::env::temp_dir()).unwrap().flatten();
        entries.filter(|e| e.file_name().to_string_lossy().starts_with(&own)).map(|e| e.path()).collect()
    };
    let dir = TempDir::new();
    let store = open(dir.path()).unwrap();
    put_all(&store, "a", &["x"]);
    let before: Vec<std::path::PathBuf> = forks();
    let fork = store.fork().unwrap();
    let during: Vec<_> = forks();
    let made: Vec<_> = during.iter().filter(|p| !before.contains(p)).collect();
    assert!(!made.is_empty());
    assert_eq!(fork.durability(), Durability::Process);
    drop(fork);
    // Other tests fork at the same time, so only what was there before this fork ended is looked at.
    assert!(made.iter().any(|path| !path.exists()));
}

#[test]
fn many_writers_share_group_commits() {
    let dir = TempDir::new();
    let store = Store::open(dir.path(), Durability::Power).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..25 {
                    let mut tx = store.tx();
                    tx.put::<Queues>(&key(&writer.to_string(), &n.to_string()), &row(n));
                    let commit = store.commit(tx).unwrap();
                    store.wait(commit).unwrap();
                }
            });
        }
    });
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!(store.tx().scan::<Queues>(Scan::all()).unwrap().count(), 100);
}

#[test]
fn memory_durability_touches_no_folder() {
    let dir = TempDir::new();
    let path = dir.path().join("never");
    let store = Store::open(&path, Durability::Memory).unwrap();
    put_all(&store, "a", &["x"]);
    assert_eq!(store.durability(), Durability::Memory);
    assert!(!path.exists());
}
