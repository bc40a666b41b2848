//! Damage: any byte that is flipped, missing, added or from elsewhere is found by the read that touches it, and by no other.

use std::fs;

use blobs::{BLOCK_BYTES, BlobError, BlobId, BlobReader, BlobRef, DataKey, PIECE_BYTES};

use crate::subject::{content, key, on_disk, put};

const HEADER: usize = 64;
const TAG: usize = 16;
const GROUP: usize = 16 * TAG + PIECE_BYTES;

/// The file of a blob of this length.
fn file(len: usize) -> (Vec<u8>, BlobRef, DataKey) {
    let (dir, blobs) = on_disk();
    let key = key(7);
    let blob = put(&blobs, &key, &content(3, len));
    (fs::read(dir.file(blob.id)).unwrap(), blob, key)
}

/// What reading everything finds.
fn verdict(file: Vec<u8>, blob: BlobRef, key: &DataKey) -> Result<(), Option<u64>> {
    match BlobReader::of_bytes(file, blob, key).and_then(|reader| reader.verify()) {
        Ok(()) => Ok(()),
        Err(BlobError::Corrupt { id, block }) if id == blob.id => Err(block),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn every_flipped_bit_of_a_small_file_is_found() {
    for len in [0, 1, 50] {
        let (sound, blob, key) = file(len);
        assert_eq!(verdict(sound.clone(), blob, &key), Ok(()));
        for at in 0..sound.len() {
            for bit in 0..8 {
                let mut damaged = sound.clone();
                damaged[at] ^= 1 << bit;
                let want = if at < HEADER { None } else { Some(0) };
                assert_eq!(verdict(damaged, blob, &key), Err(want), "bit {bit} of byte {at} of {len}");
            }
        }
    }
}

#[test]
fn a_flipped_byte_of_a_large_file_is_found_in_its_block_and_nowhere_else() {
    let (sound, blob, key) = file(PIECE_BYTES + 2 * BLOCK_BYTES + 100);
    let second = HEADER + GROUP;
    let places = [
        (HEADER, 0),
        (HEADER + 5 * TAG + 3, 5),
        (HEADER + 16 * TAG, 0),
        (HEADER + 16 * TAG + BLOCK_BYTES - 1, 0),
        (HEADER + 16 * TAG + BLOCK_BYTES, 1),
        (second - 1, 15),
        (second, 16),
        (second + 2 * TAG + 15, 18),
        (second + 3 * TAG, 16),
        (sound.len() - 101, 17),
        (sound.len() - 100, 18),
        (sound.len() - 1, 18),
    ];
    for (at, block) in places {
        let mut damaged = sound.clone();
        damaged[at] ^= 0x10;
        let reader = BlobReader::of_bytes(damaged, blob, &key).unwrap();
        for n in 0..19 {
            let found = reader.read_at(n * BLOCK_BYTES as u64 + 10, 20);
            match found {
                Ok(_) => assert_ne!(n, block, "byte {at} is flipped"),
                Err(BlobError::Corrupt { block: Some(found), .. }) => assert_eq!((n, found), (block, block)),
                Err(other) => panic!("{other}"),
            }
        }
        let pieces: Vec<_> = reader.pieces(0..blob.len_bytes).collect();
        assert!(pieces.last().unwrap().is_err(), "reading ends at the first error");
    }
}

#[test]
fn a_file_cut_anywhere_is_found() {
    let len = PIECE_BYTES + 2 * BLOCK_BYTES + 100;
    let (sound, blob, key) = file(len);
    let edges = (0..=18).map(|n| HEADER + (n / 16 + 1) * 16 * TAG + n * BLOCK_BYTES);
    let others = [0, 1, HEADER - 1, HEADER, HEADER + TAG, HEADER + GROUP, sound.len() - 1];
    for cut in edges.chain(others).filter(|cut| *cut < sound.len()) {
        assert_eq!(verdict(sound[..cut].to_vec(), blob, &key), Err(None), "cut at {cut}");
    }
    let longer = [&sound[..], &[0]].concat();
    assert_eq!(verdict(longer, blob, &key), Err(None));
}

#[test]
fn a_whole_block_cut_off_is_found_even_where_the_row_says_so_too() {
    // Whoever can change the length in the row and cut the file between blocks still cannot mark another block as the last.
    let (sound, blob, key) = file(3 * BLOCK_BYTES);
    let tags = &sound[HEADER..HEADER + 2 * TAG];
    let blocks = &sound[HEADER + 3 * TAG..HEADER + 3 * TAG + 2 * BLOCK_BYTES];
    let cut = [&sound[..HEADER], tags, blocks].concat();
    let shorter = BlobRef { len_bytes: 2 * BLOCK_BYTES as u64, ..blob };
    assert_eq!(verdict(cut, shorter, &key), Err(Some(1)));
}

#[test]
fn blocks_that_change_places_are_found() {
    let (sound, blob, key) = file(3 * BLOCK_BYTES);
    let mut moved = sound.clone();
    let (tags, blocks) = (HEADER, HEADER + 3 * TAG);
    moved.copy_within(tags + TAG..tags + 2 * TAG, tags);
    moved.copy_within(blocks + BLOCK_BYTES..blocks + 2 * BLOCK_BYTES, blocks);
    assert_eq!(verdict(moved, blob, &key), Err(Some(0)));
}

#[test]
fn another_key_name_length_or_file_is_found() {
    let (sound, blob, own) = file(1_000);
    assert_eq!(verdict(sound.clone(), blob, &key(8)), Err(None));
    let other = BlobRef { id: BlobId::from_bytes([1; 16]), ..blob };
    assert_eq!(verdict(sound.clone(), other, &own), Err(None));
    for len_bytes in [0, 999, 1_001, u64::MAX] {
        assert_eq!(verdict(sound.clone(), BlobRef { len_bytes, ..blob }, &own), Err(None));
    }
    // The same content under the same key, in place of it.
    let (foreign, ..) = file(1_000);
    assert_eq!(verdict(foreign, blob, &own), Err(None));
}

#[test]
fn damage_on_the_disk_is_found_by_an_open_reader_too() {
    let (dir, blobs) = on_disk();
    let blob = put(&blobs, &key(1), &content(1, 2 * PIECE_BYTES));
    let reader = blobs.reader(blob, &key(1)).unwrap();
    let handle = fs::File::options().write(true).open(dir.file(blob.id)).unwrap();
    handle.set_len((HEADER + GROUP + 500) as u64).unwrap();
    assert!(reader.read_at(0, 10).is_ok());
    let found = reader.read_at(PIECE_BYTES as u64, 10);
    assert!(matches!(found, Err(BlobError::Corrupt { block: Some(16), .. })), "{found:?}");
    assert!(matches!(blobs.reader(blob, &key(1)), Err(BlobError::Corrupt { block: None, .. })));
}

#[test]
fn two_blobs_of_the_same_bytes_and_key_share_no_byte_of_ciphertext() {
    let (dir, blobs) = on_disk();
    let bytes = content(1, 500);
    let [a, b] = [(), ()].map(|()| put(&blobs, &key(1), &bytes));
    let [a, b] = [a, b].map(|blob| fs::read(dir.file(blob.id)).unwrap());
    let alike = a[HEADER..].iter().zip(&b[HEADER..]).filter(|(x, y)| x == y).count();
    assert!(alike < 30, "{alike} of 516 bytes are alike; 2 would be by chance");
    assert!(!a.windows(8).any(|w| bytes.starts_with(w)), "content is not to be seen");
}
