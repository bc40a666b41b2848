//! Changing one item: the item, its index entries, counters, expiry, stream record and history, always together. Who may
//! change what, and whether conditions hold, was decided before.

use codec::Fault;
use dynamodb_language::{Item, size};
use kernel::Cx;

use crate::item::{Entries, EntryKey, Items, Stored, spread};
use crate::keys::{self, KeyBytes};
use crate::replica::Stamp;
use crate::state::{Counters, CountersTable, Index};
use crate::table::{Open, counters};
use crate::{capacity, history, lagging, replica, stream, ttl};

/// A change of one item: `old` is what is there, `new` what shall be.
#[derive(Clone, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) key: &'a KeyBytes,
    pub(crate) old: Option<&'a Item>,
    pub(crate) new: Option<&'a Item>,
    pub(crate) by: By,
}

/// Who makes a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A call, or what stands for one.
    Call,
    /// Time to live.
    Expiry,
    /// Another replica, where it was made with that stamp.
    Replica(Stamp),
}

/// Units that a change took of an index.
pub(crate) type IndexUnits = Vec<(usize, f64)>;

/// Makes the change. Tells the write units that the table's indexes took, by place in the table's list.
pub(crate) fn apply(cx: &mut Cx, open: &Open, change: &Change) -> Result<IndexUnits, Fault> {
    replica::note(cx, open, change)?;
    if change.old == change.new {
        return Ok(Vec::new());
    }
    let place = change.key.item_key(open.t.number);
    match change.new {
        Some(item) => cx.put::<Items>(&place, &Stored { item: item.clone() }),
        None => cx.delete::<Items>(&place),
    }
    let bytes = |i: Option<&Item>| i.map(|i| size::item(i) as u64);
    count(cx, open.t.number, bytes(change.old), bytes(change.new))?;
    let held = lagging::hold(cx, open, change)?;
    let mut units = if held { index_units(open, change.key, change.old, change.new) } else { Vec::new() };
    units.retain(|(at, _)| open.t.indexes[*at].global);
    let now = |x: &Index| x.deleting_ms == 0 && !(held && x.global);
    for (i, index) in open.t.indexes.iter().enumerate().filter(|(_, x)| now(x)) {
        let taken = index_change(cx, open, index, change)?;
        if taken > 0.0 {
            units.push((i, taken));
        }
    }
    ttl::note(cx, open, change)?;
    history::note(cx, open, change)?;
    let spread = spread(&change.key.hash);
    stream::record(cx, open, spread, change.old, change.new, change.by == By::Expiry)?;
    Ok(units)
}

/// Counts one item or entry that came, went or changed.
pub(crate) fn count(cx: &mut Cx, number: u64, old: Option<u64>, new: Option<u64>) -> Result<(), Fault> {
    let c = counters(cx, number)?;
    let items = c.items + u64::from(new.is_some()) - u64::from(old.is_some());
    let bytes = c.bytes + new.unwrap_or(0) - old.unwrap_or(0);
    cx.put::<CountersTable>(&number, &Counters { items, bytes });
    Ok(())
}

/// What an index holds of an item: where, and what. `None`: the item lacks a key of the index.
pub(crate) fn entry(open: &Open, index: &Index, key: &KeyBytes, item: &Item) -> Option<(EntryKey, Item)> {
    let index_key = keys::of_item(&index.keys, item)?;
    Some((index_key.entry_key(index.number, key), projected(open, index, item)))
}

/// What an index shows of an item.
pub(crate) fn projected(open: &Open, index: &Index, item: &Item) -> Item {
    if index.projection.is_all() {
        return item.clone();
    }
    let is_key = |name: &str| open.t.keys.iter().chain(&index.keys).any(|p| p.name == name);
    let wanted = |name: &String| is_key(name) || index.projection.attributes.contains(name);
    item.iter().filter(|(name, _)| wanted(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
}

/// The write units that putting `new` in place of `old` takes of the table's indexes, before it is done.
pub(crate) fn index_units(open: &Open, key: &KeyBytes, old: Option<&Item>, new: Option<&Item>) -> IndexUnits {
    let there = open.t.indexes.iter().enumerate().filter(|(_, x)| x.deleting_ms == 0);
    let taken = there.map(|(at, index)| {
        let old = old.and_then(|i| entry(open, index, key, i));
        let new = new.and_then(|i| entry(open, index, key, i));
        (at, if old == new { 0.0 } else { units_of(&old, &new) })
    });
    taken.filter(|(_, units)| *units > 0.0).collect()
}

/// An entry that moves is a deletion and a put (developer guide, "Provisioned throughput considerations for GSIs").
fn units_of(old: &Option<(EntryKey, Item)>, new: &Option<(EntryKey, Item)>) -> f64 {
    let units = |e: &Option<(EntryKey, Item)>| {
        e.as_ref().map_or(0.0, |(_, item)| capacity::write_units(size::item(item)))
    };
    match (old, new) {
        (Some((from, _)), Some((to, _))) if from != to => units(old) + units(new),
        _ => units(old).max(units(new)),
    }
}

/// Does to an index what a change of an item asks for. Tells the write units that it took.
pub(crate) fn index_change(cx: &mut Cx, open: &Open, index: &Index, change: &Change) -> Result<f64, Fault> {
    let mut old = change.old.and_then(|i| entry(open, index, change.key, i));
    let new = change.new.and_then(|i| entry(open, index, change.key, i));
    if index.backfilling
        && let Some((place, _)) = &old
        && cx.get::<Entries>(place)?.is_none()
    {
        // Not copied in yet.
        old = None;
    }
    if old == new {
        return Ok(0.0);
    }
    let taken = units_of(&old, &new);
    let bytes = |e: &Option<(EntryKey, Item)>| e.as_ref().map(|(_, item)| size::item(item) as u64);
    let (old_bytes, new_bytes) = (bytes(&old), bytes(&new));
    let moved = match (&old, &new) {
        (Some((from, _)), Some((to, _))) => from != to,
        _ => false,
    };
    if let Some((place, _)) = &old
        && (moved || new.is_none())
    {
        cx.delete::<Entries>(place);
    }
    if let Some((place, item)) = new {
        cx.put::<Entries>(&place, &Stored { item });
    }
    count(cx, index.number, old_bytes, new_bytes)?;
    Ok(taken)
}
