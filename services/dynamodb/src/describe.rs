//! A table as `DescribeTable` and its siblings show it.

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_dynamodb::{
    AttributeDefinition, BillingModeSummary, GlobalSecondaryIndexDescription,
    GlobalSecondaryIndexWarmThroughputDescription, LocalSecondaryIndexDescription,
    OnDemandThroughputOverride, ReplicaDescription, ReplicaGlobalSecondaryIndexDescription, RestoreSummary,
    SSEDescription, StreamSpecification, TableClassSummary, TableDescription,
};

use crate::membership::row_of;
use crate::schema::elements;
use crate::state::{Index, TableRow};
use crate::table::{Open, counters, index_status};
use crate::{names, throughput};

/// Settings are shared, and some of them may be overridden by region.
const SETTINGS_ARE_SHARED: &str = "ENABLED_WITH_OVERRIDES";

pub(crate) fn at(epoch_ms: i64) -> Timestamp {
    Timestamp { epoch_ms }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The table as it is now.
pub(crate) fn table(cx: &Cx, open: &Open) -> Result<TableDescription, Fault> {
    let mut d = changed(cx, open, open.status(cx.now_ms))?;
    let warm = throughput::warm_shown(&open.t.throughput, open.t.on_demand, cx.now_ms >= open.t.ready_ms);
    d.warm_throughput = Some(warm);
    Ok(d)
}

/// The table in the answer of a call that changed it: in that state, without what AWS leaves out there.
pub(crate) fn changed(cx: &Cx, open: &Open, status: &str) -> Result<TableDescription, Fault> {
    let t = &open.t;
    let c = counters(cx, t.number)?;
    let (local, global) = indexes(cx, open, status)?;
    let stream = t.stream.as_ref();
    let enabled = stream.filter(|s| s.enabled);
    let restored = t.restored.as_ref().map(|r| RestoreSummary {
        source_backup_arn: r.backup_arn.clone(),
        source_table_arn: Some(r.table_arn.clone()),
        restore_date_time: at(r.as_of_ms),
        restore_in_progress: cx.now_ms < t.ready_ms,
    });
    Ok(TableDescription {
        attribute_definitions: Some(definitions(open)),
        table_name: some(&open.name),
        key_schema: Some(elements(&t.keys)),
        table_status: some(status),
        creation_date_time: Some(at(t.created_ms)),
        provisioned_throughput: Some(throughput::shown(&t.throughput, cx.now_ms)),
        table_size_bytes: Some(c.bytes as i64),
        item_count: Some(c.items as i64),
        table_arn: Some(open.arn(cx)),
        table_id: some(&t.id),
        billing_mode_summary: billing(open, status),
        local_secondary_indexes: local,
        global_secondary_indexes: global,
        stream_specification: enabled
            .map(|s| StreamSpecification { stream_enabled: true, stream_view_type: some(&s.view_type) }),
        latest_stream_label: stream.map(|s| s.label.clone()),
        latest_stream_arn: stream.map(|s| names::stream_arn(cx.scope, &open.name, &s.label)),
        restore_summary: restored,
        sse_description: t.kms_key.as_ref().map(|key| SSEDescription {
            status: some("ENABLED"),
            sse_type: some("KMS"),
            kms_master_key_arn: Some(key.clone()),
            ..SSEDescription::default()
        }),
        table_class_summary: class_summary(t),
        deletion_protection_enabled: Some(t.deletion_protection),
        on_demand_throughput: throughput::ceiling_shown(&t.throughput),
        global_table_version: (!t.replicas.is_empty()).then(|| "2019.11.21".to_owned()),
        replicas: replicas(cx, open)?,
        global_table_settings_replication_mode: (!t.replicas.is_empty())
            .then(|| SETTINGS_ARE_SHARED.to_owned()),
        ..TableDescription::default()
    })
}

/// The other replicas, as they were added; none of a table that belongs to no global table.
/// Source: what others observed of `DescribeTable` in both regions (2026-10).
fn replicas(cx: &Cx, open: &Open) -> Result<Option<Vec<ReplicaDescription>>, Fault> {
    if open.t.replicas.is_empty() {
        return Ok(None);
    }
    let mut shown = Vec::new();
    for replica in open.t.replicas.iter().filter(|r| !r.status.is_empty()) {
        let t = row_of(cx, &replica.region, &open.name)?;
        let t = t.as_deref();
        let warm = |t: &TableRow| throughput::warm_shown(&t.throughput, t.on_demand, cx.now_ms >= t.ready_ms);
        let index = |i: &Index| ReplicaGlobalSecondaryIndexDescription {
            index_name: some(&i.name),
            ..ReplicaGlobalSecondaryIndexDescription::default()
        };
        let indexes: Vec<_> =
            t.into_iter().flat_map(|t| &t.indexes).filter(|i| i.global).map(index).collect();
        let ceiling = t.and_then(|t| t.own_max_read_units);
        shown.push(ReplicaDescription {
            region_name: some(&replica.region),
            replica_status: some(&replica.status),
            kms_master_key_id: t.and_then(|t| t.kms_key.clone()),
            on_demand_throughput_override: ceiling
                .map(|n| OnDemandThroughputOverride { max_read_request_units: Some(n) }),
            warm_throughput: t.map(warm),
            global_secondary_indexes: Some(indexes).filter(|i| !i.is_empty()),
            replica_table_class_summary: t.and_then(class_summary),
            global_table_settings_replication_mode: some(SETTINGS_ARE_SHARED),
            ..ReplicaDescription::default()
        });
    }
    Ok(Some(shown))
}

fn class_summary(t: &TableRow) -> Option<TableClassSummary> {
    Some(TableClassSummary {
        table_class: Some(t.table_class.clone()?),
        last_update_date_time: t.class_changed_ms.map(at),
    })
}

fn definitions(open: &Open) -> Vec<AttributeDefinition> {
    let one = |(name, kind): &(String, String)| AttributeDefinition {
        attribute_name: name.clone(),
        attribute_type: kind.clone(),
    };
    open.t.attributes.iter().map(one).collect()
}

/// Shown once a table is or was on-demand (recorded 2025-10: no moment while it is being created).
fn billing(open: &Open, status: &str) -> Option<BillingModeSummary> {
    let t = &open.t;
    if !t.on_demand && t.on_demand_since_ms.is_none() {
        return None;
    }
    Some(BillingModeSummary {
        billing_mode: some(if t.on_demand { "PAY_PER_REQUEST" } else { "PROVISIONED" }),
        last_update_to_pay_per_request_date_time: t
            .on_demand_since_ms
            .filter(|_| status != "CREATING")
            .map(at),
    })
}

type Described = (Option<Vec<LocalSecondaryIndexDescription>>, Option<Vec<GlobalSecondaryIndexDescription>>);

fn indexes(cx: &Cx, open: &Open, status: &str) -> Result<Described, Fault> {
    let (mut local, mut global) = (Vec::new(), Vec::new());
    for i in &open.t.indexes {
        match i.global {
            true => global.push(global_index(cx, open, i, status)?),
            false => local.push(local_index(cx, open, i)?),
        }
    }
    Ok((Some(local).filter(|l| !l.is_empty()), Some(global).filter(|g| !g.is_empty())))
}

fn local_index(cx: &Cx, open: &Open, i: &Index) -> Result<LocalSecondaryIndexDescription, Fault> {
    let c = counters(cx, i.number)?;
    Ok(LocalSecondaryIndexDescription {
        index_name: some(&i.name),
        key_schema: Some(elements(&i.keys)),
        projection: Some(i.projection.shown()),
        index_size_bytes: Some(c.bytes as i64),
        item_count: Some(c.items as i64),
        index_arn: Some(names::index_arn(cx.scope, &open.name, &i.name)),
    })
}

fn global_index(
    cx: &Cx,
    open: &Open,
    i: &Index,
    table_status: &str,
) -> Result<GlobalSecondaryIndexDescription, Fault> {
    let c = counters(cx, i.number)?;
    let creating = table_status == "CREATING";
    let warm = throughput::warm_shown(&i.throughput, open.t.on_demand, cx.now_ms >= i.ready_ms);
    Ok(GlobalSecondaryIndexDescription {
        index_name: some(&i.name),
        key_schema: Some(elements(&i.keys)),
        projection: Some(i.projection.shown()),
        index_status: some(if creating { "CREATING" } else { index_status(i, cx.now_ms) }),
        backfilling: (!creating && index_status(i, cx.now_ms) == "CREATING").then_some(i.backfilling),
        provisioned_throughput: Some(throughput::shown(&i.throughput, cx.now_ms)),
        index_size_bytes: Some(c.bytes as i64),
        item_count: Some(c.items as i64),
        index_arn: Some(names::index_arn(cx.scope, &open.name, &i.name)),
        on_demand_throughput: throughput::ceiling_shown(&i.throughput),
        warm_throughput: (!creating).then_some(GlobalSecondaryIndexWarmThroughputDescription {
            read_units_per_second: warm.read_units_per_second,
            write_units_per_second: warm.write_units_per_second,
            status: warm.status,
        }),
    })
}
