//! What the tests stand on: a temporary folder, a store of either engine, and two small tables.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use store::{Durability, Row, RowError, RowReader, RowWriter, Store, Table};

/// A folder of its own, removed at the end.
pub struct TempDir(PathBuf);

impl TempDir {
    pub fn new() -> TempDir {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("store-it-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&dir).unwrap();
        TempDir(dir)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A store under test.
pub struct Subject {
    store: Option<Store>,
    home: Option<(TempDir, Durability)>,
}

impl Subject {
    pub fn memory() -> Subject {
        Subject { store: Some(Store::memory()), home: None }
    }

    pub fn disk(durability: Durability) -> Subject {
        let dir = TempDir::new();
        let store = Store::open(dir.path(), durability).unwrap();
        Subject { store: Some(store), home: Some((dir, durability)) }
    }

    pub fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    /// Closes and opens again; a store in memory just stays.
    pub fn reopen(&mut self) {
        if let Some((dir, durability)) = &self.home {
            self.store = None;
            self.store = Some(Store::open(dir.path(), *durability).unwrap());
        }
    }
}

/// A row with a field of every shape that matters to the tests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Queue {
    pub url: String,
    pub size_bytes: u64,
}

impl Row for Queue {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.url);
        w.put(2, &self.size_bytes);
    }
    fn read(r: &mut RowReader<'_>) -> Result<Queue, RowError> {
        Ok(Queue { url: r.get(1)?, size_bytes: r.get(2)? })
    }
}

/// Keyed by account and name.
pub struct Queues;

impl Table for Queues {
    const NAME: &'static str = "sqs.queue";
    const VERSION: u16 = 1;
    type Key = (String, String);
    type Row = Queue;
}

/// Keyed by a signed number: another table of the same keyspace.
pub struct Timers;

impl Table for Timers {
    const NAME: &'static str = "sqs.timer";
    const VERSION: u16 = 1;
    type Key = i64;
    type Row = Queue;
}

pub fn key(account: &str, name: &str) -> (String, String) {
    (account.to_owned(), name.to_owned())
}

pub fn row(size_bytes: u64) -> Queue {
    Queue { url: format!("http://q/{size_bytes}"), size_bytes }
}

/// Commits rows under the given account, numbered by place.
pub fn put_all(store: &Store, account: &str, names: &[&str]) {
    let mut tx = store.tx();
    for (place, name) in names.iter().enumerate() {
        tx.put::<Queues>(&key(account, name), &row(place as u64));
    }
    commit(store, tx);
}

/// Commits and waits, as a server does.
pub fn commit(store: &Store, tx: store::Tx) {
    let commit = store.commit(tx).unwrap();
    store.wait(commit).unwrap();
}
