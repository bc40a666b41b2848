//! The thread that has full memtables written out, so that no commit waits for it. The work itself is the engine's worker's.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

use fjall::Keyspace;
use parking_lot::Mutex;

use crate::{StoreError, journal::Journal};

/// Memtables that wait for the thread at most.
const WAITING: usize = 16;

/// Where a failure is left for the next commit to report.
pub(crate) type Failure = Arc<Mutex<Option<StoreError>>>;

/// The thread. Dropping it ends it.
pub(crate) struct Relief {
    full: Option<SyncSender<Keyspace>>,
    thread: Option<JoinHandle<()>>,
}

impl Relief {
    /// Starts the thread for the database in a folder.
    pub(crate) fn start(dir: PathBuf, failed: Failure) -> Result<Relief, StoreError> {
        let (full, waiting) = sync_channel(WAITING);
        let run = move || relieve(&waiting, &Journal::of(dir), &failed);
        let thread = std::thread::Builder::new().name("store-relief".to_owned()).spawn(run);
        let thread = thread.map_err(|e| StoreError::io("starting the thread that relieves memory", e))?;
        Ok(Relief { full: Some(full), thread: Some(thread) })
    }

    /// Has a keyspace's memtable written out; `false`: too many wait already, ask again.
    pub(crate) fn ask(&self, keyspace: &Keyspace) -> bool {
        self.full.as_ref().is_some_and(|full| full.try_send(keyspace.clone()).is_ok())
    }
}

fn relieve(waiting: &Receiver<Keyspace>, journal: &Journal, failed: &Failure) {
    for keyspace in waiting {
        // Before a memtable is written out the engine syncs the journal, and lets nobody commit meanwhile. Synced here first,
        // it finds little to do. Through a file of our own: a failure is told to each that has the file open.
        let _ = journal.sync();
        if let Err(e) = keyspace.rotate_memtable() {
            *failed.lock() = Some(StoreError::engine("writing a memtable out", e));
        }
    }
}

impl Drop for Relief {
    fn drop(&mut self) {
        self.full = None;
        if let Some(thread) = self.thread.take() {
            // If it panicked, that was reported where it happened.
            let _ = thread.join();
        }
    }
}
