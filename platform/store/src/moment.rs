//! The newest state as one moment, shared by all who begin to read before the next commit. The engine's own snapshot of it
//! is opened when somebody first needs it: many need none, since what they read is kept at hand (`kept`).
//!
//! A commit takes the moment away before it begins, and opens its snapshot if anybody holds the moment, so that it stays
//! what it was. Until the commit is done, whoever begins to read opens a snapshot of their own.

use std::sync::{Arc, OnceLock};

use fjall::{Database, Snapshot};
use parking_lot::Mutex;

use crate::gaps::View;

/// A state that can be read.
pub(crate) struct Moment {
    pub(crate) view: View,
    snapshot: OnceLock<Snapshot>,
}

impl Moment {
    /// The moment of a snapshot that was opened while a commit may have been under way.
    pub(crate) fn opened(view: View, snapshot: Snapshot) -> Arc<Moment> {
        Arc::new(Moment { view, snapshot: OnceLock::from(snapshot) })
    }

    /// Its snapshot.
    pub(crate) fn snapshot(&self, db: &Database) -> &Snapshot {
        self.snapshot.get_or_init(|| db.snapshot())
    }
}

/// The newest moment; none while a commit is under way, and after one that failed.
pub(crate) struct Newest(Mutex<Option<Arc<Moment>>>);

impl Newest {
    /// The state after that many commits, while none is under way.
    pub(crate) fn after(commits: u64) -> Newest {
        let newest = Newest(Mutex::new(None));
        newest.reached(commits);
        newest
    }

    pub(crate) fn get(&self) -> Option<Arc<Moment>> {
        self.0.lock().clone()
    }

    /// A commit begins: nothing of it is visible yet.
    pub(crate) fn leave(&self, db: &Database) {
        // Nobody can come to hold it any more once it is taken away.
        let left = self.0.lock().take();
        if let Some(moment) = left.filter(|moment| Arc::strong_count(moment) > 1) {
            moment.snapshot(db);
        }
    }

    /// A commit is done.
    pub(crate) fn reached(&self, number: u64) {
        let view = View { low: number, high: number };
        *self.0.lock() = Some(Arc::new(Moment { view, snapshot: OnceLock::new() }));
    }
}
