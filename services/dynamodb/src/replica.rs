//! Items of global tables (version 2019.11.21, eventually consistent): which write of an item came last, and what a replica
//! has still to send to the others. Who belongs to a global table is `membership.rs`; receiving is `replication.rs`.
//!
//! Every write of a replica gets a *stamp*: the clock's microsecond, or one more than the item's last stamp, and the region.
//! Of two writes of an item the one with the higher stamp stays, in every region: the last writer wins, whole items at a
//! time, whatever the order of arrival. A deletion is a write like any other; its stamp stays behind.
//! Source: developer guide, "How DynamoDB global tables work" (2026-11-22): last writer wins by internal timestamp.

use codec::Fault;
use dynamodb_language::{Item, row};
use kernel::{Cx, Place, Profile, Scope};
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::item::ItemKey;
use crate::place::lane;
use crate::table::Open;
use crate::time;
use crate::write::{By, Change};

/// How long a write is on its way under the `real` profile: AWS says typically a second or less.
const LAG_MS: i64 = 1_000;
/// What faults see as the operation.
const ACTIVITY: &str = "Replicate";

/// Another replica of a global table, as a table's row lists it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Replica {
    pub(crate) region: String,
    /// `ReplicaStatus`; empty: asked for, and not begun.
    pub(crate) status: String,
    /// When this table served as the source from which that one was made.
    pub(crate) sourced_ms: Option<i64>,
    /// What was asked for it, until it is made.
    pub(crate) class: Option<String>,
    pub(crate) max_read_units: Option<i64>,
    pub(crate) kms_key: Option<String>,
}

impl Row for Replica {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.region);
        w.put(2, &self.status);
        w.put(3, &self.sourced_ms);
        w.put(4, &self.class);
        w.put(5, &self.max_read_units);
        w.put(6, &self.kms_key);
    }
    fn read(r: &mut RowReader) -> Result<Replica, RowError> {
        Ok(Replica {
            region: r.get(1)?,
            status: r.get(2)?,
            sourced_ms: r.get(3)?,
            class: r.get(4)?,
            max_read_units: r.get(5)?,
            kms_key: r.get(6)?,
        })
    }
}

/// When and where an item was last written. The order of stamps is the order of writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp {
    pub(crate) at_us: i64,
    pub(crate) region: String,
}

impl Row for Stamp {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.at_us);
        w.put(2, &self.region);
    }
    fn read(r: &mut RowReader) -> Result<Stamp, RowError> {
        Ok(Stamp { at_us: r.get(1)?, region: r.get(2)? })
    }
}

/// Stamps of items of global tables, also of those that are deleted, under the items' keys.
pub(crate) struct Written;
impl Table for Written {
    const NAME: &'static str = "dynamodb.written";
    const VERSION: u16 = 1;
    type Key = ItemKey;
    type Row = Stamp;
}

/// A write on its way to another replica.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sent {
    pub(crate) hash: Vec<u8>,
    pub(crate) range: Vec<u8>,
    /// What the item became; none: it was deleted.
    pub(crate) item: Option<Item>,
    pub(crate) at_us: i64,
    pub(crate) at_ms: i64,
}

impl Row for Sent {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.hash);
        w.put(2, &self.range);
        w.put(3, &self.item.as_ref().map(row::encode));
        w.put(4, &self.at_us);
        w.put(5, &self.at_ms);
    }
    fn read(r: &mut RowReader) -> Result<Sent, RowError> {
        let decode = |bytes: Vec<u8>| row::decode(&bytes).map_err(|e| RowError::new(e.to_string()));
        Ok(Sent {
            hash: r.get(1)?,
            range: r.get(2)?,
            item: r.get::<Option<Vec<u8>>>(3)?.map(decode).transpose()?,
            at_us: r.get(4)?,
            at_ms: r.get(5)?,
        })
    }
}

/// Number of the table that sends, region that receives, place in the order.
pub(crate) type SentKey = (u64, String, u64);

/// Writes on their way.
pub(crate) struct Outgoing;
impl Table for Outgoing {
    const NAME: &'static str = "dynamodb.outgoing";
    const VERSION: u16 = 1;
    type Key = SentKey;
    type Row = Sent;
}

/// The scope of another region.
pub(crate) fn in_region(scope: &Scope, region: &str) -> Option<Scope> {
    kernel::region(region).map(|r| Scope::new(r, &scope.account))
}

/// The place of what happens to a table in that region, with the lanes of the other regions that it needs.
pub(crate) fn place(scope: &Scope, table: &str, region: &str, others: &[&str]) -> Option<Place> {
    let own = in_region(scope, region)?;
    let mut lanes = vec![lane(&own, table)];
    for other in others {
        lanes.push(lane(&in_region(scope, other)?, table));
    }
    lanes.sort();
    lanes.dedup();
    Some(Place { lanes, ..Place::at(own) })
}

/// How late what that region sends arrives here, by profile and faults; `None`: one of the two is cut off.
pub(crate) fn lag_ms(cx: &Cx, arn: &str, from: &str) -> Option<i64> {
    let usual = if cx.profile == Profile::Real { LAG_MS } else { 0 };
    let here = cx.lag(ACTIVITY, cx.scope.region, arn)?;
    let there = if from == cx.scope.region { 0 } else { cx.lag(ACTIVITY, from, arn)? };
    Some(usual + here.max(there))
}

/// Stamps a write of a replica, and has it sent to the others.
pub(crate) fn note(cx: &mut Cx, open: &Open, change: &Change) -> Result<(), Fault> {
    if open.t.replicas.is_empty() {
        return Ok(());
    }
    let place = change.key.item_key(open.t.number);
    if let By::Replica(stamp) = &change.by {
        cx.put::<Written>(&place, stamp);
        return Ok(());
    }
    let last_us = cx.get::<Written>(&place)?.map_or(0, |s| s.at_us);
    let at_us = (cx.now_ms * 1_000).max(last_us + 1);
    cx.put::<Written>(&place, &Stamp { at_us, region: cx.scope.region.to_owned() });
    let sent = Sent {
        hash: change.key.hash.clone(),
        range: change.key.range.clone(),
        item: change.new.cloned(),
        at_us,
        at_ms: cx.now_ms,
    };
    for replica in open.t.replicas.iter().filter(|r| !r.status.is_empty()) {
        send(cx, open, &replica.region, &sent)?;
    }
    Ok(())
}

fn send(cx: &mut Cx, open: &Open, to: &str, sent: &Sent) -> Result<(), Fault> {
    let number = open.t.number;
    let last = cx.scan(Scan::<Outgoing>::prefix(&(number, to)).reverse())?.next().map(|((_, _, n), _)| n);
    cx.put::<Outgoing>(&(number, to.to_owned(), last.map_or(0, |n| n + 1)), sent);
    if last.is_some() {
        // Whoever was first set the timer.
        return Ok(());
    }
    let from = cx.scope.region;
    let Some(place) = place(cx.scope, &open.name, to, &[from]) else { return Ok(()) };
    let usual = if cx.profile == Profile::Real { LAG_MS } else { 0 };
    cx.timer_set_at(place, time::REPLICATE, &format!("{}/{from}", open.name), cx.now_ms + usual)
}

/// Whether another replica, where the item was last written, will expire it and send word.
/// Source: developer guide: a deletion by time to live is replicated like any other.
pub(crate) fn expires_elsewhere(cx: &Cx, open: &Open, place: &ItemKey) -> Result<bool, Fault> {
    if open.t.replicas.is_empty() {
        return Ok(false);
    }
    let stamp = cx.get::<Written>(place)?;
    Ok(stamp.is_some_and(|s| open.t.replicas.iter().any(|r| r.region == s.region && r.status == "ACTIVE")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_stamp_wins_and_at_once_the_region_decides() {
        let stamp = |at_us, region: &str| Stamp { at_us, region: region.to_owned() };
        assert!(stamp(2, "a") > stamp(1, "b"));
        assert!(stamp(1, "b") > stamp(1, "a"));
    }
}
