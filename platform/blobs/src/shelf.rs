//! Who keeps a blob: pins, holds, removal, and the counters that change with them. A shelf is a 256th of all blobs, by the
//! first byte of the id, under one lock. Not what the caller's rows say: it is asked.

use std::{
    collections::BTreeMap,
    fmt, io,
    sync::{Arc, atomic::Ordering},
};

use crate::{BlobError, BlobId, Blobs, Stats, blobs::Shared, folder::Draft};

/// Removals that a hold puts off, at most. What is asked for beyond stays until the next sweep.
const MOST_HELD_REMOVALS: usize = 10_000;

type Question = Box<dyn FnMut() -> bool + Send>;

/// A 256th of all blobs.
pub(crate) struct Shelf {
    kept: BTreeMap<BlobId, Kept>,
    files: u64,
    bytes: u64,
    /// Whether the files of earlier processes are counted. Until then, changes aren't either: counting finds them.
    counted: bool,
}

#[derive(Default)]
struct Kept {
    pins: usize,
    /// A removal that was asked for meanwhile.
    wanted: Option<Question>,
}

/// What became of a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The file is gone.
    Removed,
    /// The caller said that it is still referenced.
    Referenced,
    /// It is pinned or held: the caller is asked again, and the file removed, when nobody keeps it any more.
    Deferred,
    /// A hold already puts off very many removals: the file stays until the next sweep.
    Left,
    /// There was no such file.
    Missing,
}

impl Shelf {
    pub(crate) fn new(counted: bool) -> Shelf {
        Shelf { kept: BTreeMap::new(), files: 0, bytes: 0, counted }
    }

    pub(crate) fn is_counted(&self) -> bool {
        self.counted
    }

    pub(crate) fn set_count(&mut self, files: u64, bytes: u64) {
        (self.files, self.bytes, self.counted) = (files, bytes, true);
    }

    pub(crate) fn count_in(&mut self, bytes: u64) {
        if self.counted {
            self.files += 1;
            self.bytes += bytes;
        }
    }

    fn count_out(&mut self, bytes: u64) {
        if self.counted {
            self.files = self.files.saturating_sub(1);
            self.bytes = self.bytes.saturating_sub(bytes);
        }
    }

    pub(crate) fn add_to(&self, stats: &mut Stats) {
        stats.files += self.files;
        stats.bytes += self.bytes;
        stats.complete &= self.counted;
    }

    pub(crate) fn keeps(&self, id: BlobId) -> bool {
        self.kept.contains_key(&id)
    }

    fn pin(&mut self, id: BlobId) {
        self.kept.entry(id).or_default().pins += 1;
    }
}

/// Keeps a blob from being removed. A clone is one more.
pub struct Pin {
    shared: Arc<Shared>,
    id: BlobId,
}

impl Pin {
    /// The blob.
    pub fn id(&self) -> BlobId {
        self.id
    }
}

impl Clone for Pin {
    fn clone(&self) -> Pin {
        self.shared.shelf(self.id).lock().pin(self.id);
        Pin { shared: self.shared.clone(), id: self.id }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.shared.unpin(self.id);
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({})", self.id)
    }
}

/// Keeps every blob from being removed.
pub struct Hold {
    shared: Arc<Shared>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shared.let_go();
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hold")
    }
}

impl Blobs {
    /// Keeps a blob from being removed while the pin lives. `None`: there is no such blob.
    pub fn pin(&self, id: BlobId) -> Option<Pin> {
        let mut shelf = self.shared.shelf(id).lock();
        self.shared.folder.len(id).ok()?;
        shelf.pin(id);
        Some(Pin { shared: self.shared.clone(), id })
    }

    /// Keeps every blob from being removed while it lives: for a snapshot of the rows and then of the files.
    pub fn hold(&self) -> Hold {
        self.shared.holds.fetch_add(1, Ordering::AcqRel);
        // Whoever removes looked at the holds under its shelf's lock: none that looked before is still at it.
        self.shared.shelves.iter().for_each(|shelf| drop(shelf.lock()));
        Hold { shared: self.shared.clone() }
    }

    /// Removes a blob if nobody keeps it and the caller, asked under the lock that pins need too, says that no row names
    /// it. Call it after the commit that dropped a row, durable as it shall be.
    ///
    /// Errors: Io: the file is still there.
    pub fn remove_if(
        &self,
        id: BlobId,
        is_unreferenced: impl FnMut() -> bool + Send + 'static,
    ) -> Result<Removal, BlobError> {
        self.shared.remove_if(id, Box::new(is_unreferenced))
    }
}

impl Shared {
    pub(crate) fn shelf(&self, id: BlobId) -> &parking_lot::Mutex<Shelf> {
        &self.shelves[usize::from(id.shelf())]
    }

    pub(crate) fn is_held(&self) -> bool {
        self.holds.load(Ordering::Acquire) > 0
    }

    /// Gives a finished file its name, counts and pins it.
    pub(crate) fn publish(self: &Arc<Shared>, draft: &mut Draft, id: BlobId, bytes: u64) -> io::Result<Pin> {
        let mut shelf = self.shelf(id).lock();
        self.folder.publish(draft, id)?;
        shelf.count_in(bytes);
        shelf.pin(id);
        Ok(Pin { shared: self.clone(), id })
    }

    /// Removes a file that nobody can know of.
    pub(crate) fn unlink(&self, id: BlobId) -> io::Result<u64> {
        self.unlink_from(&mut self.shelf(id).lock(), id)
    }

    /// The length of the file.
    pub(crate) fn unlink_from(&self, shelf: &mut Shelf, id: BlobId) -> io::Result<u64> {
        let bytes = self.folder.remove(id)?;
        shelf.count_out(bytes);
        Ok(bytes)
    }

    fn remove_if(&self, id: BlobId, mut question: Question) -> Result<Removal, BlobError> {
        let mut shelf = self.shelf(id).lock();
        if let Some(kept) = shelf.kept.get_mut(&id) {
            kept.wanted = Some(question);
            return Ok(Removal::Deferred);
        }
        if self.is_held() {
            if self.held_removals.fetch_add(1, Ordering::Relaxed) >= MOST_HELD_REMOVALS {
                self.held_removals.fetch_sub(1, Ordering::Relaxed);
                return Ok(Removal::Left);
            }
            shelf.kept.insert(id, Kept { pins: 0, wanted: Some(question) });
            return Ok(Removal::Deferred);
        }
        if !question() {
            return Ok(Removal::Referenced);
        }
        match self.unlink_from(&mut shelf, id) {
            Ok(_) => Ok(Removal::Removed),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Removal::Missing),
            Err(e) => Err(BlobError::io(format!("removing {id}"), e)),
        }
    }

    fn unpin(&self, id: BlobId) {
        let mut shelf = self.shelf(id).lock();
        let kept = shelf.kept.get_mut(&id).expect("a pin is counted while it lives");
        kept.pins -= 1;
        self.settle(&mut shelf, id);
    }

    fn let_go(&self) {
        if self.holds.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        for shelf in &self.shelves {
            let mut shelf = shelf.lock();
            let ids: Vec<BlobId> = shelf.kept.keys().copied().collect();
            ids.into_iter().for_each(|id| self.settle(&mut shelf, id));
        }
        self.held_removals.store(0, Ordering::Relaxed);
    }

    /// Does what was put off, if nobody keeps the blob any more.
    fn settle(&self, shelf: &mut Shelf, id: BlobId) {
        let Some(kept) = shelf.kept.get(&id) else { return };
        if kept.pins > 0 || (kept.wanted.is_some() && self.is_held()) {
            return;
        }
        let question = shelf.kept.remove(&id).and_then(|kept| kept.wanted);
        let Some(mut is_unreferenced) = question else { return };
        if !is_unreferenced() {
            return;
        }
        match self.unlink_from(shelf, id) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                self.failed_removals.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}
