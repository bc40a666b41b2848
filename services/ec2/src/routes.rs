//! What CreateRoute, ReplaceRoute and DeleteRoute name: a destination, and a target. Whether a target takes traffic is
//! `targets.rs`. Source: EC2 API reference, "CreateRoute"; VPC user guide, "Route tables" (2026-11-22).

use codec::Fault;
use kernel::Cx;

use crate::cidr::Cidr;
use crate::err::{fault, invalid_parameter, invalid_value};
use crate::route_table::RouteTable;
use crate::targets;

/// The one destination that is given.
///
/// Errors: InvalidParameterValue: none, several, or no block. InvalidPrefixListID.NotFound.
pub(crate) fn destination(
    cx: &Cx,
    ipv4: Option<&str>,
    ipv6: Option<&str>,
    prefix_list: Option<&str>,
) -> Result<String, Fault> {
    let wrong = |text, name| invalid_parameter(text, name, "This is not a valid CIDR block.");
    match (ipv4, ipv6, prefix_list) {
        (Some(text), None, None) => {
            let block = Cidr::parse_v4(text).filter(|_| Cidr::is_exact(text));
            block.map(|b| b.to_string()).ok_or_else(|| wrong(text, "destinationCidrBlock"))
        }
        (None, Some(text), None) => {
            let block = Cidr::parse_v6(text).filter(|_| Cidr::is_exact(text));
            block.map(|b| b.to_string()).ok_or_else(|| wrong(text, "destinationIpv6CidrBlock"))
        }
        (None, None, Some(id)) => {
            crate::prefix_list::known(cx, id)?;
            Ok(id.to_owned())
        }
        _ => Err(invalid_value(
            "The request must contain exactly one of destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId",
        )),
    }
}

/// The one target that is given, which must be there and in reach of the VPC.
///
/// Errors: InvalidParameterCombination: none or several. InvalidParameterValue: in another VPC. `Invalid….NotFound`.
pub(crate) fn target(cx: &Cx, table: &RouteTable, given: &[Option<&str>]) -> Result<String, Fault> {
    let mut given = given.iter().flatten();
    let (Some(one), None) = (given.next(), given.next()) else {
        let text = "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId, egressOnlyInternetGatewayId, transitGatewayId, vpcEndpointId, carrierGatewayId, instanceId";
        return Err(fault("InvalidParameterCombination", text));
    };
    targets::in_reach(cx, table, one)?;
    Ok((*one).to_owned())
}

/// The error for a route that isn't there.
pub(crate) fn not_found(table: &RouteTable, destination: &str) -> Fault {
    let text = format!("no route with destination-cidr-block {destination} in route table {}", table.id);
    fault("InvalidRoute.NotFound", text)
}
