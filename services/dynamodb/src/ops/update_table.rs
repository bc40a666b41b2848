//! `UpdateTable`: capacity, billing mode, indexes, streams, class, protection.
//!
//! Errors: ResourceNotFoundException: no such table. ResourceInUseException: not ACTIVE. LimitExceededException: two indexes
//! at once, too many decreases. ValidationException: nothing to change, or nothing that makes sense.
//! Source: API reference, "UpdateTable"; developer guide, "Managing global secondary indexes" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_dynamodb::{
    CreateGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate, UpdateGlobalSecondaryIndexAction,
    UpdateTableInput, UpdateTableOutput, err,
};

use crate::err::{invalid, invalid_values, not_built};
use crate::table::{self, Open, settles};
use crate::{backfill, describe, membership, schema, stream, sync, throughput};

/// Changes a table.
pub(crate) fn decide(cx: &mut Cx, i: &UpdateTableInput) -> Result<UpdateTableOutput, Fault> {
    refuse_unbuilt(i)?;
    if let Some(updates) = i.replica_updates.as_deref().filter(|u| !u.is_empty()) {
        return membership::update(cx, i, updates);
    }
    if asks_nothing(i) {
        return Err(invalid(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or \
             SSESpecification or ReplicaUpdates is required",
        ));
    }
    let mut open = Open::active(cx, &i.table_name)?;
    let is_replica = membership::is_replica(&open.t);
    if is_replica && i.billing_mode.as_deref() == Some("PROVISIONED") {
        return Err(invalid("Table write capacity should either be Pay-Per-Request or AutoScaled."));
    }
    change_billing(cx, &mut open, i)?;
    change_settings(cx, &mut open, i)?;
    if let Some(spec) = &i.stream_specification {
        match spec.stream_enabled {
            true => stream::begin_if_asked(cx, &mut open, spec)?,
            false if is_replica => {
                return Err(invalid_values("Disabling Stream is not allowed for a Global Table replica."));
            }
            false => stream::disable(cx, &mut open)?,
        }
    }
    change_indexes(cx, &mut open, i)?;
    open.t.change().updating_ms = settles(cx, table::UPDATE_MS);
    open.save(cx);
    sync::tell(cx, &open)?;
    Ok(UpdateTableOutput { table_description: Some(describe::changed(cx, &open, "UPDATING")?) })
}

fn refuse_unbuilt(i: &UpdateTableInput) -> Result<(), Fault> {
    let some = |n: usize| n > 0;
    let what = if i.vector_index_updates.as_ref().is_some_and(|v| some(v.len())) {
        "VectorIndexUpdates"
    } else if i.global_table_witness_updates.as_ref().is_some_and(|w| some(w.len())) {
        "GlobalTableWitnessUpdates"
    } else if i.multi_region_consistency.is_some() {
        "MultiRegionConsistency"
    } else if i.global_table_settings_replication_mode.is_some() {
        "GlobalTableSettingsReplicationMode"
    } else if i.disassociation_protection_enabled.is_some() {
        "DisassociationProtectionEnabled"
    } else {
        return Ok(());
    };
    Err(not_built(&format!("UpdateTable with {what}")))
}

fn asks_nothing(i: &UpdateTableInput) -> bool {
    i.billing_mode.is_none()
        && i.provisioned_throughput.is_none()
        && i.on_demand_throughput.is_none()
        && i.warm_throughput.is_none()
        && i.stream_specification.is_none()
        && i.sse_specification.is_none()
        && i.table_class.is_none()
        && i.deletion_protection_enabled.is_none()
        && i.global_secondary_index_updates.as_ref().is_none_or(Vec::is_empty)
}

fn change_billing(cx: &Cx, open: &mut Open, i: &UpdateTableInput) -> Result<(), Fault> {
    let now_ms = cx.now_ms;
    let before = open.t.on_demand;
    let on_demand = i.billing_mode.as_deref().map_or(before, |m| throughput::is_on_demand(Some(m)));
    let t = open.t.change();
    match (on_demand, &i.provisioned_throughput) {
        (true, Some(_)) => {
            return Err(invalid_values(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
            ));
        }
        (true, None) if !before => {
            t.on_demand_since_ms = Some(now_ms);
            for capacity in
                std::iter::once(&mut t.throughput).chain(t.indexes.iter_mut().map(|x| &mut x.throughput))
            {
                (capacity.read_units, capacity.write_units) = (0, 0);
            }
        }
        (false, Some(p)) if before => {
            t.throughput = throughput::new(false, Some(p), None, None, None)?;
            let given = i.global_secondary_index_updates.as_deref().unwrap_or_default();
            for index in t.indexes.iter_mut().filter(|x| x.global) {
                let update = given.iter().filter_map(|u| u.update.as_ref());
                let own = update.into_iter().find(|u| u.index_name == index.name);
                let own = own.and_then(|u| u.provisioned_throughput.as_ref());
                index.throughput = throughput::new(false, own, None, None, Some(&index.name))?;
            }
        }
        (false, None) if before => {
            return Err(invalid_values(
                "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
            ));
        }
        (false, Some(p)) => throughput::change(&mut t.throughput, p, "table", now_ms)?,
        _ => {}
    }
    t.on_demand = on_demand;
    throughput::set_ceiling(&mut t.throughput, on_demand, i.on_demand_throughput.as_ref())?;
    throughput::set_warm(&mut t.throughput, on_demand, i.warm_throughput.as_ref(), None)
}

fn change_settings(cx: &Cx, open: &mut Open, i: &UpdateTableInput) -> Result<(), Fault> {
    let t = open.t.change();
    if let Some(protected) = i.deletion_protection_enabled {
        t.deletion_protection = protected;
    }
    if let Some(class) = &i.table_class {
        t.table_class = Some(class.clone());
        t.class_changed_ms = Some(cx.now_ms);
    }
    if i.sse_specification.is_some() {
        t.kms_key = super::create_table::kms_key(cx, i.sse_specification.as_ref())?;
    }
    Ok(())
}

fn change_indexes(cx: &mut Cx, open: &mut Open, i: &UpdateTableInput) -> Result<(), Fault> {
    let updates = i.global_secondary_index_updates.as_deref().unwrap_or_default();
    let changes = updates.iter().filter(|u| u.create.is_some() || u.delete.is_some()).count();
    if changes > 1 {
        return Err(err::limit_exceeded_exception(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        ));
    }
    let was_on_demand = i.billing_mode.as_deref() == Some("PROVISIONED");
    for update in updates {
        match update {
            GlobalSecondaryIndexUpdate { create: Some(c), .. } => create_index(cx, open, i, c)?,
            GlobalSecondaryIndexUpdate { delete: Some(d), .. } => backfill::delete(cx, open, &d.index_name)?,
            GlobalSecondaryIndexUpdate { update: Some(u), .. } => update_index(cx, open, u, was_on_demand)?,
            _ => {
                return Err(invalid_values(
                    "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, \
                     GlobalSecondaryIndexUpdate.Delete must not be null",
                ));
            }
        }
    }
    Ok(())
}

fn update_index(
    cx: &Cx,
    open: &mut Open,
    u: &UpdateGlobalSecondaryIndexAction,
    already_set: bool,
) -> Result<(), Fault> {
    let on_demand = open.t.on_demand;
    let found = open.t.change().indexes.iter_mut().find(|x| x.global && x.name == u.index_name);
    let Some(index) = found else {
        return Err(err::resource_not_found_exception(format!(
            "Requested resource not found: Index: {} not found",
            u.index_name
        )));
    };
    if let Some(p) = &u.provisioned_throughput
        && !already_set
    {
        if on_demand {
            return Err(invalid_values(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
            ));
        }
        throughput::change(&mut index.throughput, p, &format!("index {}", u.index_name), cx.now_ms)?;
    }
    throughput::set_ceiling(&mut index.throughput, on_demand, u.on_demand_throughput.as_ref())?;
    throughput::set_warm(&mut index.throughput, on_demand, u.warm_throughput.as_ref(), Some(&u.index_name))
}

fn create_index(
    cx: &mut Cx,
    open: &mut Open,
    i: &UpdateTableInput,
    c: &CreateGlobalSecondaryIndexAction,
) -> Result<(), Fault> {
    let given = schema::definitions(i.attribute_definitions.as_deref().unwrap_or_default())?;
    let mut all = open.t.attributes.clone();
    for (name, kind) in given {
        match all.iter().find(|(n, _)| *n == name) {
            Some((_, before)) if *before != kind => {
                return Err(invalid_values(format!(
                    "Attribute {name} is already defined with type {before}"
                )));
            }
            Some(_) => {}
            None => all.push((name, kind)),
        }
    }
    let mut index = schema::global_index(&c.index_name, &c.key_schema, &c.projection, &all)?;
    index.throughput = throughput::new(
        open.t.on_demand,
        c.provisioned_throughput.as_ref(),
        c.on_demand_throughput.as_ref(),
        c.warm_throughput.as_ref(),
        Some(&c.index_name),
    )?;
    if open.t.indexes.iter().filter(|x| x.global).count() >= schema::MAX_GLOBAL {
        return Err(err::limit_exceeded_exception(format!(
            "Subscriber limit exceeded: GlobalSecondaryIndex count exceeds the per-table limit of {}",
            schema::MAX_GLOBAL
        )));
    }
    if open.index(&c.index_name).is_some() {
        return Err(invalid(format!("Attempting to create an index which already exists: {}", c.index_name)));
    }
    let used = |name: &String| {
        open.t
            .keys
            .iter()
            .chain(open.t.indexes.iter().flat_map(|x| &x.keys))
            .chain(&index.keys)
            .any(|k| k.name == *name)
    };
    all.retain(|(name, _)| used(name));
    open.t.change().attributes = all;
    backfill::begin(cx, open, index)?;
    schema::check_together(&open.t.indexes)
}
