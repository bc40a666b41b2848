//! What CreateRoute, ReplaceRoute and DeleteRoute name: a destination, and a target. Whether a target takes traffic is
//! `targets.rs`. Source: EC2 API reference, "CreateRoute"; VPC user guide, "Route tables" (2026-11-22).

use codec::Fault;
use kernel::Cx;

use crate::cidr::Cidr;
use crate::err::{fault, invalid_parameter, invalid_value};
use crate::instance::Instance;
use crate::network_interface::NetworkInterface;
use crate::resource::{find, on};
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
/// Errors: InvalidParameterCombination: none or several. InvalidParameterValue: in another VPC. `Invalid….NotFound`; those of
/// [`interface_of`].
pub(crate) fn target(cx: &Cx, table: &RouteTable, given: &[Option<&str>]) -> Result<String, Fault> {
    let mut given = given.iter().flatten();
    let (Some(one), None) = (given.next(), given.next()) else {
        let text = "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId, egressOnlyInternetGatewayId, transitGatewayId, vpcEndpointId, carrierGatewayId, instanceId";
        return Err(fault("InvalidParameterCombination", text));
    };
    let one = match one.starts_with("i-") {
        true => interface_of(cx, one)?,
        false => (*one).to_owned(),
    };
    targets::in_reach(cx, table, &one)?;
    Ok(one)
}

/// A route to an instance is one to its network interface.
///
/// Errors: InvalidInstanceID: it has several (as reported), or none any more (inferred); InvalidInstanceID.NotFound.
fn interface_of(cx: &Cx, instance: &str) -> Result<String, Fault> {
    let instance = find::<Instance>(cx, instance)?.id;
    let mut all = on::<NetworkInterface>(cx, &instance)?.into_iter();
    match (all.next(), all.next()) {
        (Some(only), None) => Ok(only.id),
        (None, _) => {
            Err(fault("InvalidInstanceID", format!("The instance '{instance}' has no network interface.")))
        }
        (Some(_), Some(_)) => {
            let text = format!(
                "There are multiple interfaces attached to instance '{instance}'. Please specify an interface ID for the operation instead."
            );
            Err(fault("InvalidInstanceID", text))
        }
    }
}

/// The error for a route that isn't there.
pub(crate) fn not_found(table: &RouteTable, destination: &str) -> Fault {
    let text = format!("no route with destination-cidr-block {destination} in route table {}", table.id);
    fault("InvalidRoute.NotFound", text)
}
