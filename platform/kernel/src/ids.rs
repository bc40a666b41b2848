//! Ids and randomness: seeded streams, one per resource type. With the same seed, the same calls get the same bytes;
//! every start of the program takes new streams, so that nothing repeats after a restart. Strong enough for secrets when
//! the seed is.

use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::HashMap;
use parking_lot::RwLock;
use sha2::{Digest, Sha256};

/// `A`–`Z` and `2`–`7`: what IAM's ids are made of.
pub const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// What secrets are made of.
pub const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Lower-case hex.
pub const HEX: &[u8] = b"0123456789abcdef";

/// The streams of one run of the program.
#[derive(Debug)]
pub struct Ids {
    seed: [u8; 32],
    positions: RwLock<HashMap<&'static str, AtomicU64>>,
}

impl Ids {
    /// Streams from a seed and the number of this start.
    pub fn new(seed: [u8; 32], start: u64) -> Ids {
        let mut h = Sha256::new();
        h.update(seed);
        h.update(start.to_be_bytes());
        Ids { seed: h.finalize().into(), positions: RwLock::default() }
    }

    /// The next 32 bytes of a stream.
    pub fn bytes(&self, stream: &'static str) -> [u8; 32] {
        let position = self.position(stream);
        let mut h = Sha256::new();
        h.update(self.seed);
        h.update(stream.as_bytes());
        h.update(position.to_be_bytes());
        h.finalize().into()
    }

    fn position(&self, stream: &'static str) -> u64 {
        if let Some(p) = self.positions.read().get(stream) {
            return p.fetch_add(1, Ordering::Relaxed);
        }
        let mut all = self.positions.write();
        all.entry(stream).or_default().fetch_add(1, Ordering::Relaxed)
    }

    /// A random (version 4) UUID in lower case.
    pub fn uuid(&self, stream: &'static str) -> String {
        let mut b = self.bytes(stream);
        b[6] = (b[6] & 0x0f) | 0x40;
        b[8] = (b[8] & 0x3f) | 0x80;
        let mut s = String::with_capacity(36);
        for (i, byte) in b[..16].iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                s.push('-');
            }
            s.push(char::from(HEX[usize::from(byte >> 4)]));
            s.push(char::from(HEX[usize::from(byte & 15)]));
        }
        s
    }

    /// `n` characters of an alphabet whose length is a power of two (so that no character is likelier).
    pub fn text(&self, stream: &'static str, n: usize, alphabet: &[u8]) -> String {
        debug_assert!(alphabet.len().is_power_of_two(), "other alphabets would be skewed");
        let mut s = String::with_capacity(n);
        while s.len() < n {
            for b in self.bytes(stream).iter().take(n - s.len()) {
                s.push(char::from(alphabet[usize::from(*b) & (alphabet.len() - 1)]));
            }
        }
        s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_ids_and_a_new_start_has_others() {
        let (a, b, c) = (Ids::new([7; 32], 1), Ids::new([7; 32], 1), Ids::new([7; 32], 2));
        assert_eq!(a.uuid("x"), b.uuid("x"));
        assert_eq!(a.text("k", 40, BASE64), b.text("k", 40, BASE64));
        assert_ne!(a.uuid("x"), c.uuid("x"));
        assert_ne!(a.uuid("x"), a.uuid("x"));
    }

    #[test]
    fn uuids_are_version_four() {
        let id = Ids::new([1; 32], 0).uuid("x");
        assert_eq!((id.len(), &id[14..15]), (36, "4"), "{id}");
    }
}
