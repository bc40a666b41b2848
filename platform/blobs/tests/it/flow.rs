//! Async writing and reading.

use std::{future::Future, io, pin::pin, task::Context};

use blobs::{BLOCK_BYTES, BlobError, Blobs, PIECE_BYTES};
use store::Durability;

use crate::subject::{Dice, TempDir, content, get, key, on_disk, put};

async fn all(blobs: &Blobs, blob: blobs::BlobRef, range: std::ops::Range<u64>) -> Vec<u8> {
    let mut stream = blobs.stream(blob, &key(1), range.clone()).await.unwrap();
    let mut left = stream.left_bytes();
    assert_eq!(left, range.end.min(blob.len_bytes).saturating_sub(range.start));
    let mut got = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.unwrap();
        left -= piece.len() as u64;
        assert_eq!(stream.left_bytes(), left);
        got.extend_from_slice(&piece);
    }
    got
}

#[tokio::test]
async fn what_a_sink_takes_a_stream_gives() {
    let mut dice = Dice(3);
    for durability in [Durability::Process, Durability::Power, Durability::Memory] {
        let dir = TempDir::new();
        let blobs = Blobs::open(dir.path(), durability).unwrap();
        for len in [0, 1, BLOCK_BYTES, PIECE_BYTES, PIECE_BYTES + 1, 5 * PIECE_BYTES, 5 * PIECE_BYTES + 77] {
            let want = content(1, len);
            let mut sink = blobs.sink(&key(1));
            let mut rest = &want[..];
            while !rest.is_empty() {
                let part;
                (part, rest) = rest.split_at(rest.len().min(1 + dice.roll(200_000) as usize));
                sink.write(part).await.unwrap();
                assert_eq!(sink.len_bytes(), (len - rest.len()) as u64);
            }
            let blob = sink.finish().await.unwrap().blob;
            assert_eq!(blob.len_bytes, len as u64);
            assert!(get(&blobs, &key(1), blob) == want, "{len} bytes");
            assert!(all(&blobs, blob, 0..u64::MAX).await == want);
            let (from, to) = (len / 3, len - len / 5);
            assert!(all(&blobs, blob, from as u64..to as u64).await == want[from..to]);
        }
    }
}

#[tokio::test]
async fn a_dropped_sink_leaves_nothing() {
    let (dir, blobs) = on_disk();
    let bytes = content(1, PIECE_BYTES);
    for count in [0, 1, 2, 3] {
        let mut sink = blobs.sink(&key(1));
        for _ in 0..count {
            sink.write(&bytes).await.unwrap();
        }
        drop(sink);
    }
    // A write that was under way when its sink was dropped ends on its own.
    let waits = tokio::task::spawn_blocking(|| ());
    waits.await.unwrap();
    while !dir.drafts().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(blobs.stats().files, 0);
}

#[tokio::test]
async fn a_full_disk_is_told_by_the_write_or_by_the_end() {
    let (dir, blobs) = on_disk();
    let bytes = content(1, PIECE_BYTES);
    for n in 1..=5 {
        let mut sink = blobs.sink(&key(1));
        blobs.fail_io(n, io::ErrorKind::StorageFull);
        let mut outcome = Ok(());
        for _ in 0..3 {
            outcome = sink.write(&bytes).await;
            if outcome.is_err() {
                assert!(sink.write(&bytes).await.is_err(), "nothing more is taken");
                break;
            }
        }
        let end = sink.finish().await.map(drop);
        let e = outcome.and(end).unwrap_err();
        assert!(matches!(e, BlobError::Full { .. }), "step {n}: {e}");
        assert_eq!(blobs.fail_io(0, io::ErrorKind::Other), 0);
        assert!(dir.drafts().is_empty());
    }
}

#[tokio::test]
async fn damage_in_the_first_piece_is_known_before_an_answer_begins_and_later_damage_ends_it() {
    let (dir, blobs) = on_disk();
    let blob = put(&blobs, &key(1), &content(1, 3 * PIECE_BYTES));
    let path = dir.file(blob.id);
    let sound = std::fs::read(&path).unwrap();
    for (at, before) in [(400, None), (sound.len() / 2, Some(1)), (sound.len() - 1, Some(2))] {
        let mut damaged = sound.clone();
        damaged[at] ^= 1;
        std::fs::write(&path, damaged).unwrap();
        let stream = blobs.stream(blob, &key(1), 0..u64::MAX).await;
        let Some(before) = before else {
            assert!(matches!(stream, Err(BlobError::Corrupt { block: Some(0), .. })));
            continue;
        };
        let mut stream = stream.unwrap();
        for _ in 0..before {
            assert!(stream.next().await.unwrap().is_ok());
        }
        assert!(matches!(stream.next().await, Some(Err(BlobError::Corrupt { .. }))));
        assert!(stream.next().await.is_none());
        assert_eq!(stream.left_bytes(), 0);
    }
}

#[tokio::test]
async fn a_dropped_write_does_no_harm() {
    let (_dir, blobs) = on_disk();
    let want = content(1, 3 * PIECE_BYTES);
    let mut sink = blobs.sink(&key(1));
    let mut taken = 0;
    while taken < want.len() {
        {
            // Polled once, then dropped: what it took, it took.
            let write = pin!(sink.write(&want[taken..]));
            let _ = write.poll(&mut Context::from_waker(std::task::Waker::noop()));
        }
        taken = sink.len_bytes() as usize;
        tokio::task::yield_now().await;
    }
    let blob = sink.finish().await.unwrap().blob;
    assert!(get(&blobs, &key(1), blob) == want);
}

#[tokio::test]
async fn several_blobs_are_one_after_the_other() {
    let (_dir, blobs) = on_disk();
    let lengths = [0, 5 * PIECE_BYTES + 7, 1, 0, PIECE_BYTES, 300_000, 0];
    let mut want = Vec::new();
    let mut parts = Vec::new();
    for (n, len) in lengths.into_iter().enumerate() {
        let (bytes, key) = (content(n as u64, len), key(n as u8));
        parts.push((put(&blobs, &key, &bytes), key));
        want.extend_from_slice(&bytes);
    }
    let mut dice = Dice(9);
    let mut ranges: Vec<_> = (0..40).map(|_| [dice.roll(want.len() as u64 + 2), dice.next()]).collect();
    ranges.extend([[0, u64::MAX], [0, 0], [u64::MAX, u64::MAX], [5, 3], [PIECE_BYTES as u64 * 5 + 7, 1]]);
    for [from, span] in ranges {
        let to = if span < 4 { span } else { from.saturating_add(span % want.len() as u64) };
        let mut stream = blobs.stream_parts(parts.clone(), from..to).await.unwrap();
        let end = (to as usize).min(want.len());
        let expected = &want[(from as usize).min(end)..end];
        assert_eq!(stream.left_bytes(), expected.len() as u64);
        let mut got = Vec::new();
        while let Some(piece) = stream.next().await {
            got.extend_from_slice(&piece.unwrap());
        }
        assert!(got == expected, "{from}..{to}");
        assert_eq!(stream.left_bytes(), 0);
    }
}

#[tokio::test]
async fn a_blob_missing_among_several_ends_the_stream_in_its_place() {
    let (_dir, blobs) = on_disk();
    let parts: Vec<_> = (0..3).map(|n| (put(&blobs, &key(1), &content(n, 1_000)), key(1))).collect();
    blobs.remove_if(parts[1].0.id, || true).unwrap();
    let mut stream = blobs.stream_parts(parts.clone(), 0..u64::MAX).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), content(0, 1_000));
    let found = stream.next().await.unwrap();
    assert!(matches!(found, Err(BlobError::Missing { id }) if id == parts[1].0.id));
    assert!(stream.next().await.is_none());
    let behind = blobs.stream_parts(parts.clone(), 2_000..3_000).await.unwrap();
    assert_eq!(behind.left_bytes(), 1_000);
    assert!(matches!(blobs.stream_parts(parts, 1_500..3_000).await, Err(BlobError::Missing { .. })));
}
