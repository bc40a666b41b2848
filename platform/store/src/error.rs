//! What can go wrong, with its cause. For the log and the kernel, not for clients: they see `InternalFailure`.

use std::{error::Error, fmt, io, path::PathBuf, sync::Arc};

/// A record whose checksum, version or fields could not be read. It is passed over and reported, never dropped silently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorruptRecord {
    /// The table, such as `sqs.queue`.
    pub table: String,
    /// The encoded key in hexadecimal, without the table's prefix.
    pub key_hex: String,
    /// What did not hold.
    pub reason: String,
}

impl fmt::Display for CorruptRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "corrupt record in {} at key {}: {}", self.table, self.key_hex, self.reason)
    }
}

/// Any failure of the store. Cheap to clone, so that all who wait for one fsync can be told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system refused a read or a write.
    Io {
        /// What was being done.
        what: String,
        /// The operating system's answer.
        source: Arc<io::Error>,
    },
    /// The engine failed otherwise: a damaged block or journal, usually.
    Engine {
        /// What was being done.
        what: String,
        /// The engine's answer.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// One record cannot be read.
    Corrupt(CorruptRecord),
    /// The disk or the quota is full.
    Full {
        /// What was being written.
        what: String,
        /// The operating system's or the engine's answer.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// Another process holds the data folder.
    Locked {
        /// The data folder.
        dir: PathBuf,
    },
    /// The folder is not a store, or one of a newer format.
    Format {
        /// The folder.
        dir: PathBuf,
        /// What it says it is.
        found: String,
        /// The newest format that this program reads.
        supported: u32,
    },
    /// An earlier write failed, so what reached the medium is unknown. Lasts until the store is opened again.
    Poisoned {
        /// The first failure.
        cause: Arc<StoreError>,
    },
    /// Nothing was written: the state that the transaction read has been replaced. Run it again.
    Conflict,
    /// The commit may or may not have happened. No engine of today answers it.
    Maybe,
    /// A key or value exceeds the store's bounds, or a keyspace name is not usable. Nothing was written.
    Invalid {
        /// What is wrong.
        reason: String,
    },
    /// A saved snapshot is incomplete, damaged, or in the way.
    Snapshot {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl StoreError {
    /// Wraps an I/O failure, telling a full disk apart from the rest.
    pub(crate) fn io(what: impl Into<String>, source: io::Error) -> StoreError {
        let what = what.into();
        if is_full(&source) {
            return StoreError::Full { what, source: Arc::new(source) };
        }
        StoreError::Io { what, source: Arc::new(source) }
    }

    /// Wraps an engine failure, looking through it for an I/O cause.
    pub(crate) fn engine(what: impl Into<String>, source: fjall::Error) -> StoreError {
        let what = what.into();
        match source {
            fjall::Error::Io(e) => StoreError::io(what, e),
            fjall::Error::Storage(fjall::LsmError::Io(e)) => StoreError::io(what, e),
            other => StoreError::Engine { what, source: Arc::new(other) },
        }
    }
}

fn is_full(e: &io::Error) -> bool {
    matches!(
        e.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Io { what, .. } => write!(f, "store: {what}: input or output failed"),
            StoreError::Engine { what, .. } => write!(f, "store: {what}: the engine failed"),
            StoreError::Corrupt(record) => write!(f, "store: {record}"),
            StoreError::Full { what, .. } => write!(f, "store: {what}: the disk is full"),
            StoreError::Locked { dir } => {
                write!(f, "store: {} is in use by another process", dir.display())
            }
            StoreError::Format { dir, found, supported } => write!(
                f,
                "store: {} has format {found}, and this program reads formats up to {supported}",
                dir.display()
            ),
            StoreError::Poisoned { .. } => {
                write!(
                    f,
                    "store: an earlier write failed; no commit is taken until the store is opened again"
                )
            }
            StoreError::Conflict => write!(f, "store: the state was replaced under the transaction"),
            StoreError::Maybe => write!(f, "store: the commit may or may not have happened"),
            StoreError::Invalid { reason } => write!(f, "store: {reason}"),
            StoreError::Snapshot { path, reason } => {
                write!(f, "store: snapshot {}: {reason}", path.display())
            }
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StoreError::Io { source, .. } => Some(source.as_ref()),
            StoreError::Engine { source, .. } | StoreError::Full { source, .. } => Some(source.as_ref()),
            StoreError::Poisoned { cause } => Some(cause.as_ref()),
            _ => None,
        }
    }
}

/// Why the fields of a row could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    reason: String,
}

impl RowError {
    /// A failure with its reason, for [`crate::Table::upgrade`] and hand-written fields.
    pub fn new(reason: impl Into<String>) -> RowError {
        RowError { reason: reason.into() }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Error for RowError {}
