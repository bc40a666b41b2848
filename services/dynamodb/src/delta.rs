//! What changed in a table between two moments, an item once: what it was at the first, and when it was last changed. Made of
//! the history that point-in-time recovery keeps, in steps; the items as they were at the second moment are a copy
//! (`copy.rs`). Incremental exports are the two side by side.

use codec::Fault;
use dynamodb_language::{Item, row};
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::backfill::{Walk, Walks};
use crate::history::{Before, BeforeKey, History};
use crate::item::{ItemKey, Items, spread};

/// Changes taken, or items shown, by one step.
const STEP: usize = 1_000;

/// An item that changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changed {
    /// At the first moment.
    pub(crate) before: Option<Item>,
    pub(crate) last_ms: i64,
}

impl Row for Changed {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.before.as_ref().map(row::encode));
        w.put(2, &self.last_ms);
    }
    fn read(r: &mut RowReader) -> Result<Changed, RowError> {
        let decode = |bytes: Vec<u8>| row::decode(&bytes).map_err(|e| RowError::new(e.to_string()));
        Ok(Changed { before: r.get::<Option<Vec<u8>>>(1)?.map(decode).transpose()?, last_ms: r.get(2)? })
    }
}

/// Changed items, under a number of their own and the items' keys.
pub(crate) struct Deltas;
impl Table for Deltas {
    const NAME: &'static str = "dynamodb.delta";
    const VERSION: u16 = 1;
    type Key = ItemKey;
    type Row = Changed;
}

/// Collects the next changes of a table that happened from one moment up to another, under `delta`. `cursor` is where it has
/// come to. Tells whether those were the last.
pub(crate) fn collect(
    cx: &mut Cx,
    number: u64,
    delta: u64,
    to_ms: i64,
    cursor: &mut (i64, u64),
) -> Result<bool, Fault> {
    let from: BeforeKey = (number, cursor.0, cursor.1);
    let end: BeforeKey = (number, to_ms, 0);
    let scan = Scan::<History>::prefix(&(number,)).from(&from).to(&end);
    let rows: Vec<(BeforeKey, Before)> = cx.scan(scan)?.take(STEP).collect();
    for ((_, at_ms, n), before) in &rows {
        let key: ItemKey = (delta, spread(&before.hash), before.hash.clone(), before.range.clone());
        let first = cx.get::<Deltas>(&key)?;
        let before = first.map_or_else(|| before.item.clone(), |c| c.before);
        cx.put::<Deltas>(&key, &Changed { before, last_ms: *at_ms });
        *cursor = (*at_ms, n + 1);
    }
    Ok(rows.len() < STEP)
}

/// An item that changed, before and after.
pub(crate) type Pair = (Option<Item>, Option<Item>, i64);

/// The next changed items with what they became by the copy, behind the cursor; and the cursor's next place, if there are more.
pub(crate) fn next(
    cx: &Cx,
    delta: u64,
    copy: u64,
    w: &Walk,
    most: usize,
) -> Result<(Vec<Pair>, Option<Walk>), Fault> {
    let mut scan = Scan::<Deltas>::prefix(&(delta,));
    if w.begun {
        scan = scan.after(&(delta, w.spread, w.hash.clone(), w.range.clone()));
    }
    let rows: Vec<(ItemKey, Changed)> = cx.scan(scan)?.take(most).collect();
    let last = rows.last().filter(|_| rows.len() == most).map(|((_, spread, hash, range), _)| Walk {
        spread: *spread,
        hash: hash.clone(),
        range: range.clone(),
        begun: true,
    });
    let mut pairs = Vec::with_capacity(rows.len());
    for ((_, spread, hash, range), c) in rows {
        let after = cx.get::<Items>(&(copy, spread, hash, range))?.map(|s| s.item);
        pairs.push((c.before, after, c.last_ms));
    }
    Ok((pairs, last))
}

/// Removes what lies under a number, so many at most; tells how many there were.
pub(crate) fn sweep(cx: &mut Cx, number: u64, limit: usize) -> Result<usize, Fault> {
    let keys: Vec<ItemKey> =
        cx.scan::<Deltas>(Scan::prefix(&(number,)))?.take(limit).map(|(key, _)| key).collect();
    keys.iter().for_each(|key| cx.delete::<Deltas>(key));
    cx.delete::<Walks>(&number);
    Ok(keys.len())
}
