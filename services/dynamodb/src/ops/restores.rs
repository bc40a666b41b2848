//! `RestoreTableFromBackup`, `RestoreTableToPointInTime`, `UpdateContinuousBackups`, `DescribeContinuousBackups`.
//!
//! A restored table has the schema, indexes and capacity of its source; not its tags, policy, stream, time to live or recovery.
//! Errors: TableAlreadyExistsException, TableNotFoundException, BackupNotFoundException, BackupInUseException.
//! PointInTimeRecoveryUnavailableException: it isn't enabled. InvalidRestoreTimeException: no such moment.
//! Source: API reference; developer guide, "Point-in-time backups for DynamoDB" (2026-11-22).

use codec::Fault;
use kernel::{Cx, Profile};
use shapes_dynamodb::{
    ContinuousBackupsDescription, DescribeContinuousBackupsInput, DescribeContinuousBackupsOutput,
    GlobalSecondaryIndex, LocalSecondaryIndex, OnDemandThroughput, PointInTimeRecoveryDescription,
    ProvisionedThroughput, RestoreTableFromBackupInput, RestoreTableFromBackupOutput,
    RestoreTableToPointInTimeInput, RestoreTableToPointInTimeOutput, SSESpecification,
    UpdateContinuousBackupsInput, UpdateContinuousBackupsOutput, VectorIndex, err,
};

use crate::backup::{self, DEFAULT_DAYS};
use crate::copy::{self, Job};
use crate::describe::{self, at};
use crate::err::{invalid, invalid_values, not_built};
use crate::names;
use crate::ops::create_table::{kms_key, numbered};
use crate::state::{Restored, TableRow, Throughput};
use crate::table::{Open, new_number};
use crate::{billing, history, throughput};

const DAY_MS: i64 = 86_400_000;
/// How far recovery lags behind under the `real` profile.
const LAG_MS: i64 = 300_000;

/// What of the source is not taken over.
#[derive(Clone, Copy, Debug, Default)]
struct Overrides<'a> {
    billing: Option<&'a str>,
    capacity: Option<&'a ProvisionedThroughput>,
    global: Option<&'a [GlobalSecondaryIndex]>,
    local: Option<&'a [LocalSecondaryIndex]>,
    ceiling: Option<&'a OnDemandThroughput>,
    encryption: Option<&'a SSESpecification>,
    vectors: Option<&'a [VectorIndex]>,
}

/// The row of a restored table.
fn restored(cx: &Cx, from: &TableRow, o: Overrides, origin: Restored) -> Result<TableRow, Fault> {
    if o.vectors.is_some_and(|v| !v.is_empty()) {
        return Err(not_built("a restore with VectorIndexOverride"));
    }
    let mut indexes = from.indexes.clone();
    indexes.retain(|i| i.deleting_ms == 0);
    for (global, wanted) in [
        (true, o.global.map(|g| g.iter().map(|i| &i.index_name).collect::<Vec<_>>())),
        (false, o.local.map(|l| l.iter().map(|i| &i.index_name).collect())),
    ] {
        let Some(wanted) = wanted else { continue };
        if let Some(unknown) =
            wanted.iter().find(|w| !indexes.iter().any(|i| i.global == global && i.name == ***w))
        {
            return Err(invalid_values(format!("Index {unknown} does not exist in the source table")));
        }
        indexes.retain(|i| i.global != global || wanted.contains(&&i.name));
    }
    numbered(cx, &mut indexes);
    indexes.iter_mut().for_each(|i| (i.ready_ms, i.backfilling) = (i64::MAX, false));
    let on_demand = o.billing.map_or(from.on_demand, |m| throughput::is_on_demand(Some(m)));
    let mut t = TableRow {
        id: cx.ids.uuid("dynamodb.table"),
        number: new_number(cx),
        created_ms: cx.now_ms,
        keys: from.keys.clone(),
        attributes: from.attributes.clone(),
        on_demand,
        on_demand_since_ms: on_demand.then_some(cx.now_ms),
        throughput: from.throughput.clone(),
        indexes,
        table_class: from.table_class.clone(),
        kms_key: from.kms_key.clone(),
        // Until the last item is there.
        ready_ms: i64::MAX,
        restored: Some(origin),
        recovery_days: DEFAULT_DAYS,
        ..TableRow::default()
    };
    set_capacity(&mut t, from.on_demand, o)?;
    if o.encryption.is_some() {
        t.kms_key = kms_key(cx, o.encryption)?;
    }
    let used =
        |name: &String| t.keys.iter().chain(t.indexes.iter().flat_map(|i| &i.keys)).any(|k| k.name == *name);
    let kept = from.attributes.iter().filter(|(name, _)| used(name)).cloned().collect();
    t.attributes = kept;
    Ok(t)
}

/// The capacity of a restored table: its source's, unless told otherwise. An index that had none gets its table's.
fn set_capacity(t: &mut TableRow, was_on_demand: bool, o: Overrides) -> Result<(), Fault> {
    if t.on_demand != was_on_demand || o.capacity.is_some() {
        t.throughput = throughput::new(t.on_demand, o.capacity, None, None, None)?;
    }
    throughput::set_ceiling(&mut t.throughput, t.on_demand, o.ceiling)?;
    for index in t.indexes.iter_mut().filter(|i| i.global) {
        let given = o.global.into_iter().flatten().find(|g| g.index_name == index.name);
        let own = given.and_then(|g| g.provisioned_throughput.as_ref());
        if t.on_demand {
            index.throughput = Throughput::default();
        } else if own.is_some() || was_on_demand {
            index.throughput = throughput::new(false, own.or(o.capacity), None, None, Some(&index.name))?;
        }
    }
    Ok(())
}

fn target<'a>(cx: &Cx, name: &'a str) -> Result<&'a str, Fault> {
    let name = names::of(cx.scope, name)?;
    match Open::named(cx, name)? {
        Some(_) => Err(err::table_already_exists_exception(format!("Table already exists: {name}"))),
        None => Ok(name),
    }
}

/// Makes a table of a backup.
pub(crate) fn from_backup(
    cx: &mut Cx,
    i: &RestoreTableFromBackupInput,
) -> Result<RestoreTableFromBackupOutput, Fault> {
    let (_, b) = backup::of_arn(cx, &i.backup_arn)?;
    if cx.now_ms < b.ready_ms {
        return Err(err::backup_in_use_exception(format!("Backup is being created: {}", i.backup_arn)));
    }
    let name = target(cx, &i.target_table_name)?.to_owned();
    let origin = Restored {
        backup_arn: Some(i.backup_arn.clone()),
        table_arn: names::arn(cx.scope, &b.table),
        as_of_ms: b.created_ms,
    };
    let o = Overrides {
        billing: i.billing_mode_override.as_deref(),
        capacity: i.provisioned_throughput_override.as_ref(),
        global: i.global_secondary_index_override.as_deref(),
        local: i.local_secondary_index_override.as_deref(),
        ceiling: i.on_demand_throughput_override.as_ref(),
        encryption: i.sse_specification_override.as_ref(),
        vectors: i.vector_index_override.as_deref(),
    };
    let open = Open { name, t: restored(cx, &b.t, o, origin)?.into() };
    open.save(cx);
    billing::arm(cx)?;
    let description = describe::changed(cx, &open, "CREATING")?;
    let job = Job { source: b.number, dest: open.t.number, dest_table: open.name, ..Job::default() };
    copy::begin(cx, job)?;
    Ok(RestoreTableFromBackupOutput { table_description: Some(description) })
}

/// The moments to which a table can be restored, if it can.
pub(crate) fn restorable(cx: &Cx, t: &TableRow) -> Option<(i64, i64)> {
    let since = t.recovery_since_ms?;
    let earliest = since.max(cx.now_ms - i64::from(t.recovery_days) * DAY_MS);
    let lag = if cx.profile == Profile::Real { LAG_MS } else { 0 };
    Some((earliest, (cx.now_ms - lag).max(earliest)))
}

/// Makes a table of another as it was at a moment.
pub(crate) fn to_point_in_time(
    cx: &mut Cx,
    i: &RestoreTableToPointInTimeInput,
) -> Result<RestoreTableToPointInTimeOutput, Fault> {
    let given = i.source_table_arn.as_deref().or(i.source_table_name.as_deref());
    let Some(given) = given else {
        return Err(invalid("One of SourceTableName or SourceTableArn must be specified"));
    };
    let name = names::of(cx.scope, given)?;
    let source = Open::named(cx, name)?
        .ok_or_else(|| err::table_not_found_exception(format!("Table not found: {name}")))?;
    let Some((earliest, latest)) = restorable(cx, &source.t) else {
        return Err(err::point_in_time_recovery_unavailable_exception(format!(
            "Point in time recovery is not enabled for table '{name}'"
        )));
    };
    let name = target(cx, &i.target_table_name)?.to_owned();
    let at_ms = match (i.restore_date_time, i.use_latest_restorable_time) {
        (Some(_), Some(true)) | (None, None | Some(false)) => {
            return Err(invalid(
                "Exactly one of RestoreDateTime and UseLatestRestorableTime must be specified",
            ));
        }
        (Some(t), _) => t.epoch_ms,
        (None, Some(true)) => latest,
    };
    if !(earliest..=latest).contains(&at_ms) {
        return Err(err::invalid_restore_time_exception(format!(
            "RestoreDateTime must be between {} and {}",
            kernel::text::iso_time(earliest),
            kernel::text::iso_time(latest)
        )));
    }
    let origin = Restored { backup_arn: None, table_arn: source.arn(cx), as_of_ms: at_ms };
    let o = Overrides {
        billing: i.billing_mode_override.as_deref(),
        capacity: i.provisioned_throughput_override.as_ref(),
        global: i.global_secondary_index_override.as_deref(),
        local: i.local_secondary_index_override.as_deref(),
        ceiling: i.on_demand_throughput_override.as_ref(),
        encryption: i.sse_specification_override.as_ref(),
        vectors: i.vector_index_override.as_deref(),
    };
    let open = Open { name, t: restored(cx, &source.t, o, origin)?.into() };
    open.save(cx);
    billing::arm(cx)?;
    let description = describe::changed(cx, &open, "CREATING")?;
    let job = Job {
        source: source.t.number,
        source_table: source.name,
        dest: open.t.number,
        dest_table: open.name,
        from_ms: at_ms + 1,
        ..Job::default()
    };
    copy::begin(cx, job)?;
    Ok(RestoreTableToPointInTimeOutput { table_description: Some(description) })
}

fn shown(cx: &Cx, t: &TableRow) -> ContinuousBackupsDescription {
    let moments = restorable(cx, t);
    let recovery = PointInTimeRecoveryDescription {
        point_in_time_recovery_status: Some(
            if moments.is_some() { "ENABLED" } else { "DISABLED" }.to_owned(),
        ),
        recovery_period_in_days: moments.map(|_| t.recovery_days),
        earliest_restorable_date_time: moments.map(|(earliest, _)| at(earliest)),
        latest_restorable_date_time: moments.map(|(_, latest)| at(latest)),
    };
    ContinuousBackupsDescription {
        continuous_backups_status: "ENABLED".to_owned(),
        point_in_time_recovery_description: Some(recovery),
    }
}

fn found(cx: &Cx, given: &str) -> Result<Open, Fault> {
    let name = names::of(cx.scope, given)?;
    Open::named(cx, name)?.ok_or_else(|| err::table_not_found_exception(format!("Table not found: {name}")))
}

/// Tells whether a table can be restored, and to when.
pub(crate) fn describe_continuous(
    cx: &mut Cx,
    i: &DescribeContinuousBackupsInput,
) -> Result<DescribeContinuousBackupsOutput, Fault> {
    let open = found(cx, &i.table_name)?;
    Ok(DescribeContinuousBackupsOutput { continuous_backups_description: Some(shown(cx, &open.t)) })
}

/// Enables or disables point-in-time recovery.
pub(crate) fn update_continuous(
    cx: &mut Cx,
    i: &UpdateContinuousBackupsInput,
) -> Result<UpdateContinuousBackupsOutput, Fault> {
    let mut open = found(cx, &i.table_name)?;
    let spec = &i.point_in_time_recovery_specification;
    open.t.change().recovery_since_ms = match spec.point_in_time_recovery_enabled {
        true => Some(open.t.recovery_since_ms.unwrap_or(cx.now_ms)),
        false => None,
    };
    open.t.change().recovery_days = spec.recovery_period_in_days.unwrap_or(DEFAULT_DAYS);
    open.save(cx);
    history::arm(cx, &open)?;
    Ok(UpdateContinuousBackupsOutput { continuous_backups_description: Some(shown(cx, &open.t)) })
}
