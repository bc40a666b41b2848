//! What has gone wrong so far: the failure that poisoned the store, the corrupt records met, commits that are missing. Decides nothing else.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use parking_lot::Mutex;

use crate::{CorruptRecord, StoreError};

/// More corrupt records than this are not listed: memory stays bounded.
const MAX_CORRUPT_RECORDS: usize = 10_000;

#[derive(Default)]
pub(crate) struct Health {
    poisoned: AtomicBool,
    cause: Mutex<Option<Arc<StoreError>>>,
    corrupt: Mutex<BTreeMap<(String, String), String>>,
    lost: Mutex<Option<String>>,
}

impl Health {
    /// Errors: `Poisoned`, once any write has failed.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if !self.poisoned.load(Ordering::Acquire) {
            return Ok(());
        }
        let cause = self.cause.lock().clone().expect("the cause is set before the mark");
        Err(StoreError::Poisoned { cause })
    }

    /// Refuses all further commits. The first cause is kept.
    pub(crate) fn poison(&self, cause: &StoreError) {
        self.cause.lock().get_or_insert_with(|| Arc::new(cause.clone()));
        self.poisoned.store(true, Ordering::Release);
    }

    /// The failure that poisoned the store.
    pub(crate) fn failure(&self) -> Option<Arc<StoreError>> {
        self.cause.lock().clone()
    }

    /// Notes that commits are missing.
    pub(crate) fn note_lost(&self, what: &str) {
        *self.lost.lock() = Some(what.to_owned());
    }

    pub(crate) fn lost(&self) -> Option<String> {
        self.lost.lock().clone()
    }

    pub(crate) fn record(&self, record: &CorruptRecord) {
        let mut corrupt = self.corrupt.lock();
        if corrupt.len() < MAX_CORRUPT_RECORDS {
            corrupt.insert((record.table.clone(), record.key_hex.clone()), record.reason.clone());
        }
    }

    pub(crate) fn corrupt_records(&self) -> Vec<CorruptRecord> {
        let corrupt = self.corrupt.lock();
        let record = |((table, key_hex), reason): (&(String, String), &String)| CorruptRecord {
            table: table.clone(),
            key_hex: key_hex.clone(),
            reason: reason.clone(),
        };
        corrupt.iter().map(record).collect()
    }

    /// After the whole state was replaced: what was corrupt or missing is of the past.
    pub(crate) fn forget_damage(&self) {
        self.corrupt.lock().clear();
        *self.lost.lock() = None;
    }
}
