//! A queue's messages: the one place where messages, their indexes and the counters change, always together. Knows
//! nothing of requests: what is taken, hidden or removed, operations say.
//!
//! A message of a standard queue is *fresh* while nothing happened to it since it came, visible at once: its own row says
//! all, and no index has it. Messages are received in the order in which they came, so one point in that order, in the
//! counters, tells the fresh ones from the others. Every other message has its place in the index by visibility.
//!
//! Counts of invisible messages hold for one moment (`settled_ms`). Opening a backlog brings them to now by reading only
//! the places that became visible since, so every place is read once on its way, and none is written for it.

use codec::Fault;
use kernel::Cx;
use store::Scan;

use crate::place::{ByGroup, ByVisibility, Group, Heads, Kind, Moved, Place};
use crate::receipt::Receipt;
use crate::search::Standing;
use crate::state::{Counters, CountersTable, Message, Messages, Queue};

/// An opened backlog. Nothing of the counters is written before [`Backlog::save`].
pub(crate) struct Backlog {
    pub(crate) store: u64,
    pub(crate) fifo: bool,
    pub(crate) counters: Counters,
    stored: Counters,
    /// When the retention timer is due that is set; 0: none is.
    timer_set_ms: i64,
    /// A message came, moved or went.
    touched: bool,
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
            // Fresh messages that a clock set back hides count as delayed.
            let fresh = if self.counters.delayed > 0 { self.fresh_between(cx, before, now)? } else { 0 };
            for (_, place) in self.between(cx, before, now)? {
                self.uncount(place.kind);
            }
            self.counters.delayed = self.counters.delayed.saturating_sub(fresh);
        } else if now < before && hidden < self.counters.total {
            // The clock was set back: what had become visible is invisible again.
            let fresh = self.fresh_between(cx, now, before)?;
            for (_, place) in self.between(cx, now, before)? {
                *self.count_of(place.kind) += 1;
            }
            self.counters.delayed += fresh;
        }
        Ok(())
    }

    /// How many fresh messages came after one time, up to and including another.
    fn fresh_between(&self, cx: &Cx, after_ms: i64, to_ms: i64) -> Result<u64, Fault> {
        Ok(self.fresh(cx, after_ms.saturating_add(1), to_ms)?.count() as u64)
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
        if self.is_fresh(seq, &place) {
            self.counters.fresh += 1;
            return Ok(seq);
        }
        cx.put::<ByVisibility>(&(self.store, place.visible_ms, seq), &place);
        if !self.fifo {
            if self.counters.fresh == 0 {
                self.fresh_up_to((place.enqueued_ms, seq));
            }
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
        self.leave(cx, at);
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
        self.leave(cx, at);
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

    /// A message leaves the place at which it is found by time.
    fn leave(&mut self, cx: &mut Cx, at: &Standing) {
        match at.fresh {
            true => self.counters.fresh = self.counters.fresh.saturating_sub(1),
            false => cx.delete::<ByVisibility>(&(self.store, at.place.visible_ms, at.seq)),
        }
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

    /// Nothing up to that point is fresh.
    pub(crate) fn fresh_up_to(&mut self, point: (i64, u64)) {
        let up_to = point.max((self.counters.fresh_ms, self.counters.fresh_seq));
        (self.counters.fresh_ms, self.counters.fresh_seq) = up_to;
    }

    /// Nothing lies in the index before that point.
    pub(crate) fn ready_from(&mut self, point: (i64, u64)) {
        let from = point.max((self.counters.ready_ms, self.counters.ready_seq));
        (self.counters.ready_ms, self.counters.ready_seq) = from;
    }

    /// Whether a message at that place is fresh, if it never moved.
    fn is_fresh(&self, seq: u64, place: &Place) -> bool {
        let after = (place.enqueued_ms, seq) > (self.counters.fresh_ms, self.counters.fresh_seq);
        !self.fifo && after && *place == Place::on_arrival(place.enqueued_ms)
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
        let standing = |place, fresh| Standing { seq, group: group.to_owned(), place, fresh };
        if let Some(place) = moved {
            return Ok(Some(standing(place, false)));
        }
        let there = self.message(cx, seq, enqueued_ms)?;
        Ok(there.map(|m| {
            let fresh = self.is_fresh(seq, &m.first_place);
            standing(m.first_place, fresh)
        }))
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

    /// The message that stands there, unless it was read already.
    pub(crate) fn row_of(
        &self,
        cx: &Cx,
        at: &Standing,
        read: Option<Message>,
    ) -> Result<Option<Message>, Fault> {
        match read {
            Some(message) => Ok(Some(message)),
            None => self.message(cx, at.seq, at.place.enqueued_ms),
        }
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
