//! What can go wrong with a blob, with its cause. For the log and the kernel, not for clients.

use std::{error::Error, fmt, io, sync::Arc};

use crate::BlobId;

/// Any failure of a blob. Cheap to clone.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum BlobError {
    /// There is no such file.
    Missing {
        /// The blob.
        id: BlobId,
    },
    /// The file is not what was written, or the key is not the one it was written with.
    Corrupt {
        /// The blob.
        id: BlobId,
        /// The block (of 64 KiB) that does not verify; `None`: the header or the file's length.
        block: Option<u64>,
    },
    /// The disk or the quota is full.
    Full {
        /// What was being done.
        what: String,
        /// The operating system's answer.
        source: Arc<io::Error>,
    },
    /// The operating system refused otherwise.
    Io {
        /// What was being done.
        what: String,
        /// The operating system's answer.
        source: Arc<io::Error>,
    },
}

impl BlobError {
    /// Wraps an I/O failure, telling a full disk apart from the rest.
    pub(crate) fn io(what: impl Into<String>, source: io::Error) -> BlobError {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        let (what, full) = (what.into(), matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge));
        let source = Arc::new(source);
        if full { BlobError::Full { what, source } } else { BlobError::Io { what, source } }
    }

    /// As `io`, of one blob, whose file may be missing.
    pub(crate) fn of(id: BlobId, doing: &str, source: io::Error) -> BlobError {
        match source.kind() {
            io::ErrorKind::NotFound => BlobError::Missing { id },
            _ => BlobError::io(format!("{doing} {id}"), source),
        }
    }
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BlobError::Missing { id } => write!(f, "blob {id} is missing"),
            BlobError::Corrupt { id, block: Some(block) } => {
                write!(f, "blob {id} is corrupt: block {block} does not verify")
            }
            BlobError::Corrupt { id, block: None } => {
                write!(f, "blob {id} is corrupt: its header or its length does not hold")
            }
            BlobError::Full { what, .. } => write!(f, "blobs: {what}: the disk is full"),
            BlobError::Io { what, .. } => write!(f, "blobs: {what}: input or output failed"),
        }
    }
}

impl Error for BlobError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            BlobError::Full { source, .. } | BlobError::Io { source, .. } => Some(source.as_ref()),
            BlobError::Missing { .. } | BlobError::Corrupt { .. } => None,
        }
    }
}
