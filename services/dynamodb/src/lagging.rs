//! Global indexes that lag behind their table, when a fault holds up the activity `UpdateIndex`: what a change does to them
//! waits, in order, and a timer makes up for it. Without such a fault nothing waits, and entries change with their items.
//! Local indexes never lag, as AWS's don't.

use codec::Fault;
use dynamodb_language::{Item, row};
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::keys::KeyBytes;
use crate::replication::pause_ms;
use crate::table::Open;
use crate::time;
use crate::write::{By, Change, index_change};

const ACTIVITY: &str = "UpdateIndex";
/// Changes made up for by one firing.
const STEP: usize = 500;
/// Longest pause between two looks.
const PAUSE_MAX_MS: i64 = 60_000;

/// A change that global indexes don't show yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Waiting {
    pub(crate) hash: Vec<u8>,
    pub(crate) range: Vec<u8>,
    pub(crate) old: Option<Item>,
    pub(crate) new: Option<Item>,
    pub(crate) at_ms: i64,
}

impl Row for Waiting {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.hash);
        w.put(2, &self.range);
        w.put(3, &self.old.as_ref().map(row::encode));
        w.put(4, &self.new.as_ref().map(row::encode));
        w.put(5, &self.at_ms);
    }
    fn read(r: &mut RowReader) -> Result<Waiting, RowError> {
        let decode = |bytes: Vec<u8>| row::decode(&bytes).map_err(|e| RowError::new(e.to_string()));
        Ok(Waiting {
            hash: r.get(1)?,
            range: r.get(2)?,
            old: r.get::<Option<Vec<u8>>>(3)?.map(decode).transpose()?,
            new: r.get::<Option<Vec<u8>>>(4)?.map(decode).transpose()?,
            at_ms: r.get(5)?,
        })
    }
}

/// Changes that wait, by number of the table and in order.
pub(crate) struct Waits;
impl Table for Waits {
    const NAME: &'static str = "dynamodb.lagging";
    const VERSION: u16 = 1;
    type Key = (u64, u64);
    type Row = Waiting;
}

/// Whether anything of a table waits.
pub(crate) fn any(cx: &Cx, number: u64) -> Result<bool, Fault> {
    Ok(cx.scan_prefix::<Waits>(&(number,))?.next().is_some())
}

/// Holds up what a change does to the table's global indexes, if they lag now or still do.
pub(crate) fn hold(cx: &mut Cx, open: &Open, change: &Change) -> Result<bool, Fault> {
    let indexes = &open.t.indexes;
    // While one is being filled, nothing waits: filling it looks at the items.
    let never = !indexes.iter().any(|i| i.global) || indexes.iter().any(|i| i.backfilling);
    if !open.t.lagging && !cx.may_lag() || never {
        return Ok(false);
    }
    let lag = cx.lag(ACTIVITY, cx.scope.region, &open.arn(cx));
    let number = open.t.number;
    let last = cx.scan(Scan::<Waits>::prefix(&(number,)).reverse())?.next().map(|((_, n), _)| n);
    if lag == Some(0) && last.is_none() {
        return Ok(false);
    }
    let waiting = Waiting {
        hash: change.key.hash.clone(),
        range: change.key.range.clone(),
        old: change.old.cloned(),
        new: change.new.cloned(),
        at_ms: cx.now_ms,
    };
    cx.put::<Waits>(&(number, last.map_or(0, |n| n + 1)), &waiting);
    if last.is_none() {
        let mut open = open.clone();
        open.t.change().lagging = true;
        open.save(cx);
        time::set(cx, time::INDEXES, &open.name, cx.now_ms + lag.unwrap_or(0).min(PAUSE_MAX_MS))?;
    }
    Ok(true)
}

/// Makes up for what is due.
pub(crate) fn step(cx: &mut Cx, name: &str) -> Result<(), Fault> {
    let Some(open) = Open::named(cx, name)? else { return Ok(()) };
    let waiting: Vec<((u64, u64), Waiting)> =
        cx.scan_prefix::<Waits>(&(open.t.number,))?.take(STEP).collect();
    let lag = cx.lag(ACTIVITY, cx.scope.region, &open.arn(cx));
    for (key, w) in &waiting {
        let due_ms = match lag {
            None => cx.now_ms + pause_ms(cx.now_ms - w.at_ms),
            Some(lag) => (w.at_ms + lag).min(cx.now_ms + PAUSE_MAX_MS),
        };
        if due_ms > cx.now_ms {
            return time::set(cx, time::INDEXES, name, due_ms);
        }
        catch_up(cx, &open, w)?;
        cx.delete::<Waits>(key);
    }
    if waiting.len() == STEP {
        return time::set(cx, time::INDEXES, name, cx.now_ms);
    }
    let mut open = open;
    open.t.change().lagging = false;
    open.save(cx);
    Ok(())
}

/// Makes up for everything at once: the table's indexes are about to change.
pub(crate) fn finish(cx: &mut Cx, open: &mut Open) -> Result<(), Fault> {
    if !open.t.lagging {
        return Ok(());
    }
    let waiting: Vec<((u64, u64), Waiting)> = cx.scan_prefix::<Waits>(&(open.t.number,))?.collect();
    for (key, w) in &waiting {
        catch_up(cx, open, w)?;
        cx.delete::<Waits>(key);
    }
    open.t.change().lagging = false;
    Ok(())
}

fn catch_up(cx: &mut Cx, open: &Open, w: &Waiting) -> Result<(), Fault> {
    let key = KeyBytes { hash: w.hash.clone(), range: w.range.clone() };
    let change = Change { key: &key, old: w.old.as_ref(), new: w.new.as_ref(), by: By::Call };
    for index in open.t.indexes.iter().filter(|i| i.global && i.deleting_ms == 0) {
        index_change(cx, open, index, &change)?;
    }
    Ok(())
}
