//! The trail: every call, denied ones too. A call that changed state is recorded in the same commit as the change; the
//! others are written down by the flusher within half a second. The oldest rows go when there are more than the limit.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use store::{Row, RowError, RowReader, RowWriter, Scan, StoreError, Table, Tx};

/// One call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    /// Virtual time, milliseconds since the epoch.
    pub at_ms: i64,
    /// As shown to the client.
    pub request_id: String,
    /// Service id.
    pub service: String,
    /// AWS's name of the operation.
    pub operation: String,
    /// Partition of the scope.
    pub partition: String,
    /// Account of the scope.
    pub account: String,
    /// Region of the scope.
    pub region: String,
    /// ARN of the caller.
    pub principal: String,
    /// Access key id of the call.
    pub access_key_id: String,
    /// Address of the caller.
    pub source_ip: String,
    /// `User-Agent`.
    pub user_agent: String,
    /// Error code; empty when the call succeeded.
    pub error_code: String,
    /// Error text.
    pub error_message: String,
    /// Whether the operation changes state.
    pub write: bool,
    /// ARNs the call touched.
    pub resources: Vec<String>,
    /// Which statement allowed or denied it, in words.
    pub why: String,
}

impl Row for Event {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.at_ms);
        w.put(2, &self.request_id);
        w.put(3, &self.service);
        w.put(4, &self.operation);
        w.put(5, &self.partition);
        w.put(6, &self.account);
        w.put(7, &self.region);
        w.put(8, &self.principal);
        w.put(9, &self.access_key_id);
        w.put(10, &self.source_ip);
        w.put(11, &self.user_agent);
        w.put(12, &self.error_code);
        w.put(13, &self.error_message);
        w.put(14, &self.write);
        w.put(15, &self.resources);
        w.put(16, &self.why);
    }
    fn read(r: &mut RowReader) -> Result<Event, RowError> {
        Ok(Event {
            at_ms: r.get(1)?,
            request_id: r.get(2)?,
            service: r.get(3)?,
            operation: r.get(4)?,
            partition: r.get(5)?,
            account: r.get(6)?,
            region: r.get(7)?,
            principal: r.get(8)?,
            access_key_id: r.get(9)?,
            source_ip: r.get(10)?,
            user_agent: r.get(11)?,
            error_code: r.get(12)?,
            error_message: r.get(13)?,
            write: r.get(14)?,
            resources: r.get(15)?,
            why: r.get(16)?,
        })
    }
}

/// Events by sequence number.
pub struct Events;
impl Table for Events {
    const NAME: &'static str = "trail.event";
    const VERSION: u16 = 1;
    type Key = u64;
    type Row = Event;
}

/// The trail of a running kernel.
#[derive(Debug)]
pub struct Trail {
    next: AtomicU64,
    oldest: AtomicU64,
    keep: u64,
    pending: Mutex<Vec<(u64, Event)>>,
}

/// Rows that one flush removes at most.
const TRIM_ROWS: u64 = 4_096;

impl Trail {
    /// Goes on where the stored trail ends; keeps `keep` events.
    pub fn open(tx: &Tx, keep: u64) -> Result<Trail, StoreError> {
        let last = tx.scan::<Events>(Scan::all().reverse())?.next().map_or(0, |(seq, _)| seq + 1);
        let first = tx.scan::<Events>(Scan::all())?.next().map_or(last, |(seq, _)| seq);
        let (next, oldest) = (AtomicU64::new(last), AtomicU64::new(first));
        Ok(Trail { next, oldest, keep, pending: Mutex::new(Vec::new()) })
    }

    /// Records an event in the transaction of the change itself.
    pub fn record_in(&self, tx: &mut Tx, event: &Event) {
        tx.put::<Events>(&self.next.fetch_add(1, Ordering::Relaxed), event);
    }

    /// Goes on where another stored trail ends: the whole state was replaced. Nobody writes meanwhile (the caller holds all
    /// lanes); whoever records beside the lanes is numbered before or after, never in between.
    pub(crate) fn reopen(&self, tx: &Tx) -> Result<(), StoreError> {
        let fresh = Trail::open(tx, self.keep)?;
        let mut pending = self.pending.lock();
        self.next.store(fresh.next.into_inner(), Ordering::Relaxed);
        self.oldest.store(fresh.oldest.into_inner(), Ordering::Relaxed);
        pending.clear();
        Ok(())
    }

    /// The number that the next event gets.
    pub(crate) fn next(&self) -> u64 {
        self.next.load(Ordering::Relaxed)
    }

    /// Records an event of a call that changed nothing. Tells how many wait to be written.
    pub fn record(&self, event: Event) -> usize {
        let mut pending = self.pending.lock();
        let seq = self.next.fetch_add(1, Ordering::Relaxed);
        pending.push((seq, event));
        pending.len()
    }

    /// Moves the waiting events into a transaction and trims the oldest; hands the events back for a failed commit.
    pub(crate) fn drain(&self, tx: &mut Tx) -> Vec<(u64, Event)> {
        let drained = std::mem::take(&mut *self.pending.lock());
        for (seq, event) in &drained {
            tx.put::<Events>(seq, event);
        }
        let (next, oldest) = (self.next.load(Ordering::Relaxed), self.oldest.load(Ordering::Relaxed));
        let until = next.saturating_sub(self.keep).min(oldest + TRIM_ROWS);
        for seq in oldest..until {
            tx.delete::<Events>(&seq);
        }
        self.oldest.fetch_max(until, Ordering::Relaxed);
        drained
    }

    /// Takes back what could not be written.
    pub(crate) fn restore(&self, drained: Vec<(u64, Event)>) {
        self.pending.lock().extend(drained);
    }

    /// Events from the newest to the oldest: those that still wait, then the stored ones.
    /// With each its number.
    pub fn newest_first(&self, tx: &Tx, mut each: impl FnMut(u64, &Event) -> bool) -> Result<(), StoreError> {
        let waiting: Vec<(u64, Event)> = self.pending.lock().clone();
        let mut waiting = waiting.into_iter().rev().peekable();
        for row in tx.scan::<Events>(Scan::all().reverse())? {
            let (seq, event) = row;
            while let Some((n, e)) = waiting.next_if(|(s, _)| *s > seq) {
                if !each(n, &e) {
                    return Ok(());
                }
            }
            if !each(seq, &event) {
                return Ok(());
            }
        }
        for (n, e) in waiting {
            if !each(n, &e) {
                return Ok(());
            }
        }
        Ok(())
    }
}
