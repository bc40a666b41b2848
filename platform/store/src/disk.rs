//! The disk engine: fjall 3, a log-structured tree with one journal for all keyspaces. Knows one folder and nothing of
//! formats or generations (that is `home`).
//!
//! Why it is set up as it is: one worker and a small cache keep an idle server small. The engine's own trigger for
//! flushing is off (it asks once per commit while a memtable is over its size, which floods and can block its only
//! worker); instead `apply` counts the bytes of each keyspace and rotates its memtable. Small memtables keep the
//! journal short, and so the next start fast.

use std::{
    collections::HashMap,
    fs,
    ops::Bound,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use fjall::{
    AbstractTree, CompressionType, Database, Keyspace, KeyspaceCreateOptions, PersistMode, Readable,
};
use parking_lot::{Mutex, RwLock};

use crate::{
    StoreError,
    engine::{ByteRange, Bytes, Engine, RawIter, Snapshot, Writes},
};

const CACHE_BYTES: u64 = 16 << 20;
const JOURNALS_BYTES: u64 = 64 << 20;
/// A keyspace whose records in memory exceed this is written out.
const MEMTABLE_BYTES: u64 = 8 << 20;
/// When all keyspaces together exceed this, the largest is written out.
const ALL_MEMTABLES_BYTES: u64 = 32 << 20;
/// What a record costs in a memtable beside its key and value.
const RECORD_OVERHEAD_BYTES: u64 = 64;

#[derive(Clone)]
struct Space {
    keyspace: Keyspace,
    in_memory_bytes: Arc<AtomicU64>,
}

/// Fields are dropped in this order: handles, engine, then perhaps its files.
struct Opened {
    spaces: RwLock<HashMap<String, Space>>,
    db: Database,
    /// A failure after a commit had succeeded: the next commit reports it.
    failed: Mutex<Option<StoreError>>,
    folder: Folder,
}

struct Folder {
    dir: PathBuf,
    remove: AtomicBool,
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.remove.load(Ordering::Acquire) {
            // What cannot be removed now is removed when the store is opened next.
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

/// An open fjall database.
pub(crate) struct Disk(Arc<Opened>);

impl Disk {
    /// Opens the database in the folder, creating it there if there is none.
    pub(crate) fn open(dir: &Path) -> Result<Disk, StoreError> {
        let fail = |e| match e {
            fjall::Error::Locked => StoreError::Locked { dir: dir.to_owned() },
            e => StoreError::engine(format!("opening {}", dir.display()), e),
        };
        let db = Database::builder(dir)
            .worker_threads(1)
            .cache_size(CACHE_BYTES)
            .max_journaling_size(JOURNALS_BYTES)
            .journal_compression(CompressionType::None)
            .open()
            .map_err(fail)?;
        let mut spaces = HashMap::new();
        for name in db.list_keyspace_names() {
            let keyspace = db.keyspace(&name, options).map_err(fail)?;
            let in_memory_bytes = Arc::new(AtomicU64::new(keyspace.tree.active_memtable().size()));
            spaces.insert(name.to_string(), Space { keyspace, in_memory_bytes });
        }
        let folder = Folder { dir: dir.to_owned(), remove: AtomicBool::new(false) };
        Ok(Disk(Arc::new(Opened { spaces: RwLock::new(spaces), db, failed: Mutex::new(None), folder })))
    }

    /// Whether a folder holds a database: `open` would begin an empty one otherwise.
    pub(crate) fn is_at(dir: &Path) -> bool {
        dir.join("version").is_file()
    }

    fn space(&self, name: &str) -> Result<Space, StoreError> {
        if let Some(space) = self.0.spaces.read().get(name) {
            return Ok(space.clone());
        }
        let mut spaces = self.0.spaces.write();
        if let Some(space) = spaces.get(name) {
            return Ok(space.clone());
        }
        let keyspace = self
            .0
            .db
            .keyspace(name, options)
            .map_err(|e| StoreError::engine(format!("creating keyspace {name}"), e))?;
        let space = Space { keyspace, in_memory_bytes: Arc::default() };
        spaces.insert(name.to_owned(), space.clone());
        Ok(space)
    }

    /// Writes a memtable out when it, or all together, have grown too large.
    fn relieve(&self, written: &[Space]) -> Result<(), StoreError> {
        for space in written {
            if space.in_memory_bytes.load(Ordering::Relaxed) > MEMTABLE_BYTES {
                rotate(space)?;
            }
        }
        let spaces = self.0.spaces.read();
        let bytes = |space: &&Space| space.in_memory_bytes.load(Ordering::Relaxed);
        if spaces.values().map(|space| bytes(&space)).sum::<u64>() > ALL_MEMTABLES_BYTES
            && let Some(largest) = spaces.values().max_by_key(bytes)
        {
            rotate(largest)?;
        }
        Ok(())
    }
}

fn options() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default().max_memtable_size(1 << 30)
}

fn rotate(space: &Space) -> Result<(), StoreError> {
    space.in_memory_bytes.store(0, Ordering::Relaxed);
    space.keyspace.rotate_memtable().map_err(|e| StoreError::engine("writing a memtable out", e))?;
    Ok(())
}

impl Engine for Disk {
    fn snapshot(&self) -> Box<dyn Snapshot> {
        Box::new(DiskSnapshot { snapshot: self.0.db.snapshot(), opened: self.0.clone() })
    }

    fn apply(&self, writes: Writes) -> Result<(), StoreError> {
        if let Some(failure) = self.0.failed.lock().take() {
            return Err(failure);
        }
        let mut batch = self.0.db.batch().durability(Some(PersistMode::Buffer));
        let mut written = Vec::with_capacity(writes.spaces.len());
        for (name, records) in writes.spaces {
            let space = self.space(&name)?;
            let mut bytes = 0;
            for (key, value) in records {
                bytes += (key.len() + value.as_ref().map_or(0, Vec::len)) as u64 + RECORD_OVERHEAD_BYTES;
                match value {
                    Some(value) => batch.insert(&space.keyspace, key, value),
                    None => batch.remove(&space.keyspace, key),
                }
            }
            space.in_memory_bytes.fetch_add(bytes, Ordering::Relaxed);
            written.push(space);
        }
        batch.commit().map_err(|e| StoreError::engine("committing", e))?;
        if let Err(failure) = self.relieve(&written) {
            *self.0.failed.lock() = Some(failure);
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.0.db.persist(PersistMode::SyncData).map_err(|e| StoreError::engine("syncing the journal", e))
    }

    fn fill(
        &self,
        keyspace: &str,
        records: &mut dyn Iterator<Item = Result<(Bytes, Bytes), StoreError>>,
    ) -> Result<(), StoreError> {
        let fail = |e| StoreError::engine(format!("filling keyspace {keyspace}"), e);
        let mut records = records.peekable();
        if records.peek().is_none() {
            return Ok(());
        }
        let space = self.space(keyspace)?;
        let mut ingestion = space.keyspace.start_ingestion().map_err(fail)?;
        for record in records {
            let (key, value) = record?;
            ingestion.write(key, value).map_err(fail)?;
        }
        ingestion.finish().map_err(fail)
    }

    fn disk_bytes(&self) -> u64 {
        folder_bytes(&self.0.folder.dir)
    }

    fn retire(&self) {
        self.0.folder.remove.store(true, Ordering::Release);
    }
}

/// What the files below a folder really take: the journal is mostly a hole.
fn folder_bytes(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let mut sum = 0;
    for entry in entries.flatten() {
        match entry.metadata() {
            Ok(meta) if meta.is_dir() => sum += folder_bytes(&entry.path()),
            Ok(meta) => sum += file_bytes(&meta),
            Err(_) => {}
        }
    }
    sum
}

#[cfg(unix)]
fn file_bytes(meta: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::blocks(meta) * 512
}

#[cfg(not(unix))]
fn file_bytes(meta: &fs::Metadata) -> u64 {
    meta.len()
}

/// The snapshot is given up before the engine.
struct DiskSnapshot {
    snapshot: fjall::Snapshot,
    opened: Arc<Opened>,
}

impl DiskSnapshot {
    fn keyspace(&self, name: &str) -> Option<Keyspace> {
        self.opened.spaces.read().get(name).map(|space| space.keyspace.clone())
    }
}

impl Snapshot for DiskSnapshot {
    fn get(&self, keyspace: &str, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        let Some(space) = self.keyspace(keyspace) else { return Ok(None) };
        self.snapshot.get(&space, key).map_err(|e| StoreError::engine(format!("reading from {keyspace}"), e))
    }

    fn scan(&self, keyspace: &str, range: &ByteRange, reverse: bool) -> RawIter {
        let Some(space) = self.keyspace(keyspace) else { return Box::new(std::iter::empty()) };
        let from = Bound::Included(&range.from[..]);
        let to = range.to.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let iter = self.snapshot.range::<&[u8], _>(&space, (from, to));
        Box::new(DiskScan { iter, reverse, keyspace: space, _opened: self.opened.clone() })
    }

    fn keyspaces(&self) -> Vec<String> {
        let mut names: Vec<String> = self.opened.spaces.read().keys().cloned().collect();
        names.sort_unstable();
        names
    }
}

/// The iterator is given up before the engine.
struct DiskScan {
    iter: fjall::Iter,
    reverse: bool,
    keyspace: Keyspace,
    _opened: Arc<Opened>,
}

impl Iterator for DiskScan {
    type Item = Result<(Bytes, Bytes), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let guard = if self.reverse { self.iter.next_back() } else { self.iter.next() }?;
        let name = self.keyspace.name();
        Some(guard.into_inner().map_err(|e| StoreError::engine(format!("scanning {name}"), e)))
    }
}
