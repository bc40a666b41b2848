//! The ledger of blobs: which rows name which. A blob lives while an entry names it; entries are written and taken away in the
//! decisions that write and remove those rows, and the file goes after the commit that took the last one away. What a crash
//! leaves in between, the sweep after the next start removes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use blobs::{BlobId, Pin};
use codec::Fault;
use parking_lot::Mutex;
use store::{Commit, Row, RowError, RowReader, RowWriter, Scan, Store, Table};
use tokio::sync::Notify;

use crate::cx::Cx;
use crate::kernel::Kernel;

/// An entry says only that it is there.
struct Entry;
impl Row for Entry {
    fn write(&self, _: &mut RowWriter) {}
    fn read(_: &mut RowReader) -> Result<Entry, RowError> {
        Ok(Entry)
    }
}

/// Blob, and who keeps it, as the service names it.
struct Ledger;
impl Table for Ledger {
    const NAME: &'static str = "kernel.blob";
    const VERSION: u16 = 1;
    type Key = (BlobId, String);
    type Row = Entry;
}

/// Blobs that may have lost their last entry, and with which commit.
#[derive(Default)]
pub(crate) struct Dropped {
    waiting: Mutex<Vec<(Commit, BlobId)>>,
    added: Notify,
}

impl Dropped {
    pub(crate) fn add(&self, commit: Commit, blobs: &[BlobId]) {
        if !blobs.is_empty() {
            self.waiting.lock().extend(blobs.iter().map(|id| (commit, *id)));
            self.added.notify_one();
        }
    }
}

/// A blob that was just written and that no row names yet. Unless a decision keeps it, it goes when this does: with a refused
/// request, and with one whose client went away.
pub struct Fresh {
    pin: Option<Pin>,
    dropped: Arc<Dropped>,
    store: Store,
}

impl Fresh {
    /// Says that the decision which keeps the blob is committed.
    pub fn kept(mut self) {
        self.pin = None;
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // Whether it is kept after all is asked before the file goes: a commit may have failed late.
        if let Some(pin) = self.pin.take() {
            self.dropped.add(self.store.last_commit(), &[pin.id()]);
        }
    }
}

impl std::fmt::Debug for Fresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Fresh").field(&self.pin).finish()
    }
}

impl Cx<'_> {
    /// Enters that `owner` keeps a blob. Until the decision is committed, a pin must keep it.
    pub fn blob_keep(&mut self, id: BlobId, owner: &str) {
        self.tx.put::<Ledger>(&(id, owner.to_owned()), &Entry);
    }

    /// Takes away that `owner` keeps a blob; with the last entry goes the blob.
    pub fn blob_drop(&mut self, id: BlobId, owner: &str) {
        self.tx.delete::<Ledger>(&(id, owner.to_owned()));
        self.dropped.push(id);
    }

    /// Who keeps a blob.
    pub fn blob_owners(&self, id: BlobId) -> Result<Vec<String>, Fault> {
        Ok(self.scan_prefix::<Ledger>(&(id,))?.map(|((_, owner), _)| owner).collect())
    }
}

/// Whether no entry names a blob. A store that can't say is no reason to remove anything.
pub(crate) fn is_unreferenced(store: &Store, id: BlobId) -> bool {
    match store.tx().scan::<Ledger>(Scan::prefix(&(id,))) {
        Ok(mut rows) => rows.next().is_none(),
        Err(_) => false,
    }
}

impl Kernel {
    /// Holds a blob that was just written, until a decision keeps it.
    pub(crate) fn fresh(&self, pin: Pin) -> Fresh {
        Fresh { pin: Some(pin), dropped: self.dropped.clone(), store: self.store.clone() }
    }

    /// Removes files that no entry names any more: once at the start all that a crash left, then those that decisions drop.
    pub(crate) async fn blob_loop(&self) {
        self.sweep_blobs().await;
        loop {
            self.dropped.added.notified().await;
            self.remove_dropped().await;
        }
    }

    /// Removes every file that no entry names.
    pub(crate) async fn sweep_blobs(&self) {
        let (blobs, store) = (self.config.blobs.clone(), self.store.clone());
        let swept = tokio::task::spawn_blocking(move || blobs.sweep(|id| !is_unreferenced(&store, id)));
        if let Ok(Err(e)) = swept.await {
            eprintln!("tabletop: sweeping blobs: {e}");
        }
    }

    /// Removes the files that decisions dropped so far, each once its commit is as durable as was asked for.
    pub(crate) async fn remove_dropped(&self) {
        let dropped = std::mem::take(&mut *self.dropped.waiting.lock());
        for (commit, id) in dropped {
            if self.settled(commit).await.is_err() {
                // It may come back with the next start: the sweep then decides.
                continue;
            }
            let (blobs, store) = (self.config.blobs.clone(), self.store.clone());
            let remove = move || blobs.remove_if(id, move || is_unreferenced(&store, id));
            match tokio::task::spawn_blocking(remove).await {
                Ok(Ok(_)) => self.blobs_removed.fetch_add(1, Ordering::Relaxed),
                Ok(Err(e)) => {
                    eprintln!("tabletop: removing a blob: {e}");
                    continue;
                }
                Err(_) => return,
            };
        }
    }
}
