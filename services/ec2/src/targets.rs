//! Targets of routes: which there are, whether a VPC may use one, and whether one takes traffic now. A type whose resources
//! routes can lead to gets its lines here.

use codec::Fault;
use kernel::Cx;

use crate::carrier_gateway::{self, CarrierGateway};
use crate::egress_only_internet_gateway::EgressOnlyInternetGateway;
use crate::err::{fault, invalid_value, unsupported};
use crate::internet_gateway::InternetGateway;
use crate::nat_gateway::{self, NatGateway};
use crate::network_interface::NetworkInterface;
use crate::resource::{find, get};
use crate::route_table::RouteTable;
use crate::transit_gateway::attachment;
use crate::vpc_endpoint::VpcEndpoint;
use crate::vpc_peering_connection::{self, Peering};
use crate::vpn_gateway::{self, VpnGateway};

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
        "cagw" => carrier_gateway::takes_traffic(cx, id)?,
        "pcx" => vpc_peering_connection::takes_traffic(cx, id)?,
        "vpce" => get::<VpcEndpoint>(cx, id)?.is_some(),
        "tgw" => attachment::between(cx, vpc, id)?.is_some(),
        "vgw" => vpn_gateway::takes_traffic(cx, vpc, id)?,
        "eni" => get::<NetworkInterface>(cx, id)?.is_some_and(|n| n.attachment.is_some()),
        _ => false,
    })
}

/// The table's VPC, if it is one of the two.
fn peered(connection: Peering, vpc: &str) -> String {
    let sides = [connection.requester.vpc, connection.accepter.vpc];
    sides.into_iter().find(|v| v == vpc).unwrap_or_default()
}

/// Refuses a target that isn't there, or that the table's VPC doesn't reach.
pub(crate) fn in_reach(cx: &Cx, table: &RouteTable, id: &str) -> Result<(), Fault> {
    let vpc = match prefix(id) {
        "local" => table.vpc.clone(),
        "igw" => find::<InternetGateway>(cx, id)?.vpc.unwrap_or_default(),
        "eigw" => find::<EgressOnlyInternetGateway>(cx, id)?.vpc,
        "nat" => find::<NatGateway>(cx, id)?.vpc,
        "cagw" => find::<CarrierGateway>(cx, id)?.vpc,
        "pcx" => peered(find::<Peering>(cx, id)?, &table.vpc),
        "vpce" => {
            return Err(invalid_value(format!("Route to a gateway endpoint {id} is made by the endpoint")));
        }
        "eni" => find::<NetworkInterface>(cx, id)?.vpc,
        // The text is EC2's own here, not the gateway's (hashicorp/terraform-provider-aws#9222, 2019).
        "tgw" => match attachment::between(cx, &table.vpc, id)? {
            Some(_) => table.vpc.clone(),
            None => {
                return Err(fault(
                    "InvalidTransitGatewayID.NotFound",
                    format!("The transitGateway ID '{id}' does not exist."),
                ));
            }
        },
        "vgw" => find::<VpnGateway>(cx, id)?.vpc().unwrap_or_default().to_owned(),
        "lgw" => return Err(unsupported("GatewayId")),
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
