//! What is written is read, whole and in ranges, whatever the length and however it comes.

use blobs::{BLOCK_BYTES, BlobError, BlobId, BlobRef, PIECE_BYTES};

use crate::subject::{Dice, content, each, get, key, put};

/// Lengths around every edge of the format.
const LENGTHS: [usize; 13] = [
    0,
    1,
    4_096,
    BLOCK_BYTES - 1,
    BLOCK_BYTES,
    BLOCK_BYTES + 1,
    3 * BLOCK_BYTES,
    PIECE_BYTES - BLOCK_BYTES,
    PIECE_BYTES - 1,
    PIECE_BYTES,
    PIECE_BYTES + 1,
    PIECE_BYTES + BLOCK_BYTES,
    2 * PIECE_BYTES + 3 * BLOCK_BYTES + 7,
];

#[test]
fn every_length_comes_back() {
    each(|blobs| {
        for len in LENGTHS {
            let want = content(len as u64, len);
            let blob = put(blobs, &key(1), &want);
            assert_eq!(blob.len_bytes, len as u64);
            assert!(get(blobs, &key(1), blob) == want, "{len} bytes");
        }
    });
}

#[test]
fn content_is_the_same_however_it_comes() {
    let want = content(7, 2 * PIECE_BYTES + 12_345);
    each(|blobs| {
        for step in [1_000, BLOCK_BYTES, PIECE_BYTES, want.len()] {
            let mut writer = blobs.create(&key(2));
            for (n, part) in want.chunks(step).enumerate() {
                assert_eq!(writer.len_bytes(), (n * step) as u64);
                writer.write(part).unwrap();
            }
            let blob = writer.finish().unwrap().blob;
            assert!(get(blobs, &key(2), blob) == want, "in parts of {step}");
        }
    });
}

#[test]
fn ranges_are_as_those_of_the_bytes() {
    each(|blobs| {
        let mut dice = Dice(11);
        for len in LENGTHS {
            let (want, key) = (content(5, len), key(3));
            let reader = blobs.reader(put(blobs, &key, &want), &key).unwrap();
            for _ in 0..60 {
                let near = |dice: &mut Dice| {
                    let edge = dice.roll(len as u64 / BLOCK_BYTES as u64 + 2) * BLOCK_BYTES as u64;
                    (edge + dice.roll(5)).saturating_sub(2)
                };
                let (from, to) = if dice.roll(2) == 0 {
                    (near(&mut dice), near(&mut dice))
                } else {
                    (dice.roll(len as u64 + 9), dice.roll(len as u64 + 9))
                };
                let mut got = Vec::new();
                for piece in reader.pieces(from..to) {
                    let piece = piece.unwrap();
                    assert!((1..=PIECE_BYTES).contains(&piece.len()));
                    got.extend_from_slice(&piece);
                }
                let end = (to as usize).min(len);
                assert!(got == want[(from as usize).min(end)..end], "{from}..{to} of {len}");
            }
        }
    });
}

#[test]
fn one_read_gives_no_more_than_asked_and_nothing_beyond_the_end() {
    each(|blobs| {
        let want = content(1, PIECE_BYTES + 100);
        let reader = blobs.reader(put(blobs, &key(4), &want), &key(4)).unwrap();
        assert_eq!(reader.len_bytes(), want.len() as u64);
        assert_eq!(reader.read_at(10, 5).unwrap(), want[10..15]);
        assert_eq!(reader.read_at(PIECE_BYTES as u64 - 3, 10).unwrap(), want[PIECE_BYTES - 3..PIECE_BYTES]);
        assert_eq!(reader.read_at(PIECE_BYTES as u64 + 90, usize::MAX).unwrap(), want[PIECE_BYTES + 90..]);
        assert!(reader.read_at(3, 0).unwrap().is_empty());
        for beyond in [want.len() as u64, u64::MAX - 1, u64::MAX] {
            assert!(reader.read_at(beyond, usize::MAX).unwrap().is_empty());
            assert_eq!(reader.pieces(beyond..u64::MAX).count(), 0);
        }
    });
}

#[test]
fn pieces_outlive_their_reader_and_each_other() {
    each(|blobs| {
        let want = content(9, 3 * PIECE_BYTES);
        let reader = blobs.reader(put(blobs, &key(5), &want), &key(5)).unwrap();
        let first = reader.read_at(0, PIECE_BYTES).unwrap();
        let tail = first.slice(1_000..);
        drop(first);
        // As many reads as might take the buffer again.
        for n in 0..20 {
            reader.read_at(n % 3 * PIECE_BYTES as u64, PIECE_BYTES).unwrap();
        }
        drop(reader);
        assert!(tail == want[1_000..PIECE_BYTES]);
    });
}

#[test]
fn what_is_not_there_is_missing() {
    each(|blobs| {
        let id = BlobId::from_bytes([9; 16]);
        let found = blobs.reader(BlobRef { id, len_bytes: 1 }, &key(1));
        assert!(matches!(found, Err(BlobError::Missing { id: missing }) if missing == id));
        assert!(blobs.pin(id).is_none());
        put(blobs, &key(1), b"x");
        let found = blobs.reader(BlobRef { id, len_bytes: 1 }, &key(1));
        assert!(matches!(found, Err(BlobError::Missing { .. })));
    });
}

#[test]
fn names_read_back() {
    let id = BlobId::from_bytes(std::array::from_fn(|i| i as u8 * 17));
    assert_eq!(id.to_string(), "00112233445566778899aabbccddeeff");
    assert_eq!(BlobId::parse(&id.to_string()), Some(id));
    for wrong in ["", "00112233445566778899aabbccddeef", "00112233445566778899AABBCCDDEEFF", &"é".repeat(16)]
    {
        assert_eq!(BlobId::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn what_there_is_is_counted() {
    each(|blobs| {
        assert_eq!((blobs.stats().files, blobs.stats().complete), (0, true));
        let small = put(blobs, &key(1), b"x");
        put(blobs, &key(1), &content(1, PIECE_BYTES + 1));
        // A header and a tag for each of 1 and 17 blocks.
        let bytes = (64 + 16 + 1) + (64 + 17 * 16 + PIECE_BYTES as u64 + 1);
        assert_eq!((blobs.stats().files, blobs.stats().bytes), (2, bytes));
        blobs.remove_if(small.id, || true).unwrap();
        assert_eq!((blobs.stats().files, blobs.stats().bytes), (1, bytes - 81));
    });
}
