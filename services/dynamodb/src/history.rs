//! What point-in-time recovery needs: for every change since it was enabled, what the item was before. A table as of a
//! moment is the table now with all later changes undone, newest first.

use codec::Fault;
use dynamodb_language::{Item, row};
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::table::Open;
use crate::time;
use crate::write::Change;

const DAY_MS: i64 = 86_400_000;

/// An item before a change.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Before {
    pub(crate) hash: Vec<u8>,
    pub(crate) range: Vec<u8>,
    pub(crate) item: Option<Item>,
}

impl Row for Before {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.hash);
        w.put(2, &self.range);
        w.put(3, &self.item.as_ref().map(row::encode));
    }
    fn read(r: &mut RowReader) -> Result<Before, RowError> {
        let decode = |bytes: Vec<u8>| row::decode(&bytes).map_err(|e| RowError::new(e.to_string()));
        Ok(Before {
            hash: r.get(1)?,
            range: r.get(2)?,
            item: r.get::<Option<Vec<u8>>>(3)?.map(decode).transpose()?,
        })
    }
}

/// Number of the table, moment of the change, place within the moment.
pub(crate) type BeforeKey = (u64, i64, u64);

/// What items were before their changes.
pub(crate) struct History;
impl Table for History {
    const NAME: &'static str = "dynamodb.before";
    const VERSION: u16 = 1;
    type Key = BeforeKey;
    type Row = Before;
}

/// The place within this moment that the next change of a table gets.
pub(crate) fn next(cx: &Cx, number: u64) -> Result<u64, Fault> {
    let moment = (number, cx.now_ms);
    let last = cx.scan::<History>(Scan::prefix(&moment).reverse())?.next();
    Ok(last.map_or(0, |((_, _, n), _)| n + 1))
}

/// Keeps what undoes a change.
pub(crate) fn note(cx: &mut Cx, open: &Open, change: &Change) -> Result<(), Fault> {
    if open.t.recovery_since_ms.is_none() && open.t.copying == 0 {
        return Ok(());
    }
    let place = (open.t.number, cx.now_ms, next(cx, open.t.number)?);
    let before =
        Before { hash: change.key.hash.clone(), range: change.key.range.clone(), item: change.old.cloned() };
    cx.put::<History>(&place, &before);
    Ok(())
}

/// Has what is too old, or not needed any more, removed: now what there is, from then on once a day.
pub(crate) fn arm(cx: &mut Cx, open: &Open) -> Result<(), Fault> {
    time::set(cx, time::FORGET, &open.name, cx.now_ms)
}

/// Forgets changes that nobody can undo any more.
pub(crate) fn forget(cx: &mut Cx, name: &str) -> Result<(), Fault> {
    let Some(open) = Open::named(cx, name)? else { return Ok(()) };
    let number = open.t.number;
    let horizon = match (open.t.copying, open.t.recovery_since_ms) {
        (0, None) => i64::MAX,
        (0, Some(_)) => cx.now_ms - i64::from(open.t.recovery_days) * DAY_MS,
        // A copy may need any of them; it arms this again when it is done.
        _ => return Ok(()),
    };
    let old: Vec<BeforeKey> = cx
        .scan_prefix::<History>(&(number,))?
        .take_while(|((_, at_ms, _), _)| *at_ms < horizon)
        .take(time::STEP)
        .map(|(key, _)| key)
        .collect();
    old.iter().for_each(|key| cx.delete::<History>(key));
    if old.len() == time::STEP {
        return time::set(cx, time::FORGET, name, cx.now_ms);
    }
    match open.t.recovery_since_ms {
        Some(_) => time::set(cx, time::FORGET, name, cx.now_ms + DAY_MS),
        None => Ok(()),
    }
}
