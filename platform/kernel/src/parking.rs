//! Parking: decisions that wait (long polls) until a time comes or somebody wakes their key. Nothing is held while they
//! wait but this entry.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tokio::sync::Notify;

/// What a parked decision waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Park {
    /// Virtual time at which it should look again, milliseconds since the epoch.
    pub until_ms: i64,
    /// Virtual time at which it must answer; on a clock that stands still, as much real time.
    pub deadline_ms: i64,
    /// Key that wakes it.
    pub wake_on: String,
}

/// All parked decisions by key.
#[derive(Debug, Default)]
pub struct Parking {
    by_key: Mutex<HashMap<String, Lot>>,
    closing: AtomicBool,
}

/// Those parked on one key: how they are woken, and when each would look again by itself.
#[derive(Debug, Default)]
struct Lot {
    woken: Arc<Notify>,
    untils: Vec<i64>,
}

/// A place in the parking; leaves it when dropped.
pub(crate) struct Place<'a> {
    parking: &'a Parking,
    key: String,
    until_ms: i64,
    pub(crate) woken: Arc<Notify>,
}

impl Parking {
    /// Takes a place.
    pub(crate) fn enter(&self, park: &Park) -> Place<'_> {
        let mut all = self.by_key.lock();
        let lot = all.entry(park.wake_on.clone()).or_default();
        lot.untils.push(park.until_ms);
        Place { parking: self, key: park.wake_on.clone(), until_ms: park.until_ms, woken: lot.woken.clone() }
    }

    /// Wakes everybody parked on that key.
    pub fn wake(&self, key: &str) {
        if let Some(lot) = self.by_key.lock().get(key) {
            lot.woken.notify_waiters();
        }
    }

    /// Wakes everybody: the state that they looked at was replaced.
    pub(crate) fn wake_all(&self) {
        for lot in self.by_key.lock().values() {
            lot.woken.notify_waiters();
        }
    }

    /// Ends all waiting, now and from now on.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
        self.wake_all();
    }

    /// Whether nobody should wait any more.
    pub(crate) fn closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// Whether somebody should have looked again by now and hasn't yet.
    pub(crate) fn overdue(&self, now_ms: i64) -> bool {
        self.by_key.lock().values().any(|lot| lot.untils.iter().any(|t| *t <= now_ms))
    }

    /// How many are parked.
    pub(crate) fn parked(&self) -> usize {
        self.by_key.lock().values().map(|lot| lot.untils.len()).sum()
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut all = self.parking.by_key.lock();
        if let Some(lot) = all.get_mut(&self.key) {
            if let Some(i) = lot.untils.iter().position(|t| *t == self.until_ms) {
                lot.untils.swap_remove(i);
            }
            if lot.untils.is_empty() {
                all.remove(&self.key);
            }
        }
    }
}
