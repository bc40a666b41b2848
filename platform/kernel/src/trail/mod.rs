//! The trail: every call, denied ones too. A management call that changed state is recorded in the same commit as
//! the change; data events (in CloudTrail's sense) and calls that changed nothing are written down by the flusher within
//! half a second. The oldest go when there are more than the limit.

mod event;
mod packed;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use store::{Row, RowError, RowReader, RowWriter, Scan, StoreError, Table, Tx};

use self::event::read_version_1;
pub use self::event::{Event, Numbered};
use self::packed::{Packer, unpack};

/// Some events: one, if it went with its change; many, if they were flushed together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// In order of number. The numbers between may be in other blocks.
    packed: Vec<u8>,
}

impl Row for Block {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.packed);
    }
    fn read(r: &mut RowReader) -> Result<Block, RowError> {
        Ok(Block { packed: r.get(1)? })
    }
}

/// Blocks by the number of their last event.
pub struct Blocks;
impl Table for Blocks {
    const NAME: &'static str = "trail.block";
    const VERSION: u16 = 2;
    type Key = u64;
    type Row = Block;

    fn upgrade(version: u16, mut r: RowReader<'_>) -> Result<Block, RowError> {
        if version != 1 {
            return Err(RowError::new(format!("version {version} of the trail's blocks is not known")));
        }
        let mut packer = Packer::default();
        read_version_1(&mut r)?.iter().for_each(|n| packer.push(n.number, &n.event));
        Ok(Block { packed: packer.finish().1 })
    }
}

/// The trail of a running kernel.
#[derive(Debug)]
pub struct Trail {
    next: AtomicU64,
    keep: u64,
    waiting: Mutex<Waiting>,
}

/// Events that wait to be written: full blocks, and one that takes more.
#[derive(Debug, Default)]
struct Waiting {
    full: VecDeque<Full>,
    last: Packer,
    count: usize,
}

/// A block that takes no more events: the number of its last one, how many it holds, and the block.
#[derive(Debug)]
pub(crate) struct Full {
    number: u64,
    count: usize,
    block: Block,
}

/// Blocks that one flush removes at most.
const TRIM_BLOCKS: usize = 4_096;
/// Events that wait to be written at most.
const WAITING_EVENTS: usize = 65_536;
/// Events that one block holds at most.
const BLOCK_EVENTS: usize = 256;

impl Waiting {
    fn push(&mut self, number: u64, event: &Event<'_>) {
        self.last.push(number, event);
        self.count += 1;
        if self.last.count() >= BLOCK_EVENTS {
            self.close();
        }
        while self.count > WAITING_EVENTS
            && let Some(oldest) = self.full.pop_front()
        {
            // Nothing can be written any more: the disk is full or failed, which status says. Memory stays bounded.
            self.count -= oldest.count;
        }
    }

    fn close(&mut self) {
        let count = self.last.count();
        if count > 0 {
            let (number, packed) = self.last.finish();
            self.full.push_back(Full { number, count, block: Block { packed } });
        }
    }
}

impl Trail {
    /// Goes on where the stored trail ends; keeps `keep` events.
    pub fn open(tx: &Tx, keep: u64) -> Result<Trail, StoreError> {
        let last = tx.scan::<Blocks>(Scan::all().reverse())?.next().map_or(0, |(number, _)| number + 1);
        Ok(Trail { next: AtomicU64::new(last), keep, waiting: Mutex::default() })
    }

    /// Records an event in the transaction of the change itself.
    pub fn record_in(&self, tx: &mut Tx, event: &Event<'_>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut packer = Packer::default();
        packer.push(number, event);
        tx.put::<Blocks>(&number, &Block { packed: packer.finish().1 });
    }

    /// Goes on where another stored trail ends: the whole state was replaced. Nobody writes meanwhile (the caller holds all
    /// lanes); whoever records beside the lanes is numbered before or after, never in between.
    pub(crate) fn reopen(&self, tx: &Tx) -> Result<(), StoreError> {
        let fresh = Trail::open(tx, self.keep)?;
        let mut waiting = self.waiting.lock();
        self.next.store(fresh.next.into_inner(), Ordering::Relaxed);
        *waiting = Waiting::default();
        Ok(())
    }

    /// The number that the next event gets.
    pub(crate) fn next(&self) -> u64 {
        self.next.load(Ordering::Relaxed)
    }

    /// Records an event of a call that changed nothing. Tells how many wait to be written.
    pub fn record(&self, event: &Event<'_>) -> usize {
        let mut waiting = self.waiting.lock();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        waiting.push(number, event);
        waiting.count
    }

    /// Moves the waiting events into a transaction and trims the oldest; hands the events back for a failed commit.
    pub(crate) fn drain(&self, tx: &mut Tx) -> Result<VecDeque<Full>, StoreError> {
        let drained = {
            let mut waiting = self.waiting.lock();
            waiting.close();
            waiting.count = 0;
            std::mem::take(&mut waiting.full)
        };
        for full in &drained {
            tx.put::<Blocks>(&full.number, &full.block);
        }
        let until = self.next.load(Ordering::Relaxed).saturating_sub(self.keep);
        tx.delete_some::<Blocks>(Scan::all().to(&until), TRIM_BLOCKS)?;
        Ok(drained)
    }

    /// Takes back what could not be written.
    pub(crate) fn restore(&self, mut drained: VecDeque<Full>) {
        let mut waiting = self.waiting.lock();
        waiting.count += drained.iter().map(|full| full.count).sum::<usize>();
        drained.append(&mut waiting.full);
        waiting.full = drained;
    }

    /// Events from the newest to the oldest, each with its number: those that still wait and the stored ones.
    pub fn newest_first(
        &self,
        tx: &Tx,
        mut each: impl FnMut(u64, &Event<'_>) -> bool,
    ) -> Result<(), StoreError> {
        let mut at_hand: BTreeMap<u64, Event<'static>> = BTreeMap::new();
        {
            let waiting = self.waiting.lock();
            waiting.full.iter().for_each(|full| add(&mut at_hand, unpack(&full.block.packed)));
            add(&mut at_hand, waiting.last.events());
        }
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
            add(&mut at_hand, unpack(&block.packed));
        }
    }
}

fn add(at_hand: &mut BTreeMap<u64, Event<'static>>, events: Result<Vec<Numbered>, RowError>) {
    match events {
        Ok(events) => at_hand.extend(events.into_iter().map(|n| (n.number, n.event))),
        // Its checksum held, so that it was written this way.
        Err(e) => eprintln!("tabletop: a block of the trail can't be read: {e}"),
    }
}

#[cfg(test)]
mod tests {
    use store::Store;

    use super::*;

    fn event(at_ms: i64) -> Event<'static> {
        Event { at_ms, ..Event::default() }
    }

    fn walked(trail: &Trail, store: &Store) -> Vec<i64> {
        let mut seen = Vec::new();
        let each = |_, e: &Event<'_>| {
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
                trail.record_in(&mut tx, &event(t));
                store.commit(tx).expect("it commits");
            } else {
                trail.record(&event(t));
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
            trail.record(&event(t));
            let mut tx = store.tx();
            trail.drain(&mut tx).expect("it drains");
            store.commit(tx).expect("it commits");
        }
        assert_eq!(walked(&trail, &store), (40..50).rev().collect::<Vec<_>>());
    }

    #[test]
    fn what_could_not_be_written_waits_on() {
        let store = Store::memory();
        let trail = Trail::open(&store.tx(), 1_000_000).expect("it opens");
        for t in 0..600 {
            trail.record(&event(t));
        }
        let drained = trail.drain(&mut store.tx()).expect("it drains");
        assert!(walked(&trail, &store).is_empty(), "nothing was committed");
        trail.record(&event(600));
        trail.restore(drained);
        assert_eq!(walked(&trail, &store), (0..=600).rev().collect::<Vec<_>>());
        for t in 0..WAITING_EVENTS as i64 {
            trail.record(&event(t));
        }
        let left = walked(&trail, &store);
        assert!(left.len() <= WAITING_EVENTS && left[0] == WAITING_EVENTS as i64 - 1, "{}", left.len());
    }

    /// A block as version 1 wrote it.
    struct Old(u64, i64, &'static str);

    impl Row for Old {
        fn write(&self, w: &mut RowWriter) {
            let mut event = RowWriter::default();
            event.put(1, &self.1);
            event.put(2, &self.2.to_owned());
            event.put(14, &true);
            event.put(15, &vec!["arn".to_owned()]);
            let mut numbered = RowWriter::default();
            numbered.put(1, &self.0);
            numbered.put(2, &event.into_bytes());
            w.put(1, &vec![numbered.into_bytes()]);
        }
        fn read(_: &mut RowReader) -> Result<Old, RowError> {
            Err(RowError::new("it is only written"))
        }
    }

    struct OldBlocks;
    impl Table for OldBlocks {
        const NAME: &'static str = Blocks::NAME;
        const VERSION: u16 = 1;
        type Key = u64;
        type Row = Old;
    }

    #[test]
    fn blocks_of_version_1_are_read() {
        let store = Store::memory();
        let mut tx = store.tx();
        tx.put::<OldBlocks>(&3, &Old(3, 77, "id"));
        store.commit(tx).expect("it commits");
        let trail = Trail::open(&store.tx(), 100).expect("it opens");
        assert_eq!(trail.next(), 4);
        let mut seen = Vec::new();
        let each = |n, e: &Event<'_>| {
            seen.push((n, e.at_ms, e.request_id.to_string(), e.write, e.resources.to_vec()));
            true
        };
        trail.newest_first(&store.tx(), each).expect("the store works");
        assert_eq!(seen, [(3, 77, "id".to_owned(), true, vec!["arn".to_owned()])]);
    }
}
