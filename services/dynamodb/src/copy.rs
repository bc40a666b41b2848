//! Copies of tables as of a moment: what backups and restores are made of. A copy walks the items as they are now, in steps;
//! calls go on between them, and what they change is kept (`history.rs`). Then everything that changed since the moment is
//! undone in the copy, newest first, which leaves the items as they were.

use codec::Fault;
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::backfill::next_items;
use crate::backup;
use crate::history::{Before, BeforeKey, History};
use crate::item::{Items, Stored};
use crate::keys::KeyBytes;
use crate::place::lane;
use crate::table::{Open, counters, settles};
use crate::write::{By, Change, apply, count};
use crate::{history, table, time};
use dynamodb_language::{Item, size};

/// Changes undone by one step.
const UNDO: usize = 1_000;
/// Steps that the call itself takes; a larger copy goes on by timer.
const AT_ONCE: usize = 2;

/// A copy on its way.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Job {
    /// Number of what is copied, and the table that it is, if it may change meanwhile.
    pub(crate) source: u64,
    pub(crate) source_table: String,
    /// Number of the copy, and the table that it is; none: it is a backup's.
    pub(crate) dest: u64,
    pub(crate) dest_table: String,
    /// What changed from there on is undone.
    pub(crate) from_ms: i64,
    pub(crate) from_n: u64,
    /// The walk is done; what has been undone so far.
    pub(crate) undoing: bool,
    pub(crate) undone_ms: i64,
    pub(crate) undone_n: u64,
    /// Id of the backup that is made.
    pub(crate) backup: String,
}

impl Row for Job {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.source);
        w.put(2, &self.source_table);
        w.put(3, &self.dest);
        w.put(4, &self.dest_table);
        w.put(5, &self.from_ms);
        w.put(6, &self.from_n);
        w.put(7, &self.undoing);
        w.put(8, &self.undone_ms);
        w.put(9, &self.undone_n);
        w.put(10, &self.backup);
    }
    fn read(r: &mut RowReader) -> Result<Job, RowError> {
        Ok(Job {
            source: r.get(1)?,
            source_table: r.get(2)?,
            dest: r.get(3)?,
            dest_table: r.get(4)?,
            from_ms: r.get(5)?,
            from_n: r.get(6)?,
            undoing: r.get(7)?,
            undone_ms: r.get(8)?,
            undone_n: r.get(9)?,
            backup: r.get(10)?,
        })
    }
}

/// Copies by number of what they make.
pub(crate) struct Jobs;
impl Table for Jobs {
    const NAME: &'static str = "dynamodb.copy";
    const VERSION: u16 = 1;
    type Key = u64;
    type Row = Job;
}

/// Begins a copy, and finishes it if it is small.
pub(crate) fn begin(cx: &mut Cx, job: Job) -> Result<(), Fault> {
    if let Some(mut open) = source_of(cx, &job)? {
        open.t.change().copying += 1;
        open.save(cx);
    }
    cx.put::<crate::backfill::Walks>(&job.dest, &crate::backfill::Walk::default());
    go_on(cx, job)
}

/// A copy goes on.
pub(crate) fn step(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let Ok(dest) = u64::from_str_radix(subject, 16) else { return Ok(()) };
    match cx.get::<Jobs>(&dest)? {
        Some(job) => go_on(cx, job),
        None => Ok(()),
    }
}

fn go_on(cx: &mut Cx, mut job: Job) -> Result<(), Fault> {
    for _ in 0..AT_ONCE {
        let done = if job.undoing { undo(cx, &mut job)? } else { walk(cx, &mut job)? };
        if done {
            return finish(cx, &job);
        }
    }
    cx.put::<Jobs>(&job.dest, &job);
    let lanes = [&job.source_table, &job.dest_table].map(|t| lane(cx.scope, t)).to_vec();
    cx.timer_set_in(lanes, time::COPY, &format!("{:016x}", job.dest), cx.now_ms)
}

fn source_of(cx: &Cx, job: &Job) -> Result<Option<Open>, Fault> {
    Ok(Open::named(cx, &job.source_table)?.filter(|o| o.t.number == job.source))
}

/// Copies the next items; the source's changes are undone after the last.
fn walk(cx: &mut Cx, job: &mut Job) -> Result<bool, Fault> {
    let (items, last) = next_items(cx, job.source, job.dest)?;
    let dest = destination(cx, job)?;
    for (key, stored) in items {
        let key = KeyBytes { hash: key.2, range: key.3 };
        put(cx, job, dest.as_ref(), &key, Some(&stored.item))?;
    }
    if last && !job.source_table.is_empty() {
        job.undoing = true;
        (job.undone_ms, job.undone_n) = (i64::MAX, 0);
        return Ok(false);
    }
    Ok(last)
}

/// Undoes the next changes, newest first.
fn undo(cx: &mut Cx, job: &mut Job) -> Result<bool, Fault> {
    let bound: BeforeKey = (job.source, job.from_ms, job.from_n);
    let end: BeforeKey = (job.source, job.undone_ms, job.undone_n);
    let scan = Scan::<History>::prefix(&(job.source,)).from(&bound).to(&end).reverse();
    let rows: Vec<(BeforeKey, Before)> = cx.scan(scan)?.take(UNDO).collect();
    let dest = destination(cx, job)?;
    for (key, before) in &rows {
        (job.undone_ms, job.undone_n) = (key.1, key.2);
        let place = KeyBytes { hash: before.hash.clone(), range: before.range.clone() };
        put(cx, job, dest.as_ref(), &place, before.item.as_ref())?;
    }
    Ok(rows.len() < UNDO)
}

fn destination(cx: &Cx, job: &Job) -> Result<Option<Open>, Fault> {
    match job.dest_table.as_str() {
        "" => Ok(None),
        name => Open::named(cx, name),
    }
}

fn put(cx: &mut Cx, job: &Job, dest: Option<&Open>, key: &KeyBytes, new: Option<&Item>) -> Result<(), Fault> {
    let place = key.item_key(job.dest);
    let old = cx.get::<Items>(&place)?.map(|s| s.item);
    if let Some(open) = dest {
        let change = Change { key, old: old.as_ref(), new, by: By::Call };
        return apply(cx, open, &change).map(drop);
    }
    match new {
        Some(item) => cx.put::<Items>(&place, &Stored { item: item.clone() }),
        None => cx.delete::<Items>(&place),
    }
    let bytes = |i: Option<&Item>| i.map(|i| size::item(i) as u64);
    count(cx, job.dest, bytes(old.as_ref()), bytes(new))
}

fn finish(cx: &mut Cx, job: &Job) -> Result<(), Fault> {
    cx.delete::<Jobs>(&job.dest);
    if let Some(mut open) = source_of(cx, job)? {
        open.t.change().copying = open.t.copying.saturating_sub(1);
        open.save(cx);
        history::arm(cx, &open)?;
    }
    if let Some(mut open) = destination(cx, job)? {
        open.t.change().ready_ms = settles(cx, table::CREATE_MS);
        let ready_ms = open.t.ready_ms;
        open.t.change().indexes.iter_mut().for_each(|i| i.ready_ms = ready_ms);
        open.save(cx);
        // A restore costs by what it restored.
        cx.meter("RestoreDataSize-Bytes", counters(cx, job.dest)?.bytes as f64 / 1_073_741_824.0);
    }
    backup::made(cx, job)
}
