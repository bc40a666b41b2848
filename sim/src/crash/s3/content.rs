//! Content that is told by a number: from it follow how many bytes there are and which. Not where they are stored.

use crate::random::Random;

/// Up to so many bytes lie in a row; more in a file.
pub const INLINE_BYTES: usize = 32 * 1024;
/// The least that a part may have unless it is the last.
pub const PART_BYTES: usize = 5 * 1024 * 1024;

/// How much.
#[derive(Clone, Copy, Debug)]
pub enum Size {
    /// Less than 2 KB.
    Small,
    /// As much as fits in a row, or a byte more or less.
    Edge,
    /// More than fits in a row.
    Large,
    /// Enough for a part that others follow.
    Part,
}

/// Names content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Content(u64);

impl Content {
    /// The content of a number that is used once.
    pub fn new(unique: u64, size: Size) -> Content {
        Content(unique << 2 | size as u64)
    }

    /// Its length.
    pub fn len(self) -> usize {
        let mut random = Random::new(self.0, 1);
        let mut below = |bound: usize| random.below(bound as u64) as usize;
        match self.0 & 3 {
            0 => below(2_000),
            1 => INLINE_BYTES - 1 + below(3),
            2 => INLINE_BYTES + 1 + below(200_000),
            _ => PART_BYTES + below(100),
        }
    }

    /// Whether it lies in a file.
    pub fn is_stored_apart(self) -> bool {
        self.len() > INLINE_BYTES
    }

    /// Whether others may follow it in an upload.
    pub fn is_full_part(self) -> bool {
        self.len() >= PART_BYTES
    }

    /// Its bytes.
    pub fn bytes(self) -> Vec<u8> {
        let (mut random, len) = (Random::new(self.0, 2), self.len());
        let mut out = Vec::with_capacity(len + 8);
        while out.len() < len {
            out.extend_from_slice(&random.next().to_le_bytes());
        }
        out.truncate(len);
        out
    }
}
