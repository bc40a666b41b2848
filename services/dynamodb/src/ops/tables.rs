//! `DescribeTable`, `ListTables`, `DeleteTable`, `DescribeLimits`, `DescribeEndpoints`.
//!
//! Errors: ResourceNotFoundException: no such table. DeleteTable: ResourceInUseException: not ACTIVE; ValidationException:
//! protected. Source: API reference (2026-11-22).

use codec::Fault;
use kernel::{Cx, Profile};
use shapes_dynamodb::{
    DeleteTableInput, DeleteTableOutput, DescribeEndpointsRequest, DescribeEndpointsResponse,
    DescribeLimitsInput, DescribeLimitsOutput, DescribeTableInput, DescribeTableOutput, Endpoint,
    ListTablesInput, ListTablesOutput,
};
use store::Scan;

use crate::err::in_use;
use crate::state::Tables;
use crate::table::{self, Open};
use crate::throughput::{ACCOUNT_MAX_UNITS, TABLE_MAX_UNITS};
use crate::{describe, membership, names, time};

const LIST_LIMIT: usize = 100;

/// Describes a table.
pub(crate) fn describe(cx: &mut Cx, i: &DescribeTableInput) -> Result<DescribeTableOutput, Fault> {
    let open = Open::any(cx, &i.table_name)?;
    Ok(DescribeTableOutput { table: Some(describe::table(cx, &open)?) })
}

/// Lists the names of tables, in order.
pub(crate) fn list(cx: &mut Cx, i: &ListTablesInput) -> Result<ListTablesOutput, Fault> {
    let limit = i.limit.map_or(LIST_LIMIT, |l| l.max(1) as usize);
    let mut scan = Scan::<Tables>::prefix(&(cx.scope.account.as_str(), cx.scope.region));
    if let Some(after) = &i.exclusive_start_table_name {
        scan = scan.after(&names::key(cx.scope, after));
    }
    let mut names: Vec<String> = cx.scan(scan)?.take(limit + 1).map(|((_, _, name), _)| name).collect();
    let more = names.len() > limit;
    names.truncate(limit);
    let last = names.last().filter(|_| more).cloned();
    Ok(ListTablesOutput { table_names: Some(names), last_evaluated_table_name: last })
}

/// Deletes a table.
pub(crate) fn delete(cx: &mut Cx, i: &DeleteTableInput) -> Result<DeleteTableOutput, Fault> {
    let mut open = Open::any(cx, &i.table_name)?;
    match open.status(cx.now_ms) {
        "CREATING" => return Err(in_use("created", &open.name)),
        "DELETING" => return Err(in_use("deleted", &open.name)),
        "UPDATING" => return Err(in_use("updated", &open.name)),
        _ => {}
    }
    if open.t.deletion_protection {
        return Err(table::protected());
    }
    let mut description = describe::changed(cx, &open, "DELETING")?;
    // As AWS answers: keys, indexes and attributes are left out.
    (description.attribute_definitions, description.key_schema) = (None, None);
    (description.local_secondary_indexes, description.global_secondary_indexes) = (None, None);
    description.creation_date_time = None;
    if membership::is_replica(&open.t) {
        membership::leave_by_deletion(cx, &mut open)?;
        return Ok(DeleteTableOutput { table_description: Some(description) });
    }
    match cx.profile {
        Profile::Dev => table::remove(cx, &open)?,
        Profile::Real => {
            open.t.change().deleting_ms = cx.now_ms + table::DELETE_MS;
            open.save(cx);
            time::set(cx, time::DELETE, &open.name, open.t.deleting_ms)?;
        }
    }
    Ok(DeleteTableOutput { table_description: Some(description) })
}

/// Tells the largest capacities that may be set.
pub(crate) fn limits(_: &mut Cx, _: &DescribeLimitsInput) -> Result<DescribeLimitsOutput, Fault> {
    Ok(DescribeLimitsOutput {
        account_max_read_capacity_units: Some(ACCOUNT_MAX_UNITS),
        account_max_write_capacity_units: Some(ACCOUNT_MAX_UNITS),
        table_max_read_capacity_units: Some(TABLE_MAX_UNITS),
        table_max_write_capacity_units: Some(TABLE_MAX_UNITS),
    })
}

/// Tells where to call: here.
pub(crate) fn endpoints(
    cx: &mut Cx,
    _: &DescribeEndpointsRequest,
) -> Result<DescribeEndpointsResponse, Fault> {
    let base = cx.request.base_url.as_str();
    let host = base.split_once("://").map_or(base, |(_, host)| host);
    let address = host.trim_end_matches('/').to_owned();
    Ok(DescribeEndpointsResponse { endpoints: vec![Endpoint { address, cache_period_in_minutes: 1_440 }] })
}
