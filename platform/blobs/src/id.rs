//! Names of blobs: 16 random bytes, 32 hexadecimal digits as a file's name. Not what a blob means to anybody.

use std::fmt;

use store::{Field, Key, KeyReader, KeyWriter, RowError, RowReader, RowWriter};

use crate::random;

/// The name of a blob. Random, never used twice.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId([u8; 16]);

/// What a row keeps of a blob, besides its wrapped key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlobRef {
    /// Its name.
    pub id: BlobId,
    /// The length of its content.
    pub len_bytes: u64,
}

impl BlobId {
    pub(crate) fn random() -> BlobId {
        BlobId(random::bytes())
    }

    /// The name of these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> BlobId {
        BlobId(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<BlobId> {
        let digits = text.as_bytes();
        let mut bytes = [0; 16];
        if digits.len() != 32 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
        }
        Some(BlobId(bytes))
    }

    /// The shelf that it stands on.
    pub(crate) const fn shelf(&self) -> u8 {
        self.0[0]
    }
}

fn digit(c: u8) -> Option<u8> {
    match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobId({self})")
    }
}

impl Key for BlobId {
    fn encode(&self, out: &mut KeyWriter) {
        self.0.encode(out);
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<BlobId> {
        <[u8; 16]>::decode(r).map(BlobId)
    }
}

impl Field for BlobId {
    fn write(&self, w: &mut RowWriter) {
        self.0.to_vec().write(w);
    }
    fn read(r: RowReader<'_>) -> Result<BlobId, RowError> {
        let bytes = Vec::<u8>::read(r)?;
        let bytes = bytes.try_into().map_err(|_| RowError::new("a blob's name has not 16 bytes"))?;
        Ok(BlobId(bytes))
    }
    fn may_omit(&self) -> bool {
        *self == BlobId::default()
    }
}
