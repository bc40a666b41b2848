//! A transaction: a stable snapshot plus its own writes. Does not know how they are committed; that is `Store::commit`.

use std::{borrow::Cow, fmt, marker::PhantomData, sync::Arc};

use parking_lot::Mutex;

use crate::{
    CorruptRecord, Key, RawRows, RawScan, Rows, Scan, Shared, StoreError, Table,
    engine::{ByteRange, Name, Snapshot, Writes},
    health::Health,
    scan::Merged,
    table::{corrupt, keyspace_of, read_value, stored_key, stored_value},
};

/// The longest stored key (table prefix and escapes included).
pub const MAX_KEY_BYTES: usize = 16 << 10;
/// The longest stored value.
pub const MAX_VALUE_BYTES: usize = 16 << 20;

/// A read-write transaction. Reads see the state committed when it began, and its own writes. Dropping it writes nothing.
///
/// When the engine fails under a scan, the scan ends, and every later `get`, `scan`, [`Tx::check`] and commit of this
/// transaction answers that failure: half a scan is never taken for a whole one.
pub struct Tx {
    snapshot: Box<dyn Snapshot>,
    writes: Writes,
    failure: Mutex<Option<StoreError>>,
    pub(crate) generation: u64,
    health: Arc<Health>,
}

/// Longer keys cannot have been written, and the engine takes no more than 64 KiB.
fn may_be_stored(key: &[u8]) -> bool {
    !key.is_empty() && key.len() <= MAX_KEY_BYTES
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("writes", &self.writes.len()).finish_non_exhaustive()
    }
}

impl Tx {
    pub(crate) fn new(snapshot: Box<dyn Snapshot>, generation: u64, health: Arc<Health>) -> Tx {
        Tx { snapshot, writes: Writes::default(), failure: Mutex::new(None), generation, health }
    }

    /// The row of a key.
    ///
    /// Errors: Corrupt: its checksum, version or fields do not hold. Any failure of the engine.
    pub fn get<T: Table>(&self, key: &T::Key) -> Result<Option<T::Row>, StoreError> {
        self.get_stored::<T>(&stored_key::<T>(key))
    }

    fn get_stored<T: Table>(&self, key: &[u8]) -> Result<Option<T::Row>, StoreError> {
        let keyspace = const { keyspace_of(T::NAME) };
        match self.own(keyspace, key) {
            Some(None) => Ok(None),
            Some(Some(value)) => self.decoded::<T>(key, value).map(Some),
            None => match self.stored(keyspace, key)? {
                None => Ok(None),
                Some(value) => self.decoded::<T>(key, &value).map(Some),
            },
        }
    }

    fn decoded<T: Table>(&self, key: &[u8], value: &[u8]) -> Result<T::Row, StoreError> {
        read_value::<T>(key, value).map_err(|e| {
            let record = corrupt(T::NAME, key, e);
            self.note_corrupt(&record);
            StoreError::Corrupt(record)
        })
    }

    /// As `get`, for a row that many transactions read and few write: the newest one is kept at hand, decoded. The key may be
    /// of any type that encodes as the table's does (`&str` for `String`).
    ///
    /// Errors: as `get`'s.
    pub fn get_kept<T: Table>(&self, key: &impl Key) -> Result<Option<Shared<T::Row>>, StoreError>
    where
        T::Row: Send + Sync + 'static,
    {
        let key = stored_key::<T>(key);
        let keyspace = const { keyspace_of(T::NAME) };
        if self.own(keyspace, &key).is_some() {
            return Ok(self.get_stored::<T>(&key)?.map(Shared::from));
        }
        self.check()?;
        if !may_be_stored(&key) {
            return Ok(None);
        }
        let kept = self.snapshot.get_kept(keyspace, &key)?;
        let Some(value) = &kept.value else { return Ok(None) };
        if let Some(row) = kept.decoded.get().and_then(|row| row.clone().downcast().ok()) {
            return Ok(Some(Shared(row)));
        }
        let row = Arc::new(self.decoded::<T>(&key, value)?);
        // Somebody else may have been quicker: theirs is the same.
        kept.decoded.get_or_init(|| row.clone());
        Ok(Some(Shared(row)))
    }

    /// Writes a row, replacing the one of that key.
    pub fn put<T: Table>(&mut self, key: &T::Key, row: &T::Row) {
        let key = stored_key::<T>(key);
        let value = stored_value::<T>(&key, row);
        self.writes.set(Cow::Borrowed(const { keyspace_of(T::NAME) }), key, Some(value));
    }

    /// Deletes the row of a key, if there is one.
    pub fn delete<T: Table>(&mut self, key: &T::Key) {
        self.writes.set(Cow::Borrowed(const { keyspace_of(T::NAME) }), stored_key::<T>(key), None);
    }

    /// The rows of a scan, own writes included. Rows that cannot be read are passed over and listed in
    /// [`crate::Store::corrupt_records`].
    pub fn scan<T: Table>(&self, scan: Scan<T>) -> Result<Rows<'_, T>, StoreError> {
        let (range, reverse) = scan.into_raw();
        let merged = match range {
            Some(range) => self.merged(const { keyspace_of(T::NAME) }, &range, reverse)?,
            None => Merged::empty(self),
        };
        Ok(Rows { merged, table: PhantomData })
    }

    /// Deletes every row of a scan, unreadable ones too; the answer is how many.
    pub fn delete_all<T: Table>(&mut self, scan: Scan<T>) -> Result<usize, StoreError> {
        self.delete_some(scan, usize::MAX)
    }

    /// As `delete_all`, but at most `limit` rows, the first ones.
    pub fn delete_some<T: Table>(&mut self, scan: Scan<T>, limit: usize) -> Result<usize, StoreError> {
        match scan.into_raw() {
            (Some(range), _) => self.delete_range(keyspace_of(T::NAME), range, limit),
            (None, _) => Ok(0),
        }
    }

    /// The number of own writes, deletions included.
    pub fn count_writes(&self) -> usize {
        self.writes.len()
    }

    /// Whether there are no own writes.
    pub fn is_empty(&self) -> bool {
        self.writes.spaces.is_empty()
    }

    /// Errors: the failure that ended a scan of this transaction, if one did.
    pub fn check(&self) -> Result<(), StoreError> {
        match &*self.failure.lock() {
            None => Ok(()),
            Some(failure) => Err(failure.clone()),
        }
    }

    /// The keyspaces that hold or have held records, own writes not included.
    pub fn keyspaces(&self) -> Vec<String> {
        self.snapshot.keyspaces()
    }

    /// The stored bytes of a stored key.
    pub fn get_raw(&self, keyspace: &str, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.own(keyspace, key) {
            Some(own) => Ok(own.map(<[u8]>::to_vec)),
            None => Ok(self.stored(keyspace, key)?.map(|value| value.to_vec())),
        }
    }

    /// Writes stored bytes as they are.
    pub fn put_raw(&mut self, keyspace: &str, key: &[u8], value: &[u8]) {
        self.writes.set(self.name(keyspace), key.to_vec(), Some(value.to_vec()));
    }

    /// Deletes a stored key.
    pub fn delete_raw(&mut self, keyspace: &str, key: &[u8]) {
        self.writes.set(self.name(keyspace), key.to_vec(), None);
    }

    /// The stored records of a keyspace.
    pub fn scan_raw(&self, keyspace: &str, scan: RawScan) -> Result<RawRows<'_>, StoreError> {
        let range = ByteRange { from: scan.from, to: scan.to };
        if range.is_empty() {
            return Ok(RawRows(Merged::empty(self)));
        }
        Ok(RawRows(self.merged(keyspace, &range, scan.reverse)?))
    }

    /// Deletes every record of a keyspace whose stored key begins with `prefix` (empty: all); the answer is how many.
    pub fn delete_prefix(&mut self, keyspace: &str, prefix: &[u8]) -> Result<usize, StoreError> {
        self.delete_prefix_some(keyspace, prefix, usize::MAX)
    }

    /// As `delete_prefix`, but at most `limit` records: so a reset of millions can be committed in small steps. An answer
    /// below the limit says that none is left.
    pub fn delete_prefix_some(
        &mut self,
        keyspace: &str,
        prefix: &[u8],
        limit: usize,
    ) -> Result<usize, StoreError> {
        let RawScan { from, to, .. } = RawScan::prefix(prefix);
        self.delete_range(keyspace, ByteRange { from, to }, limit)
    }

    fn delete_range(&mut self, keyspace: &str, range: ByteRange, limit: usize) -> Result<usize, StoreError> {
        let found = self.merged(keyspace, &range, false)?;
        let keys: Vec<Vec<u8>> = found.take(limit).map(|(key, _)| key.to_vec()).collect();
        self.check()?;
        let count = keys.len();
        for key in keys {
            self.delete_raw(keyspace, &key);
        }
        Ok(count)
    }

    fn own(&self, keyspace: &str, key: &[u8]) -> Option<Option<&[u8]>> {
        let value = self.writes.of(keyspace)?.get(key)?;
        Some(value.as_deref())
    }

    fn stored(&self, keyspace: &str, key: &[u8]) -> Result<Option<crate::engine::Bytes>, StoreError> {
        self.check()?;
        if !may_be_stored(key) {
            return Ok(None);
        }
        self.snapshot.get(keyspace, key)
    }

    fn merged(&self, keyspace: &str, range: &ByteRange, reverse: bool) -> Result<Merged<'_>, StoreError> {
        self.check()?;
        let stored = self.snapshot.scan(keyspace, range, reverse);
        let merged = Merged::new(self, stored, self.writes.of(keyspace), range, reverse);
        self.check()?;
        Ok(merged)
    }

    /// A name that is already among the writes needs no copy of its own.
    fn name(&self, keyspace: &str) -> Name {
        match self.writes.spaces.iter().find(|(name, _)| name == keyspace) {
            Some((Cow::Borrowed(name), _)) => Cow::Borrowed(name),
            _ => Cow::Owned(keyspace.to_owned()),
        }
    }

    pub(crate) fn note_failure(&self, failure: StoreError) {
        self.failure.lock().get_or_insert(failure);
    }

    pub(crate) fn note_corrupt(&self, record: &CorruptRecord) {
        self.health.record(record);
    }

    /// Gives the snapshot up and yields the writes, if they are within bounds.
    pub(crate) fn into_writes(self) -> Result<Writes, StoreError> {
        let invalid = |reason: String| Err(StoreError::Invalid { reason });
        for (name, records) in &self.writes.spaces {
            if name.is_empty() || name.len() > u8::MAX as usize {
                return invalid(format!("{name:?} is no name for a keyspace (1 to 255 bytes)"));
            }
            for (key, value) in records {
                if key.is_empty() || key.len() > MAX_KEY_BYTES {
                    return invalid(format!(
                        "a key of {name} has {} bytes (1 to {MAX_KEY_BYTES})",
                        key.len()
                    ));
                }
                let len = value.as_ref().map_or(0, Vec::len);
                if len > MAX_VALUE_BYTES {
                    return invalid(format!("a value of {name} has {len} bytes (at most {MAX_VALUE_BYTES})"));
                }
            }
        }
        Ok(self.writes)
    }
}
