//! What DynamoDB keeps: rows and tables. All live in the keyspace `dynamodb`. Items, index entries, expiries and stream
//! records lie under the number of their table, index or stream, so that one is emptied by giving it another number; what
//! lies under the old one is swept by timer (`time.rs`).

use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::replica::Replica;
use crate::schema::{KeyPart, Projection};

/// Account, region, name.
pub(crate) type TableKey = (String, String, String);

/// Capacity of a table or index.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Throughput {
    pub(crate) read_units: i64,
    pub(crate) write_units: i64,
    pub(crate) increased_ms: Option<i64>,
    pub(crate) decreased_ms: Option<i64>,
    /// Decreases on the day (since the epoch) of the last one.
    pub(crate) decreases: i64,
    /// Ceilings of on-demand capacity, if set.
    pub(crate) max_read_units: Option<i64>,
    pub(crate) max_write_units: Option<i64>,
    /// Warm throughput, if it was set.
    pub(crate) warm_read_units: Option<i64>,
    pub(crate) warm_write_units: Option<i64>,
}

impl Row for Throughput {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.read_units);
        w.put(2, &self.write_units);
        w.put(3, &self.increased_ms);
        w.put(4, &self.decreased_ms);
        w.put(5, &self.decreases);
        w.put(6, &self.max_read_units);
        w.put(7, &self.max_write_units);
        w.put(8, &self.warm_read_units);
        w.put(9, &self.warm_write_units);
    }
    fn read(r: &mut RowReader) -> Result<Throughput, RowError> {
        Ok(Throughput {
            read_units: r.get(1)?,
            write_units: r.get(2)?,
            increased_ms: r.get(3)?,
            decreased_ms: r.get(4)?,
            decreases: r.get(5)?,
            max_read_units: r.get(6)?,
            max_write_units: r.get(7)?,
            warm_read_units: r.get(8)?,
            warm_write_units: r.get(9)?,
        })
    }
}

/// A secondary index.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Index {
    pub(crate) name: String,
    /// Number under which its entries lie; unique among all tables and indexes.
    pub(crate) number: u64,
    pub(crate) global: bool,
    /// Hash parts, then range parts.
    pub(crate) keys: Vec<KeyPart>,
    pub(crate) projection: Projection,
    pub(crate) throughput: Throughput,
    /// CREATING until then.
    pub(crate) ready_ms: i64,
    /// Items that were there before it are still being copied in.
    pub(crate) backfilling: bool,
    /// DELETING until then; 0: it isn't being deleted.
    pub(crate) deleting_ms: i64,
}

impl Row for Index {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.name);
        w.put(2, &self.number);
        w.put(3, &self.global);
        w.put(4, &self.keys);
        w.put(5, &self.projection);
        w.put(6, &self.throughput);
        w.put(7, &self.ready_ms);
        w.put(8, &self.backfilling);
        w.put(9, &self.deleting_ms);
    }
    fn read(r: &mut RowReader) -> Result<Index, RowError> {
        Ok(Index {
            name: r.get(1)?,
            number: r.get(2)?,
            global: r.get(3)?,
            keys: r.get(4)?,
            projection: r.get(5)?,
            throughput: r.get(6)?,
            ready_ms: r.get(7)?,
            backfilling: r.get(8)?,
            deleting_ms: r.get(9)?,
        })
    }
}

/// What a table's time to live is set to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TimeToLive {
    pub(crate) attribute: String,
    pub(crate) enabled: bool,
    /// ENABLING or DISABLING until then.
    pub(crate) settles_ms: i64,
    /// Number under which the expiries lie.
    pub(crate) number: u64,
}

impl Row for TimeToLive {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.attribute);
        w.put(2, &self.enabled);
        w.put(3, &self.settles_ms);
        w.put(4, &self.number);
    }
    fn read(r: &mut RowReader) -> Result<TimeToLive, RowError> {
        Ok(TimeToLive { attribute: r.get(1)?, enabled: r.get(2)?, settles_ms: r.get(3)?, number: r.get(4)? })
    }
}

/// The newest stream of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LatestStream {
    /// Number under which its records lie.
    pub(crate) number: u64,
    /// `2026-01-01T00:00:00.000`
    pub(crate) label: String,
    pub(crate) view_type: String,
    pub(crate) enabled: bool,
}

impl Row for LatestStream {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.number);
        w.put(2, &self.label);
        w.put(3, &self.view_type);
        w.put(4, &self.enabled);
    }
    fn read(r: &mut RowReader) -> Result<LatestStream, RowError> {
        Ok(LatestStream { number: r.get(1)?, label: r.get(2)?, view_type: r.get(3)?, enabled: r.get(4)? })
    }
}

/// Where a restored table came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Restored {
    pub(crate) backup_arn: Option<String>,
    pub(crate) table_arn: String,
    pub(crate) as_of_ms: i64,
}

impl Row for Restored {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.backup_arn);
        w.put(2, &self.table_arn);
        w.put(3, &self.as_of_ms);
    }
    fn read(r: &mut RowReader) -> Result<Restored, RowError> {
        Ok(Restored { backup_arn: r.get(1)?, table_arn: r.get(2)?, as_of_ms: r.get(3)? })
    }
}

/// A table's configuration. Small: it is read by every call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TableRow {
    /// UUID shown as TableId.
    pub(crate) id: String,
    /// Number under which its items lie.
    pub(crate) number: u64,
    pub(crate) created_ms: i64,
    /// Hash part, then range part.
    pub(crate) keys: Vec<KeyPart>,
    /// Attribute definitions in the order given: name and type.
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) on_demand: bool,
    /// Since when on-demand, for tables that have been settled so.
    pub(crate) on_demand_since_ms: Option<i64>,
    pub(crate) throughput: Throughput,
    pub(crate) indexes: Vec<Index>,
    pub(crate) stream: Option<LatestStream>,
    pub(crate) ttl: TimeToLive,
    pub(crate) deletion_protection: bool,
    pub(crate) table_class: Option<String>,
    pub(crate) class_changed_ms: Option<i64>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) policy: Option<String>,
    pub(crate) policy_revision: String,
    /// ARN of the KMS key, if one was asked for.
    pub(crate) kms_key: Option<String>,
    /// CREATING until then.
    pub(crate) ready_ms: i64,
    /// UPDATING until then.
    pub(crate) updating_ms: i64,
    /// DELETING until then; 0: it isn't being deleted.
    pub(crate) deleting_ms: i64,
    pub(crate) restored: Option<Restored>,
    /// Since when changes are kept for point-in-time recovery.
    pub(crate) recovery_since_ms: Option<i64>,
    pub(crate) recovery_days: i32,
    /// Copies being made of it: changes are kept for them.
    pub(crate) copying: u32,
    /// The other replicas of the global table that it belongs to.
    pub(crate) replicas: Vec<Replica>,
    /// Its own ceiling of reads, where that isn't the global table's.
    pub(crate) own_max_read_units: Option<i64>,
    /// Its global indexes lag behind it.
    pub(crate) lagging: bool,
}

impl Row for TableRow {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.number);
        w.put(3, &self.created_ms);
        w.put(4, &self.keys);
        w.put(5, &self.attributes);
        w.put(6, &self.on_demand);
        w.put(7, &self.on_demand_since_ms);
        w.put(8, &self.throughput);
        w.put(9, &self.indexes);
        w.put(10, &self.stream);
        w.put(11, &self.ttl);
        w.put(12, &self.deletion_protection);
        w.put(13, &self.table_class);
        w.put(14, &self.class_changed_ms);
        w.put(15, &self.tags);
        w.put(16, &self.policy);
        w.put(17, &self.policy_revision);
        w.put(18, &self.kms_key);
        w.put(19, &self.ready_ms);
        w.put(20, &self.updating_ms);
        w.put(21, &self.deleting_ms);
        w.put(22, &self.restored);
        w.put(23, &self.recovery_since_ms);
        w.put(24, &self.recovery_days);
        w.put(25, &self.copying);
        w.put(26, &self.replicas);
        w.put(27, &self.own_max_read_units);
        w.put(28, &self.lagging);
    }
    fn read(r: &mut RowReader) -> Result<TableRow, RowError> {
        Ok(TableRow {
            id: r.get(1)?,
            number: r.get(2)?,
            created_ms: r.get(3)?,
            keys: r.get(4)?,
            attributes: r.get(5)?,
            on_demand: r.get(6)?,
            on_demand_since_ms: r.get(7)?,
            throughput: r.get(8)?,
            indexes: r.get(9)?,
            stream: r.get(10)?,
            ttl: r.get(11)?,
            deletion_protection: r.get(12)?,
            table_class: r.get(13)?,
            class_changed_ms: r.get(14)?,
            tags: r.get(15)?,
            policy: r.get(16)?,
            policy_revision: r.get(17)?,
            kms_key: r.get(18)?,
            ready_ms: r.get(19)?,
            updating_ms: r.get(20)?,
            deleting_ms: r.get(21)?,
            restored: r.get(22)?,
            recovery_since_ms: r.get(23)?,
            recovery_days: r.get(24)?,
            copying: r.get(25)?,
            replicas: r.get(26)?,
            own_max_read_units: r.get(27)?,
            lagging: r.get(28)?,
        })
    }
}

/// Tables.
pub(crate) struct Tables;
impl Table for Tables {
    const NAME: &'static str = "dynamodb.table";
    const VERSION: u16 = 1;
    type Key = TableKey;
    type Row = TableRow;
}

/// What is counted of a table or an index: written with every change of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counters {
    pub(crate) items: u64,
    pub(crate) bytes: u64,
}

impl Row for Counters {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.items);
        w.put(2, &self.bytes);
    }
    fn read(r: &mut RowReader) -> Result<Counters, RowError> {
        Ok(Counters { items: r.get(1)?, bytes: r.get(2)? })
    }
}

/// Counters by number of the table or index.
pub(crate) struct CountersTable;
impl Table for CountersTable {
    const NAME: &'static str = "dynamodb.counters";
    const VERSION: u16 = 1;
    type Key = u64;
    type Row = Counters;
}

/// A moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Moment {
    pub(crate) at_ms: i64,
}

impl Row for Moment {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.at_ms);
    }
    fn read(r: &mut RowReader) -> Result<Moment, RowError> {
        Ok(Moment { at_ms: r.get(1)? })
    }
}

/// Numbers whose rows are still to be swept: account, region, number.
pub(crate) struct Garbage;
impl Table for Garbage {
    const NAME: &'static str = "dynamodb.garbage";
    const VERSION: u16 = 1;
    type Key = (String, String, u64);
    type Row = Moment;
}
