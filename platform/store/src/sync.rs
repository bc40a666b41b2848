//! Group commit: one thread that fsyncs for everybody who waits. Runs only under `Durability::Power`; otherwise every
//! commit counts as durable when it returns.

use std::{
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    thread::JoinHandle,
};

use parking_lot::{Condvar, Mutex};

use crate::StoreError;

pub(crate) type Callback = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// The numbers of commits: begun (perhaps visible already), applied (handed to the operating system), durable.
#[derive(Default)]
pub(crate) struct Progress {
    begun: AtomicU64,
    applied: AtomicU64,
    durable: AtomicU64,
    state: Mutex<State>,
    work: Condvar,
    done: Condvar,
}

#[derive(Default)]
struct State {
    stopping: bool,
    failed: Option<StoreError>,
    waiting: Vec<(u64, Callback)>,
}

impl Progress {
    /// Takes the next number. The caller commits alone until `finish`.
    pub(crate) fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The commit has been applied, or has failed and left nothing to wait for.
    pub(crate) fn finish(&self, number: u64, grouped: bool) {
        self.applied.store(number, Ordering::SeqCst);
        if grouped {
            drop(self.state.lock());
            self.work.notify_one();
        } else {
            self.durable.store(number, Ordering::SeqCst);
        }
    }

    /// The newest commit that has been applied.
    pub(crate) fn applied(&self) -> u64 {
        self.applied.load(Ordering::SeqCst)
    }

    /// The newest commit that a reader may have seen.
    pub(crate) fn newest(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// Tells all who wait, now and later, that nothing more becomes durable.
    pub(crate) fn fail(&self, cause: &StoreError) {
        let mut state = self.state.lock();
        state.failed.get_or_insert_with(|| cause.clone());
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.done.notify_all();
        for (_, callback) in waiting {
            callback(Err(cause.clone()));
        }
    }

    /// Blocks until the commit is durable.
    pub(crate) fn wait(&self, number: u64) -> Result<(), StoreError> {
        if self.durable.load(Ordering::SeqCst) >= number {
            return Ok(());
        }
        let mut state = self.state.lock();
        loop {
            if self.durable.load(Ordering::SeqCst) >= number {
                return Ok(());
            }
            if let Some(cause) = &state.failed {
                return Err(cause.clone());
            }
            self.done.wait(&mut state);
        }
    }

    /// Calls back once the commit is durable or known not to become so.
    pub(crate) fn call_when_durable(&self, number: u64, callback: Callback) {
        let mut state = self.state.lock();
        let answer = if self.durable.load(Ordering::SeqCst) >= number {
            Ok(())
        } else if let Some(cause) = &state.failed {
            Err(cause.clone())
        } else {
            state.waiting.push((number, callback));
            return;
        };
        drop(state);
        callback(answer);
    }

    /// Waits for work; `None` when there is none left and the thread is to stop.
    fn next_target(&self) -> Option<u64> {
        let mut state = self.state.lock();
        loop {
            let applied = self.applied.load(Ordering::SeqCst);
            if state.failed.is_some() {
                if state.stopping {
                    return None;
                }
            } else if applied > self.durable.load(Ordering::SeqCst) {
                return Some(applied);
            } else if state.stopping {
                return None;
            }
            self.work.wait(&mut state);
        }
    }

    fn reached(&self, number: u64) {
        let mut state = self.state.lock();
        self.durable.store(number, Ordering::SeqCst);
        let (ready, waiting) =
            std::mem::take(&mut state.waiting).into_iter().partition(|(wanted, _)| *wanted <= number);
        state.waiting = waiting;
        drop(state);
        self.done.notify_all();
        let ready: Vec<(u64, Callback)> = ready;
        for (_, callback) in ready {
            callback(Ok(()));
        }
    }
}

/// The thread. Dropping it syncs what is outstanding and ends it.
pub(crate) struct Syncer {
    progress: Arc<Progress>,
    thread: Option<JoinHandle<()>>,
}

impl Syncer {
    /// Starts the thread. `sync` is called without locks; a failure ends the grouping for good.
    pub(crate) fn start(
        progress: Arc<Progress>,
        sync: impl Fn() -> Result<(), StoreError> + Send + 'static,
    ) -> Result<Syncer, StoreError> {
        let shared = progress.clone();
        let run = move || {
            while let Some(target) = shared.next_target() {
                match sync() {
                    Ok(()) => shared.reached(target),
                    Err(cause) => shared.fail(&cause),
                }
            }
        };
        let thread = std::thread::Builder::new().name("store-sync".to_owned()).spawn(run);
        let thread = thread.map_err(|e| StoreError::io("starting the sync thread", e))?;
        Ok(Syncer { progress, thread: Some(thread) })
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.progress.state.lock().stopping = true;
        self.progress.work.notify_one();
        let Some(thread) = self.thread.take() else { return };
        // A callback may have held the last store: the thread cannot wait for itself.
        if thread.thread().id() != std::thread::current().id() {
            // It panics only when a callback did, and that was reported where it happened.
            let _ = thread.join();
        }
    }
}
