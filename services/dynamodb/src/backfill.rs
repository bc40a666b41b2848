//! What is made of items that are already there: the entries of a new global index, the expiries of a table that gets a time
//! to live. A timer walks the table in steps; calls go on between them, and keep what they change right themselves.

use codec::Fault;
use kernel::{Cx, Profile};
use shapes_dynamodb::err;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::item::{Entries, ItemKey, Items, Stored};
use crate::keys::KeyBytes;
use crate::state::Index;
use crate::table::{self, Open, discard, settles};
use crate::write::{count, entry};
use crate::{lagging, time, ttl};

/// Items walked by one step.
const STEP: usize = 1_000;

/// How far a walk has come: the key of the last item.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Walk {
    pub(crate) spread: u64,
    pub(crate) hash: Vec<u8>,
    pub(crate) range: Vec<u8>,
    pub(crate) begun: bool,
}

impl Row for Walk {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.spread);
        w.put(2, &self.hash);
        w.put(3, &self.range);
        w.put(4, &self.begun);
    }
    fn read(r: &mut RowReader) -> Result<Walk, RowError> {
        Ok(Walk { spread: r.get(1)?, hash: r.get(2)?, range: r.get(3)?, begun: r.get(4)? })
    }
}

/// Walks by number of the index or of the expiries that they make.
pub(crate) struct Walks;
impl Table for Walks {
    const NAME: &'static str = "dynamodb.walk";
    const VERSION: u16 = 1;
    type Key = u64;
    type Row = Walk;
}

/// Adds an index to the table's list and begins to fill it.
pub(crate) fn begin(cx: &mut Cx, open: &mut Open, mut index: Index) -> Result<(), Fault> {
    lagging::finish(cx, open)?;
    index.number = table::new_number(cx);
    index.ready_ms = settles(cx, table::INDEX_MS);
    index.backfilling = true;
    cx.put::<Walks>(&index.number, &Walk::default());
    let subject = format!("{}/{}", open.name, index.name);
    open.t.change().indexes.push(index);
    // The first step comes at once; under `dev` a small table's index is thus complete when the call returns.
    let at = open.t.indexes.len() - 1;
    if cx.profile == Profile::Dev && index_step(cx, open, at)? {
        open.t.change().indexes[at].backfilling = false;
        return Ok(());
    }
    time::set(cx, time::BACKFILL, &subject, cx.now_ms)
}

/// Begins to delete an index of the table.
///
/// Errors: ResourceNotFoundException: there is none.
pub(crate) fn delete(cx: &mut Cx, open: &mut Open, name: &str) -> Result<(), Fault> {
    let Some(at) = open.t.indexes.iter().position(|i| i.global && i.name == name) else {
        return Err(err::resource_not_found_exception(format!(
            "Requested resource not found: Index: {name} not found"
        )));
    };
    let subject = format!("{}/{name}", open.name);
    cx.timer_clear(time::BACKFILL, &subject)?;
    cx.delete::<Walks>(&open.t.indexes[at].number);
    if cx.profile == Profile::Dev {
        let index = open.t.change().indexes.remove(at);
        forget_definitions(open);
        return discard(cx, index.number);
    }
    open.t.change().indexes[at].deleting_ms = cx.now_ms + table::INDEX_MS;
    open.t.change().indexes[at].backfilling = false;
    time::set(cx, time::DROP_INDEX, &subject, open.t.indexes[at].deleting_ms)
}

/// An index's deletion is done.
pub(crate) fn dropped(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let Some((table, name)) = subject.split_once('/') else { return Ok(()) };
    let Some(mut open) = Open::named(cx, table)? else { return Ok(()) };
    let Some(at) = open.t.indexes.iter().position(|i| i.deleting_ms > 0 && i.name == name) else {
        return Ok(());
    };
    let index = open.t.change().indexes.remove(at);
    forget_definitions(&mut open);
    open.save(cx);
    discard(cx, index.number)
}

/// Definitions of attributes that are no key any more go.
fn forget_definitions(open: &mut Open) {
    let t = open.t.change();
    let parts: Vec<&str> =
        t.keys.iter().chain(t.indexes.iter().flat_map(|i| &i.keys)).map(|p| p.name.as_str()).collect();
    t.attributes.retain(|(name, _)| parts.contains(&name.as_str()));
}

/// The next step of filling an index.
pub(crate) fn step(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let Some((table, name)) = subject.split_once('/') else { return Ok(()) };
    let Some(mut open) = Open::named(cx, table)? else { return Ok(()) };
    let Some(at) = open.t.indexes.iter().position(|i| i.backfilling && i.name == name) else {
        return Ok(());
    };
    if !index_step(cx, &open, at)? {
        return time::set(cx, time::BACKFILL, subject, cx.now_ms);
    }
    open.t.change().indexes[at].backfilling = false;
    open.save(cx);
    Ok(())
}

/// Puts the entries of the next items; tells whether those were the last.
fn index_step(cx: &mut Cx, open: &Open, at: usize) -> Result<bool, Fault> {
    let index = &open.t.indexes[at];
    let (items, done) = next_items(cx, open.t.number, index.number)?;
    for (key, stored) in items {
        let key = KeyBytes { hash: key.2, range: key.3 };
        let Some((place, item)) = entry(open, index, &key, &stored.item) else { continue };
        if cx.get::<Entries>(&place)?.is_none() {
            let bytes = dynamodb_language::size::item(&item) as u64;
            cx.put::<Entries>(&place, &Stored { item });
            count(cx, index.number, None, Some(bytes))?;
        }
    }
    Ok(done)
}

/// The next items under a number, of a walk that goes on behind them; and whether they are the last.
pub(crate) fn next_items(
    cx: &mut Cx,
    number: u64,
    walk: u64,
) -> Result<(Vec<(ItemKey, Stored)>, bool), Fault> {
    let Some(w) = cx.get::<Walks>(&walk)? else { return Ok((Vec::new(), true)) };
    let mut scan = Scan::<Items>::prefix(&(number,));
    if w.begun {
        scan = scan.after(&(number, w.spread, w.hash, w.range));
    }
    let items: Vec<(ItemKey, Stored)> = cx.scan(scan)?.take(STEP).collect();
    let done = items.len() < STEP;
    match items.last() {
        Some(((_, spread, hash, range), _)) if !done => {
            let w = Walk { spread: *spread, hash: hash.clone(), range: range.clone(), begun: true };
            cx.put::<Walks>(&walk, &w);
        }
        _ => cx.delete::<Walks>(&walk),
    }
    Ok((items, done))
}

/// Begins to make the expiries of a table.
pub(crate) fn begin_expiries(cx: &mut Cx, open: &Open) -> Result<(), Fault> {
    cx.put::<Walks>(&open.t.ttl.number, &Walk::default());
    expiries_step(cx, &open.name)
}

/// Makes the expiries of the next items.
pub(crate) fn expiries_step(cx: &mut Cx, name: &str) -> Result<(), Fault> {
    let Some(open) = Open::named(cx, name)?.filter(|o| o.t.ttl.enabled) else { return Ok(()) };
    let (items, done) = next_items(cx, open.t.number, open.t.ttl.number)?;
    for (key, stored) in items {
        if let Some(s) = ttl::expiry_s(&open.t, &stored.item) {
            ttl::add(cx, &open, s, &KeyBytes { hash: key.2, range: key.3 })?;
        }
    }
    if done { Ok(()) } else { time::set(cx, time::EXPIRIES, name, cx.now_ms) }
}
