//! `CreateRoute`. Source: EC2 API reference, "CreateRoute" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateRouteRequest, CreateRouteResult};

use crate::err::{self, fault};
use crate::quotas::{self, room};
use crate::resource::{find, save};
use crate::route_table::{RouteRow, RouteTable};
use crate::routes;

/// Errors: InvalidRouteTableID.NotFound; RouteAlreadyExists; RouteLimitExceeded; those of `routes.rs`.
pub(crate) fn decide(cx: &mut Cx, i: &CreateRouteRequest) -> Result<CreateRouteResult, Fault> {
    err::refuse(&[
        ("LocalGatewayId", i.local_gateway_id.is_some()),
        ("CoreNetworkArn", i.core_network_arn.is_some()),
        ("OdbNetworkArn", i.odb_network_arn.is_some()),
    ])?;
    let mut table = find::<RouteTable>(cx, &i.route_table_id)?;
    let destination = routes::destination(
        cx,
        i.destination_cidr_block.as_deref(),
        i.destination_ipv6_cidr_block.as_deref(),
        i.destination_prefix_list_id.as_deref(),
    )?;
    let given = [
        i.gateway_id.as_deref(),
        i.nat_gateway_id.as_deref(),
        i.network_interface_id.as_deref(),
        i.instance_id.as_deref(),
        i.vpc_peering_connection_id.as_deref(),
        i.egress_only_internet_gateway_id.as_deref(),
        i.transit_gateway_id.as_deref(),
        i.vpc_endpoint_id.as_deref(),
        i.carrier_gateway_id.as_deref(),
    ];
    let target = routes::target(cx, &table, &given)?;
    if let Some(there) = table.routes.iter().find(|r| r.destination == destination) {
        // The same route once more is no error.
        if there.target != target {
            let text = format!("The route identified by {destination} already exists.");
            return Err(fault("RouteAlreadyExists", text));
        }
        return Ok(CreateRouteResult { return_: Some(true) });
    }
    room(cx, &quotas::ROUTES_PER_TABLE, table.routes.iter().filter(|r| r.target != "local"), 1)?;
    table.routes.push(RouteRow::gateway(&destination, &target));
    save(cx, &table)?;
    Ok(CreateRouteResult { return_: Some(true) })
}
