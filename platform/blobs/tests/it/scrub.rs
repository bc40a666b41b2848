//! The scrub: it finds what is not whole, and keeps to its rate.

use std::{fs, num::NonZeroU64};

use blobs::{BlobError, BlobRef, Blobs, PIECE_BYTES, ScrubItem};
use tokio::time::{Duration, Instant};

use crate::subject::{content, key, on_disk, put};

const FAST: NonZeroU64 = NonZeroU64::MAX;

fn item(blob: BlobRef) -> ScrubItem {
    ScrubItem { blob, key: key(1) }
}

fn some(blobs: &Blobs, count: u64) -> Vec<BlobRef> {
    (0..count).map(|n| put(blobs, &key(1), &content(n, 100_000))).collect()
}

#[tokio::test]
async fn every_blob_that_is_not_whole_is_named() {
    let (dir, blobs) = on_disk();
    let refs = some(&blobs, 10);
    let mut bytes = fs::read(dir.file(refs[3].id)).unwrap();
    bytes[90_000] ^= 1;
    fs::write(dir.file(refs[3].id), bytes).unwrap();
    blobs.remove_if(refs[6].id, || true).unwrap();
    fs::write(dir.file(refs[8].id), b"").unwrap();
    let mut found = Vec::new();
    let report = |blob, e| found.push((blob, e));
    let scrubbed = blobs.scrub(refs.iter().copied().map(item), FAST, report).await;
    assert_eq!((scrubbed.blobs, scrubbed.reported, scrubbed.bytes), (10, 3, 7 * 100_000));
    let named: Vec<_> = found.iter().map(|(blob, _)| *blob).collect();
    assert_eq!(named, [refs[3], refs[6], refs[8]]);
    assert!(matches!(found[0].1, BlobError::Corrupt { block: Some(1), .. }));
    assert!(matches!(found[1].1, BlobError::Missing { .. }));
    assert!(matches!(found[2].1, BlobError::Corrupt { block: None, .. }));
}

#[tokio::test(start_paused = true)]
async fn it_keeps_to_its_rate() {
    let (_dir, blobs) = on_disk();
    let large = put(&blobs, &key(1), &content(1, 3 * PIECE_BYTES));
    let mut refs = some(&blobs, 5);
    refs.push(large);
    let began = Instant::now();
    let rate = NonZeroU64::new(PIECE_BYTES as u64 / 2).unwrap();
    let scrubbed = blobs.scrub(refs.into_iter().map(item), rate, |_, e| panic!("{e}")).await;
    let bytes = 500_000 + 3 * PIECE_BYTES as u64;
    assert_eq!(scrubbed.bytes, bytes);
    let least = Duration::from_millis(bytes * 1_000 / rate.get());
    assert!(began.elapsed() >= least, "{:?} is less than {least:?}", began.elapsed());
    assert!(began.elapsed() < least + Duration::from_secs(1));
}
