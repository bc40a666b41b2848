//! What arrives at a replica of a global table: writes of other regions, applied in their order unless a later one is there;
//! and the filling of a new replica. All of it runs by timer in the region that receives, in the lanes of both tables.

use codec::Fault;
use dynamodb_language::{Item, size};
use kernel::Cx;
use shapes_dynamodb::StreamSpecification;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::backfill::{Walk, Walks, next_items};
use crate::capacity::{Consumed, Side, take, write_units};
use crate::item::{ItemKey, Items};
use crate::keys::KeyBytes;
use crate::membership::{row_of, set_status, subject_members};
use crate::replica::{Outgoing, Sent, SentKey, Stamp, Written, lag_ms, place};
use crate::table::Open;
use crate::write::{By, Change, apply};
use crate::{stream, time};

/// Writes applied, or items copied, by one firing.
const STEP: usize = 500;
/// Longest pause between two looks at a region that is cut off.
const PAUSE_MAX_MS: i64 = 60_000;

/// How long to wait before looking again at something that has waited for so long already.
pub(crate) fn pause_ms(waited_ms: i64) -> i64 {
    (waited_ms / 4).clamp(1_000, PAUSE_MAX_MS)
}

/// Applies what another region sent.
pub(crate) fn receive(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let Some((table, from)) = subject.split_once('/') else { return Ok(()) };
    let Some(source) = row_of(cx, from, table)? else { return Ok(()) };
    let prefix = (source.number, cx.scope.region);
    let waiting: Vec<(SentKey, Sent)> = cx.scan_prefix::<Outgoing>(&prefix)?.take(STEP).collect();
    let open = Open::named(cx, table)?.filter(|o| o.t.replicas.iter().any(|r| r.region == from));
    let Some(open) = open else {
        // Nobody is there to receive it any more.
        waiting.iter().for_each(|(key, _)| cx.delete::<Outgoing>(key));
        return if waiting.len() < STEP { Ok(()) } else { again(cx, subject, cx.now_ms) };
    };
    let arn = open.arn(cx);
    for (key, sent) in &waiting {
        let Some(lag) = lag_ms(cx, &arn, from) else {
            let due_ms = cx.now_ms + pause_ms(cx.now_ms - sent.at_ms);
            return again(cx, subject, due_ms);
        };
        let due_ms = sent.at_ms + lag;
        if due_ms > cx.now_ms {
            return again(cx, subject, due_ms.min(cx.now_ms + PAUSE_MAX_MS));
        }
        let place = KeyBytes { hash: sent.hash.clone(), range: sent.range.clone() };
        let stamp = Stamp { at_us: sent.at_us, region: from.to_owned() };
        if !admit(cx, &open, &place, &stamp, sent.item.as_ref(), true)? {
            return again(cx, subject, cx.now_ms + 1_000);
        }
        cx.delete::<Outgoing>(key);
    }
    if waiting.len() < STEP { Ok(()) } else { again(cx, subject, cx.now_ms) }
}

fn again(cx: &mut Cx, subject: &str, due_ms: i64) -> Result<(), Fault> {
    let Some((table, from)) = subject.split_once('/') else { return Ok(()) };
    let Some(place) = place(cx.scope, table, cx.scope.region, &[from]) else { return Ok(()) };
    cx.timer_set_at(place, time::REPLICATE, subject, due_ms)
}

/// Applies a write unless a later one is there; `false` when there is no capacity for it now. Replicated writes consume
/// write units of the region that receives them (developer guide, "Write capacity of global tables").
fn admit(
    cx: &mut Cx,
    open: &Open,
    key: &KeyBytes,
    stamp: &Stamp,
    new: Option<&Item>,
    consumes: bool,
) -> Result<bool, Fault> {
    let at = key.item_key(open.t.number);
    if cx.get::<Written>(&at)?.is_some_and(|there| there >= *stamp) {
        return Ok(true);
    }
    let old = cx.get::<Items>(&at)?.map(|s| s.item);
    let bytes = |i: Option<&Item>| i.map_or(0, size::item);
    if consumes {
        let table = write_units(bytes(old.as_ref()).max(bytes(new)));
        if take(cx, open, Side::Write, &Consumed { table, ..Consumed::default() }, None).is_err() {
            return Ok(false);
        }
    }
    let change = Change { key, old: old.as_ref(), new, by: By::Replica(stamp.clone()) };
    let units = apply(cx, open, &change)?;
    if consumes {
        let mut indexes = Consumed::default();
        units.into_iter().for_each(|(at, units)| indexes.add_index(open, at, units));
        // What its indexes take is counted, and late at worst: the item is there already.
        drop(take(cx, open, Side::Write, &indexes, None));
    }
    Ok(true)
}

/// A new replica on its way to being whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fill {
    /// The region that it is made from, then the other members.
    pub(crate) members: Vec<String>,
    /// 0: the source's items; then the stamps of each member, which know of deletions and of what was on its way.
    pub(crate) stage: u32,
    pub(crate) begun_ms: i64,
}

impl Row for Fill {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.members);
        w.put(2, &self.stage);
        w.put(3, &self.begun_ms);
    }
    fn read(r: &mut RowReader) -> Result<Fill, RowError> {
        Ok(Fill { members: r.get(1)?, stage: r.get(2)?, begun_ms: r.get(3)? })
    }
}

/// Replicas being filled, by their number.
pub(crate) struct Fills;
impl Table for Fills {
    const NAME: &'static str = "dynamodb.fill";
    const VERSION: u16 = 1;
    type Key = u64;
    type Row = Fill;
}

/// Copies the next items into a new replica; after the last it is ACTIVE.
pub(crate) fn fill(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let (table, members) = subject_members(subject);
    let Some(mut open) = Open::named(cx, table)? else { return Ok(()) };
    let number = open.t.number;
    let Some(mut f) = cx.get::<Fills>(&number)? else { return Ok(()) };
    let rearm = |cx: &mut Cx, due_ms| match place(cx.scope, table, cx.scope.region, &members) {
        Some(place) => cx.timer_set_at(place, time::FILL, subject, due_ms),
        None => Ok(()),
    };
    let at = f.stage.saturating_sub(1) as usize;
    let Some(from) = f.members.get(at).cloned() else { return finish(cx, &mut open, &f) };
    if lag_ms(cx, &open.arn(cx), &from).is_none() {
        let due_ms = cx.now_ms + pause_ms(cx.now_ms - f.begun_ms);
        return rearm(cx, due_ms);
    }
    let done = match row_of(cx, &from, table)? {
        Some(source) if f.stage == 0 => copy_items(cx, &open, source.number, &from)?,
        Some(source) => copy_stamped(cx, &open, source.number)?,
        None => true,
    };
    if done {
        f.stage += 1;
        cx.put::<Fills>(&number, &f);
        cx.put::<Walks>(&number, &Walk::default());
    }
    rearm(cx, cx.now_ms)
}

fn copy_items(cx: &mut Cx, open: &Open, source: u64, from: &str) -> Result<bool, Fault> {
    let (items, done) = next_items(cx, source, open.t.number)?;
    for (at, stored) in items {
        let stamp = cx.get::<Written>(&at)?;
        let stamp = stamp.unwrap_or_else(|| Stamp { at_us: 0, region: from.to_owned() });
        let key = KeyBytes { hash: at.2, range: at.3 };
        admit(cx, open, &key, &stamp, Some(&stored.item), false)?;
    }
    Ok(done)
}

fn copy_stamped(cx: &mut Cx, open: &Open, source: u64) -> Result<bool, Fault> {
    let Some(w) = cx.get::<Walks>(&open.t.number)? else { return Ok(true) };
    let mut scan = Scan::<Written>::prefix(&(source,));
    if w.begun {
        scan = scan.after(&(source, w.spread, w.hash, w.range));
    }
    let stamps: Vec<(ItemKey, Stamp)> = cx.scan(scan)?.take(STEP).collect();
    for (at, stamp) in &stamps {
        let item = cx.get::<Items>(at)?.map(|s| s.item);
        let key = KeyBytes { hash: at.2.clone(), range: at.3.clone() };
        admit(cx, open, &key, stamp, item.as_ref(), false)?;
    }
    if let Some(((_, spread, hash, range), _)) = stamps.last() {
        let w = Walk { spread: *spread, hash: hash.clone(), range: range.clone(), begun: true };
        cx.put::<Walks>(&open.t.number, &w);
    }
    Ok(stamps.len() < STEP)
}

fn finish(cx: &mut Cx, open: &mut Open, f: &Fill) -> Result<(), Fault> {
    cx.delete::<Fills>(&open.t.number);
    cx.delete::<Walks>(&open.t.number);
    let source = f.members.first().map(|m| row_of(cx, m, &open.name)).transpose()?.flatten();
    let view_type = source.and_then(|s| s.stream.as_ref().map(|s| s.view_type.clone()));
    if let Some(view_type) = view_type {
        let spec = StreamSpecification { stream_enabled: true, stream_view_type: Some(view_type) };
        stream::begin_if_asked(cx, open, &spec)?;
    }
    let now_ms = cx.now_ms;
    let t = open.t.change();
    t.ready_ms = now_ms;
    t.indexes.iter_mut().for_each(|i| i.ready_ms = now_ms);
    open.save(cx);
    set_status(cx, &open.name, &f.members, "ACTIVE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_with_the_wait() {
        assert_eq!([0, 8_000, 86_400_000].map(pause_ms), [1_000, 2_000, 60_000]);
    }
}
