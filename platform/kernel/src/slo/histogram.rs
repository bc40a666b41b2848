//! Latencies in buckets of a fixed number: exact up to 32 µs, then sixteen to each doubling, so that a quantile is told to
//! within a sixteenth. Counting costs two or three relaxed atomics; nothing is allocated and nothing is locked.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use store::{Row, RowError, RowReader, RowWriter};

/// Buckets to a doubling.
const SHARE: u32 = 16;
/// What is longer (134 s) counts in the last bucket.
const MOST_US: u64 = (1 << 27) - 1;
/// All of them.
const BUCKETS: usize = 384;

/// The bucket of a latency.
fn bucket(us: u64) -> usize {
    let us = us.min(MOST_US);
    if us < u64::from(SHARE) {
        return us as usize;
    }
    let shift = us.ilog2() - SHARE.ilog2();
    (shift * SHARE) as usize + (us >> shift) as usize
}

/// The longest latency of a bucket.
fn upper_us(bucket: usize) -> u64 {
    let share = SHARE as usize;
    if bucket < 2 * share {
        return bucket as u64;
    }
    let (shift, mantissa) = (bucket / share - 1, bucket % share + share);
    ((mantissa as u64 + 1) << shift) - 1
}

/// How a call ended, as its client saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With what was asked for.
    Answered,
    /// With an error that is the client's (4xx), or that something isn't built.
    Refused,
    /// With an error that is the service's (5xx).
    Failed,
    /// The client went before it had all of its answer.
    HungUp,
}

/// A histogram that is counted on.
#[derive(Debug)]
pub(super) struct Histogram {
    buckets: [AtomicU32; BUCKETS],
    sum_us: AtomicU64,
    max_us: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    hung_up: AtomicU64,
    touched: AtomicBool,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram {
            buckets: [const { AtomicU32::new(0) }; BUCKETS],
            sum_us: AtomicU64::new(0),
            max_us: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            hung_up: AtomicU64::new(0),
            touched: AtomicBool::new(false),
        }
    }
}

impl Histogram {
    /// Counts a call. A client that hung up has no latency: it was not waited for.
    pub(super) fn count(&self, us: u64, outcome: Outcome) {
        match outcome {
            Outcome::Answered => {}
            Outcome::Refused => drop(self.refused.fetch_add(1, Ordering::Relaxed)),
            Outcome::Failed => drop(self.failed.fetch_add(1, Ordering::Relaxed)),
            Outcome::HungUp => drop(self.hung_up.fetch_add(1, Ordering::Relaxed)),
        }
        if outcome != Outcome::HungUp {
            self.buckets[bucket(us)].fetch_add(1, Ordering::Relaxed);
            self.sum_us.fetch_add(us, Ordering::Relaxed);
            if us > self.max_us.load(Ordering::Relaxed) {
                self.max_us.fetch_max(us, Ordering::Relaxed);
            }
        }
        if !self.touched.load(Ordering::Relaxed) {
            self.touched.store(true, Ordering::Release);
        }
    }

    /// Takes what was counted since the last time; `None` if that is nothing.
    pub(super) fn take(&self) -> Option<Counts> {
        if !self.touched.swap(false, Ordering::Acquire) {
            return None;
        }
        let take = |n: &AtomicU64| n.swap(0, Ordering::Relaxed);
        let buckets = self.buckets.iter().map(|b| u64::from(b.swap(0, Ordering::Relaxed))).collect();
        Some(Counts {
            buckets,
            sum_us: take(&self.sum_us),
            max_us: take(&self.max_us),
            refused: take(&self.refused),
            failed: take(&self.failed),
            hung_up: take(&self.hung_up),
        })
    }
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    buckets: Vec<u64>,
    pub(crate) sum_us: u64,
    pub(crate) max_us: u64,
    pub(crate) refused: u64,
    pub(crate) failed: u64,
    pub(crate) hung_up: u64,
}

impl Counts {
    /// Adds others.
    pub(crate) fn add(&mut self, more: &Counts) {
        self.buckets.resize(BUCKETS, 0);
        for (n, m) in self.buckets.iter_mut().zip(&more.buckets) {
            *n += m;
        }
        self.sum_us += more.sum_us;
        self.max_us = self.max_us.max(more.max_us);
        self.refused += more.refused;
        self.failed += more.failed;
        self.hung_up += more.hung_up;
    }

    /// Calls that were answered, with an error or without.
    pub(crate) fn calls(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// The latency that this share of the calls (0 to 1) didn't exceed, to within a sixteenth above it.
    pub(crate) fn quantile_us(&self, share: f64) -> u64 {
        let wanted = ((self.calls() as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (at, n) in self.buckets.iter().enumerate() {
            seen += n;
            if seen >= wanted {
                return if at + 1 == BUCKETS { self.max_us } else { upper_us(at).min(self.max_us) };
            }
        }
        self.max_us
    }

    /// Calls that took no longer than that, to within a sixteenth.
    pub(crate) fn within(&self, us: u64) -> u64 {
        self.buckets.iter().take(bucket(us) + 1).sum()
    }
}

impl Row for Counts {
    fn write(&self, w: &mut RowWriter) {
        let filled = self.buckets.iter().enumerate().filter(|(_, n)| **n > 0);
        let pairs: Vec<(u64, u64)> = filled.map(|(at, n)| (at as u64, *n)).collect();
        w.put(1, &pairs);
        w.put(2, &self.sum_us);
        w.put(3, &self.max_us);
        w.put(4, &self.refused);
        w.put(5, &self.failed);
        w.put(6, &self.hung_up);
    }

    fn read(r: &mut RowReader<'_>) -> Result<Counts, RowError> {
        let pairs: Vec<(u64, u64)> = r.get(1)?;
        let mut buckets = vec![0; BUCKETS];
        for (at, n) in pairs {
            let at = usize::try_from(at).unwrap_or(usize::MAX).min(BUCKETS - 1);
            buckets[at] += n;
        }
        Ok(Counts {
            buckets,
            sum_us: r.get(2)?,
            max_us: r.get(3)?,
            refused: r.get(4)?,
            failed: r.get(5)?,
            hung_up: r.get(6)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_and_are_a_sixteenth_wide() {
        let mut last = 0;
        for us in (0..5_000).chain((5_000..MOST_US).step_by(997)) {
            let at = bucket(us);
            assert!(at == last || at == last + 1 || us >= 5_000 && at > last, "{us}: {at} after {last}");
            assert!(us <= upper_us(at) && upper_us(at) <= us + us / 16, "{us} in {at}, to {}", upper_us(at));
            last = at;
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
        assert_eq!(upper_us(BUCKETS - 1), MOST_US);
    }

    #[test]
    fn quantiles_are_those_of_the_calls() {
        let h = Histogram::default();
        assert_eq!(h.take(), None);
        (1..=1_000u64).for_each(|ms| h.count(ms * 1_000, Outcome::Answered));
        h.count(5, Outcome::HungUp);
        let counts = h.take().expect("it was counted on");
        assert_eq!((counts.calls(), counts.hung_up, counts.max_us), (1_000, 1, 1_000_000));
        for (share, ms) in [(0.5, 500), (0.9, 900), (0.99, 990), (1.0, 1_000)] {
            let told = counts.quantile_us(share);
            assert!((ms * 1_000..=ms * 1_000 * 17 / 16).contains(&told), "{share}: {told}");
        }
        assert!((100..=106).contains(&counts.within(100_000)), "{}", counts.within(100_000));
        assert_eq!(h.take(), None);
    }

    #[test]
    fn a_minute_that_is_too_long_is_told_as_it_was() {
        let h = Histogram::default();
        h.count(600_000_000, Outcome::Failed);
        let counts = h.take().expect("it was counted on");
        assert_eq!((counts.quantile_us(0.99), counts.failed), (600_000_000, 1));
    }

    #[test]
    fn rows_and_sums() {
        let h = Histogram::default();
        h.count(7, Outcome::Answered);
        h.count(70_000, Outcome::Refused);
        let counts = h.take().expect("it was counted on");
        let mut w = RowWriter::default();
        counts.write(&mut w);
        let read = Counts::read(&mut RowReader::new(w.as_bytes())).expect("it was written");
        assert_eq!(read, counts);
        let mut sum = Counts::default();
        sum.add(&counts);
        sum.add(&counts);
        assert_eq!((sum.calls(), sum.refused, sum.sum_us), (4, 2, 140_014));
    }
}
