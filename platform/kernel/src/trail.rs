//! The trail: every call, denied ones too. A management call that changed state is recorded in the same commit as
//! the change; data events (in CloudTrail's sense) and calls that changed nothing are written down by the flusher within
//! half a second. The oldest go when there are more than the limit.

use std::collections::BTreeMap;
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

/// An event with its number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbered {
    /// Counts all events of this data folder.
    pub number: u64,
    /// The event.
    pub event: Event,
}

impl Row for Numbered {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.number);
        w.put(2, &self.event);
    }
    fn read(r: &mut RowReader) -> Result<Numbered, RowError> {
        Ok(Numbered { number: r.get(1)?, event: r.get(2)? })
    }
}

/// Some events: one, if it went with its change; many, if they were flushed together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// In order of number. The numbers between may be in other blocks.
    pub events: Vec<Numbered>,
}

impl Row for Block {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.events);
    }
    fn read(r: &mut RowReader) -> Result<Block, RowError> {
        Ok(Block { events: r.get(1)? })
    }
}

/// Blocks by the number of their last event.
pub struct Blocks;
impl Table for Blocks {
    const NAME: &'static str = "trail.block";
    const VERSION: u16 = 1;
    type Key = u64;
    type Row = Block;
}

/// The trail of a running kernel.
#[derive(Debug)]
pub struct Trail {
    next: AtomicU64,
    keep: u64,
    pending: Mutex<Vec<Numbered>>,
}

/// Blocks that one flush removes at most.
const TRIM_BLOCKS: usize = 4_096;
/// Events that wait to be written at most.
const WAITING_EVENTS: usize = 65_536;
/// Events that one block holds at most.
const BLOCK_EVENTS: usize = 256;

impl Trail {
    /// Goes on where the stored trail ends; keeps `keep` events.
    pub fn open(tx: &Tx, keep: u64) -> Result<Trail, StoreError> {
        let last = tx.scan::<Blocks>(Scan::all().reverse())?.next().map_or(0, |(number, _)| number + 1);
        Ok(Trail { next: AtomicU64::new(last), keep, pending: Mutex::new(Vec::new()) })
    }

    /// Records an event in the transaction of the change itself.
    pub fn record_in(&self, tx: &mut Tx, event: Event) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        tx.put::<Blocks>(&number, &Block { events: vec![Numbered { number, event }] });
    }

    /// Goes on where another stored trail ends: the whole state was replaced. Nobody writes meanwhile (the caller holds all
    /// lanes); whoever records beside the lanes is numbered before or after, never in between.
    pub(crate) fn reopen(&self, tx: &Tx) -> Result<(), StoreError> {
        let fresh = Trail::open(tx, self.keep)?;
        let mut pending = self.pending.lock();
        self.next.store(fresh.next.into_inner(), Ordering::Relaxed);
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
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if pending.len() >= WAITING_EVENTS {
            // Nothing can be written any more: the disk is full or failed, which status says. Memory stays bounded.
            pending.drain(..WAITING_EVENTS / 2);
        }
        pending.push(Numbered { number, event });
        pending.len()
    }

    /// Moves the waiting events into a transaction and trims the oldest; hands the events back for a failed commit.
    pub(crate) fn drain(&self, tx: &mut Tx) -> Result<Vec<Numbered>, StoreError> {
        let drained = std::mem::take(&mut *self.pending.lock());
        for some in drained.chunks(BLOCK_EVENTS) {
            let last = some.last().map_or(0, |e| e.number);
            tx.put::<Blocks>(&last, &Block { events: some.to_vec() });
        }
        let until = self.next.load(Ordering::Relaxed).saturating_sub(self.keep);
        let old = tx.scan::<Blocks>(Scan::all().to(&until))?.take(TRIM_BLOCKS);
        for number in old.map(|(number, _)| number).collect::<Vec<_>>() {
            tx.delete::<Blocks>(&number);
        }
        Ok(drained)
    }

    /// Takes back what could not be written.
    pub(crate) fn restore(&self, drained: Vec<Numbered>) {
        let mut pending = self.pending.lock();
        pending.splice(0..0, drained);
    }

    /// Events from the newest to the oldest, each with its number: those that still wait and the stored ones.
    pub fn newest_first(&self, tx: &Tx, mut each: impl FnMut(u64, &Event) -> bool) -> Result<(), StoreError> {
        let mut at_hand: BTreeMap<u64, Event> = BTreeMap::new();
        at_hand.extend(self.pending.lock().iter().map(|n| (n.number, n.event.clone())));
        let mut blocks = tx.scan::<Blocks>(Scan::all().reverse())?.peekable();
        loop {
            // Blocks come in falling order of their last number, so what lies above the next block's is complete.
            let below = blocks.peek().map(|(last, _)| *last);
            while let Some(newest) = at_hand.last_entry().filter(|e| below.is_none_or(|n| *e.key() > n)) {
                if !each(*newest.key(), newest.get()) {
                    return Ok(());
                }
                newest.remove();
            }
            let Some((_, block)) = blocks.next() else { return Ok(()) };
            at_hand.extend(block.events.into_iter().map(|n| (n.number, n.event)));
        }
    }
}

#[cfg(test)]
mod tests {
    use store::Store;

    use super::*;

    fn event(at_ms: i64) -> Event {
        Event { at_ms, ..Event::default() }
    }

    fn walked(trail: &Trail, store: &Store) -> Vec<i64> {
        let mut seen = Vec::new();
        let each = |_, e: &Event| {
            seen.push(e.at_ms);
            true
        };
        trail.newest_first(&store.tx(), each).expect("the store works");
        seen
    }

    #[test]
    fn events_come_in_order_however_they_were_written() {
        let store = Store::memory();
        let trail = Trail::open(&store.tx(), 100).expect("it opens");
        for t in 0..10 {
            if t % 3 == 0 {
                let mut tx = store.tx();
                trail.record_in(&mut tx, event(t));
                store.commit(tx).expect("it commits");
            } else {
                trail.record(event(t));
            }
            if t == 7 {
                let mut tx = store.tx();
                trail.drain(&mut tx).expect("it drains");
                store.commit(tx).expect("it commits");
            }
        }
        assert_eq!(walked(&trail, &store), (0..10).rev().collect::<Vec<_>>());
        assert_eq!(Trail::open(&store.tx(), 100).expect("it opens").next(), 10);
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let store = Store::memory();
        let trail = Trail::open(&store.tx(), 10).expect("it opens");
        for t in 0..50 {
            trail.record(event(t));
            let mut tx = store.tx();
            trail.drain(&mut tx).expect("it drains");
            store.commit(tx).expect("it commits");
        }
        assert_eq!(walked(&trail, &store), (40..50).rev().collect::<Vec<_>>());
    }
}
