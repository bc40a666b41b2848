//! Writing a blob from async code: one group is encrypted and written on another thread while the next one fills.

use std::sync::Arc;

use tokio::task::{JoinHandle, spawn_blocking};

use crate::{BlobError, DataKey, Finished, blobs::Shared, group::Group, stream::interrupted, writer::Sealer};

type Writing = JoinHandle<(Sealer, Group, Result<(), BlobError>)>;

/// A blob that is being written. At most two groups (2 MiB) are in memory. Dropped without `finish`, it leaves nothing.
///
/// Its futures may be dropped: bytes of a `write` that was dropped may be in the content or not.
pub struct BlobSink {
    shared: Arc<Shared>,
    filling: Group,
    /// Not there while a write is under way, or after one failed.
    sealer: Option<Sealer>,
    writing: Option<Writing>,
    len_bytes: u64,
}

impl BlobSink {
    pub(crate) fn new(shared: Arc<Shared>, key: &DataKey) -> BlobSink {
        let sealer = Some(Sealer::new(shared.clone(), key));
        let filling = Group::new(shared.for_writing.take());
        BlobSink { shared, filling, sealer, writing: None, len_bytes: 0 }
    }

    /// The content so far.
    pub fn len_bytes(&self) -> u64 {
        self.len_bytes
    }

    /// Appends to the content.
    ///
    /// Errors: Full, Io: the blob is lost, and every later call fails too.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        while !bytes.is_empty() {
            // A full group stays until it is known not to be the last one.
            if self.filling.is_full() {
                self.hand_over().await?;
            }
            let before = bytes.len();
            bytes = self.filling.take(bytes);
            self.len_bytes += (before - bytes.len()) as u64;
        }
        Ok(())
    }

    /// Ends the content and gives the file its name, as durable as was asked for.
    ///
    /// Errors: Full, Io: nothing is left.
    pub async fn finish(mut self) -> Result<Finished, BlobError> {
        let mut sealer = self.idle().await?;
        let mut group = std::mem::replace(&mut self.filling, Group::none());
        let finish = move || {
            let finished = sealer.write(&mut group, true).and_then(|()| sealer.publish());
            sealer.shared.for_writing.put(group.into_buffer());
            finished
        };
        spawn_blocking(finish).await.unwrap_or_else(|e| Err(interrupted(&e)))
    }

    async fn hand_over(&mut self) -> Result<(), BlobError> {
        let mut sealer = self.idle().await?;
        let spare = Group::new(self.shared.for_writing.take());
        let mut full = std::mem::replace(&mut self.filling, spare);
        self.writing = Some(spawn_blocking(move || {
            let written = sealer.write(&mut full, false);
            (sealer, full, written)
        }));
        Ok(())
    }

    /// Waits for the write that is under way.
    async fn idle(&mut self) -> Result<Sealer, BlobError> {
        if let Some(writing) = &mut self.writing {
            let outcome = writing.await;
            self.writing = None;
            let (sealer, group, written) = outcome.map_err(|e| interrupted(&e))?;
            self.shared.for_writing.put(group.into_buffer());
            written?;
            self.sealer = Some(sealer);
        }
        self.sealer.take().ok_or_else(|| {
            let why = std::io::Error::other("an earlier write of this blob failed");
            BlobError::io("writing a blob", why)
        })
    }
}

impl Drop for BlobSink {
    fn drop(&mut self) {
        let group = std::mem::replace(&mut self.filling, Group::none());
        self.shared.for_writing.put(group.into_buffer());
    }
}

impl std::fmt::Debug for BlobSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlobSink").field("len_bytes", &self.len_bytes).finish_non_exhaustive()
    }
}
