//! Time to live: `UpdateTimeToLive`, `DescribeTimeToLive`, and what the clock removes.
//!
//! Every item whose attribute holds a moment has an expiry, a row ordered by time; the first of them sets the table's timer.
//! An item goes when the clock passes its moment (AWS: within a few days); its removal shows in the stream as the service's.
//! Moments more than five years ago are ignored, as AWS does (developer guide, "Using time to live", 2026-11-22).

use codec::Fault;
use dynamodb_language::{Item, Value};
use kernel::Cx;
use shapes_dynamodb::{
    DescribeTimeToLiveInput, DescribeTimeToLiveOutput, TimeToLiveDescription, UpdateTimeToLiveInput,
    UpdateTimeToLiveOutput,
};
use store::{Scan, Table};

use crate::err::{in_use, invalid};
use crate::item::Items;
use crate::keys::KeyBytes;
use crate::state::{Moment, TableRow, TimeToLive};
use crate::table::{Open, discard, new_number, settles};
use crate::write::{By, Change, apply};
use crate::{backfill, replica, sync, time};

/// How long it takes to be enabled under the `real` profile: AWS says up to an hour.
const SETTLE_MS: i64 = 3_600_000;
const FIVE_YEARS_S: i64 = 5 * 365 * 86_400;

/// Number of the table's expiries, second, partition key, sort key.
type ExpiryKey = (u64, i64, Vec<u8>, Vec<u8>);

/// When items expire.
pub(crate) struct Expiries;
impl Table for Expiries {
    const NAME: &'static str = "dynamodb.expiry";
    const VERSION: u16 = 1;
    type Key = ExpiryKey;
    type Row = Moment;
}

/// `TimeToLiveStatus`
fn status(t: &TimeToLive, now_ms: i64) -> &'static str {
    match (t.enabled, now_ms < t.settles_ms) {
        (true, true) => "ENABLING",
        (true, false) => "ENABLED",
        (false, true) => "DISABLING",
        (false, false) => "DISABLED",
    }
}

/// The second at which an item expires.
pub(crate) fn expiry_s(t: &TableRow, item: &Item) -> Option<i64> {
    if !t.ttl.enabled {
        return None;
    }
    let Value::N(n) = item.get(&t.ttl.attribute)? else { return None };
    let text = n.to_string();
    let whole = text.split('.').next().unwrap_or_default();
    whole.parse::<i64>().ok()
}

/// Keeps the expiry of a changed item.
pub(crate) fn note(cx: &mut Cx, open: &Open, change: &Change) -> Result<(), Fault> {
    let old = change.old.and_then(|i| expiry_s(&open.t, i));
    let new = change.new.and_then(|i| expiry_s(&open.t, i));
    if old == new {
        return Ok(());
    }
    if let Some(s) = old {
        cx.delete::<Expiries>(&place(open, s, change.key));
    }
    if let Some(s) = new {
        add(cx, open, s, change.key)?;
    }
    Ok(())
}

fn place(open: &Open, s: i64, key: &KeyBytes) -> ExpiryKey {
    (open.t.ttl.number, s, key.hash.clone(), key.range.clone())
}

/// Adds an expiry, and sets the timer if it is the first.
pub(crate) fn add(cx: &mut Cx, open: &Open, s: i64, key: &KeyBytes) -> Result<(), Fault> {
    let first = cx.scan_prefix::<Expiries>(&(open.t.ttl.number,))?.next().map(|((_, s, _, _), _)| s);
    cx.put::<Expiries>(&place(open, s, key), &Moment::default());
    if first.is_none_or(|f| s < f) {
        arm(cx, open, s)?;
    }
    Ok(())
}

fn arm(cx: &mut Cx, open: &Open, s: i64) -> Result<(), Fault> {
    let due_ms = s.saturating_mul(1_000).max(open.t.ttl.settles_ms).max(cx.now_ms);
    time::set(cx, time::EXPIRE, &open.name, due_ms)
}

/// Removes what has expired, some at a time, and sets the timer for the next.
pub(crate) fn expire(cx: &mut Cx, name: &str) -> Result<(), Fault> {
    let Some(open) = Open::named(cx, name)? else { return Ok(()) };
    if !open.t.ttl.enabled {
        return Ok(());
    }
    let now_s = cx.now_ms.div_euclid(1_000);
    let due: Vec<ExpiryKey> = cx
        .scan_prefix::<Expiries>(&(open.t.ttl.number,))?
        .take_while(|((_, s, _, _), _)| *s <= now_s)
        .take(time::STEP / 4)
        .map(|(key, _)| key)
        .collect();
    for expiry in due {
        cx.delete::<Expiries>(&expiry);
        if expiry.1 < now_s - FIVE_YEARS_S {
            continue;
        }
        let key = KeyBytes { hash: expiry.2, range: expiry.3 };
        let place = key.item_key(open.t.number);
        let Some(stored) = cx.get::<Items>(&place)? else { continue };
        if replica::expires_elsewhere(cx, &open, &place)? {
            continue;
        }
        let change = Change { key: &key, old: Some(&stored.item), new: None, by: By::Expiry };
        apply(cx, &open, &change)?;
    }
    let next = cx.scan_prefix::<Expiries>(&(open.t.ttl.number,))?.next();
    match next {
        Some(((_, s, _, _), _)) => arm(cx, &open, s),
        None => Ok(()),
    }
}

/// Tells what is set.
pub(crate) fn describe(cx: &mut Cx, i: &DescribeTimeToLiveInput) -> Result<DescribeTimeToLiveOutput, Fault> {
    let open = Open::any(cx, &i.table_name)?;
    let t = &open.t.ttl;
    let status = status(t, cx.now_ms);
    let description = TimeToLiveDescription {
        time_to_live_status: Some(status.to_owned()),
        attribute_name: (status != "DISABLED").then(|| t.attribute.clone()),
    };
    Ok(DescribeTimeToLiveOutput { time_to_live_description: Some(description) })
}

/// Enables or disables it.
///
/// Errors: ResourceNotFoundException: no such table. ResourceInUseException: not ready. ValidationException: already so, for
/// another attribute, or changed a moment ago.
pub(crate) fn update(cx: &mut Cx, i: &UpdateTimeToLiveInput) -> Result<UpdateTimeToLiveOutput, Fault> {
    let mut open = Open::any(cx, &i.table_name)?;
    match open.status(cx.now_ms) {
        "CREATING" => return Err(in_use("created", &open.name)),
        "DELETING" => return Err(in_use("deleted", &open.name)),
        _ => {}
    }
    let spec = &i.time_to_live_specification;
    let t = &open.t.ttl;
    if cx.now_ms < t.settles_ms {
        return Err(invalid("Time to live has been modified multiple times within a fixed interval"));
    }
    match (t.enabled, spec.enabled) {
        (true, true) if t.attribute != spec.attribute_name => {
            return Err(invalid(format!(
                "TimeToLive is active on a different AttributeName: current AttributeName is {}",
                t.attribute
            )));
        }
        (true, true) => return Err(invalid("TimeToLive is already enabled")),
        (false, false) => return Err(invalid("TimeToLive is already disabled")),
        (true, false) if t.attribute != spec.attribute_name => {
            return Err(invalid(format!(
                "TimeToLive is active on a different AttributeName: current AttributeName is {}",
                t.attribute
            )));
        }
        _ => {}
    }
    let settles_ms = settles(cx, SETTLE_MS);
    if spec.enabled {
        open.t.change().ttl = TimeToLive {
            attribute: spec.attribute_name.clone(),
            enabled: true,
            settles_ms,
            number: new_number(cx),
        };
        open.save(cx);
        backfill::begin_expiries(cx, &open)?;
    } else {
        discard(cx, open.t.ttl.number)?;
        cx.timer_clear(time::EXPIRE, &open.name)?;
        let t = open.t.change();
        t.ttl = TimeToLive { enabled: false, settles_ms, number: 0, ..t.ttl.clone() };
        open.save(cx);
    }
    sync::tell(cx, &open)?;
    Ok(UpdateTimeToLiveOutput { time_to_live_specification: Some(spec.clone()) })
}

/// Removes expiries under a number, at most so many; tells how many there were.
pub(crate) fn sweep(cx: &mut Cx, number: u64, limit: usize) -> Result<usize, Fault> {
    let keys: Vec<ExpiryKey> =
        cx.scan::<Expiries>(Scan::prefix(&(number,)))?.take(limit).map(|(k, _)| k).collect();
    keys.iter().for_each(|k| cx.delete::<Expiries>(k));
    Ok(keys.len())
}
