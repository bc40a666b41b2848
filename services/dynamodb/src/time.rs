//! What the clock does in DynamoDB. Timers of a table run in the table's lane.
//!
//! | timer | subject | when |
//! | --- | --- | --- |
//! | delete | table | a table's deletion is done |
//! | backfill | table/index | the next step of filling an index |
//! | drop-index | table/index | an index's deletion is done |
//! | expiries | table | the next step of making expiries |
//! | expire | table | the first item expires |
//! | rotate | table/label | shards that have records are closed |
//! | trim | table/label | records are a day old |
//! | sweep | number | rows of what is gone remain |
//! | copy | number | the next step of a backup or a restore |
//! | forget | table | changes can't be undone any more |
//! | expire-backup | id | a backup of the service's has had its time |
//! | replicate | table/region | what that region sent has arrived |
//! | join, fill | table/regions | a replica is begun, and filled |
//! | leave | table/regions | a replica goes |
//! | bill | | an hour is full |
//! | indexes | table | global indexes that lag catch up |
//! | sync | table/region | that region changed a setting |
//! | tokens | minute | tokens of transactions are too old |

use codec::Fault;
use kernel::{Cx, Timer};
use store::{Scan, Table};

use crate::backfill::Walks;
use crate::backup::Backups;
use crate::copy::Jobs;
use crate::export::Exports;
use crate::export_files::Files;
use crate::history::History;
use crate::import::Imports;
use crate::item::{Entries, Items};
use crate::lagging::Waits;
use crate::place::lane;
use crate::replica::{Outgoing, Written};
use crate::replication::Fills;
use crate::state::{CountersTable, Garbage, Tables};
use crate::stream::{Changes, Shards, Streams};
use crate::table::{self, Open};
use crate::transaction::{Tokens, TokensByTime};
use crate::{
    backfill, backup, billing, copy, delta, history, lagging, membership, replication, stream, sync,
    transaction, ttl,
};

pub(crate) const DELETE: &str = "delete";
pub(crate) const BACKFILL: &str = "backfill";
pub(crate) const DROP_INDEX: &str = "drop-index";
pub(crate) const EXPIRIES: &str = "expiries";
pub(crate) const EXPIRE: &str = "expire";
pub(crate) const ROTATE: &str = "rotate";
pub(crate) const TRIM: &str = "trim";
pub(crate) const SWEEP: &str = "sweep";
pub(crate) const TOKENS: &str = "tokens";
pub(crate) const COPY: &str = "copy";
pub(crate) const FORGET: &str = "forget";
pub(crate) const REPLICATE: &str = "replicate";
pub(crate) const JOIN: &str = "join";
pub(crate) const FILL: &str = "fill";
pub(crate) const LEAVE: &str = "leave";
pub(crate) const BILL: &str = "bill";
pub(crate) const INDEXES: &str = "indexes";
pub(crate) const SYNC: &str = "sync";
pub(crate) const EXPIRE_BACKUP: &str = "expire-backup";

/// Rows removed by one firing at most: transactions stay small.
pub(crate) const STEP: usize = 2_000;

/// Sets a timer of a table: its subject begins with the table's name.
pub(crate) fn set(cx: &mut Cx, kind: &str, subject: &str, due_ms: i64) -> Result<(), Fault> {
    let table = subject.split('/').next().unwrap_or_default();
    cx.timer_set_in(vec![lane(cx.scope, table)], kind, subject, due_ms)
}

/// What happens when a timer falls due.
pub(crate) fn on_timer(cx: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    let subject = timer.subject.as_str();
    match timer.kind.as_str() {
        DELETE => match Open::named(cx, subject)? {
            Some(open) if open.t.deleting_ms > 0 => table::remove(cx, &open),
            _ => Ok(()),
        },
        BACKFILL => backfill::step(cx, subject),
        DROP_INDEX => backfill::dropped(cx, subject),
        EXPIRIES => backfill::expiries_step(cx, subject),
        EXPIRE => ttl::expire(cx, subject),
        ROTATE => stream::rotate(cx, subject),
        TRIM => stream::trim(cx, subject),
        SWEEP => sweep(cx, subject),
        TOKENS => transaction::forget(cx),
        COPY => copy::step(cx, subject),
        FORGET => history::forget(cx, subject),
        REPLICATE => replication::receive(cx, subject),
        JOIN => membership::join(cx, subject),
        FILL => replication::fill(cx, subject),
        LEAVE => membership::leave(cx, subject),
        BILL => billing::hour(cx),
        INDEXES => lagging::step(cx, subject),
        SYNC => sync::take_over(cx, subject),
        EXPIRE_BACKUP => backup::expire(cx, subject),
        other => Err(Fault::internal(format!("DynamoDB sets no timer of kind {other}"))),
    }
}

fn sweep(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let Ok(number) = u64::from_str_radix(subject, 16) else { return Ok(()) };
    if clear_number(cx, number, STEP)? {
        let key = (cx.scope.account.clone(), cx.scope.region.to_owned(), number);
        cx.delete::<Garbage>(&key);
        return Ok(());
    }
    cx.timer_set(SWEEP, subject, cx.now_ms)
}

/// Removes what lies under a number, so many rows at most; tells whether that was all.
fn clear_number(cx: &mut Cx, number: u64, limit: usize) -> Result<bool, Fault> {
    cx.delete::<Walks>(&number);
    cx.delete::<Fills>(&number);
    let mut left = limit;
    left -= clear::<Items>(cx, number, left)?;
    left -= clear::<Entries>(cx, number, left)?;
    left -= clear::<History>(cx, number, left)?;
    left -= clear::<Written>(cx, number, left)?;
    left -= clear::<Waits>(cx, number, left)?;
    left -= clear::<Outgoing>(cx, number, left)?;
    left -= ttl::sweep(cx, number, left)?;
    left -= delta::sweep(cx, number, left)?;
    Ok(left > 0)
}

fn clear<T: Table>(cx: &mut Cx, number: u64, limit: usize) -> Result<usize, Fault> {
    let keys: Vec<T::Key> = cx.scan::<T>(Scan::prefix(&(number,)))?.take(limit).map(|(key, _)| key).collect();
    keys.iter().for_each(|key| cx.delete::<T>(key));
    Ok(keys.len())
}

/// Deletes everything of the account in the scope's region.
pub(crate) fn reset(cx: &mut Cx) -> Result<(), Fault> {
    let scope = (cx.scope.account.clone(), cx.scope.region.to_owned());
    let prefix = (scope.0.as_str(), scope.1.as_str());
    let tables: Vec<_> = cx.scan_prefix::<Tables>(&prefix)?.collect();
    let mut numbers: Vec<u64> = cx.scan_prefix::<Garbage>(&prefix)?.map(|(key, _)| key.2).collect();
    for (key, t) in tables {
        numbers.extend([t.number, t.ttl.number]);
        numbers.extend(t.indexes.iter().map(|i| i.number));
        cx.delete::<Tables>(&key);
    }
    for number in numbers {
        cx.delete::<CountersTable>(&number);
        cx.delete::<Jobs>(&number);
        clear_number(cx, number, usize::MAX)?;
        cx.delete::<Garbage>(&(scope.0.clone(), scope.1.clone(), number));
    }
    let backups: Vec<_> = cx.scan_prefix::<Backups>(&prefix)?.collect();
    for (key, b) in backups {
        clear_number(cx, b.number, usize::MAX)?;
        cx.delete::<CountersTable>(&b.number);
        cx.delete::<Jobs>(&b.number);
        cx.delete::<Backups>(&key);
    }
    let exports: Vec<_> = cx.scan_prefix::<Exports>(&prefix)?.collect();
    for (key, e) in exports {
        clear_number(cx, e.copy, usize::MAX)?;
        clear_number(cx, e.delta, usize::MAX)?;
        cx.delete::<CountersTable>(&e.copy);
        (0..e.files).for_each(|n| cx.delete::<Files>(&(e.copy, n)));
        cx.delete::<Exports>(&key);
    }
    let imports: Vec<_> = cx.scan_prefix::<Imports>(&prefix)?.map(|(key, _)| key).collect();
    imports.iter().for_each(|key| cx.delete::<Imports>(key));
    let tokens: Vec<_> = cx.scan_prefix::<Tokens>(&prefix)?.map(|(key, _)| key).collect();
    tokens.iter().for_each(|key| cx.delete::<Tokens>(key));
    let tokens: Vec<_> = cx.scan_prefix::<TokensByTime>(&prefix)?.map(|(key, _)| key).collect();
    tokens.iter().for_each(|key| cx.delete::<TokensByTime>(key));
    let streams: Vec<_> = cx.scan_prefix::<Streams>(&prefix)?.collect();
    for (key, row) in streams {
        clear::<Changes>(cx, row.number, usize::MAX)?;
        clear::<Shards>(cx, row.number, usize::MAX)?;
        cx.delete::<Streams>(&key);
    }
    Ok(())
}
