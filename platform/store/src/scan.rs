//! Scans: which records, in which order, and the merge of what is stored with a transaction's own writes. Lazy: a scan of a
//! million records that is given up after ten has read ten.

use std::{
    collections::btree_map,
    fmt,
    marker::PhantomData,
    ops::{Bound, Deref},
};

use crate::{
    Key, Table, Tx,
    engine::{ByteRange, Bytes, RawIter, SpaceWrites},
    key::successor,
    table::{corrupt, prefix_of, read_key, read_value, stored_key},
};

/// Which rows of a table to read. Bounds are given in the order of keys, whichever way the scan runs: a reverse scan is
/// resumed with `.to(&last_key)`, a forward one with `.after(&last_key)`.
pub struct Scan<T> {
    range: Option<ByteRange>,
    reverse: bool,
    table: PhantomData<fn() -> T>,
}

impl<T: Table> Scan<T> {
    /// Every row.
    pub fn all() -> Scan<T> {
        let from = prefix_of(T::NAME).to_vec();
        let to = successor(&from);
        Scan { range: Some(ByteRange { from, to }), reverse: false, table: PhantomData }
    }

    /// The rows whose keys begin with these leading parts: `("a", 1)` of `("a", 1, "x")`.
    pub fn prefix(parts: &impl Key) -> Scan<T> {
        let from = stored_key::<T>(parts);
        let to = successor(&from);
        Scan { range: Some(ByteRange { from, to }), reverse: false, table: PhantomData }
    }

    /// Only keys greater than this one.
    pub fn after(self, key: &T::Key) -> Scan<T> {
        match successor(&stored_key::<T>(key)) {
            Some(bound) => self.raise(bound),
            None => Scan { range: None, ..self },
        }
    }

    /// Only keys from this one on.
    pub fn from(self, key: &T::Key) -> Scan<T> {
        self.raise(stored_key::<T>(key))
    }

    /// Only keys less than this one.
    pub fn to(mut self, key: &T::Key) -> Scan<T> {
        let bound = stored_key::<T>(key);
        if let Some(range) = &mut self.range
            && range.to.as_ref().is_none_or(|to| bound < *to)
        {
            range.to = Some(bound);
        }
        self
    }

    /// From the greatest key to the least.
    pub fn reverse(mut self) -> Scan<T> {
        self.reverse = true;
        self
    }

    fn raise(mut self, bound: Vec<u8>) -> Scan<T> {
        if let Some(range) = &mut self.range
            && bound > range.from
        {
            range.from = bound;
        }
        self
    }

    pub(crate) fn into_raw(self) -> (Option<ByteRange>, bool) {
        (self.range.filter(|range| !range.is_empty()), self.reverse)
    }
}

impl<T> Clone for Scan<T> {
    fn clone(&self) -> Scan<T> {
        Scan { range: self.range.clone(), reverse: self.reverse, table: PhantomData }
    }
}

impl<T: Table> fmt::Debug for Scan<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Scan");
        f.field("table", &T::NAME).field("range", &self.range).field("reverse", &self.reverse).finish()
    }
}

/// Which stored records of a keyspace to read, as bytes: for tools.
#[derive(Clone, Debug, Default)]
pub struct RawScan {
    /// The first stored key; empty for the beginning.
    pub from: Vec<u8>,
    /// The stored key to stop before; `None` for the end.
    pub to: Option<Vec<u8>>,
    /// From the greatest to the least.
    pub reverse: bool,
}

impl RawScan {
    /// Every record of the keyspace.
    pub fn all() -> RawScan {
        RawScan::default()
    }

    /// The records whose stored keys begin with these bytes.
    pub fn prefix(prefix: &[u8]) -> RawScan {
        RawScan { from: prefix.to_vec(), to: successor(prefix), reverse: false }
    }
}

/// Bytes of the store, or of the transaction.
pub(crate) enum Piece<'a> {
    Stored(Bytes),
    Own(&'a [u8]),
}

impl Deref for Piece<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            Piece::Stored(bytes) => bytes,
            Piece::Own(bytes) => bytes,
        }
    }
}

/// The stored records and the own writes of a range, as one sequence. A failure of the engine ends it, and is kept in the
/// transaction.
pub(crate) struct Merged<'a> {
    tx: &'a Tx,
    stored: Option<RawIter>,
    next_stored: Option<(Bytes, Bytes)>,
    own: Option<btree_map::Range<'a, Vec<u8>, Option<Vec<u8>>>>,
    next_own: Option<(&'a Vec<u8>, &'a Option<Vec<u8>>)>,
    reverse: bool,
}

impl<'a> Merged<'a> {
    /// A sequence of nothing.
    pub(crate) fn empty(tx: &'a Tx) -> Merged<'a> {
        Merged { tx, stored: None, next_stored: None, own: None, next_own: None, reverse: false }
    }

    /// The range is not empty.
    pub(crate) fn new(
        tx: &'a Tx,
        stored: RawIter,
        own: Option<&'a SpaceWrites>,
        range: &ByteRange,
        reverse: bool,
    ) -> Merged<'a> {
        let from = Bound::Included(&range.from[..]);
        let to = range.to.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let own = own.map(|writes| writes.range::<[u8], _>((from, to)));
        let mut merged = Merged { tx, stored: Some(stored), next_stored: None, own, next_own: None, reverse };
        merged.pull_stored();
        merged.pull_own();
        merged
    }

    fn pull_stored(&mut self) {
        self.next_stored = match self.stored.as_mut().and_then(Iterator::next) {
            Some(Ok(record)) => Some(record),
            Some(Err(failure)) => {
                self.tx.note_failure(failure);
                (self.stored, self.own, self.next_own) = (None, None, None);
                None
            }
            None => None,
        };
    }

    fn pull_own(&mut self) {
        let own = self.own.as_mut();
        self.next_own =
            if self.reverse { own.and_then(|o| o.next_back()) } else { own.and_then(|o| o.next()) };
    }
}

impl<'a> Iterator for Merged<'a> {
    type Item = (Piece<'a>, Piece<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let own_first = match (&self.next_stored, self.next_own) {
                (None, None) => return None,
                (Some(_), None) => false,
                (None, Some(_)) => true,
                (Some((stored, _)), Some((own, _))) => match (**stored).cmp(own.as_slice()) {
                    std::cmp::Ordering::Equal => {
                        self.pull_stored();
                        true
                    }
                    order => order.is_gt() != self.reverse,
                },
            };
            if !own_first {
                let (key, value) = self.next_stored.take()?;
                self.pull_stored();
                return Some((Piece::Stored(key), Piece::Stored(value)));
            }
            // A failure while pulling ends the sequence here.
            let (key, value) = self.next_own?;
            self.pull_own();
            if let Some(value) = value {
                return Some((Piece::Own(key), Piece::Own(value)));
            }
        }
    }
}

/// The rows of a scan. Ends early when the engine fails: [`Tx::check`] and [`crate::Store::commit`] tell.
pub struct Rows<'a, T> {
    pub(crate) merged: Merged<'a>,
    pub(crate) table: PhantomData<fn() -> T>,
}

impl<T: Table> Iterator for Rows<'_, T> {
    type Item = (T::Key, T::Row);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (key, value) = self.merged.next()?;
            let row = match (read_key::<T>(&key), read_value::<T>(&key, &value)) {
                (Some(key), Ok(row)) => return Some((key, row)),
                (_, Err(e)) => corrupt(T::NAME, &key, e),
                (None, Ok(_)) => corrupt(T::NAME, &key, "the key cannot be decoded"),
            };
            self.merged.tx.note_corrupt(&row);
        }
    }
}

impl<T: Table> fmt::Debug for Rows<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("table", &T::NAME).finish_non_exhaustive()
    }
}

/// The stored records of a raw scan: keys and values as they are stored.
pub struct RawRows<'a>(pub(crate) Merged<'a>);

impl Iterator for RawRows<'_> {
    type Item = (Vec<u8>, Vec<u8>);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.0.next()?;
        Some((key.to_vec(), value.to_vec()))
    }
}

impl fmt::Debug for RawRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRows").finish_non_exhaustive()
    }
}
