//! Looking through a queue's messages: which can be received now, and when the next one can. Changes nothing; how far a look
//! went is told, so that the next one need not go there again.

use std::iter::Peekable;

use codec::Fault;
use kernel::Cx;
use store::Scan;

use crate::backlog::Backlog;
use crate::place::{ByGroup, ByVisibility, Heads, Place};
use crate::state::{Message, MessageKey, Messages};

/// A message that is there: its sequence, its group (FIFO), its place, and whether it is fresh (see `backlog.rs`).
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) seq: u64,
    pub(crate) group: String,
    pub(crate) place: Place,
    pub(crate) fresh: bool,
}

/// Messages that can be received, with their rows where the look has read them, and how far it went.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) messages: Vec<(Standing, Option<Message>)>,
    seen: Seen,
}

/// Points before which nothing is left, if all that was found is taken.
#[derive(Clone, Copy, Default)]
pub(crate) struct Seen {
    index: Option<(i64, u64)>,
    fresh: Option<(i64, u64)>,
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
    /// How far the look went.
    pub(crate) fn seen(&self) -> Seen {
        self.seen
    }

    /// Adds a message; tells whether there are enough.
    fn add(&mut self, wanted: &mut Wanted, at: Standing, message: Option<Message>) -> bool {
        wanted.count -= usize::from(wanted.counts(&at.place));
        self.messages.push((at, message));
        wanted.count == 0 || self.messages.len() >= MAX_PASSED
    }
}

impl Backlog {
    /// Messages that can be received now, in the order in which they became so; in FIFO queues group by group.
    pub(crate) fn receivable(&self, cx: &Cx, wanted: Wanted) -> Result<Found, Fault> {
        match (wanted.count, self.fifo) {
            (0, _) => Ok(Found::default()),
            (_, true) => self.by_groups(cx, wanted),
            (_, false) => self.by_time(cx, wanted),
        }
    }

    /// What was found was taken: nothing is left before the points that the look reached.
    pub(crate) fn took_all(&mut self, seen: Seen) {
        seen.index.into_iter().for_each(|point| self.ready_from(point));
        seen.fresh.into_iter().for_each(|point| self.fresh_up_to(point));
    }

    /// Of a standard queue: what the index has, and what is fresh, by the time of becoming visible.
    fn by_time(&self, cx: &Cx, mut wanted: Wanted) -> Result<Found, Fault> {
        let mut found = Found::default();
        let from = (self.store, self.counters.ready_ms, self.counters.ready_seq);
        let due = self.counters.ready_ms <= cx.now_ms;
        let index =
            due.then(|| cx.scan::<ByVisibility>(Scan::prefix(&(self.store,)).from(&from))).transpose()?;
        let index = index.into_iter().flatten().peekable();
        let fresh = self.fresh(cx, i64::MIN, cx.now_ms)?.peekable();
        let mut rows = ByTime { index, fresh };
        while let Some((at, message)) = rows.next(cx.now_ms) {
            if at.fresh {
                found.seen.fresh = Some((at.place.enqueued_ms, at.seq));
            }
            if found.add(&mut wanted, at, message) {
                break;
            }
        }
        // Up to its next row the index is empty then, even if that one cannot be received yet.
        found.seen.index = due.then(|| rows.index.peek().map_or(END, |((_, at, seq), _)| (*at, *seq)));
        Ok(found)
    }

    fn by_groups(&self, cx: &Cx, mut wanted: Wanted) -> Result<Found, Fault> {
        let mut found = Found::default();
        let from = (self.store, self.counters.ready_ms, self.counters.ready_seq);
        let to = (self.store, cx.now_ms.saturating_add(1), 0);
        let scan = Scan::prefix(&(self.store,)).from(&from).to(&to);
        for ((_, visible_ms, seq), group) in cx.scan::<Heads>(scan)? {
            found.seen.index = Some((visible_ms, seq));
            // The order of a group holds: behind a message that is invisible, nothing is receivable.
            let rows = cx.scan::<ByGroup>(Scan::prefix(&(self.store, group.name.as_str())))?;
            for ((_, _, seq), place) in rows.take_while(|(_, p)| p.visible_ms <= cx.now_ms) {
                let at = Standing { seq, group: group.name.clone(), place, fresh: false };
                if found.add(&mut wanted, at, None) {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    /// Fresh messages enqueued between two times, both included, in that order.
    pub(crate) fn fresh<'a>(
        &self,
        cx: &'a Cx,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<impl Iterator<Item = (MessageKey, Message)> + use<'a>, Fault> {
        let after = (self.counters.fresh_ms, self.counters.fresh_seq.saturating_add(1));
        let (from_ms, from_seq) = after.max((from_ms, 0));
        let to = (self.store, to_ms.saturating_add(1), 0);
        let scan = Scan::prefix(&(self.store,)).from(&(self.store, from_ms, from_seq)).to(&to);
        let rows = (self.counters.fresh > 0).then(|| cx.scan::<Messages>(scan)).transpose()?;
        let fresh = |((_, at, _), m): &(MessageKey, Message)| m.first_place == Place::on_arrival(*at);
        Ok(rows.into_iter().flatten().filter(fresh))
    }

    /// When the next invisible message (FIFO: head of a group) becomes visible.
    pub(crate) fn next_visible_ms(&self, cx: &Cx) -> Result<Option<i64>, Fault> {
        let from = (self.store, cx.now_ms.saturating_add(1), 0);
        if self.fifo {
            let mut heads = cx.scan::<Heads>(Scan::prefix(&(self.store,)).from(&from))?;
            return Ok(heads.next().map(|((_, at, _), _)| at));
        }
        let moved = cx
            .scan::<ByVisibility>(Scan::prefix(&(self.store,)).from(&from))?
            .next()
            .map(|((_, at, _), _)| at);
        // Of the fresh ones a clock that was set back hides some.
        let fresh = self.fresh(cx, cx.now_ms.saturating_add(1), i64::MAX)?.next().map(|((_, at, _), _)| at);
        Ok(moved.into_iter().chain(fresh).min())
    }
}

/// After all rows of the index.
const END: (i64, u64) = (i64::MAX, u64::MAX);

/// Two rows of messages as one.
struct ByTime<I: Iterator, F: Iterator> {
    index: Peekable<I>,
    fresh: Peekable<F>,
}

impl<I, F> ByTime<I, F>
where
    I: Iterator<Item = (MessageKey, Place)>,
    F: Iterator<Item = (MessageKey, Message)>,
{
    /// The next message that is visible at that time, with its row if that was read.
    fn next(&mut self, now_ms: i64) -> Option<(Standing, Option<Message>)> {
        let moved = self.index.peek().map(|((_, at, seq), _)| (*at, *seq)).filter(|(at, _)| *at <= now_ms);
        let fresh = self.fresh.peek().map(|((_, at, seq), _)| (*at, *seq));
        let standing = |seq, place, fresh| Standing { seq, group: String::new(), place, fresh };
        if moved.is_some_and(|moved| fresh.is_none_or(|fresh| moved < fresh)) {
            return self.index.next().map(|((_, _, seq), place)| (standing(seq, place, false), None));
        }
        let ((_, at, seq), message) = self.fresh.next()?;
        Some((standing(seq, Place::on_arrival(at), true), Some(message)))
    }
}
