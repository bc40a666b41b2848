//! Backups on demand, and those that the deletion of a table with point-in-time recovery leaves behind for 35 days.
//! Source: developer guide, "Backup and restore for DynamoDB" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_dynamodb::{
    BackupDescription, BackupDetails, BackupSummary, GlobalSecondaryIndexInfo, LocalSecondaryIndexInfo,
    ProvisionedThroughput, SourceTableDetails, SourceTableFeatureDetails, StreamSpecification,
    TimeToLiveDescription, err,
};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::copy::Job;
use crate::describe::at;
use crate::names::{self, Arn};
use crate::schema::elements;
use crate::state::{Counters, TableRow};
use crate::table::{Open, counters, discard, settles};
use crate::{throughput, time};

/// Days of point-in-time recovery, unless told otherwise.
pub(crate) const DEFAULT_DAYS: i32 = 35;
const DAY_MS: i64 = 86_400_000;
/// How long a backup is CREATING under the `real` profile.
const CREATE_MS: i64 = 5_000;

/// A backup: the table as it was, and the number under which its items lie.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Backup {
    pub(crate) name: String,
    pub(crate) table: String,
    pub(crate) t: TableRow,
    pub(crate) number: u64,
    pub(crate) created_ms: i64,
    /// CREATING until then; `i64::MAX` while items are being copied.
    pub(crate) ready_ms: i64,
    /// Made by the service, gone then.
    pub(crate) expires_ms: Option<i64>,
    pub(crate) counted: Counters,
}

impl Row for Backup {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.name);
        w.put(2, &self.table);
        w.put(3, &self.t);
        w.put(4, &self.number);
        w.put(5, &self.created_ms);
        w.put(6, &self.ready_ms);
        w.put(7, &self.expires_ms);
        w.put(8, &self.counted);
    }
    fn read(r: &mut RowReader) -> Result<Backup, RowError> {
        Ok(Backup {
            name: r.get(1)?,
            table: r.get(2)?,
            t: r.get(3)?,
            number: r.get(4)?,
            created_ms: r.get(5)?,
            ready_ms: r.get(6)?,
            expires_ms: r.get(7)?,
            counted: r.get(8)?,
        })
    }
}

/// Account, region, id.
pub(crate) type BackupKey = (String, String, String);

/// Backups. Their ids begin with the moment they were made.
pub(crate) struct Backups;
impl Table for Backups {
    const NAME: &'static str = "dynamodb.backup";
    const VERSION: u16 = 1;
    type Key = BackupKey;
    type Row = Backup;
}

/// The key of a backup in the scope.
pub(crate) fn key(cx: &Cx, id: &str) -> BackupKey {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), id.to_owned())
}

/// A new backup's id.
pub(crate) fn new_id(cx: &Cx) -> String {
    format!("{:014}-{}", cx.now_ms, cx.ids.text("dynamodb.backup", 8, kernel::HEX))
}

/// ARN of a backup.
pub(crate) fn arn(cx: &Cx, table: &str, id: &str) -> String {
    format!("{}/backup/{id}", names::arn(cx.scope, table))
}

/// The backup of an ARN, and its id.
///
/// Errors: BackupNotFoundException.
pub(crate) fn of_arn(cx: &Cx, arn: &str) -> Result<(String, Backup), Fault> {
    let not_found = || err::backup_not_found_exception(format!("Backup not found: {arn}"));
    let id = Arn::parse(arn).filter(|a| a.is_in(cx.scope)).and_then(|a| a.rest.strip_prefix("backup/"));
    let id = id.ok_or_else(not_found)?;
    let found =
        cx.get::<Backups>(&key(cx, id))?.filter(|b| Arn::parse(arn).is_some_and(|a| a.table == b.table));
    Ok((id.to_owned(), found.ok_or_else(not_found)?))
}

/// A copy is finished: if it is a backup's, that is made.
pub(crate) fn made(cx: &mut Cx, job: &Job) -> Result<(), Fault> {
    let key = key(cx, &job.backup);
    if let Some(mut b) = cx.get::<Backups>(&key)?.filter(|b| b.number == job.dest) {
        b.ready_ms = settles(cx, CREATE_MS);
        b.counted = counters(cx, job.dest)?;
        cx.put::<Backups>(&key, &b);
    }
    Ok(())
}

/// A table is about to go. With point-in-time recovery its items become a backup of the service's: nothing needs to be copied.
/// Tells whether they did.
pub(crate) fn before_deletion(cx: &mut Cx, open: &Open) -> Result<bool, Fault> {
    if open.t.recovery_since_ms.is_none() {
        return Ok(false);
    }
    let id = new_id(cx);
    let expires_ms = cx.now_ms + i64::from(DEFAULT_DAYS) * DAY_MS;
    let b = Backup {
        name: format!("{}$DeletedTableBackup", open.name),
        table: open.name.clone(),
        t: (*open.t).clone(),
        number: open.t.number,
        created_ms: cx.now_ms,
        ready_ms: cx.now_ms,
        expires_ms: Some(expires_ms),
        counted: counters(cx, open.t.number)?,
    };
    cx.put::<Backups>(&key(cx, &id), &b);
    cx.timer_set_in(vec![id.clone()], time::EXPIRE_BACKUP, &id, expires_ms)?;
    Ok(true)
}

/// A backup of the service's has had its time.
pub(crate) fn expire(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let key = key(cx, id);
    let Some(b) = cx.get::<Backups>(&key)? else { return Ok(()) };
    cx.delete::<Backups>(&key);
    discard(cx, b.number)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn status(b: &Backup, now_ms: i64) -> &'static str {
    if now_ms < b.ready_ms { "CREATING" } else { "AVAILABLE" }
}

fn kind(b: &Backup) -> &'static str {
    if b.expires_ms.is_some() { "SYSTEM" } else { "USER" }
}

/// The backup's own part of its description.
pub(crate) fn details(cx: &Cx, id: &str, b: &Backup) -> BackupDetails {
    BackupDetails {
        backup_arn: arn(cx, &b.table, id),
        backup_name: b.name.clone(),
        backup_size_bytes: Some(b.counted.bytes as i64),
        backup_status: status(b, cx.now_ms).to_owned(),
        backup_type: kind(b).to_owned(),
        backup_creation_date_time: at(b.created_ms),
        backup_expiry_date_time: b.expires_ms.map(at),
    }
}

/// The backup in a list.
pub(crate) fn summary(cx: &Cx, id: &str, b: &Backup) -> BackupSummary {
    let d = details(cx, id, b);
    BackupSummary {
        table_name: some(&b.table),
        table_id: some(&b.t.id),
        table_arn: Some(names::arn(cx.scope, &b.table)),
        backup_arn: Some(d.backup_arn),
        backup_name: Some(d.backup_name),
        backup_creation_date_time: Some(d.backup_creation_date_time),
        backup_expiry_date_time: d.backup_expiry_date_time,
        backup_status: Some(d.backup_status),
        backup_type: Some(d.backup_type),
        backup_size_bytes: d.backup_size_bytes,
    }
}

/// The whole description.
pub(crate) fn description(cx: &Cx, id: &str, b: &Backup) -> BackupDescription {
    let t = &b.t;
    BackupDescription {
        backup_details: Some(details(cx, id, b)),
        source_table_details: Some(SourceTableDetails {
            table_name: b.table.clone(),
            table_id: t.id.clone(),
            table_arn: Some(names::arn(cx.scope, &b.table)),
            table_size_bytes: Some(b.counted.bytes as i64),
            key_schema: elements(&t.keys),
            table_creation_date_time: at(t.created_ms),
            provisioned_throughput: ProvisionedThroughput {
                read_capacity_units: t.throughput.read_units,
                write_capacity_units: t.throughput.write_units,
            },
            on_demand_throughput: throughput::ceiling_shown(&t.throughput),
            item_count: Some(b.counted.items as i64),
            billing_mode: some(if t.on_demand { "PAY_PER_REQUEST" } else { "PROVISIONED" }),
        }),
        source_table_feature_details: Some(features(t)),
    }
}

fn features(t: &TableRow) -> SourceTableFeatureDetails {
    let local = t.indexes.iter().filter(|i| !i.global).map(|i| LocalSecondaryIndexInfo {
        index_name: some(&i.name),
        key_schema: Some(elements(&i.keys)),
        projection: Some(i.projection.shown()),
    });
    let global = t.indexes.iter().filter(|i| i.global).map(|i| GlobalSecondaryIndexInfo {
        index_name: some(&i.name),
        key_schema: Some(elements(&i.keys)),
        projection: Some(i.projection.shown()),
        provisioned_throughput: Some(ProvisionedThroughput {
            read_capacity_units: i.throughput.read_units,
            write_capacity_units: i.throughput.write_units,
        }),
        on_demand_throughput: throughput::ceiling_shown(&i.throughput),
    });
    SourceTableFeatureDetails {
        local_secondary_indexes: Some(local.collect()).filter(|l: &Vec<_>| !l.is_empty()),
        global_secondary_indexes: Some(global.collect()).filter(|g: &Vec<_>| !g.is_empty()),
        stream_description: t
            .stream
            .as_ref()
            .filter(|s| s.enabled)
            .map(|s| StreamSpecification { stream_enabled: true, stream_view_type: some(&s.view_type) }),
        time_to_live_description: t.ttl.enabled.then(|| TimeToLiveDescription {
            time_to_live_status: some("ENABLED"),
            attribute_name: some(&t.ttl.attribute),
        }),
        ..SourceTableFeatureDetails::default()
    }
}
