//! What calls consume: units of a read or a write, counted for table and indexes, taken from their buckets, metered, and
//! shown when asked for. Not what a table is given: `throughput.rs`.
//!
//! Under the `real` profile a table with provisioned capacity has a bucket of 300 seconds' worth (burst capacity); a
//! partition serves 3,000 read and 1,000 write units a second at most, a partition key having a partition of its own here.
//! Source: developer guide, "Burst and adaptive capacity", "DynamoDB read and write operations" (2026-11-22).

use std::collections::BTreeMap;

use codec::{Fault, Value};
use kernel::{Bucket, Cx, Profile};
use shapes_dynamodb::{Capacity, ConsumedCapacity, err};

use crate::names;
use crate::state::Throughput;
use crate::table::Open;

const BURST_S: f64 = 300.0;
const PARTITION_READS: f64 = 3_000.0;
const PARTITION_WRITES: f64 = 1_000.0;

/// Write units of an item of that size.
pub(crate) fn write_units(bytes: usize) -> f64 {
    bytes.div_ceil(1_024).max(1) as f64
}

/// Read units of that many bytes, strongly consistent.
pub(crate) fn read_units(bytes: usize) -> f64 {
    bytes.div_ceil(4_096).max(1) as f64
}

/// Whether it reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Read,
    Write,
}

/// What a call consumed of one table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Consumed {
    pub(crate) table: f64,
    /// By name of the index.
    pub(crate) local: BTreeMap<String, f64>,
    pub(crate) global: BTreeMap<String, f64>,
}

impl Consumed {
    /// All of it.
    pub(crate) fn total(&self) -> f64 {
        self.table + self.local.values().sum::<f64>() + self.global.values().sum::<f64>()
    }

    /// Adds units of the table's index at that place in its list.
    pub(crate) fn add_index(&mut self, open: &Open, at: usize, units: f64) {
        let index = &open.t.indexes[at];
        let map = if index.global { &mut self.global } else { &mut self.local };
        *map.entry(index.name.clone()).or_default() += units;
    }

    /// Adds what another call consumed of the same table.
    pub(crate) fn add(&mut self, other: &Consumed) {
        self.table += other.table;
        for (mine, theirs) in [(&mut self.local, &other.local), (&mut self.global, &other.global)] {
            for (name, units) in theirs {
                *mine.entry(name.clone()).or_default() += units;
            }
        }
    }

    /// Twice as much: a transaction prepares and commits.
    pub(crate) fn doubled(mut self) -> Consumed {
        self.table *= 2.0;
        self.local.values_mut().for_each(|v| *v *= 2.0);
        self.global.values_mut().for_each(|v| *v *= 2.0);
        self
    }

    /// As the answer shows it, if `ReturnConsumedCapacity` asked for it. `table_name` as it stood in the request.
    pub(crate) fn shown(&self, asked: Option<&str>, table_name: &str) -> Option<ConsumedCapacity> {
        self.shown_as(asked, table_name, None)
    }

    /// The same in a transaction, which tells reads and writes apart.
    pub(crate) fn shown_as(
        &self,
        asked: Option<&str>,
        table_name: &str,
        side: Option<Side>,
    ) -> Option<ConsumedCapacity> {
        let level = asked.filter(|level| *level != "NONE")?;
        let part = |units: f64| Capacity {
            capacity_units: Some(units),
            read_capacity_units: (side == Some(Side::Read)).then_some(units),
            write_capacity_units: (side == Some(Side::Write)).then_some(units),
        };
        let parts = |m: &BTreeMap<String, f64>| {
            let shown: BTreeMap<String, Capacity> = m.iter().map(|(n, u)| (n.clone(), part(*u))).collect();
            Some(shown).filter(|s| !s.is_empty() && level == "INDEXES")
        };
        let total = part(self.total());
        Some(ConsumedCapacity {
            table_name: Some(table_name.to_owned()),
            capacity_units: total.capacity_units,
            read_capacity_units: total.read_capacity_units,
            write_capacity_units: total.write_capacity_units,
            table: (level == "INDEXES").then(|| part(self.table)),
            local_secondary_indexes: parts(&self.local),
            global_secondary_indexes: parts(&self.global),
            ..ConsumedCapacity::default()
        })
    }
}

/// Takes what a call consumes of a table and its indexes, and puts it on the bill. `spread` is the partition's, where the call
/// works on one. Under the `dev` profile nothing is refused.
///
/// Errors: ProvisionedThroughputExceededException, ThrottlingException: there isn't enough.
pub(crate) fn take(
    cx: &mut Cx,
    open: &Open,
    side: Side,
    consumed: &Consumed,
    spread: Option<u64>,
) -> Result<(), Fault> {
    if cx.profile == Profile::Real {
        let local: f64 = consumed.local.values().sum();
        let arn = open.arn(cx);
        draw(cx, open, side, &open.t.throughput, open.t.number, consumed.table + local, &arn, false)?;
        for (name, units) in &consumed.global {
            let Some(index) = open.index(name) else { continue };
            let arn = names::index_arn(cx.scope, &open.name, name);
            draw(cx, open, side, &index.throughput, index.number, *units, &arn, true)?;
        }
        if let Some(spread) = spread {
            draw_partition(cx, open, side, spread, consumed.table + local)?;
        }
    }
    meter(cx, open, side, consumed);
    Ok(())
}

/// AWS's usage types: request units of on-demand tables; capacity that is provisioned is billed by the hour, not here.
/// Writes of a global table are replicated write units in every region, but for those of its global indexes (developer
/// guide, "Global tables billing").
fn meter(cx: &mut Cx, open: &Open, side: Side, consumed: &Consumed) {
    if !open.t.on_demand {
        return;
    }
    let global: f64 = consumed.global.values().sum();
    let parts = match side {
        Side::Read => [("ReadRequestUnits", consumed.total()), ("", 0.0)],
        Side::Write if open.t.replicas.is_empty() => [("WriteRequestUnits", consumed.total()), ("", 0.0)],
        Side::Write => [("ReplWriteRequestUnits", consumed.total() - global), ("WriteRequestUnits", global)],
    };
    for (usage_type, units) in parts.into_iter().filter(|(_, units)| *units > 0.0) {
        cx.meter(usage_type, units);
    }
}

#[expect(clippy::too_many_arguments, reason = "one bucket's facts, used twice")]
fn draw(
    cx: &Cx,
    open: &Open,
    side: Side,
    t: &Throughput,
    number: u64,
    units: f64,
    arn: &str,
    index: bool,
) -> Result<(), Fault> {
    if units <= 0.0 {
        return Ok(());
    }
    let word = if side == Side::Read { "Read" } else { "Write" };
    let (provisioned, ceiling) = match side {
        Side::Read => (t.read_units, t.max_read_units),
        Side::Write => (t.write_units, t.max_write_units),
    };
    let key = format!("{word}/{number:016x}");
    let of = if index { "Index" } else { "Table" };
    if open.t.on_demand {
        let Some(most) = ceiling else { return Ok(()) };
        let bucket = Bucket { capacity: most as f64, refill_per_s: most as f64 };
        if cx.draw(&key, bucket, units) {
            return Ok(());
        }
        let text = "Throughput exceeds the maximum OnDemandThroughput configured on table or index";
        return Err(reasoned(
            err::throttling_exception(text),
            &format!("{of}{word}MaxOnDemandThroughputExceeded"),
            arn,
        ));
    }
    let rate = provisioned as f64;
    if cx.draw(&key, Bucket { capacity: rate * BURST_S, refill_per_s: rate }, units) {
        return Ok(());
    }
    let text = match index {
        false => {
            "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning \
             level with the UpdateTable API."
        }
        true => {
            "The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. \
             Consider increasing your provisioning level for the under-provisioned global secondary indexes with the \
             UpdateTable API"
        }
    };
    Err(reasoned(
        err::provisioned_throughput_exceeded_exception(text),
        &format!("{of}{word}ProvisionedThroughputExceeded"),
        arn,
    ))
}

fn draw_partition(cx: &Cx, open: &Open, side: Side, spread: u64, units: f64) -> Result<(), Fault> {
    let (word, rate) = match side {
        Side::Read => ("Read", PARTITION_READS),
        Side::Write => ("Write", PARTITION_WRITES),
    };
    let key = format!("{word}/{:016x}/{spread:016x}", open.t.number);
    if cx.draw(&key, Bucket { capacity: rate, refill_per_s: rate }, units) {
        return Ok(());
    }
    let text = "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or \
                index so please try again shortly. If exceptions persist, check if you have a hot key: \
                https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html";
    let reason = format!("Table{word}KeyRangeThroughputExceeded");
    let arn = open.arn(cx);
    Err(match open.t.on_demand {
        true => reasoned(err::throttling_exception(text), &reason, &arn),
        false => reasoned(err::provisioned_throughput_exceeded_exception(text), &reason, &arn),
    })
}

/// Adds `throttlingReasons`.
fn reasoned(fault: Fault, reason: &str, arn: &str) -> Fault {
    let text = |t: &str| Value::String(t.to_owned());
    let one = crate::wire::of("ThrottlingReason", [("reason", text(reason)), ("resource", text(arn))]);
    // The two exceptions spell the member differently.
    let member =
        if fault.code() == "ThrottlingException" { "throttlingReasons" } else { "ThrottlingReasons" };
    fault.with_field(member, Value::List(vec![one]))
}
