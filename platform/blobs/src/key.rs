//! The key of one blob or of one sealed byte string. Not how it is kept: rows hold it wrapped.

use std::fmt;

use crate::random;
use crate::seal::{self, CannotOpen, Kind};

/// A 256-bit key. Shows nothing of itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey([u8; 32]);

impl DataKey {
    /// A fresh one.
    pub fn random() -> DataKey {
        DataKey(random::bytes())
    }

    /// A key that somebody else made. The same one may serve many blobs: each encrypts under a key derived from it.
    pub const fn from_bytes(bytes: [u8; 32]) -> DataKey {
        DataKey(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Encrypts a small byte string, 41 bytes longer afterwards. `context` must be given again to open it.
    pub fn seal(&self, plain: &[u8], context: &[u8]) -> Vec<u8> {
        seal::seal(&self.0, Kind::Bytes, plain, context)
    }

    /// What `seal` encrypted.
    ///
    /// Errors: CannotOpen: damaged, or of another key or context.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        seal::open(&self.0, Kind::Bytes, sealed, context)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}
