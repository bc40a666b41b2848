//! The invariants of the whole state, of every account and region. Used by simulations and by tests.

use codec::Fault;
use dynamodb_language::size;
use kernel::Cx;
use store::Scan;

use crate::item::{Entries, Items};
use crate::keys::{self, KeyBytes};
use crate::lagging;
use crate::state::{Counters, Index, TableRow, Tables};
use crate::stream::{Changes, Streams};
use crate::table::{Open, counters};
use crate::ttl::{Expiries, expiry_s};
use crate::write::entry;

/// Asserts the invariants: items lie under their keys; every index holds exactly what its items project; counters equal
/// what is there; every item with a moment has its expiry; a stream's records lie in its shards, below its next number.
pub(crate) fn check(cx: &Cx) -> Result<(), String> {
    let tables: Vec<_> = cx.scan::<Tables>(Scan::all()).map_err(shown)?.collect();
    for ((_, _, name), t) in tables {
        table(cx, &Open { name: name.clone(), t: t.into() }).map_err(|e| format!("table {name}: {e}"))?;
    }
    let streams: Vec<_> = cx.scan::<Streams>(Scan::all()).map_err(shown)?.collect();
    for (key, row) in streams {
        for ((_, shard, seq), _) in cx.scan_prefix::<Changes>(&(row.number,)).map_err(shown)? {
            if seq >= row.next_seq || shard >= row.next_shard {
                return Err(format!("stream {key:?}: record {seq} of shard {shard} is from the future"));
            }
        }
    }
    Ok(())
}

fn shown(fault: Fault) -> String {
    format!("{fault:?}")
}

fn table(cx: &Cx, open: &Open) -> Result<(), String> {
    let mut own = Counters::default();
    let mut of_indexes = vec![Counters::default(); open.t.indexes.len()];
    let mut expiries = 0u64;
    let lags = lagging::any(cx, open.t.number).map_err(shown)?;
    let settled = |i: &Index| !(i.backfilling || i.deleting_ms > 0 || (lags && i.global));
    for (place, stored) in cx.scan_prefix::<Items>(&(open.t.number,)).map_err(shown)? {
        let item = &stored.item;
        let key = keys::of_item(&open.t.keys, item).ok_or("an item lacks its key")?;
        if key.item_key(open.t.number) != place {
            return Err(format!("an item lies under {place:?}, not its key"));
        }
        own.items += 1;
        own.bytes += size::item(item) as u64;
        for (index, count) in open.t.indexes.iter().zip(&mut of_indexes) {
            let Some((place, projected)) = entry(open, index, &key, item) else { continue };
            count.items += 1;
            count.bytes += size::item(&projected) as u64;
            let there = cx.get::<Entries>(&place).map_err(shown)?;
            if there.map(|s| s.item) != Some(projected) && settled(index) {
                return Err(format!("index {} disagrees with the item {item:?}", index.name));
            }
        }
        expiries += expiry(cx, &open.t, &key, item)?;
    }
    agree("the table", counters(cx, open.t.number).map_err(shown)?, own)?;
    for (index, count) in open.t.indexes.iter().zip(of_indexes) {
        if !settled(index) {
            continue;
        }
        agree(&index.name, counters(cx, index.number).map_err(shown)?, count.clone())?;
        let there = cx.scan_prefix::<Entries>(&(index.number,)).map_err(shown)?.count() as u64;
        if there != count.items {
            return Err(format!("index {} has {there} entries, not {}", index.name, count.items));
        }
    }
    if open.t.ttl.enabled {
        let there = cx.scan_prefix::<Expiries>(&(open.t.ttl.number,)).map_err(shown)?.count() as u64;
        if there > expiries {
            return Err(format!("{there} expiries for {expiries} items that have one"));
        }
    }
    Ok(())
}

fn agree(what: &str, counted: Counters, there: Counters) -> Result<(), String> {
    if counted == there { Ok(()) } else { Err(format!("{what} counts {counted:?}, and {there:?} is there")) }
}

fn expiry(_: &Cx, t: &TableRow, _: &KeyBytes, item: &dynamodb_language::Item) -> Result<u64, String> {
    Ok(u64::from(expiry_s(t, item).is_some()))
}
