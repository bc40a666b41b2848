//! Settings that the replicas of a global table share: what is changed in one region is made so in the others, by timer, in
//! the lanes of both. Capacity, indexes, time to live, encryption by AWS's own key, table class; tags, policies, recovery and
//! protection stay each region's own.
//! Source: developer guide, "Settings synchronization" of global tables (2026-11-22).

use codec::Fault;
use kernel::Cx;

use crate::membership::row_of;
use crate::replica::{lag_ms, place};
use crate::replication::pause_ms;
use crate::state::{TableRow, TimeToLive};
use crate::table::{Open, discard, new_number};
use crate::{backfill, time};

/// Has the other replicas take over what was changed here.
pub(crate) fn tell(cx: &mut Cx, open: &Open) -> Result<(), Fault> {
    let here = cx.scope.region;
    for replica in open.t.replicas.iter().filter(|r| !r.status.is_empty()) {
        let Some(place) = place(cx.scope, &open.name, &replica.region, &[here]) else { continue };
        let subject = format!("{}/{here}", open.name);
        cx.timer_set_at(place, time::SYNC, &subject, cx.now_ms)?;
    }
    Ok(())
}

/// Takes over what was changed in another region.
pub(crate) fn take_over(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let Some((name, from)) = subject.split_once('/') else { return Ok(()) };
    let Some(mut open) = Open::named(cx, name)?.filter(|o| o.t.deleting_ms == 0) else { return Ok(()) };
    let Some(theirs) = row_of(cx, from, name)? else { return Ok(()) };
    if lag_ms(cx, &open.arn(cx), from).is_none() {
        let Some(place) = place(cx.scope, name, cx.scope.region, &[from]) else { return Ok(()) };
        return cx.timer_set_at(place, time::SYNC, subject, cx.now_ms + pause_ms(240_000));
    }
    let t = open.t.change();
    t.attributes.clone_from(&theirs.attributes);
    (t.on_demand, t.on_demand_since_ms) = (theirs.on_demand, theirs.on_demand_since_ms);
    t.throughput = theirs.throughput.clone();
    t.throughput.max_read_units = t.own_max_read_units.or(theirs.throughput.max_read_units);
    if theirs.class_changed_ms > t.class_changed_ms {
        (t.table_class, t.class_changed_ms) = (theirs.table_class.clone(), theirs.class_changed_ms);
    }
    take_indexes(cx, &mut open, &theirs)?;
    let expiries = take_expiry(cx, &mut open, &theirs)?;
    open.save(cx);
    if expiries { backfill::begin_expiries(cx, &open) } else { Ok(()) }
}

fn take_indexes(cx: &mut Cx, open: &mut Open, theirs: &TableRow) -> Result<(), Fault> {
    let gone: Vec<String> = open
        .t
        .indexes
        .iter()
        .filter(|i| i.global && i.deleting_ms == 0)
        .filter(|i| !theirs.indexes.iter().any(|t| t.name == i.name && t.deleting_ms == 0))
        .map(|i| i.name.clone())
        .collect();
    for name in gone {
        backfill::delete(cx, open, &name)?;
    }
    for index in theirs.indexes.iter().filter(|i| i.global && i.deleting_ms == 0) {
        match open.t.change().indexes.iter_mut().find(|i| i.name == index.name) {
            Some(own) => own.throughput = index.throughput.clone(),
            None => backfill::begin(cx, open, index.clone())?,
        }
    }
    // An index that goes took its attributes with it.
    open.t.change().attributes.clone_from(&theirs.attributes);
    Ok(())
}

/// Tells whether expiries are to be made.
fn take_expiry(cx: &mut Cx, open: &mut Open, theirs: &TableRow) -> Result<bool, Fault> {
    let (own, other) = (open.t.ttl.clone(), &theirs.ttl);
    if (own.enabled, &own.attribute) == (other.enabled, &other.attribute) {
        return Ok(false);
    }
    if own.number != 0 {
        discard(cx, own.number)?;
        cx.timer_clear(time::EXPIRE, &open.name)?;
    }
    let number = if other.enabled { new_number(cx) } else { 0 };
    open.t.change().ttl = TimeToLive { number, ..other.clone() };
    Ok(other.enabled)
}
