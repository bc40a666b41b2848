//! A queue's messages: the one place where messages, their indexes and the counters change, always together. Knows
//! nothing of requests: what is taken, hidden or removed, operations say.
//!
//! Counts of invisible messages hold for one moment (`settled_ms`). Opening a backlog brings them to now by reading only
//! the places that became visible since, so every place is read once on its way, and none is written for it.

use codec::Fault;
use kernel::Cx;
use store::Scan;

use crate::place::{ByGroup, ByVisibility, Group, Heads, Kind, Moved, Place};
use crate::receipt::Receipt;
use crate::state::{Counters, CountersTable, Message, Messages, Queue};

/// An opened backlog. Nothing of the counters is written before [`Backlog::save`].
pub(crate) struct Backlog {
    store: u64,
    fifo: bool,
    pub(crate) counters: Counters,
    stored: Counters,
    /// When the retention timer is due that is set; 0: none is.
    timer_set_ms: i64,
    /// A message came, moved or went.
    touched: bool,
}

/// A message that can be received: its sequence, its group (FIFO), its place.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) seq: u64,
    pub(crate) group: String,
    pub(crate) place: Place,
}

/// Messages that can be received, and the point up to which they were looked for.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) messages: Vec<Standing>,
    pub(crate) up_to: Option<(i64, u64)>,
}

/// How many messages to look for. Some are only passed on the way to those that count: dead letters.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    /// Messages that count.
    pub(crate) count: usize,
    /// Messages received this often don't count.
    pub(crate) max_receive_count: Option<u32>,
}

/// Messages that don't count and are passed at most.
const MAX_PASSED: usize = 1_000;

impl Wanted {
    /// So many, whatever they are.
    pub(crate) fn any(count: usize) -> Wanted {
        Wanted { count, max_receive_count: None }
    }

    /// Whether a message counts.
    pub(crate) fn counts(&self, place: &Place) -> bool {
        self.max_receive_count.is_none_or(|max| place.receive_count < max)
    }
}

impl Found {
    /// Adds a message; tells whether there are enough.
    fn add(&mut self, wanted: &mut Wanted, at: Standing) -> bool {
        wanted.count -= usize::from(wanted.counts(&at.place));
        self.messages.push(at);
        wanted.count == 0 || self.messages.len() >= MAX_PASSED
    }
}

impl Backlog {
    /// Opens a queue's backlog as of now.
    pub(crate) fn open(cx: &Cx, q: &Queue) -> Result<Backlog, Fault> {
        let kept = cx.get_kept::<CountersTable>(&q.store)?;
        let stored = kept.map(|c| (*c).clone()).unwrap_or_default();
        let timer_set_ms = stored.timer_ms;
        let mut b = Backlog {
            store: q.store,
            fifo: q.fifo,
            counters: stored.clone(),
            stored,
            timer_set_ms,
            touched: false,
        };
        b.settle(cx)?;
        Ok(b)
    }

    fn settle(&mut self, cx: &Cx) -> Result<(), Fault> {
        let (now, before) = (cx.now_ms, self.counters.settled_ms);
        self.counters.settled_ms = now;
        let hidden = self.counters.in_flight + self.counters.delayed;
        if now > before && hidden > 0 {
            for (_, place) in self.between(cx, before, now)? {
                self.uncount(place.kind);
            }
        } else if now < before && hidden < self.counters.total {
            // The clock was set back: what had become visible is invisible again.
            for (_, place) in self.between(cx, now, before)? {
                *self.count_of(place.kind) += 1;
            }
        }
        Ok(())
    }

    /// Places that become visible after one time, up to and including another.
    fn between<'a>(
        &self,
        cx: &'a Cx,
        after_ms: i64,
        to_ms: i64,
    ) -> Result<impl Iterator<Item = ((u64, i64, u64), Place)> + use<'a>, Fault> {
        let scan = Scan::prefix(&(self.store,)).from(&(self.store, after_ms.saturating_add(1), 0)).to(&(
            self.store,
            to_ms.saturating_add(1),
            0,
        ));
        cx.scan::<ByVisibility>(scan)
    }

    fn count_of(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::New => &mut self.counters.delayed,
            Kind::Received => &mut self.counters.in_flight,
        }
    }

    fn uncount(&mut self, kind: Kind) {
        let count = self.count_of(kind);
        *count = count.saturating_sub(1);
    }

    fn hides(&self, place: &Place) -> bool {
        place.visible_ms > self.counters.settled_ms
    }

    /// Messages that can be received now.
    pub(crate) fn visible(&self) -> u64 {
        self.counters.total.saturating_sub(self.counters.in_flight + self.counters.delayed)
    }

    /// Writes the counters, if they changed, and sets the retention timer, if it must be set or moved.
    pub(crate) fn save(self, cx: &mut Cx, name: &str) -> Result<(), Fault> {
        if self.counters.timer_ms != self.timer_set_ms {
            match self.counters.timer_ms {
                0 => cx.timer_clear(crate::time::RETENTION, name)?,
                due => cx.timer_set(crate::time::RETENTION, name, due)?,
            }
        }
        // If nothing happened but time, what was counted before still holds for the time before.
        let as_before = Counters { settled_ms: self.stored.settled_ms, ..self.counters.clone() };
        if self.touched || as_before != self.stored {
            cx.put::<CountersTable>(&self.store, &self.counters);
        }
        Ok(())
    }

    /// Adds a message. Its place says when it was enqueued and from when on it is visible.
    pub(crate) fn insert(
        &mut self,
        cx: &mut Cx,
        q: &Queue,
        mut message: Message,
        place: Place,
    ) -> Result<u64, Fault> {
        self.touched = true;
        self.counters.last_seq += 1;
        let seq = self.counters.last_seq;
        if self.counters.total == 0 || place.enqueued_ms < self.counters.oldest_ms {
            self.counters.oldest_ms = place.enqueued_ms;
        }
        self.counters.total += 1;
        let expiry = q.expiry_ms(place.enqueued_ms);
        if self.counters.timer_ms == 0 || expiry < self.counters.timer_ms {
            self.counters.timer_ms = expiry;
        }
        let group = message.group.clone().unwrap_or_default();
        message.first_place = place.clone();
        cx.put::<Messages>(&(self.store, place.enqueued_ms, seq), &message);
        if self.hides(&place) {
            *self.count_of(place.kind) += 1;
        }
        cx.put::<ByVisibility>(&(self.store, place.visible_ms, seq), &place);
        if !self.fifo {
            self.lower(place.visible_ms, seq);
            return Ok(seq);
        }
        if self.head(cx, &group)?.is_none() {
            self.put_head(cx, &group, seq, &place);
        }
        cx.put::<ByGroup>(&(self.store, group, seq), &place);
        Ok(seq)
    }

    /// Moves a message to another place.
    pub(crate) fn relocate(&mut self, cx: &mut Cx, at: &Standing, to: &Place) -> Result<(), Fault> {
        self.touched = true;
        if self.hides(&at.place) {
            self.uncount(at.place.kind);
        }
        if self.hides(to) {
            *self.count_of(to.kind) += 1;
        }
        cx.delete::<ByVisibility>(&(self.store, at.place.visible_ms, at.seq));
        cx.put::<ByVisibility>(&(self.store, to.visible_ms, at.seq), to);
        if !self.fifo {
            cx.put::<Moved>(&(self.store, at.seq), to);
            self.lower(to.visible_ms, at.seq);
            return Ok(());
        }
        if self.head(cx, &at.group)?.is_some_and(|(seq, _)| seq == at.seq) {
            cx.delete::<Heads>(&(self.store, at.place.visible_ms, at.seq));
            self.put_head(cx, &at.group, at.seq, to);
        }
        cx.put::<ByGroup>(&(self.store, at.group.clone(), at.seq), to);
        Ok(())
    }

    /// Removes a message.
    pub(crate) fn remove(&mut self, cx: &mut Cx, at: &Standing) -> Result<(), Fault> {
        self.touched = true;
        self.counters.total = self.counters.total.saturating_sub(1);
        if self.hides(&at.place) {
            self.uncount(at.place.kind);
        }
        cx.delete::<Messages>(&(self.store, at.place.enqueued_ms, at.seq));
        cx.delete::<ByVisibility>(&(self.store, at.place.visible_ms, at.seq));
        if !self.fifo {
            if at.place.kind == Kind::Received {
                cx.delete::<Moved>(&(self.store, at.seq));
            }
            return Ok(());
        }
        let was_head = self.head(cx, &at.group)?.is_some_and(|(seq, _)| seq == at.seq);
        cx.delete::<ByGroup>(&(self.store, at.group.clone(), at.seq));
        if was_head {
            cx.delete::<Heads>(&(self.store, at.place.visible_ms, at.seq));
            if let Some((seq, place)) = self.head(cx, &at.group)? {
                self.put_head(cx, &at.group, seq, &place);
            }
        }
        Ok(())
    }

    /// The first message of a group.
    fn head(&self, cx: &Cx, group: &str) -> Result<Option<(u64, Place)>, Fault> {
        let mut rows = cx.scan::<ByGroup>(Scan::prefix(&(self.store, group)))?;
        Ok(rows.next().map(|((_, _, seq), place)| (seq, place)))
    }

    fn put_head(&mut self, cx: &mut Cx, group: &str, seq: u64, place: &Place) {
        cx.put::<Heads>(&(self.store, place.visible_ms, seq), &Group { name: group.to_owned() });
        self.lower(place.visible_ms, seq);
    }

    /// Something may be receivable at that point.
    fn lower(&mut self, visible_ms: i64, seq: u64) {
        if (visible_ms, seq) < (self.counters.ready_ms, self.counters.ready_seq) {
            (self.counters.ready_ms, self.counters.ready_seq) = (visible_ms, seq);
        }
    }

    /// Nothing is receivable before that point any more.
    pub(crate) fn raise(&mut self, point: (i64, u64)) {
        if point > (self.counters.ready_ms, self.counters.ready_seq) {
            (self.counters.ready_ms, self.counters.ready_seq) = point;
        }
    }

    /// Where a message stands; `None`: it is gone.
    pub(crate) fn locate(
        &self,
        cx: &Cx,
        seq: u64,
        enqueued_ms: i64,
        group: &str,
    ) -> Result<Option<Standing>, Fault> {
        let moved = match self.fifo {
            true => cx.get::<ByGroup>(&(self.store, group.to_owned(), seq))?,
            false => cx.get::<Moved>(&(self.store, seq))?,
        };
        let place = match moved {
            Some(place) => Some(place),
            None => self.message(cx, seq, enqueued_ms)?.map(|m| m.first_place),
        };
        Ok(place.map(|place| Standing { seq, group: group.to_owned(), place }))
    }

    /// Where the message of a receipt stands; `None`: it is gone.
    pub(crate) fn find(&self, cx: &Cx, receipt: &Receipt) -> Result<Option<Standing>, Fault> {
        if receipt.store != self.store {
            return Ok(None);
        }
        self.locate(cx, receipt.seq, receipt.enqueued_ms, &receipt.group)
    }

    /// A message.
    pub(crate) fn message(&self, cx: &Cx, seq: u64, enqueued_ms: i64) -> Result<Option<Message>, Fault> {
        cx.get::<Messages>(&(self.store, enqueued_ms, seq))
    }

    /// Messages that can be received now, in the order in which they became so; in FIFO queues group by group.
    pub(crate) fn receivable(&self, cx: &Cx, wanted: Wanted) -> Result<Found, Fault> {
        let from = (self.store, self.counters.ready_ms, self.counters.ready_seq);
        let to = (self.store, cx.now_ms.saturating_add(1), 0);
        let (mut found, mut wanted) = (Found::default(), wanted);
        if wanted.count == 0 {
            return Ok(found);
        }
        if !self.fifo {
            let scan = Scan::prefix(&(self.store,)).from(&from).to(&to);
            for ((_, visible_ms, seq), place) in cx.scan::<ByVisibility>(scan)? {
                found.up_to = Some((visible_ms, seq));
                if found.add(&mut wanted, Standing { seq, group: String::new(), place }) {
                    break;
                }
            }
            return Ok(found);
        }
        let scan = Scan::prefix(&(self.store,)).from(&from).to(&to);
        for ((_, visible_ms, seq), group) in cx.scan::<Heads>(scan)? {
            found.up_to = Some((visible_ms, seq));
            // The order of a group holds: behind a message that is invisible, nothing is receivable.
            let rows = cx.scan::<ByGroup>(Scan::prefix(&(self.store, group.name.as_str())))?;
            for ((_, _, seq), place) in rows.take_while(|(_, p)| p.visible_ms <= cx.now_ms) {
                if found.add(&mut wanted, Standing { seq, group: group.name.clone(), place }) {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    /// When the next invisible message (FIFO: head of a group) becomes visible.
    pub(crate) fn next_visible_ms(&self, cx: &Cx) -> Result<Option<i64>, Fault> {
        let scan_from = (self.store, cx.now_ms.saturating_add(1), 0);
        if self.fifo {
            let mut rows = cx.scan::<Heads>(Scan::prefix(&(self.store,)).from(&scan_from))?;
            return Ok(rows.next().map(|((_, at, _), _)| at));
        }
        let mut rows = cx.scan::<ByVisibility>(Scan::prefix(&(self.store,)).from(&scan_from))?;
        Ok(rows.next().map(|((_, at, _), _)| at))
    }

    /// The retention timer fired, and is no longer set.
    pub(crate) fn timer_fired(&mut self) {
        self.timer_set_ms = 0;
        self.counters.timer_ms = 0;
    }

    /// Sets the retention timer for another retention period.
    pub(crate) fn retime(&mut self, cx: &Cx, q: &Queue) {
        if self.counters.total > 0 {
            self.counters.timer_ms = q.expiry_ms(self.counters.oldest_ms).max(cx.now_ms);
        }
    }

    /// Removes messages whose retention is over, at most `limit`; sets the time of the next look. Tells how many.
    pub(crate) fn expire(&mut self, cx: &mut Cx, q: &Queue, limit: usize) -> Result<usize, Fault> {
        let from = (self.store, self.counters.oldest_ms, 0);
        let scan = Scan::prefix(&(self.store,)).from(&from);
        let mut due = Vec::new();
        let mut next = None;
        for ((_, enqueued_ms, seq), message) in cx.scan::<Messages>(scan)? {
            if q.expiry_ms(enqueued_ms) > cx.now_ms || due.len() == limit {
                next = Some(enqueued_ms);
                break;
            }
            due.push((seq, enqueued_ms, message.group.unwrap_or_default()));
        }
        for (seq, enqueued_ms, group) in &due {
            if let Some(at) = self.locate(cx, *seq, *enqueued_ms, group)? {
                self.remove(cx, &at)?;
            }
        }
        self.counters.oldest_ms = next.unwrap_or_default();
        self.counters.timer_ms = next.map_or(0, |at| q.expiry_ms(at).max(cx.now_ms));
        Ok(due.len())
    }
}
