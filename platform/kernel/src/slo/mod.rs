//! Service levels: how long every action of every account took in every region, as its clients saw it, by month; and how its
//! calls ended. Counted in memory, written down by the kernel's flusher every ten seconds, kept for thirteen months.
//!
//! What counts is real time, from the request being there to its answer being ready, without the time that a long poll was
//! parked; the month is the clock's. Calls from inside don't count, and neither does what was refused before it became a call.
//! The table is bounded: what finds no room in it counts under account `*`, and what finds none there under action `*` too.

mod histogram;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};
use store::{Scan, StoreError, Table, Tx};

use self::histogram::Histogram;
pub(crate) use self::histogram::{Counts, Outcome};
use crate::text::{iso_time, month_around};

/// Histograms at most.
const SERIES: usize = 4_096;
/// Places that are tried for one.
const TRIES: usize = 8;
/// Real time between two writings.
const WRITE_EVERY: Duration = Duration::from_secs(10);
/// Months that are kept.
const MONTHS: i64 = 13;
/// Stands for all accounts, or all actions, that found no room.
const REST: &str = "*";

/// Month (`2026-11`), account, region, service, operation.
pub(crate) type SloKey = (String, String, String, String, String);

/// Counts, a row per key.
pub(crate) struct Latencies;
impl Table for Latencies {
    const NAME: &'static str = "meter.latency";
    const VERSION: u16 = 1;
    type Key = SloKey;
    type Row = Counts;
}

/// A month's counts, in order of their keys.
pub(crate) fn of_month(tx: &Tx, month: &str) -> Result<Vec<(SloKey, Counts)>, StoreError> {
    Ok(tx.scan::<Latencies>(Scan::prefix(&(month.to_owned(),)))?.collect())
}

/// Whose latency it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Of<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'static str,
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
}

impl Of<'_> {
    /// FNV-1a over the account and over where the other names stand: those are few, and stay where they are.
    fn hash(&self) -> usize {
        let mix = |hash: u64, n: u64| (hash ^ n).wrapping_mul(0x0100_0000_01B3);
        let account = self.account.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, b| mix(hash, u64::from(b)));
        let names = [self.region, self.operation].map(|name| name.as_ptr() as u64);
        let hash = names.into_iter().fold(account, mix);
        (hash ^ (hash >> 32)) as usize
    }
}

/// A histogram with its name.
struct Series {
    account: Box<str>,
    /// Without the account.
    of: Of<'static>,
    counts: Histogram,
}

impl Series {
    fn new(of: &Of<'_>) -> Series {
        let named = Of { account: "", region: of.region, service: of.service, operation: of.operation };
        Series { account: of.account.into(), of: named, counts: Histogram::default() }
    }

    fn is(&self, of: &Of<'_>) -> bool {
        self.of == Of { account: "", ..*of } && *self.account == *of.account
    }
}

/// The histograms of a month.
struct Month {
    from_ms: i64,
    to_ms: i64,
    series: Box<[OnceLock<Box<Series>>]>,
    rest: Histogram,
}

impl Month {
    fn around(now_ms: i64) -> Month {
        let (from_ms, to_ms) = month_around(now_ms);
        let series = (0..SERIES).map(|_| OnceLock::new()).collect();
        Month { from_ms, to_ms, series, rest: Histogram::default() }
    }

    fn holds(&self, now_ms: i64) -> bool {
        (self.from_ms..self.to_ms).contains(&now_ms)
    }

    fn name(&self) -> String {
        iso_time(self.from_ms)[..7].to_owned()
    }

    fn count(&self, of: &Of<'_>, us: u64, outcome: Outcome) {
        let found = self.find(of).or_else(|| self.find(&Of { account: REST, ..*of }));
        found.unwrap_or(&self.rest).count(us, outcome);
    }

    /// The histogram of that name, which is made if there is room.
    fn find(&self, of: &Of<'_>) -> Option<&Histogram> {
        let first = of.hash();
        for n in 0..TRIES {
            let place = &self.series[first.wrapping_add(n) % SERIES];
            let series = place.get_or_init(|| Box::new(Series::new(of)));
            if series.is(of) {
                return Some(&series.counts);
            }
        }
        None
    }

    fn take(&self, into: &mut BTreeMap<SloKey, Counts>) {
        let month = self.name();
        let mut add = |account: &str, of: &Of<'_>, counts: Counts| {
            let own = str::to_owned;
            let key = (month.clone(), own(account), own(of.region), own(of.service), own(of.operation));
            into.entry(key).or_default().add(&counts);
        };
        for series in self.series.iter().filter_map(OnceLock::get) {
            if let Some(counts) = series.counts.take() {
                add(&series.account, &series.of, counts);
            }
        }
        if let Some(counts) = self.rest.take() {
            add(REST, &Of { account: REST, region: REST, service: REST, operation: REST }, counts);
        }
    }
}

/// The service levels of a running kernel.
pub(crate) struct Slo {
    month: RwLock<Month>,
    /// Of months that are over, and what couldn't be written.
    waiting: Mutex<BTreeMap<SloKey, Counts>>,
    written: Mutex<Instant>,
}

impl Slo {
    /// Nothing counted yet.
    pub(crate) fn new(now_ms: i64) -> Slo {
        let written = Mutex::new(Instant::now());
        Slo { month: RwLock::new(Month::around(now_ms)), waiting: Mutex::default(), written }
    }

    /// Counts a call that ended now.
    pub(crate) fn count(&self, now_ms: i64, of: &Of<'_>, took: Duration, outcome: Outcome) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let month = self.month.read();
        if month.holds(now_ms) {
            return month.count(of, us, outcome);
        }
        drop(month);
        let mut month = self.month.write();
        if !month.holds(now_ms) {
            month.take(&mut self.waiting.lock());
            *month = Month::around(now_ms);
        }
        month.count(of, us, outcome);
    }

    /// Notes that the client of a call that was counted went before it had all of its answer.
    pub(crate) fn ended_early(&self, now_ms: i64, of: &Of<'_>) {
        self.count(now_ms, of, Duration::ZERO, Outcome::HungUp);
    }

    /// Moves what was counted into a transaction, at most every ten seconds unless it is wanted `now`; hands it back for a
    /// failed commit. Months that are too old go.
    pub(crate) fn drain(&self, tx: &mut Tx, now: bool) -> Result<BTreeMap<SloKey, Counts>, StoreError> {
        {
            let mut written = self.written.lock();
            if !now && written.elapsed() < WRITE_EVERY {
                return Ok(BTreeMap::new());
            }
            *written = Instant::now();
        }
        let mut drained = std::mem::take(&mut *self.waiting.lock());
        let from_ms = {
            let month = self.month.read();
            month.take(&mut drained);
            month.from_ms
        };
        for (key, more) in &drained {
            let mut row = tx.get::<Latencies>(key)?.unwrap_or_default();
            row.add(more);
            tx.put::<Latencies>(key, &row);
        }
        if !drained.is_empty() {
            let mut oldest_ms = from_ms;
            for _ in 1..MONTHS {
                oldest_ms = month_around(oldest_ms - 1).0;
            }
            let oldest = iso_time(oldest_ms)[..7].to_owned();
            let until = (oldest, String::new(), String::new(), String::new(), String::new());
            tx.delete_some::<Latencies>(Scan::all().to(&until), SERIES)?;
        }
        Ok(drained)
    }

    /// Takes back what could not be written.
    pub(crate) fn restore(&self, drained: BTreeMap<SloKey, Counts>) {
        let mut waiting = self.waiting.lock();
        for (key, counts) in drained {
            waiting.entry(key).or_default().add(&counts);
        }
    }

    /// Forgets what was counted: the whole state was replaced.
    pub(crate) fn forget(&self, now_ms: i64) {
        let mut month = self.month.write();
        *month = Month::around(now_ms);
        self.waiting.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use store::Store;

    use super::*;

    const JANUARY_MS: i64 = 1_767_225_600_000;
    const DAY_MS: i64 = 86_400_000;

    fn of(account: &str) -> Of<'_> {
        Of { account, region: "us-east-1", service: "sqs", operation: "SendMessage" }
    }

    fn written(slo: &Slo, store: &Store) {
        let mut tx = store.tx();
        slo.drain(&mut tx, true).expect("the store works");
        store.commit(tx).expect("it commits");
    }

    #[test]
    fn however_many_accounts_come_no_call_is_lost_and_the_table_stays_bounded() {
        let (slo, store) = (Slo::new(JANUARY_MS), Store::memory());
        for n in 0..20_000 {
            slo.count(JANUARY_MS, &of(&format!("{n:012}")), Duration::from_millis(1), Outcome::Answered);
        }
        written(&slo, &store);
        let rows = of_month(&store.tx(), "2026-01").expect("the store works");
        assert!((SERIES / 2..=SERIES + 1).contains(&rows.len()), "{}", rows.len());
        assert_eq!(rows.iter().map(|(_, c)| c.calls()).sum::<u64>(), 20_000);
        let rest = rows.iter().find(|(key, _)| key.1 == REST).expect("some found no room");
        assert!(rest.1.calls() > 10_000);
    }

    #[test]
    fn months_turn_by_the_clock_and_the_oldest_go() {
        let (slo, store) = (Slo::new(JANUARY_MS), Store::memory());
        let mut now_ms = JANUARY_MS;
        for month in 0..15 {
            slo.count(now_ms, &of("1"), Duration::from_millis(month), Outcome::Answered);
            if month == 1 {
                // Not written yet, and not forgotten either.
                slo.count(now_ms + 27 * DAY_MS, &of("1"), Duration::ZERO, Outcome::Answered);
            } else {
                written(&slo, &store);
            }
            now_ms = month_around(now_ms).1;
        }
        let calls = |month: &str| {
            let rows = of_month(&store.tx(), month).expect("the store works");
            rows.iter().map(|(_, c)| c.calls()).sum::<u64>()
        };
        assert_eq!([calls("2026-01"), calls("2026-02"), calls("2026-03")], [0, 0, 1]);
        assert_eq!([calls("2026-12"), calls("2027-03"), calls("2027-04")], [1, 1, 0]);
    }

    #[test]
    fn what_was_not_written_is_written_later() {
        let (slo, store) = (Slo::new(JANUARY_MS), Store::memory());
        slo.count(JANUARY_MS, &of("1"), Duration::from_millis(1), Outcome::Answered);
        let lost = slo.drain(&mut store.tx(), true).expect("the store works");
        slo.restore(lost);
        slo.count(JANUARY_MS, &of("1"), Duration::from_millis(1), Outcome::Failed);
        written(&slo, &store);
        written(&slo, &store);
        let rows = of_month(&store.tx(), "2026-01").expect("the store works");
        assert_eq!(rows.iter().map(|(_, c)| (c.calls(), c.failed)).collect::<Vec<_>>(), [(2, 1)]);
    }
}
