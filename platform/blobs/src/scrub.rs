//! Verifying all blobs at a bounded rate. Not healing them, and not knowing which there are: the caller's rows do.

use std::num::NonZeroU64;

use tokio::{
    task::spawn_blocking,
    time::{Duration, Instant, sleep_until},
};

use crate::{BlobError, BlobRef, Blobs, DataKey, parts::Parts, stream::interrupted};

/// A blob to verify.
#[derive(Clone, Debug)]
pub struct ScrubItem {
    /// Which.
    pub blob: BlobRef,
    /// Its key.
    pub key: DataKey,
}

/// What a scrub did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// Blobs that were looked at.
    pub blobs: u64,
    /// Content that verified.
    pub bytes: u64,
    /// Blobs that were reported.
    pub reported: u64,
}

impl Blobs {
    /// Reads and verifies all of these, at most so many bytes a second over the whole, and reports each that is not whole:
    /// `Missing` also where it was removed since the caller looked, `Corrupt`, or `Io`. Ends early when its future is dropped. Needs a runtime with timers.
    ///
    /// Where the operating system can be asked to, it reads from the medium and leaves nothing in memory behind: a scrub
    /// does not push out what is in use, but for the blob that it is at.
    pub async fn scrub(
        &self,
        items: impl IntoIterator<Item = ScrubItem>,
        bytes_per_s: NonZeroU64,
        mut report: impl FnMut(BlobRef, BlobError),
    ) -> Scrubbed {
        let (began, mut done) = (Instant::now(), Scrubbed::default());
        for item in items {
            done.blobs += 1;
            if let Err(e) = self.scrub_one(&item, began, bytes_per_s, &mut done).await {
                done.reported += 1;
                report(item.blob, e);
            }
        }
        done
    }

    async fn scrub_one(
        &self,
        item: &ScrubItem,
        began: Instant,
        bytes_per_s: NonZeroU64,
        done: &mut Scrubbed,
    ) -> Result<(), BlobError> {
        let (blobs, item) = (self.clone(), item.clone());
        let open = spawn_blocking(move || {
            let reader = blobs.reader(item.blob, &item.key)?;
            reader.forget();
            Ok(reader)
        });
        let reader = open.await.unwrap_or_else(|e| Err(interrupted(&e)))?;
        let mut parts = Parts::of_reader(&reader, 0..reader.len_bytes());
        while let Some(read) = parts.take_next() {
            let (reader, end) = (reader.clone(), reader.len_bytes() - parts.left_bytes());
            let read = spawn_blocking(move || {
                let len = read()?.len();
                reader.forget_before(end);
                Ok(len)
            });
            done.bytes += read.await.unwrap_or_else(|e| Err(interrupted(&e)))? as u64;
            sleep_until(began + time_for(done.bytes, bytes_per_s)).await;
        }
        Ok(())
    }
}

fn time_for(bytes: u64, bytes_per_s: NonZeroU64) -> Duration {
    let ns = u128::from(bytes) * 1_000_000_000 / u128::from(bytes_per_s.get());
    // 500 years.
    Duration::from_nanos(u64::try_from(ns).unwrap_or(u64::MAX))
}
