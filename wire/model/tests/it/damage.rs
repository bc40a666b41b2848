//! Blobs that are cut short, altered or forged are errors, never panics.

use model::{checksum, load};

const STS: &[u8] = include_bytes!("../../../../models/sts.ttm");

fn refused(blob: Vec<u8>) -> String {
    load(blob.leak()).expect_err("a damaged blob must not load").what.to_owned()
}

#[test]
fn a_whole_blob_loads() {
    assert_eq!(load(STS).unwrap().id, "sts");
}

#[test]
fn every_truncation_is_refused() {
    for n in 0..STS.len() {
        assert!(load(&STS[..n]).is_err(), "cut at {n}");
    }
}

#[test]
fn a_flipped_bit_is_noticed() {
    for at in [12, 100, STS.len() - 1] {
        let mut blob = STS.to_vec();
        blob[at] ^= 1;
        assert_eq!(refused(blob), "checksum does not match");
    }
    let mut blob = STS.to_vec();
    blob[3] = b'9';
    assert_eq!(refused(blob), "not a model blob of this version");
}

/// A forger can make the checksum right; whatever then follows must still be an error or a model, not a panic.
#[test]
fn forged_blobs_do_not_panic() {
    let mut refusals = 0;
    for at in 12..STS.len() {
        let mut blob = STS.to_vec();
        blob[at] = [0x00, 0x7f, 0xff, STS[at].wrapping_add(1)][at % 4];
        refusals += usize::from(load(sealed(blob).leak()).is_err());
    }
    assert!(refusals > STS.len() / 16, "{refusals}");
}

#[test]
fn a_forged_count_allocates_nothing() {
    let mut blob = STS[..12].to_vec();
    blob.extend([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    assert_eq!(refused(sealed(blob)), "count exceeds the blob");
}

#[test]
fn cut_and_sealed_blobs_are_refused() {
    for n in 12..STS.len() {
        refused(sealed(STS[..n].to_vec()));
    }
}

fn sealed(mut blob: Vec<u8>) -> Vec<u8> {
    let sum = checksum(&blob[12..]).to_le_bytes();
    blob[4..12].copy_from_slice(&sum);
    blob
}
