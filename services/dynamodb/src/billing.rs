//! What tables cost by the hour, whether anybody uses them or not: provisioned capacity, storage, point-in-time recovery,
//! backups. On the full hour a timer of the account's region counts what is there. Requests are metered as they come
//! (`capacity.rs`).
//!
//! Differs from AWS: a table that comes and goes within an hour costs nothing.
//! Source: DynamoDB pricing page; developer guide, "Item sizes and formats": 100 bytes for each item that is stored (2026-11-22).

use codec::Fault;
use kernel::Cx;

use crate::backup::Backups;
use crate::state::{TableRow, Tables};
use crate::table::counters;
use crate::time;

const HOUR_MS: i64 = 3_600_000;
/// A month as AWS's prices have it.
const MONTH_H: f64 = 730.0;
const GB: f64 = 1_073_741_824.0;
/// Kept beside each item and each entry of an index.
const OVERHEAD_BYTES: u64 = 100;

/// Sees to it that the next full hour is counted: there is something that costs.
pub(crate) fn arm(cx: &mut Cx) -> Result<(), Fault> {
    let lane = format!("{}/{}//bill", cx.scope.account, cx.scope.region);
    let due_ms = (cx.now_ms.div_euclid(HOUR_MS) + 1) * HOUR_MS;
    cx.timer_set_in(vec![lane], time::BILL, "", due_ms)
}

#[derive(Debug, Default)]
struct Hour {
    read_units: f64,
    write_units: f64,
    /// Bytes: standard class, infrequent access, recovery, backups.
    standard: u64,
    infrequent: u64,
    recovery: u64,
    backups: u64,
}

/// Counts an hour.
pub(crate) fn hour(cx: &mut Cx) -> Result<(), Fault> {
    let scope = (cx.scope.account.clone(), cx.scope.region);
    let prefix = (scope.0.as_str(), scope.1);
    let tables: Vec<TableRow> = cx.scan_prefix::<Tables>(&prefix)?.map(|(_, t)| t).collect();
    let backups: Vec<u64> = cx
        .scan_prefix::<Backups>(&prefix)?
        .filter(|(_, b)| b.expires_ms.is_none())
        .map(|(_, b)| b.counted.bytes)
        .collect();
    let mut h = Hour { backups: backups.iter().sum(), ..Hour::default() };
    for t in &tables {
        h.add(cx, t)?;
    }
    let months = |bytes: u64| bytes as f64 / GB / MONTH_H;
    for (usage_type, quantity) in [
        ("ReadCapacityUnit-Hrs", h.read_units),
        ("WriteCapacityUnit-Hrs", h.write_units),
        ("TimedStorage-ByteHrs", months(h.standard)),
        ("IA-TimedStorage-ByteHrs", months(h.infrequent)),
        ("TimedPITRStorage-ByteHrs", months(h.recovery)),
        ("TimedBackupStorage-ByteHrs", months(h.backups)),
    ] {
        if quantity > 0.0 {
            cx.meter(usage_type, quantity);
        }
    }
    if tables.is_empty() && backups.is_empty() { Ok(()) } else { arm(cx) }
}

impl Hour {
    fn add(&mut self, cx: &Cx, t: &TableRow) -> Result<(), Fault> {
        let size = |number: u64| -> Result<u64, Fault> {
            let c = counters(cx, number)?;
            Ok(c.bytes + c.items * OVERHEAD_BYTES)
        };
        let own = size(t.number)?;
        let mut all = own;
        let mut recoverable = own;
        for index in &t.indexes {
            let bytes = size(index.number)?;
            all += bytes;
            recoverable += if index.global { 0 } else { bytes };
            self.read_units += index.throughput.read_units as f64;
            self.write_units += index.throughput.write_units as f64;
        }
        self.read_units += t.throughput.read_units as f64;
        self.write_units += t.throughput.write_units as f64;
        match t.table_class.as_deref() {
            Some("STANDARD_INFREQUENT_ACCESS") => self.infrequent += all,
            _ => self.standard += all,
        }
        if t.recovery_since_ms.is_some() {
            self.recovery += recoverable;
        }
        Ok(())
    }
}
