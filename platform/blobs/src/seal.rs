//! Small byte strings under a key, for rows: AES-256-GCM with a key of its own for each, derived from a random salt.
//!
//! Bytes: version (1), salt (24), ciphertext, tag (16). The derived key encrypts nothing else, so its nonce is zero; the
//! context is authenticated beside the bytes. Not for large ones: they are blobs.

use std::fmt;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};

use crate::random;

const VERSION: u8 = 1;
const SALT_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// What is sealed. Keys and bytes never open as each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bytes,
    Key,
}

impl Kind {
    const fn info(self) -> &'static [u8] {
        match self {
            Kind::Bytes => b"tabletop sealed bytes",
            Kind::Key => b"tabletop sealed key",
        }
    }
}

/// Sealed bytes are damaged, or of another key or context. Nothing tells which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CannotOpen;

impl fmt::Display for CannotOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sealed bytes are damaged, or of another key or context")
    }
}

impl std::error::Error for CannotOpen {}

pub(crate) fn seal(secret: &[u8; 32], kind: Kind, plain: &[u8], context: &[u8]) -> Vec<u8> {
    seal_with(secret, kind, plain, context, random::bytes())
}

fn seal_with(secret: &[u8; 32], kind: Kind, plain: &[u8], context: &[u8], salt: [u8; SALT_BYTES]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 + SALT_BYTES + plain.len() + TAG_BYTES);
    out.push(VERSION);
    out.extend_from_slice(&salt);
    out.extend_from_slice(plain);
    let cipher = cipher(&derive::<32>(secret, &salt, &[kind.info()]));
    let tag = cipher
        .seal_in_place_separate_tag(zero_nonce(), Aad::from(context), &mut out[1 + SALT_BYTES..])
        .expect("AES-GCM takes up to 64 GiB");
    out.extend_from_slice(tag.as_ref());
    out
}

pub(crate) fn open(
    secret: &[u8; 32],
    kind: Kind,
    sealed: &[u8],
    context: &[u8],
) -> Result<Vec<u8>, CannotOpen> {
    let (version, rest) = sealed.split_first().ok_or(CannotOpen)?;
    let (salt, rest) = rest.split_at_checked(SALT_BYTES).ok_or(CannotOpen)?;
    if *version != VERSION {
        return Err(CannotOpen);
    }
    let mut plain = rest.to_vec();
    let cipher = cipher(&derive::<32>(secret, salt, &[kind.info()]));
    let opened = cipher.open_in_place(zero_nonce(), Aad::from(context), &mut plain);
    let len = opened.map_err(|_| CannotOpen)?.len();
    plain.truncate(len);
    Ok(plain)
}

/// `N` bytes from a secret: HKDF with SHA-256 (RFC 5869).
pub(crate) fn derive<const N: usize>(secret: &[u8; 32], salt: &[u8], info: &[&[u8]]) -> [u8; N] {
    struct Len(usize);
    impl KeyType for Len {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut out = [0; N];
    let key = Salt::new(HKDF_SHA256, salt).extract(secret);
    let okm = key.expand(info, Len(N)).expect("fewer than 8,160 bytes are asked for");
    okm.fill(&mut out).expect("as many as were asked for");
    out
}

pub(crate) fn cipher(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("the key has 32 bytes"))
}

fn zero_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by another implementation (Python's `cryptography`: HKDF and AESGCM) from the description above.
    #[test]
    fn sealed_bytes_are_as_described() {
        let secret: [u8; 32] = std::array::from_fn(|i| i as u8);
        let salt: [u8; SALT_BYTES] = std::array::from_fn(|i| 50 + i as u8);
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        assert_eq!(
            hex(&seal_with(&secret, Kind::Bytes, b"hello", b"ctx", salt)),
            "0132333435363738393a3b3c3d3e3f40414243444546474849b64f780d665aadd5b96d06b1e327ffebeeed85d93d"
        );
        let key: [u8; 32] = std::array::from_fn(|i| 200 + i as u8);
        assert_eq!(
            hex(&seal_with(&secret, Kind::Key, &key, b"ctx", salt)),
            "0132333435363738393a3b3c3d3e3f4041424344454647484901a91a29492ef904c6bd3aeb52d87ab361d3e83d50f263\
             b228d941c14313911276515c16705a87f8bbe63c44527713ef"
        );
    }
}
