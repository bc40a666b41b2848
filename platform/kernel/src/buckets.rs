//! Token buckets of services' own capacity (a table's provisioned throughput), on the virtual clock. Kept in memory: after
//! a restart they are full. Not AWS's request throttles: those are `stage/throttles.rs`.

use std::collections::HashMap;

use parking_lot::Mutex;

/// Buckets kept at most; then those that are full again go (a full bucket says nothing).
const KEPT: usize = 65_536;

/// Size and refill of a bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// Tokens in a full bucket.
    pub capacity: f64,
    /// Tokens per second.
    pub refill_per_s: f64,
}

#[derive(Clone, Copy, Debug)]
struct Level {
    tokens: f64,
    at_ms: i64,
    bucket: Bucket,
}

impl Level {
    fn at(self, now_ms: i64, bucket: Bucket) -> Level {
        let refill = (now_ms - self.at_ms).max(0) as f64 / 1_000.0 * bucket.refill_per_s;
        let tokens = (self.tokens + refill).min(bucket.capacity);
        Level { tokens, at_ms: now_ms.max(self.at_ms), bucket }
    }
}

/// Levels of all buckets.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    levels: Mutex<HashMap<String, Level>>,
}

impl Buckets {
    /// Takes an amount if at least one token (or the amount, if less) is there. A large amount leaves a debt that refills
    /// first, so that the average holds and nothing waits for ever.
    pub(crate) fn draw(&self, key: &str, bucket: Bucket, amount: f64, now_ms: i64) -> bool {
        let mut levels = self.levels.lock();
        if levels.len() >= KEPT && !levels.contains_key(key) {
            levels.retain(|_, l| l.at(now_ms, l.bucket).tokens < l.bucket.capacity);
        }
        let full = Level { tokens: bucket.capacity, at_ms: now_ms, bucket };
        let level = levels.get(key).map_or(full, |l| l.at(now_ms, bucket));
        let enough = level.tokens + 1e-9 >= amount.min(1.0);
        let tokens = if enough { level.tokens - amount } else { level.tokens };
        levels.insert(key.to_owned(), Level { tokens, ..level });
        enough
    }

    /// Fills all: the state, and perhaps the clock, was replaced.
    pub(crate) fn forget(&self) {
        self.levels.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate() {
        let b = Buckets::default();
        let five = Bucket { capacity: 1_500.0, refill_per_s: 5.0 };
        let taken = (0..2_000).filter(|_| b.draw("t", five, 1.0, 0)).count();
        assert_eq!(taken, 1_500);
        let later = (0..100).filter(|_| b.draw("t", five, 1.0, 10_000)).count();
        assert_eq!(later, 50, "ten seconds at five a second");
    }

    #[test]
    fn a_large_amount_leaves_a_debt() {
        let b = Buckets::default();
        let small = Bucket { capacity: 10.0, refill_per_s: 1.0 };
        assert!(b.draw("t", small, 30.0, 0));
        assert!(!b.draw("t", small, 1.0, 20_000), "20 owed, 20 refilled: nothing yet");
        assert!(b.draw("t", small, 1.0, 21_000));
        assert!(b.draw("other", small, 1.0, 0));
    }
}
