//! The store itself: opens an engine, begins and commits transactions, saves and replaces the whole state.

use std::{
    fmt, fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::{Mutex, RwLock};

use crate::{
    CorruptRecord, StoreError, Tx, birth,
    disk::Disk,
    dump,
    engine::{Engine, Snapshot},
    health::Health,
    home::{FORMAT, Home},
    memory::Memory,
    sync::{Progress, Syncer},
};

/// What an answered commit survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The death of the process: `commit` returns once the operating system has the bytes.
    Process,
    /// The death of the machine: fsynced, in groups. `commit` returns earlier; [`Store::wait`] tells.
    Power,
    /// Nothing: kept in memory only.
    Memory,
}

/// The number of a commit. Later commits have greater ones; they start over when the store is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commit(u64);

/// The store. A clone is one more reference to the same store.
#[derive(Clone)]
pub struct Store {
    /// Dropped before the rest with the last reference: syncs what is outstanding.
    _syncer: Option<Arc<Syncer>>,
    shared: Arc<Shared>,
}

/// Fields are dropped in this order: the engine before its folder.
struct Shared {
    current: Arc<RwLock<Current>>,
    durability: Durability,
    committing: Mutex<()>,
    replacing: Mutex<()>,
    /// Held by whoever hands commits to the operating system; the newest commit that it has.
    flushing: Mutex<()>,
    flushed: AtomicU64,
    progress: Arc<Progress>,
    health: Arc<Health>,
    home: Option<Home>,
    /// Commits until one fails on purpose; 0: none does.
    failing: AtomicU64,
}

struct Current {
    engine: Arc<dyn Engine>,
    /// Counts replacements of the whole state: a transaction of an earlier one cannot commit.
    generation: u64,
}

impl Store {
    /// Opens the store in a folder, creating it if it is new. `Durability::Memory` touches no folder.
    ///
    /// Errors: Locked: another process (or another store of this one) has it open. Format: it is not a store, or of a
    /// newer format. Io, Full, Engine: as they come.
    pub fn open(dir: &Path, durability: Durability) -> Result<Store, StoreError> {
        match durability {
            Durability::Memory => Ok(Store::memory()),
            _ => Store::open_home(Home::open(dir, false)?, durability),
        }
    }

    /// A store that keeps nothing beyond the process.
    pub fn memory() -> Store {
        Store::over(Arc::new(Memory::default()), None, Durability::Memory)
            .expect("without a sync thread nothing can fail")
    }

    fn open_home(home: Home, durability: Durability) -> Result<Store, StoreError> {
        let current = home.current()?;
        let disk = if current == 0 {
            let disk = birth::first(&home.generation(1))?;
            home.begin(durability == Durability::Power)?;
            disk
        } else {
            let dir = home.generation(current);
            if !Disk::is_at(&dir) {
                let found = format!("damaged (its folder data-{current} is missing or no database)");
                return Err(StoreError::Format { dir, found, supported: FORMAT });
            }
            Disk::open(&dir)?
        };
        let lost = disk.lost().map(str::to_owned);
        let store = Store::over(Arc::new(disk), Some(home), durability)?;
        lost.iter().for_each(|what| store.shared.health.note_lost(what));
        Ok(store)
    }

    fn over(
        engine: Arc<dyn Engine>,
        home: Option<Home>,
        durability: Durability,
    ) -> Result<Store, StoreError> {
        let current = Arc::new(RwLock::new(Current { engine, generation: 0 }));
        let (progress, health) = (Arc::<Progress>::default(), Arc::<Health>::default());
        let syncer = match durability {
            Durability::Power => {
                let (current, health) = (current.clone(), health.clone());
                let sync = move || {
                    let engine = current.read().engine.clone();
                    guarded("syncing the journal", || engine.sync()).inspect_err(|e| health.poison(e))
                };
                Some(Arc::new(Syncer::start(progress.clone(), sync)?))
            }
            _ => None,
        };
        let (committing, replacing, flushing) = (Mutex::new(()), Mutex::new(()), Mutex::new(()));
        let flushed = AtomicU64::new(0);
        let failing = AtomicU64::new(0);
        let shared = Shared {
            current,
            durability,
            committing,
            replacing,
            flushing,
            flushed,
            progress,
            health,
            home,
            failing,
        };
        Ok(Store { shared: Arc::new(shared), _syncer: syncer })
    }

    /// What an answered commit survives.
    pub fn durability(&self) -> Durability {
        self.shared.durability
    }

    /// Begins a transaction on everything committed so far.
    pub fn tx(&self) -> Tx {
        let current = self.shared.current.read();
        Tx::new(current.engine.snapshot(), current.generation, self.shared.health.clone())
    }

    /// Commits a transaction: all of its writes, or, on an error, none (except where the error says otherwise). Without
    /// writes it costs nothing, and answers [`Store::last_commit`].
    ///
    /// Under `Process` the operating system has the bytes when this returns; under `Power` wait for the answer.
    pub fn commit(&self, tx: Tx) -> Result<Commit, StoreError> {
        let commit = self.commit_unflushed(tx)?;
        self.flush(commit)?;
        Ok(commit)
    }

    /// As `commit`, but the operating system may not have the bytes yet: call [`Store::flush`] before answering. So one
    /// write can serve many commits, and none is made while a lane is held.
    ///
    /// Errors, in this order: the failure of an earlier scan of the transaction. Invalid: a key, value or name is out of
    /// bounds. Conflict: the whole state was replaced since the transaction began. Poisoned: an earlier write failed. Full,
    /// Io, Engine: this write failed; it may or may not be there when the store is opened again, and until then every
    /// commit is refused.
    pub fn commit_unflushed(&self, tx: Tx) -> Result<Commit, StoreError> {
        tx.check()?;
        if tx.is_empty() {
            return Ok(self.last_commit());
        }
        let generation = tx.generation;
        let writes = tx.into_writes()?;
        let shared = &*self.shared;
        let current = shared.current.read();
        if current.generation != generation {
            return Err(StoreError::Conflict);
        }
        let alone = shared.committing.lock();
        shared.health.check()?;
        if shared.failing.load(Ordering::Relaxed) > 0 && shared.failing.fetch_sub(1, Ordering::Relaxed) == 1 {
            return Err(StoreError::io("committing", std::io::Error::other("a test asked for this failure")));
        }
        let number = shared.progress.begin();
        let applied = guarded("committing", || current.engine.apply(writes));
        if let Err(e) = &applied {
            shared.health.poison(e);
            shared.progress.fail(e);
        }
        shared.progress.finish(number, shared.durability == Durability::Power);
        drop(alone);
        applied.map(|()| Commit(number))
    }

    /// Whether the operating system has a commit's bytes. Always so for `Memory`.
    pub fn is_flushed(&self, commit: Commit) -> bool {
        let shared = &*self.shared;
        shared.durability == Durability::Memory || shared.flushed.load(Ordering::Acquire) >= commit.0
    }

    /// Whether somebody is handing commits to the operating system now, and [`Store::flush`] would wait for them.
    pub fn is_flushing(&self) -> bool {
        self.shared.flushing.is_locked()
    }

    /// Hands a commit's bytes to the operating system, and those of every commit before this call with them.
    ///
    /// Errors: as `commit`'s; every later commit is refused.
    pub fn flush(&self, commit: Commit) -> Result<(), StoreError> {
        if self.is_flushed(commit) {
            return Ok(());
        }
        let shared = &*self.shared;
        let _alone = shared.flushing.lock();
        if self.is_flushed(commit) {
            return Ok(());
        }
        let engine = shared.current.read().engine.clone();
        let applied = shared.progress.applied();
        guarded("writing the journal", || engine.flush()).inspect_err(|e| {
            shared.health.poison(e);
            shared.progress.fail(e);
        })?;
        shared.flushed.fetch_max(applied, Ordering::AcqRel);
        Ok(())
    }

    /// Blocks until a commit is durable.
    ///
    /// Errors: the failure because of which it will not become so.
    pub fn wait(&self, commit: Commit) -> Result<(), StoreError> {
        self.shared.progress.wait(commit.0)
    }

    /// Calls back once a commit is durable, or is known not to become so. At once, on this thread, when that is known
    /// already (always so but for `Power`); otherwise on the sync thread, which the callback should not hold up.
    pub fn on_durable(&self, commit: Commit, f: Box<dyn FnOnce(Result<(), StoreError>) + Send>) {
        self.shared.progress.call_when_durable(commit.0, f);
    }

    /// The newest commit that a transaction begun by now may have seen. An answer that shows what was read waits for it, so
    /// that nothing is shown that a power cut takes back.
    pub fn last_commit(&self) -> Commit {
        Commit(self.shared.progress.newest())
    }

    /// Saves the whole state into a folder: one consistent moment, while commits go on. An earlier snapshot in that folder is
    /// replaced in the last step.
    ///
    /// Costs one pass over the data, read from a snapshot and written out with checksums: fjall has no checkpoint call, and
    /// its files cannot be linked safely while it runs. The file is the same for both engines.
    pub fn snapshot_save(&self, dir: &Path) -> Result<(), StoreError> {
        let snapshot = self.snapshot();
        dump::save(&*snapshot, dir)
    }

    /// Replaces the whole state by a saved one. Transactions that are under way keep reading the old state, and their commits
    /// answer `Conflict`. On an error the old state stays.
    ///
    /// The new state is built beside the old one and put in its place by one rename: after a crash at any moment, the next
    /// open finds the one or the other, whole. Costs one pass over the data.
    ///
    /// Errors: Snapshot: the file is damaged. Poisoned. Io, Full, Engine: as they come.
    pub fn snapshot_load(&self, dir: &Path) -> Result<(), StoreError> {
        let _one_at_a_time = self.shared.replacing.lock();
        self.shared.health.check()?;
        let Some(home) = &self.shared.home else {
            let memory = Memory::default();
            dump::load(dir, &memory)?;
            self.replace(Arc::new(memory), || Ok(()))?;
            return Ok(());
        };
        let number = home.current()? + 1;
        let disk = next_generation(home, number)?;
        if let Err(e) = dump::load(dir, &disk) {
            disk.retire();
            return Err(e);
        }
        let switched = self.replace(Arc::new(disk), || home.switch_to(number));
        // Which of the two states the next open finds is not known.
        switched.inspect_err(|e| {
            self.shared.health.poison(e);
            self.shared.progress.fail(e);
        })
    }

    /// Replaces the whole state by another store's, as `snapshot_load` does, where both keep it in memory: at no cost.
    ///
    /// Errors: Invalid: one of them doesn't. Poisoned.
    pub fn replace_with(&self, other: &Store) -> Result<(), StoreError> {
        let _one_at_a_time = self.shared.replacing.lock();
        self.shared.health.check()?;
        let engine = other.shared.current.read().engine.fork();
        match engine.filter(|_| self.shared.durability == Durability::Memory) {
            Some(engine) => self.replace(engine, || Ok(())),
            None => {
                Err(StoreError::Invalid { reason: "only memory takes over what is in memory".to_owned() })
            }
        }
    }

    /// A store that begins with this one's state and shares nothing afterwards. From memory: at no cost. From disk: a copy in
    /// a folder below the system's temporary one, removed with the last reference; durable against nothing but itself.
    pub fn fork(&self) -> Result<Store, StoreError> {
        static FORKS: AtomicU64 = AtomicU64::new(0);
        if let Some(engine) = self.shared.current.read().engine.fork() {
            return Store::over(engine, None, Durability::Memory);
        }
        let number = FORKS.fetch_add(1, Ordering::Relaxed);
        let name = format!("tabletop-fork-{}-{number}", std::process::id());
        let home = Home::open(&std::env::temp_dir().join(name), true)?;
        let disk = next_generation(&home, 1)?;
        dump::copy(&*self.snapshot(), &disk)?;
        home.switch_to(1)?;
        Store::over(Arc::new(disk), Some(home), Durability::Process)
    }

    /// The corrupt records met so far (at most 10,000 are kept), each once.
    pub fn corrupt_records(&self) -> Vec<CorruptRecord> {
        self.shared.health.corrupt_records()
    }

    /// What is missing: commits that were there once and were not found when the store was opened. Says nothing of those of
    /// the last moment before it was closed or killed.
    pub fn lost(&self) -> Option<String> {
        self.shared.health.lost()
    }

    /// The failure because of which every commit is refused, if there was one.
    pub fn failure(&self) -> Option<Arc<StoreError>> {
        self.shared.health.failure()
    }

    /// For tests: lets the `n`th commit from now fail as if the disk had refused it. It writes nothing and, since that is
    /// known here, poisons nothing. 0 takes the wish back. Tells how far the wish before it was from being met: 0 if it was.
    pub fn fail_commit(&self, n: u64) -> u64 {
        self.shared.failing.swap(n, Ordering::Relaxed)
    }

    /// The room taken on disk.
    pub fn disk_bytes(&self) -> u64 {
        self.shared.current.read().engine.disk_bytes()
    }

    fn snapshot(&self) -> Box<dyn Snapshot> {
        self.shared.current.read().engine.snapshot()
    }

    fn replace(
        &self,
        engine: Arc<dyn Engine>,
        switch: impl FnOnce() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut current = self.shared.current.write();
        switch()?;
        current.generation += 1;
        let old = std::mem::replace(&mut current.engine, engine);
        drop(current);
        old.retire();
        self.shared.health.forget_damage();
        Ok(())
    }
}

/// Takes a panic of the engine for a failed write: it may have happened anywhere in it.
fn guarded(what: &str, write: impl FnOnce() -> Result<(), StoreError>) -> Result<(), StoreError> {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(write));
    outcome.unwrap_or_else(|_| Err(StoreError::io(what, std::io::Error::other("the engine panicked"))))
}

/// An empty engine for a generation that is not current yet.
fn next_generation(home: &Home, number: u64) -> Result<Disk, StoreError> {
    let dir = home.generation(number);
    match fs::remove_dir_all(&dir) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::io(format!("removing {}", dir.display()), e))
        }
        _ => Disk::open(&dir),
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("durability", &self.durability()).finish_non_exhaustive()
    }
}
