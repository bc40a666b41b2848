//! Targets of routes: which there are, whether a VPC may use one, and whether one takes traffic now. A type whose resources
//! routes can lead to gets its lines here.

use codec::Fault;
use kernel::Cx;

use crate::egress_only_internet_gateway::EgressOnlyInternetGateway;
use crate::err::{fault, invalid_value, unsupported};
use crate::internet_gateway::InternetGateway;
use crate::nat_gateway::{self, NatGateway};
use crate::network_interface::NetworkInterface;
use crate::resource::{find, get};
use crate::route_table::RouteTable;

fn prefix(id: &str) -> &str {
    id.split('-').next().unwrap_or_default()
}

/// Whether a route of that VPC to that id is `active`.
pub(crate) fn takes_traffic(cx: &Cx, vpc: &str, id: &str) -> Result<bool, Fault> {
    Ok(match prefix(id) {
        "local" => true,
        "igw" => get::<InternetGateway>(cx, id)?.is_some_and(|g| g.vpc.as_deref() == Some(vpc)),
        "eigw" => get::<EgressOnlyInternetGateway>(cx, id)?.is_some(),
        "nat" => nat_gateway::takes_traffic(cx, id)?,
        "eni" => get::<NetworkInterface>(cx, id)?.is_some_and(|n| n.attachment.is_some()),
        _ => false,
    })
}

/// Refuses a target that isn't there, or that the table's VPC doesn't reach.
pub(crate) fn in_reach(cx: &Cx, table: &RouteTable, id: &str) -> Result<(), Fault> {
    let vpc = match prefix(id) {
        "local" => table.vpc.clone(),
        "igw" => find::<InternetGateway>(cx, id)?.vpc.unwrap_or_default(),
        "eigw" => find::<EgressOnlyInternetGateway>(cx, id)?.vpc,
        "nat" => find::<NatGateway>(cx, id)?.vpc,
        "eni" => find::<NetworkInterface>(cx, id)?.vpc,
        "i" => {
            return Err(fault(
                "InvalidInstanceID.NotFound",
                format!("The instance ID '{id}' does not exist"),
            ));
        }
        "tgw" => {
            return Err(fault(
                "InvalidTransitGatewayID.NotFound",
                format!("Transit Gateway {id} was deleted or does not exist."),
            ));
        }
        "vgw" | "lgw" | "cagw" => return Err(unsupported("GatewayId")),
        _ => return Err(fault("InvalidGatewayID.NotFound", format!("The gateway ID '{id}' does not exist"))),
    };
    match vpc == table.vpc {
        true => Ok(()),
        false => Err(invalid_value(format!(
            "route table {} and network gateway {id} belong to different networks",
            table.id
        ))),
    }
}
