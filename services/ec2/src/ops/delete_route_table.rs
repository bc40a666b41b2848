//! `DeleteRouteTable`: one that is neither main nor associated. Source: EC2 API reference, "DeleteRouteTable" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DeleteRouteTableRequest;

use crate::err::has_dependencies;
use crate::resource::{find, on, remove, save};
use crate::route_table::RouteTable;
use crate::vpc_endpoint::VpcEndpoint;

/// Errors: InvalidRouteTableID.NotFound; DependencyViolation.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteRouteTableRequest) -> Result<Empty, Fault> {
    let table = find::<RouteTable>(cx, &i.route_table_id)?;
    if table.is_main() || !table.associations.is_empty() {
        return Err(has_dependencies("routeTable", &table.id));
    }
    for mut endpoint in on::<VpcEndpoint>(cx, &table.id)? {
        endpoint.route_tables.retain(|t| *t != table.id);
        save(cx, &endpoint)?;
    }
    remove(cx, &table)?;
    Ok(Empty {})
}
