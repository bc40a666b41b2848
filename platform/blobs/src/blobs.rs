//! The door: opening, making writers and readers, counters. What they do stands in their own files.

use std::{
    io,
    ops::Range,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use parking_lot::Mutex;
use store::Durability;
use tokio::task::spawn_blocking;

use crate::{
    BlobError, BlobReader, BlobRef, BlobSink, BlobStream, BlobWriter, DataKey, folder::Folder, parts::Parts,
    pool::Pool, shelf::Shelf, stream::interrupted,
};

/// All blobs of a data folder. A clone is one more reference to the same.
#[derive(Clone)]
pub struct Blobs {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) folder: Folder,
    /// By the first byte of the id.
    pub(crate) shelves: Vec<Mutex<Shelf>>,
    /// Holds on everything; removals that they defer.
    pub(crate) holds: AtomicUsize,
    pub(crate) held_removals: AtomicUsize,
    pub(crate) failed_removals: AtomicU64,
    pub(crate) for_reading: Arc<Pool>,
    pub(crate) for_writing: Pool,
}

/// What there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Finished files.
    pub files: u64,
    /// Their bytes on disk: content, headers and tags.
    pub bytes: u64,
    /// Whether files of earlier processes are all counted: once the first sweep is through.
    pub complete: bool,
    /// Removals that were put off and then failed. A later sweep removes the files.
    pub failed_removals: u64,
}

impl Blobs {
    /// Opens the folder of the blobs, creating it if it is new, and removes what dead processes left half-written.
    /// `Durability::Memory` touches no folder until the first large blob is written.
    ///
    /// Errors: ResourceBusy: another process (or another `Blobs` of this one) has it open. InvalidData: it is of a newer
    /// format. Others as they come.
    pub fn open(dir: &Path, durability: Durability) -> io::Result<Blobs> {
        match durability {
            Durability::Memory => Ok(Blobs::memory()),
            _ => Ok(Blobs::over(Folder::open(dir, durability == Durability::Power)?)),
        }
    }

    /// Blobs that end with the last reference. Their bytes are files too, in a temporary folder that the first one makes: a
    /// large object must not fill memory.
    pub fn memory() -> Blobs {
        Blobs::over(Folder::temporary())
    }

    fn over(folder: Folder) -> Blobs {
        let shelves = (0..=u8::MAX).map(|n| Mutex::new(Shelf::new(!folder.has_shelf(n)))).collect();
        let shared = Shared {
            folder,
            shelves,
            holds: AtomicUsize::new(0),
            held_removals: AtomicUsize::new(0),
            failed_removals: AtomicU64::new(0),
            for_reading: Arc::default(),
            for_writing: Pool::default(),
        };
        Blobs { shared: Arc::new(shared) }
    }

    /// Begins a blob. Costs nothing until there are more than `PIECE_BYTES` or it is finished.
    pub fn create(&self, key: &DataKey) -> BlobWriter {
        BlobWriter::new(self.shared.clone(), key)
    }

    /// As `create`, for async code.
    pub fn sink(&self, key: &DataKey) -> BlobSink {
        BlobSink::new(self.shared.clone(), key)
    }

    /// Opens a blob for reading. Whoever has it open goes on reading it after its removal.
    ///
    /// Errors: Missing. Corrupt: it has not the header or length that were written, or the key is another. Io.
    pub fn reader(&self, blob: BlobRef, key: &DataKey) -> Result<BlobReader, BlobError> {
        let file = self.shared.folder.read(blob.id).map_err(|e| BlobError::of(blob.id, "opening", e))?;
        BlobReader::of_file(file, blob, key, &self.shared)
    }

    /// Opens a range of a blob and reads its first piece, so that what is not whole is mostly known before an answer begins.
    ///
    /// Errors: as `reader`'s, and those of the first read.
    pub async fn stream(
        &self,
        blob: BlobRef,
        key: &DataKey,
        range: Range<u64>,
    ) -> Result<BlobStream, BlobError> {
        let (blobs, key) = (self.clone(), key.clone());
        let begin = move || BlobStream::begun(Parts::of_reader(&blobs.reader(blob, &key)?, range));
        spawn_blocking(begin).await.unwrap_or_else(|e| Err(interrupted(&e)))
    }

    /// As `stream`, of a range of what several blobs are together, one after the other. Each is opened when its turn comes, so
    /// a later one may turn out to be missing.
    pub async fn stream_parts(
        &self,
        parts: impl IntoIterator<Item = (BlobRef, DataKey)>,
        range: Range<u64>,
    ) -> Result<BlobStream, BlobError> {
        let parts = Parts::of_blobs(self, parts, range);
        let begun = spawn_blocking(move || BlobStream::begun(parts)).await;
        begun.unwrap_or_else(|e| Err(interrupted(&e)))
    }

    /// What there is.
    pub fn stats(&self) -> Stats {
        let failed = self.shared.failed_removals.load(Ordering::Relaxed);
        let mut stats = Stats { complete: true, failed_removals: failed, ..Stats::default() };
        for shelf in &self.shared.shelves {
            shelf.lock().add_to(&mut stats);
        }
        stats
    }

    /// For tests: lets the `n`th thing asked of the disk from now fail in this way (`StorageFull`: as a full one). 0 takes the
    /// wish back. Tells how far the wish before it was from being met: 0 if it was.
    pub fn fail_io(&self, n: u64, failure: io::ErrorKind) -> u64 {
        self.shared.folder.faults.fail(n, failure)
    }
}

impl std::fmt::Debug for Blobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blobs").field("folder", &self.shared.folder).finish_non_exhaustive()
    }
}
