//! The seam behind which an engine stands: byte keyspaces, snapshots, atomic batches. It knows no tables and no rows.
//!
//! Kept to FoundationDB's contract: small transactions, bounded keys and values, scans that can be resumed by key.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use crate::{StoreError, kept::KeptRow};

/// A shared, immutable byte string.
pub(crate) type Bytes = fjall::Slice;

/// A scan's records, or the failure that ended it.
pub(crate) type RawIter = Box<dyn Iterator<Item = Result<(Bytes, Bytes), StoreError>> + Send>;

/// A keyspace's name; the typed layer has it for nothing.
pub(crate) type Name = Cow<'static, str>;

/// Writes of one keyspace: a value, or `None` for a deletion.
pub(crate) type SpaceWrites = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Writes to be applied together. Few keyspaces, so a list.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    pub(crate) spaces: Vec<(Name, SpaceWrites)>,
}

impl Writes {
    pub(crate) fn of(&self, keyspace: &str) -> Option<&SpaceWrites> {
        self.spaces.iter().find(|(name, _)| name == keyspace).map(|(_, writes)| writes)
    }

    pub(crate) fn set(&mut self, keyspace: Name, key: Vec<u8>, value: Option<Vec<u8>>) {
        let at = match self.spaces.iter().position(|(name, _)| *name == keyspace) {
            Some(at) => at,
            None => {
                self.spaces.push((keyspace, SpaceWrites::new()));
                self.spaces.len() - 1
            }
        };
        self.spaces[at].1.insert(key, value);
    }

    pub(crate) fn len(&self) -> usize {
        self.spaces.iter().map(|(_, writes)| writes.len()).sum()
    }
}

/// Keys from one (inclusive) to another (exclusive; `None`: to the end).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ByteRange {
    pub(crate) from: Vec<u8>,
    pub(crate) to: Option<Vec<u8>>,
}

impl ByteRange {
    pub(crate) fn is_empty(&self) -> bool {
        self.to.as_ref().is_some_and(|to| *to <= self.from)
    }
}

/// A stable view of every keyspace.
pub(crate) trait Snapshot: Send + Sync {
    fn get(&self, keyspace: &str, key: &[u8]) -> Result<Option<Bytes>, StoreError>;
    /// As `get`, for a row that many read: an engine may keep the newest at hand.
    fn get_kept(&self, keyspace: &str, key: &[u8]) -> Result<Arc<KeptRow>, StoreError> {
        self.get(keyspace, key).map(KeptRow::new)
    }
    /// The range is not empty. The iterator is lazy and outlives the snapshot.
    fn scan(&self, keyspace: &str, range: &ByteRange, reverse: bool) -> RawIter;
    fn keyspaces(&self) -> Vec<String>;
}

/// Keeps keyspaces. The store calls `apply` and `fill` from one thread at a time.
pub(crate) trait Engine: Send + Sync {
    /// Everything applied so far, and nothing later.
    fn snapshot(&self) -> Box<dyn Snapshot>;
    /// Applies all writes, atomically. The operating system has them after the next `flush`, if not before.
    fn apply(&self, writes: Writes) -> Result<(), StoreError>;
    /// Hands everything applied before the call to the operating system.
    fn flush(&self) -> Result<(), StoreError>;
    /// Returns once everything applied before the call is on the medium.
    fn sync(&self) -> Result<(), StoreError>;
    /// Fills a keyspace that has no records yet with records in ascending order of keys, and puts them on the medium.
    fn fill(
        &self,
        keyspace: &str,
        records: &mut dyn Iterator<Item = Result<(Bytes, Bytes), StoreError>>,
    ) -> Result<(), StoreError>;
    /// The room taken on disk.
    fn disk_bytes(&self) -> u64;
    /// A second engine with the same state, where that costs next to nothing.
    fn fork(&self) -> Option<Arc<dyn Engine>> {
        None
    }
    /// Lets the engine remove its files once nobody reads them any more.
    fn retire(&self);
}
