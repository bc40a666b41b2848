//! The disk engine: fjall 3, a log-structured tree with one journal for all keyspaces. Knows one folder and nothing of
//! formats or generations (that is `home`).
//!
//! Why it is set up as it is: few workers and a small cache keep an idle server small. The engine's own trigger for
//! flushing is off (it asks once per commit while a memtable is over its size, which floods and can block its
//! workers); instead `apply` counts the bytes of each keyspace and has its memtable rotated. Small memtables keep the
//! journal short, and so the next start fast.

use std::{
    fs,
    ops::Bound,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use fjall::{
    AbstractTree, CompressionType, Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode,
    Readable,
};
use foldhash::HashMap;
use parking_lot::RwLock;

use crate::{
    StoreError, birth,
    engine::{ByteRange, Bytes, Engine, RawIter, Snapshot, Writes},
    filling::{Filling, Fillings},
    gaps::{Gaps, Probe, View},
    journal::Journal,
    kept::{Kept, KeptRow},
    mark::{self, Mark},
    moment::{Moment, Newest},
    relief::{Failure, Relief},
};

/// Of two, the engine keeps one free for writing memtables out: a long compaction holds the journal up no more.
const WORKERS: usize = 2;
const CACHE_BYTES: u64 = 16 << 20;
const JOURNALS_BYTES: u64 = 64 << 20;
/// A scan whose first record takes longer than this has stepped over many deletions, and notes them. Real time: it decides
/// about speed alone.
const SLOW_START: Duration = Duration::from_micros(10);

/// Place of its keyspace, key, value or deletion.
type Record = (usize, Bytes, Option<Bytes>);

#[derive(Clone)]
struct Space {
    keyspace: Keyspace,
    filling: Arc<Filling>,
}

/// Fields are dropped in this order: who works on it, handles, engine, then perhaps its files.
struct Opened {
    relief: Relief,
    spaces: RwLock<HashMap<String, Space>>,
    fillings: Fillings,
    newest: Newest,
    db: Database,
    /// Commits begun and finished, what they leave empty, and what they leave behind that many read.
    begun: AtomicU64,
    finished: AtomicU64,
    gaps: Gaps,
    kept: Kept,
    journal: Journal,
    mark: Mark,
    /// What was found missing when it was opened.
    lost: Option<String>,
    /// A failure after a commit had succeeded: the next commit reports it.
    failed: Failure,
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
            .worker_threads(WORKERS)
            .cache_size(CACHE_BYTES)
            .max_journaling_size(JOURNALS_BYTES)
            .journal_compression(CompressionType::None)
            .open()
            .map_err(fail)?;
        let (mut spaces, fillings) = (HashMap::default(), Fillings::default());
        for name in db.list_keyspace_names() {
            let keyspace = db.keyspace(&name, options).map_err(fail)?;
            let filling = Arc::new(Filling::of(keyspace.tree.active_memtable().size()));
            fillings.found(&filling);
            spaces.insert(name.to_string(), Space { keyspace, filling });
        }
        let row = spaces.get(mark::KEYSPACE).map(|space: &Space| space.keyspace.get(mark::KEY)).transpose();
        let (mark, lost) = Mark::open(dir, row.map_err(fail)?.flatten().as_deref());
        let failed = Failure::default();
        let folder = Folder { dir: dir.to_owned(), remove: AtomicBool::new(false) };
        Ok(Disk(Arc::new(Opened {
            spaces: RwLock::new(spaces),
            fillings,
            newest: Newest::after(0),
            db,
            begun: AtomicU64::new(0),
            finished: AtomicU64::new(0),
            gaps: Gaps::default(),
            kept: Kept::default(),
            journal: Journal::of(dir.to_owned()),
            relief: Relief::start(dir.to_owned(), failed.clone())?,
            mark,
            lost,
            failed,
            folder,
        })))
    }

    /// Whether a folder holds a database: `open` would begin an empty one otherwise.
    pub(crate) fn is_at(dir: &Path) -> bool {
        dir.join("version").is_file()
    }

    /// Makes a keyspace that has no records yet, so that the first commit to it need not.
    pub(crate) fn prepare(&self, name: &str) -> Result<(), StoreError> {
        self.space(name).map(drop)
    }

    /// Commits that were there once and were not found when it was opened.
    pub(crate) fn lost(&self) -> Option<&str> {
        self.0.lost.as_deref()
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
        let space = Space { keyspace, filling: Arc::default() };
        spaces.insert(name.to_owned(), space.clone());
        Ok(space)
    }

    /// Takes writes apart: the keyspaces, and each record with the place of its keyspace among them.
    fn records(&self, writes: Writes) -> Result<(Vec<Space>, Vec<Record>), StoreError> {
        let mut records = Vec::with_capacity(writes.len());
        let mut written = Vec::with_capacity(writes.spaces.len());
        for (name, of_space) in writes.spaces {
            let space = self.space(&name)?;
            let (count, mut bytes) = (of_space.len() as u64, 0);
            for (key, value) in of_space {
                bytes += (key.len() + value.as_ref().map_or(0, Vec::len)) as u64;
                records.push((written.len(), Bytes::from(key), value.map(Bytes::from)));
            }
            self.0.fillings.add(&space.filling, count, bytes);
            written.push(space);
        }
        Ok((written, records))
    }

    /// Has the memtables written out that are due.
    fn relieve(&self, written: &[Space]) {
        let fillings = &self.0.fillings;
        written.iter().filter(|space| space.filling.is_large()).for_each(|space| self.rotate(space));
        if fillings.are_large()
            && let Some(largest) = self.0.spaces.read().values().max_by_key(|space| space.filling.bytes())
        {
            self.rotate(largest);
        }
        if fillings.look() {
            let spaces = self.0.spaces.read();
            spaces.values().filter(|s| fillings.is_behind(&s.filling)).for_each(|space| self.rotate(space));
        }
    }

    fn rotate(&self, space: &Space) {
        if self.0.relief.ask(&space.keyspace) {
            self.0.fillings.empty(&space.filling);
        }
    }
}

fn options() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default().max_memtable_size(1 << 30)
}

impl Engine for Disk {
    fn snapshot(&self) -> Box<dyn Snapshot> {
        let moment = self.0.newest.get().unwrap_or_else(|| {
            let low = self.0.finished.load(Ordering::SeqCst);
            let snapshot = self.0.db.snapshot();
            let high = self.0.begun.load(Ordering::SeqCst);
            Moment::opened(View { low, high }, snapshot)
        });
        Box::new(DiskSnapshot { moment, opened: self.0.clone() })
    }

    fn apply(&self, writes: Writes) -> Result<(), StoreError> {
        if let Some(failure) = self.0.failed.lock().take() {
            return Err(failure);
        }
        let mark = self.0.mark.next();
        // A mark must not be ahead of what the operating system has.
        let durability = mark.map(|_| PersistMode::Buffer);
        let (written, records) = self.records(writes)?;
        let batch = OwnedWriteBatch::with_capacity(self.0.db.clone(), records.len() + 1);
        let mut batch = batch.durability(durability);
        for (space, key, value) in &records {
            let keyspace = &written[*space].keyspace;
            match value {
                Some(value) => batch.insert(keyspace, key.clone(), value.clone()),
                None => batch.remove(keyspace, key.clone()),
            }
        }
        if let Some(count) = mark {
            batch.insert(&self.space(mark::KEYSPACE)?.keyspace, mark::KEY, count.to_be_bytes());
        }
        let number = self.0.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let named = || records.iter().map(|(space, key, v)| (&**written[*space].keyspace.name(), key, v));
        self.0.gaps.before_puts(number, named().filter(|(_, _, v)| v.is_some()).map(|(s, k, _)| (s, k)));
        self.0.kept.before_writes(number, named());
        self.0.newest.leave(&self.0.db);
        batch.commit().map_err(|e| StoreError::engine("committing", e))?;
        self.0.finished.store(number, Ordering::SeqCst);
        self.0.newest.reached(number);
        mark.into_iter().for_each(|count| self.0.mark.reached(count));
        self.relieve(&written);
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.0.db.persist(PersistMode::Buffer).map_err(|e| StoreError::engine("writing the journal", e))
    }

    fn sync(&self) -> Result<(), StoreError> {
        let what = "syncing the journal";
        self.flush()?;
        let ours = self.0.journal.sync().map_err(|e| StoreError::io(what, e))?;
        // The second asks little more than whether the engine itself has met a failure.
        let mode = if ours { PersistMode::Buffer } else { PersistMode::SyncData };
        self.0.db.persist(mode).map_err(|e| StoreError::engine(what, e))
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
    moment: Arc<Moment>,
    opened: Arc<Opened>,
}

impl DiskSnapshot {
    fn keyspace(&self, name: &str) -> Option<Keyspace> {
        self.opened.spaces.read().get(name).map(|space| space.keyspace.clone())
    }

    fn snapshot(&self) -> &fjall::Snapshot {
        self.moment.snapshot(&self.opened.db)
    }
}

impl Snapshot for DiskSnapshot {
    fn get(&self, keyspace: &str, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        let Some(space) = self.keyspace(keyspace) else { return Ok(None) };
        self.snapshot()
            .get(&space, key)
            .map_err(|e| StoreError::engine(format!("reading from {keyspace}"), e))
    }

    fn get_kept(&self, keyspace: &str, key: &[u8]) -> Result<Arc<KeptRow>, StoreError> {
        let (kept, view) = (&self.opened.kept, self.moment.view);
        if let Some(row) = kept.get(keyspace, key, view) {
            return Ok(row);
        }
        let row = KeptRow::new(self.get(keyspace, key)?);
        kept.keep(keyspace, key, view, &row, || self.opened.begun.load(Ordering::SeqCst));
        Ok(row)
    }

    fn scan(&self, keyspace: &str, range: &ByteRange, reverse: bool) -> RawIter {
        let Some(space) = self.keyspace(keyspace) else { return Box::new(std::iter::empty()) };
        let view = self.moment.view;
        let skip = if reverse { None } else { self.opened.gaps.skip(keyspace, &range.from, view) };
        let range =
            ByteRange { from: skip.map_or_else(|| range.from.clone(), |key| key.to_vec()), ..range.clone() };
        if range.is_empty() {
            return Box::new(std::iter::empty());
        }
        let from = Bound::Included(&range.from[..]);
        let to = range.to.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let iter = self.snapshot().range::<&[u8], _>(&space, (from, to));
        let probe = (!reverse).then_some(Probe { range, view });
        Box::new(DiskScan { iter, reverse, probe, keyspace: space, opened: self.opened.clone() })
    }

    fn keyspaces(&self) -> Vec<String> {
        let spaces = self.opened.spaces.read();
        // What was made beforehand and never written to is not there yet, as far as anybody can tell.
        let unused = |name: &str, space: &Space| {
            birth::KEYSPACES.contains(&name) && self.snapshot().first_key_value(&space.keyspace).is_none()
        };
        let there = |(name, space): &(&String, &Space)| *name != mark::KEYSPACE && !unused(name, space);
        let mut names: Vec<String> = spaces.iter().filter(there).map(|(name, _)| name.clone()).collect();
        names.sort_unstable();
        names
    }
}

/// The iterator is given up before the engine.
struct DiskScan {
    iter: fjall::Iter,
    reverse: bool,
    /// Until the first record: to note what was empty before it.
    probe: Option<Probe>,
    keyspace: Keyspace,
    opened: Arc<Opened>,
}

impl DiskScan {
    fn first(&mut self, probe: Probe) -> Option<fjall::Result<(Bytes, Bytes)>> {
        let started = Instant::now();
        let record = self.iter.next().map(fjall::Guard::into_inner);
        let slow = started.elapsed() > SLOW_START;
        let to = match &record {
            Some(Ok((key, _))) => Some(&**key),
            Some(Err(_)) => None,
            None => probe.range.to.as_deref(),
        };
        if slow && let Some(to) = to {
            self.opened.gaps.found_empty(self.keyspace.name(), &probe.range.from, to, probe.view);
        }
        record
    }
}

impl Iterator for DiskScan {
    type Item = Result<(Bytes, Bytes), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.probe.take() {
            Some(probe) => self.first(probe),
            None if self.reverse => self.iter.next_back().map(fjall::Guard::into_inner),
            None => self.iter.next().map(fjall::Guard::into_inner),
        };
        let name = self.keyspace.name();
        Some(record?.map_err(|e| StoreError::engine(format!("scanning {name}"), e)))
    }
}
