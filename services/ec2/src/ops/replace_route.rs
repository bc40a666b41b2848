//! `ReplaceRoute`: gives a route another target. Source: EC2 API reference, "ReplaceRoute" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::ReplaceRouteRequest;

use crate::err;
use crate::resource::{find, save};
use crate::route_table::RouteTable;
use crate::routes;

/// Errors: InvalidRouteTableID.NotFound; InvalidRoute.NotFound; those of `routes.rs`.
pub(crate) fn decide(cx: &mut Cx, i: &ReplaceRouteRequest) -> Result<Empty, Fault> {
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
        i.local_target.filter(|l| *l).map(|_| "local"),
    ];
    let target = routes::target(cx, &table, &given)?;
    let at = table.routes.iter().position(|r| r.destination == destination);
    let at = at.ok_or_else(|| routes::not_found(&table, &destination))?;
    table.routes[at].target = target;
    save(cx, &table)?;
    Ok(Empty {})
}
