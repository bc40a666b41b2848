//! `DeleteRoute`: never a local one. Source: EC2 API reference, "DeleteRoute" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DeleteRouteRequest;

use crate::err::invalid_value;
use crate::resource::{find, save};
use crate::route_table::RouteTable;
use crate::routes;

/// Errors: InvalidRouteTableID.NotFound; InvalidRoute.NotFound; InvalidParameterValue: a local route.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteRouteRequest) -> Result<Empty, Fault> {
    let mut table = find::<RouteTable>(cx, &i.route_table_id)?;
    let destination = routes::destination(
        cx,
        i.destination_cidr_block.as_deref(),
        i.destination_ipv6_cidr_block.as_deref(),
        i.destination_prefix_list_id.as_deref(),
    )?;
    let at = table.routes.iter().position(|r| r.destination == destination);
    let at = at.ok_or_else(|| routes::not_found(&table, &destination))?;
    if table.routes[at].target == "local" && table.routes[at].origin == "CreateRouteTable" {
        let text = format!("cannot remove local route {destination} in route table {}", table.id);
        return Err(invalid_value(text));
    }
    table.routes.remove(at);
    save(cx, &table)?;
    Ok(Empty {})
}
