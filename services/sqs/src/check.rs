//! The invariants of SQS's state, asserted over everything stored. For simulations, tests and restarts; never on a call's
//! way.

use std::collections::{BTreeMap, BTreeSet};

use codec::Fault;
use kernel::Cx;
use store::Scan;

use crate::place::{ByGroup, ByVisibility, Heads, Kind, Moved, Place};
use crate::state::{CountersTable, Garbage, Messages, Queue, Queues};

/// Says what is wrong with the state, if something is.
pub(crate) fn check(cx: &Cx) -> Result<(), String> {
    let told = |f: Fault| format!("{f:?}");
    let mut stores = BTreeSet::new();
    for (key, q) in cx.scan::<Queues>(Scan::all()).map_err(told)? {
        if !stores.insert(q.store) {
            return Err(format!("two queues share the store of {}", key.2));
        }
        check_queue(cx, &q).map_err(told)?.map_err(|e| format!("queue {}: {e}", key.2))?;
    }
    stores.extend(cx.scan::<Garbage>(Scan::all()).map_err(told)?.map(|(key, _)| key.2));
    let mut found: Vec<u64> = cx.scan::<Messages>(Scan::all()).map_err(told)?.map(|(k, _)| k.0).collect();
    found.extend(cx.scan::<ByVisibility>(Scan::all()).map_err(told)?.map(|(k, _)| k.0));
    found.extend(cx.scan::<CountersTable>(Scan::all()).map_err(told)?.map(|(k, _)| k));
    match found.into_iter().find(|store| !stores.contains(store)) {
        Some(store) => Err(format!("rows lie in store {store:016x}, which is no queue's")),
        None => Ok(()),
    }
}

/// A message as the rows show it: enqueued, group, first place.
type Known = BTreeMap<u64, (i64, String, Place)>;

fn check_queue(cx: &Cx, q: &Queue) -> Result<Result<(), String>, Fault> {
    let messages: Known = cx
        .scan_prefix::<Messages>(&(q.store,))?
        .map(|((_, at, seq), m)| (seq, (at, m.group.unwrap_or_default(), m.first_place)))
        .collect();
    let mut places: BTreeMap<u64, Place> = cx
        .scan_prefix::<ByVisibility>(&(q.store,))?
        .map(|((_, at, seq), p)| (seq, Place { visible_ms: at, ..p }))
        .collect();
    let rows = cx.scan_prefix::<ByVisibility>(&(q.store,))?.count();
    if rows != places.len() {
        return Ok(Err(format!("{rows} places of {} messages", places.len())));
    }
    let c = cx.get::<CountersTable>(&q.store)?.unwrap_or_default();
    let is_fresh = |seq: u64, at: i64, place: &Place| {
        !q.fifo && (at, seq) > (c.fresh_ms, c.fresh_seq) && *place == Place::on_arrival(at)
    };
    let fresh: Vec<(u64, Place)> = messages
        .iter()
        .filter(|(seq, (at, _, place))| is_fresh(**seq, *at, place))
        .map(|(seq, (_, _, place))| (*seq, place.clone()))
        .collect();
    if let Some((seq, _)) = fresh.iter().find(|(seq, _)| places.contains_key(seq)) {
        return Ok(Err(format!("message {seq} is fresh and in the index")));
    }
    if c.fresh != fresh.len() as u64 {
        return Ok(Err(format!("counted {} fresh messages, there are {}", c.fresh, fresh.len())));
    }
    places.extend(fresh);
    if messages.keys().ne(places.keys()) {
        return Ok(Err(format!("{} messages, {} places", messages.len(), places.len())));
    }
    if let Some((seq, _)) = messages.iter().find(|(seq, m)| places[*seq].enqueued_ms != m.0) {
        return Ok(Err(format!("message {seq} and its place were enqueued at different times")));
    }
    let counters = check_counters(cx, q, &messages, &places)?;
    Ok(counters.and(match q.fifo {
        true => check_groups(cx, q, &messages, &places)?,
        false => check_moved(cx, q, &messages, &places)?,
    }))
}

fn check_counters(
    cx: &Cx,
    q: &Queue,
    messages: &Known,
    places: &BTreeMap<u64, Place>,
) -> Result<Result<(), String>, Fault> {
    let c = cx.get::<CountersTable>(&q.store)?.unwrap_or_default();
    let hidden =
        |kind| places.values().filter(|p| p.visible_ms > c.settled_ms && p.kind == kind).count() as u64;
    let counted = (c.total, c.in_flight, c.delayed);
    let real = (places.len() as u64, hidden(Kind::Received), hidden(Kind::New));
    if counted != real {
        return Ok(Err(format!("counted (total, in flight, delayed) {counted:?}, there are {real:?}")));
    }
    let oldest = messages.values().map(|m| m.0).min();
    if let Some(oldest) = oldest {
        if oldest < c.oldest_ms || c.timer_ms == 0 || c.timer_ms > q.expiry_ms(oldest).max(cx.now_ms) {
            return Ok(Err(format!(
                "the oldest message is of {oldest}; looked for from {}, timer at {}",
                c.oldest_ms, c.timer_ms
            )));
        }
        if q.expiry_ms(oldest) < cx.now_ms && c.timer_ms < cx.now_ms {
            return Ok(Err(format!("a message of {oldest} outlived its retention")));
        }
    }
    let last = messages.keys().next_back().copied().unwrap_or_default();
    if last > c.last_seq {
        return Ok(Err(format!("message {last} comes after the last one, {}", c.last_seq)));
    }
    let missed = |at: (i64, u64)| Err(format!("what is visible at {at:?} would not be looked for"));
    let bound = (c.ready_ms, c.ready_seq);
    let first = match q.fifo {
        true => cx.scan_prefix::<Heads>(&(q.store,))?.next().map(|((_, at, seq), _)| (at, seq)),
        false => cx.scan_prefix::<ByVisibility>(&(q.store,))?.next().map(|((_, at, seq), _)| (at, seq)),
    };
    Ok(match first.filter(|at| *at < bound) {
        Some(at) => missed(at),
        None => Ok(()),
    })
}

fn check_moved(
    cx: &Cx,
    q: &Queue,
    messages: &Known,
    places: &BTreeMap<u64, Place>,
) -> Result<Result<(), String>, Fault> {
    let mut expected: BTreeMap<u64, Place> = messages.iter().map(|(seq, m)| (*seq, m.2.clone())).collect();
    for ((_, seq), place) in cx.scan_prefix::<Moved>(&(q.store,))? {
        if expected.insert(seq, place).is_none() {
            return Ok(Err(format!("message {seq} was moved and isn't there")));
        }
    }
    Ok(match expected.iter().find(|(seq, place)| places[*seq] != **place) {
        Some((seq, place)) => Err(format!("message {seq} stands at {:?}, found by {place:?}", places[seq])),
        None => Ok(()),
    })
}

fn check_groups(
    cx: &Cx,
    q: &Queue,
    messages: &Known,
    places: &BTreeMap<u64, Place>,
) -> Result<Result<(), String>, Fault> {
    let mut first: BTreeMap<String, (i64, u64)> = BTreeMap::new();
    let mut rows = 0;
    for ((_, group, seq), place) in cx.scan_prefix::<ByGroup>(&(q.store,))? {
        rows += 1;
        if messages.get(&seq).is_none_or(|m| m.1 != group) || places.get(&seq) != Some(&place) {
            return Ok(Err(format!("group {group} holds {seq} at another place than it stands")));
        }
        first.entry(group).or_insert((place.visible_ms, seq));
    }
    if rows != messages.len() {
        return Ok(Err(format!("{} messages, {rows} in groups", messages.len())));
    }
    let heads: BTreeMap<String, (i64, u64)> =
        cx.scan_prefix::<Heads>(&(q.store,))?.map(|((_, at, seq), group)| (group.name, (at, seq))).collect();
    let n = cx.scan_prefix::<Heads>(&(q.store,))?.count();
    Ok(match heads == first && n == heads.len() {
        true => Ok(()),
        false => Err(format!("heads of groups are {heads:?}, should be {first:?}")),
    })
}
