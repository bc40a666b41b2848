//! What capacity a table or index is given: checks, changes, and how it is shown. Not what calls consume: `capacity.rs`.
//! Source: developer guide, "Provisioned capacity mode", "On-demand capacity mode", "Service quotas" (2026-11-22).

use codec::{Fault, Timestamp};
use shapes_dynamodb::{
    OnDemandThroughput, ProvisionedThroughput, ProvisionedThroughputDescription,
    TableWarmThroughputDescription, WarmThroughput, err,
};

use crate::err::{invalid, invalid_values};
use crate::state::Throughput;

const MAX_UNITS: i64 = 1_000_000_000_000;
const DAY_MS: i64 = 86_400_000;
/// Warm throughput that every new on-demand table has (recorded 2025-10).
const ON_DEMAND_WARM: (i64, i64) = (12_000, 4_000);
/// Read and write units of a table at most, unless AWS raised it (`facts`: quotas of DynamoDB).
pub(crate) const TABLE_MAX_UNITS: i64 = 40_000;
/// Read and write units of an account and region at most.
pub(crate) const ACCOUNT_MAX_UNITS: i64 = 80_000;

/// Whether the billing mode is on-demand.
pub(crate) fn is_on_demand(mode: Option<&str>) -> bool {
    mode == Some("PAY_PER_REQUEST")
}

fn in_bounds(units: i64, name: &str) -> Result<(), Fault> {
    if units > MAX_UNITS {
        return Err(invalid(format!("Given value {units} for {name} is out of bounds")));
    }
    if units > TABLE_MAX_UNITS {
        return Err(err::limit_exceeded_exception(format!(
            "The requested {name} {units} is above the per-table maximum for the account in this region. Per-table maximum: \
             {TABLE_MAX_UNITS}"
        )));
    }
    Ok(())
}

/// The capacity of a new table or index; `index` names it in texts.
pub(crate) fn new(
    on_demand: bool,
    given: Option<&ProvisionedThroughput>,
    ceiling: Option<&OnDemandThroughput>,
    warm: Option<&WarmThroughput>,
    index: Option<&str>,
) -> Result<Throughput, Fault> {
    let mut t = Throughput::default();
    match (on_demand, given) {
        (true, Some(_)) => {
            return Err(invalid_values(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
            ));
        }
        (true, None) => {}
        (false, None) => {
            let what = index.map_or(String::new(), |i| format!(" for index: {i}"));
            return Err(match index {
                None => invalid_values(
                    "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
                ),
                Some(_) => invalid_values(format!("ProvisionedThroughput must be specified{what}")),
            });
        }
        (false, Some(p)) => {
            in_bounds(p.read_capacity_units, "ReadCapacityUnits")?;
            in_bounds(p.write_capacity_units, "WriteCapacityUnits")?;
            (t.read_units, t.write_units) = (p.read_capacity_units, p.write_capacity_units);
        }
    }
    set_ceiling(&mut t, on_demand, ceiling)?;
    set_warm(&mut t, on_demand, warm, index)?;
    Ok(t)
}

/// Sets the ceilings of on-demand capacity; -1 takes one away.
pub(crate) fn set_ceiling(
    t: &mut Throughput,
    on_demand: bool,
    ceiling: Option<&OnDemandThroughput>,
) -> Result<(), Fault> {
    let Some(c) = ceiling else { return Ok(()) };
    if !on_demand {
        return Err(invalid_values("OnDemandThroughput cannot be specified when BillingMode is PROVISIONED"));
    }
    for (given, at) in [
        (c.max_read_request_units, &mut t.max_read_units),
        (c.max_write_request_units, &mut t.max_write_units),
    ] {
        match given {
            Some(-1) => *at = None,
            Some(n) if n < 1 => {
                return Err(invalid_values(
                    "MaxReadRequestUnits and MaxWriteRequestUnits must be -1 or at least 1",
                ));
            }
            Some(n) => *at = Some(n),
            None => {}
        }
    }
    Ok(())
}

/// Sets the warm throughput of what has that capacity.
///
/// Errors: ValidationException: less than there is. Source: developer guide, "Understanding DynamoDB warm throughput".
/// Inferred: the text.
pub(crate) fn set_warm(
    t: &mut Throughput,
    on_demand: bool,
    warm: Option<&WarmThroughput>,
    index: Option<&str>,
) -> Result<(), Fault> {
    let Some(w) = warm else { return Ok(()) };
    let now = warm_shown(t, on_demand, true);
    let what = index.map_or("table".to_owned(), |i| format!("index {i}"));
    for (name, given, now) in [
        ("ReadUnitsPerSecond", w.read_units_per_second, now.read_units_per_second),
        ("WriteUnitsPerSecond", w.write_units_per_second, now.write_units_per_second),
    ] {
        if given.is_some_and(|given| Some(given) < now) {
            return Err(invalid_values(format!(
                "Requested {name} for WarmThroughput for {what} is lower than current WarmThroughput, decreasing WarmThroughput is \
                 not supported"
            )));
        }
    }
    t.warm_read_units = w.read_units_per_second.or(t.warm_read_units);
    t.warm_write_units = w.write_units_per_second.or(t.warm_write_units);
    Ok(())
}

/// Changes provisioned capacity.
///
/// Errors: LimitExceededException: decreased too often today. ValidationException: nothing changes.
pub(crate) fn change(
    t: &mut Throughput,
    to: &ProvisionedThroughput,
    what: &str,
    now_ms: i64,
) -> Result<(), Fault> {
    let (read, write) = (to.read_capacity_units, to.write_capacity_units);
    in_bounds(read, "ReadCapacityUnits")?;
    in_bounds(write, "WriteCapacityUnits")?;
    if (read, write) == (t.read_units, t.write_units) {
        return Err(invalid(format!(
            "The provisioned throughput for the {what} will not change. The requested value equals the current value. Current \
             ReadCapacityUnits provisioned for the {what}: {}. Requested ReadCapacityUnits: {read}. Current \
             WriteCapacityUnits provisioned for the {what}: {}. Requested WriteCapacityUnits: {write}. Refer to the Amazon \
             DynamoDB Developer Guide for current limits and how to request higher limits.",
            t.read_units, t.write_units
        )));
    }
    if read < t.read_units || write < t.write_units {
        note_decrease(t, now_ms)?;
    }
    if read > t.read_units || write > t.write_units {
        t.increased_ms = Some(now_ms);
    }
    (t.read_units, t.write_units) = (read, write);
    Ok(())
}

/// Four decreases a day, and then one for each hour without any.
/// Source: developer guide, "Service quotas": decreasing provisioned throughput.
fn note_decrease(t: &mut Throughput, now_ms: i64) -> Result<(), Fault> {
    let last = t.decreased_ms.unwrap_or(i64::MIN / 2);
    let today = decreases_today(t, now_ms);
    if today >= 4 && now_ms - last < 3_600_000 {
        return Err(err::limit_exceeded_exception(format!(
            "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the first 4 \
             decreases, each subsequent decrease in the same UTC day can be performed at most once every 3600 seconds. Number \
             of decreases today: {today}. Last decrease at {}. Next decrease can be made at {}",
            kernel::text::iso_time(last),
            kernel::text::iso_time(last + 3_600_000)
        )));
    }
    t.decreases = today + 1;
    t.decreased_ms = Some(now_ms);
    Ok(())
}

fn decreases_today(t: &Throughput, now_ms: i64) -> i64 {
    let same_day = t.decreased_ms.is_some_and(|d| d.div_euclid(DAY_MS) == now_ms.div_euclid(DAY_MS));
    if same_day { t.decreases } else { 0 }
}

/// As AWS shows it: zeros for on-demand capacity.
pub(crate) fn shown(t: &Throughput, now_ms: i64) -> ProvisionedThroughputDescription {
    let time = |ms: Option<i64>| ms.map(|epoch_ms| Timestamp { epoch_ms });
    ProvisionedThroughputDescription {
        last_increase_date_time: time(t.increased_ms),
        last_decrease_date_time: time(t.decreased_ms),
        number_of_decreases_today: Some(decreases_today(t, now_ms)),
        read_capacity_units: Some(t.read_units),
        write_capacity_units: Some(t.write_units),
    }
}

/// The ceilings, if there are any.
pub(crate) fn ceiling_shown(t: &Throughput) -> Option<OnDemandThroughput> {
    (t.max_read_units.is_some() || t.max_write_units.is_some()).then(|| OnDemandThroughput {
        max_read_request_units: Some(t.max_read_units.unwrap_or(-1)),
        max_write_request_units: Some(t.max_write_units.unwrap_or(-1)),
    })
}

/// What the table can serve at once: what was set, and no less than its capacity.
pub(crate) fn warm_shown(t: &Throughput, on_demand: bool, active: bool) -> TableWarmThroughputDescription {
    let (read, write) = if on_demand { ON_DEMAND_WARM } else { (t.read_units, t.write_units) };
    TableWarmThroughputDescription {
        read_units_per_second: Some(t.warm_read_units.unwrap_or(read).max(read)),
        write_units_per_second: Some(t.warm_write_units.unwrap_or(write).max(write)),
        status: Some(if active { "ACTIVE" } else { "UPDATING" }.to_owned()),
    }
}
