//! Lanes: decisions of one lane run one after the other, so that a decision may read, judge and write without anybody
//! in between. A lane is a service in an account and region (or an account, for global services). Lanes share a fixed set
//! of locks by hash: two lanes may wait for each other needlessly, never the other way round.

use std::hash::{DefaultHasher, Hash, Hasher};

use parking_lot::{Mutex, MutexGuard};

use crate::scope::Scope;

const LOCKS: usize = 256;

/// The locks behind all lanes.
#[derive(Debug)]
pub struct Lanes {
    locks: Box<[Mutex<()>]>,
}

impl Default for Lanes {
    fn default() -> Lanes {
        Lanes { locks: (0..LOCKS).map(|_| Mutex::new(())).collect() }
    }
}

impl Lanes {
    /// Waits for the lane of that service and scope. Decisions take one lane and never a second one.
    pub fn enter(&self, service: &str, scope: &Scope, global: bool) -> MutexGuard<'_, ()> {
        let mut h = DefaultHasher::new();
        (service, &scope.account, if global { scope.partition } else { scope.region }).hash(&mut h);
        self.locks[h.finish() as usize % LOCKS].lock()
    }

    /// Waits for all lanes: while the guards live, nobody decides. For replacing the whole state.
    pub(crate) fn enter_all(&self) -> Vec<MutexGuard<'_, ()>> {
        self.locks.iter().map(Mutex::lock).collect()
    }
}
