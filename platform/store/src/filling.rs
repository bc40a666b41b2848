//! How full memtables are, and which are due to be written out. Knows sizes alone; `relief` has the work done.
//!
//! A memtable is due when it is large, when all together are and it is the largest, or when it holds a record so old that
//! the journal must be kept for it: what a start has to read again stays bounded, however seldom a keyspace is written.

use std::sync::atomic::{AtomicU64, Ordering};

/// A keyspace whose records in memory exceed this is written out.
const MEMTABLE_BYTES: u64 = 8 << 20;
/// When all keyspaces together exceed this, the largest is written out.
const ALL_MEMTABLES_BYTES: u64 = 32 << 20;
/// A keyspace with a record since which this much was written, anywhere, is written out.
const BEHIND_BYTES: u64 = 16 << 20;
/// How often it is looked for such.
const LOOK_BYTES: u64 = 2 << 20;
/// What a record costs in a memtable beside its key and value.
const RECORD_OVERHEAD_BYTES: u64 = 64;

/// What one keyspace has in memory.
#[derive(Default)]
pub(crate) struct Filling {
    bytes: AtomicU64,
    /// What all had written when the oldest record in memory came.
    since: AtomicU64,
}

/// What all keyspaces have in memory, and what was written since the start.
#[derive(Default)]
pub(crate) struct Fillings {
    bytes: AtomicU64,
    written: AtomicU64,
    looked: AtomicU64,
}

impl Filling {
    /// Of a keyspace that was found with so much in memory.
    pub(crate) fn of(bytes: u64) -> Filling {
        Filling { bytes: AtomicU64::new(bytes), since: AtomicU64::default() }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether it is due for its own size.
    pub(crate) fn is_large(&self) -> bool {
        self.bytes() > MEMTABLE_BYTES
    }
}

impl Fillings {
    /// Counts what is in memory already.
    pub(crate) fn found(&self, one: &Filling) {
        self.bytes.fetch_add(one.bytes(), Ordering::Relaxed);
    }

    /// Counts records written to a keyspace: so many, with keys and values of so many bytes.
    pub(crate) fn add(&self, one: &Filling, records: u64, record_bytes: u64) {
        let bytes = record_bytes + records * RECORD_OVERHEAD_BYTES;
        let before = self.written.fetch_add(bytes, Ordering::Relaxed);
        if one.bytes.fetch_add(bytes, Ordering::Relaxed) == 0 {
            one.since.store(before, Ordering::Relaxed);
        }
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A keyspace's memtable is being written out.
    pub(crate) fn empty(&self, one: &Filling) {
        self.bytes.fetch_sub(one.bytes.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Whether the largest is due.
    pub(crate) fn are_large(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > ALL_MEMTABLES_BYTES
    }

    /// Whether it is time to look for memtables that are behind.
    pub(crate) fn look(&self) -> bool {
        let written = self.written.load(Ordering::Relaxed);
        let looked = self.looked.load(Ordering::Relaxed);
        written - looked >= LOOK_BYTES
            && self.looked.compare_exchange(looked, written, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Whether a keyspace holds a record so old that it is due.
    pub(crate) fn is_behind(&self, one: &Filling) -> bool {
        let written = self.written.load(Ordering::Relaxed);
        one.bytes() > 0 && written.saturating_sub(one.since.load(Ordering::Relaxed)) > BEHIND_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyspace_written_once_is_due_when_the_others_have_gone_on() {
        let (all, seldom, often) = (Fillings::default(), Filling::default(), Filling::default());
        all.add(&seldom, 1, 100);
        for _ in 0..16 {
            assert!(!all.is_behind(&seldom));
            all.add(&often, 1, 1 << 20);
            if often.is_large() {
                all.empty(&often);
            }
        }
        assert!(all.is_behind(&seldom) && !all.is_behind(&often));
        all.empty(&seldom);
        assert!(!all.is_behind(&seldom));
        assert_eq!(all.bytes.load(Ordering::Relaxed), often.bytes());
    }

    #[test]
    fn a_look_is_due_once_per_two_mebibytes() {
        let (all, one) = (Fillings::default(), Filling::default());
        assert!(!all.look());
        all.add(&one, 1, LOOK_BYTES);
        assert!(all.look() && !all.look());
    }
}
