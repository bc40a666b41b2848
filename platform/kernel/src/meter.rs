//! The meter: usage by day, account, region, service and usage type, and what it costs. Counted in memory, written down
//! by the kernel's flusher; a crash can lose what was counted since the last flush (half a second).

use std::collections::BTreeMap;

use parking_lot::Mutex;
use store::{Row, RowError, RowReader, RowWriter, Scan, StoreError, Table, Tx};

use crate::scope::Scope;

const DAY_MS: i64 = 86_400_000;

static PRICES: &str = include_str!("../../../facts/prices.tsv");

/// A quantity of some usage type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// AWS's usage type without the region's prefix: `Requests-Tier1`.
    pub usage_type: &'static str,
    /// In the usage type's unit.
    pub quantity: f64,
}

/// Day (days since the epoch), partition, account, region, service, usage type.
pub type UsageKey = (i64, String, String, String, String, String);

/// A counted quantity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quantity {
    /// In the usage type's unit.
    pub quantity: f64,
}

impl Row for Quantity {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.quantity);
    }
    fn read(r: &mut RowReader) -> Result<Quantity, RowError> {
        Ok(Quantity { quantity: r.get(1)? })
    }
}

/// Usage, a row per key.
pub struct UsageTable;
impl Table for UsageTable {
    const NAME: &'static str = "meter.usage";
    const VERSION: u16 = 1;
    type Key = UsageKey;
    type Row = Quantity;
}

/// Counts not yet written down.
#[derive(Debug, Default)]
pub struct Meter {
    pending: Mutex<Pending>,
}

/// Counts by account, then by day, partition, region, service, usage type: counting on costs no allocation.
type Pending = BTreeMap<String, BTreeMap<(i64, &'static str, &'static str, &'static str, &'static str), f64>>;

impl Meter {
    /// Counts usage of a service in a scope.
    pub fn count(&self, now_ms: i64, scope: &Scope, service: &'static str, usage: &[Usage]) {
        if usage.is_empty() {
            return;
        }
        let mut pending = self.pending.lock();
        if !pending.contains_key(&scope.account) {
            pending.insert(scope.account.clone(), BTreeMap::new());
        }
        let counts = pending.get_mut(&scope.account).expect("it was just put there");
        for u in usage {
            let key = (now_ms.div_euclid(DAY_MS), scope.partition, scope.region, service, u.usage_type);
            *counts.entry(key).or_default() += u.quantity;
        }
    }

    /// Moves what was counted into a transaction; hands it back through the result so that a failed commit can return it.
    pub(crate) fn drain(&self, tx: &mut Tx) -> Result<Drained, StoreError> {
        let drained = std::mem::take(&mut *self.pending.lock());
        for (account, counts) in &drained {
            for ((day, partition, region, service, usage_type), more) in counts {
                let own = str::to_owned;
                let key = (*day, own(partition), account.clone(), own(region), own(service), own(usage_type));
                let before = tx.get::<UsageTable>(&key)?.unwrap_or_default().quantity;
                tx.put::<UsageTable>(&key, &Quantity { quantity: before + more });
            }
        }
        Ok(Drained(drained))
    }

    /// Forgets what waits: the whole state was replaced.
    pub(crate) fn forget(&self) {
        self.pending.lock().clear();
    }

    /// Takes back what could not be written.
    pub(crate) fn restore(&self, drained: Drained) {
        let mut pending = self.pending.lock();
        for (account, counts) in drained.0 {
            let here = pending.entry(account).or_default();
            for (key, more) in counts {
                *here.entry(key).or_default() += more;
            }
        }
    }
}

/// Counts on their way into the store.
pub(crate) struct Drained(Pending);

/// Every usage row, in order.
pub fn usage(tx: &Tx) -> Result<Vec<(UsageKey, f64)>, StoreError> {
    Ok(tx.scan::<UsageTable>(Scan::all())?.map(|(k, v)| (k, v.quantity)).collect())
}

/// US dollars for a month's quantity of a usage type in us-east-1's list prices, tiers and free allowance applied; `None`
/// where no price is on file.
pub fn price(service: &str, usage_type: &str, quantity: f64) -> Option<f64> {
    let mut left = quantity;
    let mut cost = None;
    let tiers = PRICES.lines().filter(|l| !l.starts_with('#')).map(|l| l.split('\t').collect::<Vec<_>>());
    for t in tiers.filter(|t| t.len() >= 5 && t[0] == service && t[1] == usage_type) {
        let (size, per_unit): (f64, f64) = (t[2].parse().ok()?, t[3].parse().ok()?);
        let here = left.min(size);
        left -= here;
        cost = Some(cost.unwrap_or(0.0) + here * per_unit);
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_and_free_allowance() {
        assert_eq!(price("sqs", "Requests-Tier1", 1_000_000.0), Some(0.0));
        let two_million = price("sqs", "Requests-Tier1", 2_000_000.0).expect("on file");
        assert!((two_million - 0.4).abs() < 1e-9, "{two_million}");
        assert_eq!(price("sqs", "Nonsense", 1.0), None);
    }
}
