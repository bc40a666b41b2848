//! Who belongs to a global table (version 2019.11.21): `UpdateTable` with `ReplicaUpdates`, and what follows from it by timer.
//! Any member adds and removes others. A replica is begun by `join` and filled by `replication.rs`; `leave` ends one.
//!
//! Texts and their order: observed on AWS by others (public notes of 2026-10 on `ReplicaUpdates`); times under the `real`
//! profile are of that order. Differs: the service-linked role isn't made; a member that can't be reached isn't given up.

use codec::Fault;
use kernel::{Cx, Profile};
use shapes_dynamodb::{
    CreateReplicationGroupMemberAction, ReplicationGroupUpdate, StreamSpecification,
    UpdateReplicationGroupMemberAction, UpdateTableInput, UpdateTableOutput,
};
use store::Shared;

use crate::backfill::{Walk, Walks};
use crate::backup::DEFAULT_DAYS;
use crate::describe;
use crate::err::{invalid, invalid_values, not_built};
use crate::ops::create_table::numbered;
use crate::replica::{Outgoing, Replica, in_region, lag_ms, place};
use crate::replication::{Fill, Fills, pause_ms};
use crate::state::{TableRow, Tables, TimeToLive};
use crate::table::{self, Open, new_number};
use crate::{billing, names, stream, time};

const DAY_MS: i64 = 86_400_000;
/// How long it takes under the `real` profile until a new replica shows, until an empty one is ACTIVE, and until one is gone.
const APPEAR_MS: i64 = 6_000;
const FILL_MS: i64 = 14_000;
const LEAVE_MS: i64 = 120_000;

/// The row of a table in another region of the account.
pub(crate) fn row_of(cx: &Cx, region: &str, table: &str) -> Result<Option<Shared<TableRow>>, Fault> {
    cx.get_kept::<Tables>(&(cx.scope.account.as_str(), region, table))
}

fn save_in(cx: &mut Cx, region: &str, table: &str, t: &TableRow) {
    cx.put::<Tables>(&(cx.scope.account.clone(), region.to_owned(), table.to_owned()), t);
}

/// Table and regions of a timer's subject.
pub(crate) fn subject_members(subject: &str) -> (&str, Vec<&str>) {
    let (table, members) = subject.split_once('/').unwrap_or((subject, ""));
    (table, members.split(',').filter(|m| !m.is_empty()).collect())
}

/// Shows this region's replica so in the lists of those members.
pub(crate) fn set_status(cx: &mut Cx, table: &str, members: &[String], status: &str) -> Result<(), Fault> {
    for member in members {
        let Some(mut t) = row_of(cx, member, table)? else { continue };
        if let Some(r) = t.change().replicas.iter_mut().find(|r| r.region == cx.scope.region) {
            r.status = status.to_owned();
            save_in(cx, member, table, &t);
        }
    }
    Ok(())
}

fn takes(cx: &Cx, ms: i64) -> i64 {
    cx.now_ms + if cx.profile == Profile::Real { ms } else { 0 }
}

/// Has a timer run in that region, in the lanes of all those members.
fn set(
    cx: &mut Cx,
    kind: &str,
    table: &str,
    region: &str,
    members: &[&str],
    due_ms: i64,
) -> Result<(), Fault> {
    let Some(place) = place(cx.scope, table, region, members) else { return Ok(()) };
    cx.timer_set_at(place, kind, &format!("{table}/{}", members.join(",")), due_ms)
}

/// The regions that a table is replicated to.
fn others(t: &TableRow) -> Vec<&str> {
    t.replicas.iter().filter(|r| !r.status.is_empty()).map(|r| r.region.as_str()).collect()
}

/// Whether a table is a replica of a global table.
pub(crate) fn is_replica(t: &TableRow) -> bool {
    !t.replicas.is_empty()
}

/// Changes who belongs to the table.
///
/// Errors: ValidationException: no action, several, other changes beside it, a region that doesn't fit.
/// ResourceInUseException: another change is on its way.
pub(crate) fn update(
    cx: &mut Cx,
    i: &UpdateTableInput,
    updates: &[ReplicationGroupUpdate],
) -> Result<UpdateTableOutput, Fault> {
    if is_beside_others(i) {
        return Err(invalid_values("Replica modification must be the only operation in the request"));
    }
    let action = one_action(updates)?;
    let open = Open::any(cx, &i.table_name)?;
    let region = region_of(action);
    if region == cx.scope.region {
        return Err(invalid(
            "Cannot add or delete the local region through ReplicaUpdates. Use CreateTable, DeleteTable, or UpdateTable as \
             required.",
        ));
    }
    if in_region(cx.scope, region).is_none_or(|s| s.partition != cx.scope.partition) {
        let known: Vec<&str> =
            kernel::regions().filter(|r| r.partition == cx.scope.partition).map(|r| r.name).collect();
        return Err(invalid(format!(
            "Region {region} is not supported. The latest version of global tables are only supported in the following \
             regions: [{}]",
            known.join(", ")
        )));
    }
    match action {
        ReplicationGroupUpdate { create: Some(c), .. } => add(cx, open, c),
        ReplicationGroupUpdate { delete: Some(d), .. } => remove(cx, open, &d.region_name),
        ReplicationGroupUpdate { update: Some(u), .. } => change(cx, open, u),
        _ => Err(not_built("UpdateTable with ReplicaUpdates.Disassociate")),
    }
}

fn is_beside_others(i: &UpdateTableInput) -> bool {
    i.billing_mode.is_some()
        || i.provisioned_throughput.is_some()
        || i.on_demand_throughput.is_some()
        || i.warm_throughput.is_some()
        || i.stream_specification.is_some()
        || i.sse_specification.is_some()
        || i.table_class.is_some()
        || i.deletion_protection_enabled.is_some()
        || i.global_secondary_index_updates.as_ref().is_some_and(|u| !u.is_empty())
}

fn one_action(updates: &[ReplicationGroupUpdate]) -> Result<&ReplicationGroupUpdate, Fault> {
    let kinds = |u: &ReplicationGroupUpdate| {
        usize::from(u.create.is_some())
            + usize::from(u.update.is_some())
            + usize::from(u.delete.is_some())
            + usize::from(u.disassociate.is_some())
    };
    if updates.iter().any(|u| kinds(u) > 1) {
        return Err(invalid("Update table operation with more than one type of replica actions not allowed"));
    }
    let (Some(first), false) = (updates.first(), updates.iter().any(|u| kinds(u) == 0)) else {
        return Err(no_actions());
    };
    // The same action twice counts as one.
    let named = |u: &ReplicationGroupUpdate| {
        (u.create.is_some(), u.update.is_some(), u.delete.is_some(), region_of(u).to_owned())
    };
    if updates.iter().any(|u| named(u) != named(first)) {
        return Err(invalid(
            "Update table operation with more than one create or delete replica actions not allowed",
        ));
    }
    Ok(first)
}

fn region_of(u: &ReplicationGroupUpdate) -> &str {
    let create = u.create.as_ref().map(|c| &c.region_name);
    let update = u.update.as_ref().map(|c| &c.region_name);
    let delete = u.delete.as_ref().map(|c| &c.region_name);
    let disassociate = u.disassociate.as_ref().map(|c| &c.region_name);
    create.or(update).or(delete).or(disassociate).map_or("", String::as_str)
}

fn no_actions() -> Fault {
    invalid("There are no actions specified in the Replica Update Action of the request.")
}

fn already_there(name: &str) -> Fault {
    invalid(format!(
        "Failed to create a the new replica of table with name: \u{2018}{name}\u{2019} because one or more replicas already \
         existed as tables."
    ))
}

fn no_member(region: &str) -> Fault {
    invalid(format!(
        "Update global table operation failed because one or more replicas were not part of the global table. Please retry \
         the request without these replicas: [{region}]."
    ))
}

fn keys_differ() -> Fault {
    invalid_values("KMSMasterKeyId must be specified for each replica.")
}

fn is_managed_key(arn: &str) -> bool {
    arn.ends_with("alias/aws/dynamodb")
}

fn not_provisioned() -> Fault {
    invalid(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    )
}

/// Every member is at rest, as each of them knows.
fn at_rest(cx: &Cx, open: Open) -> Result<Open, Fault> {
    let open = Open::active(cx, &open.name)?;
    for region in others(&open.t) {
        let Some(t) = row_of(cx, region, &open.name)? else { continue };
        let member = Open { name: open.name.clone(), t };
        if member.t.replicas.iter().any(|r| r.status != "ACTIVE") {
            return Err(invalid(format!(
                "Create/Update/Delete of replica is not allowed while the replica is being added to table with name: {} in \
                 region {region}",
                open.name
            )));
        }
    }
    Ok(open)
}

fn add(cx: &mut Cx, open: Open, c: &CreateReplicationGroupMemberAction) -> Result<UpdateTableOutput, Fault> {
    let region = c.region_name.as_str();
    if row_of(cx, region, &open.name)?.is_some() {
        return Err(already_there(&open.name));
    }
    let mut open = at_rest(cx, open)?;
    if !open.t.on_demand {
        // Auto scaling isn't built, so that provisioned capacity never is auto scaled.
        return Err(invalid("Table write capacity should either be Pay-Per-Request or AutoScaled."));
    }
    if c.provisioned_throughput_override.is_some() {
        return Err(not_provisioned());
    }
    if c.global_secondary_indexes.as_ref().is_some_and(|g| !g.is_empty()) {
        return Err(not_built("UpdateTable with ReplicaUpdates.Create.GlobalSecondaryIndexes"));
    }
    let key = match (&open.t.kms_key, &c.kms_master_key_id) {
        (None, None) => None,
        (Some(own), None) if is_managed_key(own) => Some("alias/aws/dynamodb".to_owned()),
        (Some(own), Some(given)) if is_managed_key(own) != given.ends_with("alias/aws/dynamodb") => {
            return Err(invalid_values(
                "All replica keys must either be Customer Managed CMK or AWS Managed CMK.",
            ));
        }
        (Some(_), Some(given)) => Some(given.clone()),
        _ => return Err(keys_differ()),
    };
    if !open.t.stream.as_ref().is_some_and(|s| s.enabled) {
        let view = Some("NEW_AND_OLD_IMAGES".to_owned());
        let spec = StreamSpecification { stream_enabled: true, stream_view_type: view };
        stream::begin_if_asked(cx, &mut open, &spec)?;
    }
    let max_read_units =
        c.on_demand_throughput_override.as_ref().and_then(|o| o.max_read_request_units).filter(|n| *n > 0);
    open.t.change().replicas.push(Replica {
        region: region.to_owned(),
        status: String::new(),
        sourced_ms: Some(cx.now_ms),
        class: c.table_class_override.clone(),
        max_read_units,
        kms_key: key,
    });
    open.save(cx);
    let own = cx.scope.region;
    let members: Vec<&str> = std::iter::once(own).chain(others(&open.t)).collect();
    let due_ms = takes(cx, APPEAR_MS);
    set(cx, time::JOIN, &open.name, region, &members, due_ms)?;
    Ok(UpdateTableOutput { table_description: Some(describe::changed(cx, &open, "UPDATING")?) })
}

fn member_row(cx: &Cx, open: &Open, region: &str) -> Result<Shared<TableRow>, Fault> {
    let listed = open.t.replicas.iter().any(|r| r.region == region && !r.status.is_empty());
    let found = if listed { row_of(cx, region, &open.name)? } else { None };
    found.ok_or_else(|| no_member(region))
}

/// Refuses to take away whom others were made from a moment ago, while those are there.
pub(crate) fn check_not_source(t: &TableRow, now_ms: i64) -> Result<(), Fault> {
    if t.replicas.iter().any(|r| r.sourced_ms.is_some_and(|ms| now_ms < ms + DAY_MS)) {
        return Err(invalid(
            "Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the table in \
             the last 24 hours.",
        ));
    }
    Ok(())
}

fn remove(cx: &mut Cx, open: Open, region: &str) -> Result<UpdateTableOutput, Fault> {
    let mut leaving = member_row(cx, &open, region)?;
    check_not_source(&leaving, cx.now_ms)?;
    let mut open = at_rest(cx, open)?;
    if leaving.deletion_protection {
        return Err(table::protected());
    }
    let shown = describe::changed(cx, &open, "UPDATING")?;
    if let Some(r) = open.t.change().replicas.iter_mut().find(|r| r.region == region) {
        r.status = "DELETING".to_owned();
    }
    open.save(cx);
    leaving.change().deleting_ms = takes(cx, LEAVE_MS).max(1);
    save_in(cx, region, &open.name, &leaving);
    set(cx, time::LEAVE, &open.name, region, &others(&leaving), leaving.deleting_ms)?;
    Ok(UpdateTableOutput { table_description: Some(shown) })
}

/// Begins to delete a replica by its own region's `DeleteTable`.
pub(crate) fn leave_by_deletion(cx: &mut Cx, open: &mut Open) -> Result<(), Fault> {
    check_not_source(&open.t, cx.now_ms)?;
    open.t.change().deleting_ms = takes(cx, table::DELETE_MS).max(1);
    open.save(cx);
    let members = others(&open.t);
    set(cx, time::LEAVE, &open.name, cx.scope.region, &members, open.t.deleting_ms)
}

fn change(
    cx: &mut Cx,
    open: Open,
    u: &UpdateReplicationGroupMemberAction,
) -> Result<UpdateTableOutput, Fault> {
    let mut t = member_row(cx, &open, &u.region_name)?;
    if u.kms_master_key_id.is_some() {
        return Err(keys_differ());
    }
    if u.provisioned_throughput_override.is_some() {
        return Err(not_provisioned());
    }
    if u.global_secondary_indexes.as_ref().is_some_and(|g| !g.is_empty()) {
        return Err(not_built("UpdateTable with ReplicaUpdates.Update.GlobalSecondaryIndexes"));
    }
    let ceiling = u.on_demand_throughput_override.as_ref().and_then(|o| o.max_read_request_units);
    if ceiling.is_none() && u.table_class_override.is_none() {
        return Err(no_actions());
    }
    let open = at_rest(cx, open)?;
    if let Some(class) = &u.table_class_override {
        t.change().table_class = Some(class.clone());
        t.change().class_changed_ms = Some(cx.now_ms);
    }
    if let Some(units) = ceiling {
        let units = Some(units).filter(|n| *n > 0);
        t.change().throughput.max_read_units = units;
        // What equals the others' is no override.
        t.change().own_max_read_units = units.filter(|_| units != open.t.throughput.max_read_units);
    }
    save_in(cx, &u.region_name, &open.name, &t);
    Ok(UpdateTableOutput { table_description: Some(describe::changed(cx, &open, "UPDATING")?) })
}

/// Begins a replica here, in the region that joins. The first of the subject's members is the one it is made from.
pub(crate) fn join(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let (name, members) = subject_members(subject);
    let here = cx.scope.region;
    let Some(source) = members.first().copied() else { return Ok(()) };
    let Some(mut from) = row_of(cx, source, name)? else { return Ok(()) };
    let Some(wanted) = from.replicas.iter().find(|r| r.region == here && r.status.is_empty()).cloned() else {
        return Ok(());
    };
    if lag_ms(cx, &names::arn(cx.scope, name), source).is_none() {
        let waited_ms = cx.now_ms - wanted.sourced_ms.unwrap_or(cx.now_ms);
        return set(cx, time::JOIN, name, here, &members, cx.now_ms + pause_ms(waited_ms));
    }
    if Open::named(cx, name)?.is_some() {
        // Somebody made a table of that name meanwhile.
        from.change().replicas.retain(|r| r.region != here);
        save_in(cx, source, name, &from);
        return Ok(());
    }
    let now: Vec<&str> = std::iter::once(source).chain(others(&from)).collect();
    if now != members {
        let now: Vec<String> = now.into_iter().map(str::to_owned).collect();
        let now: Vec<&str> = now.iter().map(String::as_str).collect();
        return set(cx, time::JOIN, name, here, &now, cx.now_ms);
    }
    let t = begun(cx, &from, &members, &wanted);
    let number = t.number;
    save_in(cx, here, name, &t);
    billing::arm(cx)?;
    for member in &members {
        let Some(mut t) = row_of(cx, member, name)? else { continue };
        let row = t.change();
        row.replicas.retain(|r| r.region != here);
        let sourced_ms = wanted.sourced_ms.filter(|_| *member == source);
        row.replicas.push(Replica {
            region: here.to_owned(),
            status: "CREATING".to_owned(),
            sourced_ms,
            ..Replica::default()
        });
        save_in(cx, member, name, &t);
    }
    let fill =
        Fill { members: members.iter().map(|m| (*m).to_owned()).collect(), stage: 0, begun_ms: cx.now_ms };
    cx.put::<Fills>(&number, &fill);
    cx.put::<Walks>(&number, &Walk::default());
    let due_ms = takes(cx, FILL_MS);
    set(cx, time::FILL, name, here, &members, due_ms)
}

/// The row of a new replica: the shared settings of the table that it is made from, and none of those that stay regional.
/// Source: developer guide, "Settings synchronization" of global tables (2026-11-22).
fn begun(cx: &Cx, from: &TableRow, members: &[&str], wanted: &Replica) -> TableRow {
    let mut indexes = from.indexes.clone();
    indexes.retain(|i| i.deleting_ms == 0);
    numbered(cx, &mut indexes);
    indexes.iter_mut().for_each(|i| (i.ready_ms, i.backfilling) = (i64::MAX, false));
    let mut throughput = from.throughput.clone();
    throughput.max_read_units = wanted.max_read_units.or(throughput.max_read_units);
    let ttl = TimeToLive { number: if from.ttl.enabled { new_number(cx) } else { 0 }, ..from.ttl.clone() };
    let member = |region: &&str| Replica {
        region: (*region).to_owned(),
        status: "ACTIVE".to_owned(),
        ..Replica::default()
    };
    let own_max_read_units =
        wanted.max_read_units.filter(|_| wanted.max_read_units != from.throughput.max_read_units);
    TableRow {
        id: cx.ids.uuid("dynamodb.table"),
        number: new_number(cx),
        created_ms: cx.now_ms,
        keys: from.keys.clone(),
        attributes: from.attributes.clone(),
        on_demand: from.on_demand,
        on_demand_since_ms: from.on_demand.then_some(cx.now_ms),
        throughput,
        indexes,
        ttl,
        table_class: wanted.class.clone().or_else(|| from.table_class.clone()),
        kms_key: wanted.kms_key.as_deref().map(|key| key_arn(cx, key)),
        ready_ms: i64::MAX,
        recovery_days: DEFAULT_DAYS,
        replicas: members.iter().map(member).collect(),
        own_max_read_units,
        ..TableRow::default()
    }
}

fn key_arn(cx: &Cx, key: &str) -> String {
    let prefix = format!("arn:{}:kms:{}:{}:", cx.scope.partition, cx.scope.region, cx.scope.account);
    match key {
        arn if arn.starts_with("arn:") => arn.to_owned(),
        alias if alias.starts_with("alias/") => format!("{prefix}{alias}"),
        id => format!("{prefix}key/{id}"),
    }
}

/// Ends the replica here: once what it has still to send is sent, its table goes, and the others forget it.
pub(crate) fn leave(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let (name, members) = subject_members(subject);
    let here = cx.scope.region;
    let Some(open) = Open::named(cx, name)?.filter(|o| o.t.deleting_ms > 0) else { return Ok(()) };
    let is_cut_off = lag_ms(cx, &open.arn(cx), here).is_none();
    if !is_cut_off && cx.scan_prefix::<Outgoing>(&(open.t.number,))?.next().is_some() {
        return set(cx, time::LEAVE, name, here, &members, cx.now_ms + 1_000);
    }
    for member in &members {
        let Some(mut t) = row_of(cx, member, name)? else { continue };
        t.change().replicas.retain(|r| r.region != here);
        save_in(cx, member, name, &t);
        let waiting: Vec<_> =
            cx.scan_prefix::<Outgoing>(&(t.number, here))?.take(time::STEP).map(|(key, _)| key).collect();
        waiting.iter().for_each(|key| cx.delete::<Outgoing>(key));
        if waiting.len() == time::STEP {
            return set(cx, time::LEAVE, name, here, &members, cx.now_ms);
        }
    }
    table::remove(cx, &open)
}
