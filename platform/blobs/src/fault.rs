//! Failures on purpose, for tests: everything that asks something of the disk passes here. Not what becomes of them.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
};

use parking_lot::Mutex;

#[derive(Debug)]
pub(crate) struct Faults {
    /// Steps until one fails; 0: none does.
    steps: AtomicU64,
    failure: Mutex<io::ErrorKind>,
}

impl Faults {
    pub(crate) fn none() -> Faults {
        Faults { steps: AtomicU64::new(0), failure: Mutex::new(io::ErrorKind::Other) }
    }

    /// Lets the `n`th step from now fail. How far the wish before it was from being met.
    pub(crate) fn fail(&self, n: u64, failure: io::ErrorKind) -> u64 {
        *self.failure.lock() = failure;
        self.steps.swap(n, Ordering::Relaxed)
    }

    /// Before each thing that the disk may refuse.
    pub(crate) fn step(&self) -> io::Result<()> {
        if self.steps.load(Ordering::Relaxed) == 0 {
            return Ok(());
        }
        let count = |n: u64| n.checked_sub(1);
        if self.steps.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count) == Ok(1) {
            return Err(io::Error::new(*self.failure.lock(), "a test asked for this failure"));
        }
        Ok(())
    }
}
