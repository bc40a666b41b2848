//! `AssociateRouteTable`: with a subnet, or with an internet or virtual private gateway. Source: EC2 API reference, "AssociateRouteTable".

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{AssociateRouteTableRequest, AssociateRouteTableResult};

use crate::err::{self, fault, invalid_value, missing};
use crate::id;
use crate::internet_gateway::InternetGateway;
use crate::resource::{by_link, find, save};
use crate::route_table::{Association, RouteTable, associated};
use crate::subnet::Subnet;
use crate::vpn_gateway::VpnGateway;

/// Errors: InvalidRouteTableID.NotFound; InvalidSubnetID.NotFound; InvalidInternetGatewayID.NotFound;
/// InvalidVpnGatewayID.NotFound; MissingParameter;
/// InvalidParameterValue: in another VPC; Resource.AlreadyAssociated.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &AssociateRouteTableRequest,
) -> Result<AssociateRouteTableResult, Fault> {
    err::refuse(&[("PublicIpv4Pool", i.public_ipv4_pool.is_some())])?;
    let mut table = find::<RouteTable>(cx, &i.route_table_id)?;
    let (subnet, gateway, vpc) = match (i.subnet_id.as_deref(), i.gateway_id.as_deref()) {
        (Some(id), None) => (id, "", find::<Subnet>(cx, id)?.vpc),
        (None, Some(id)) if id.starts_with("vgw-") => {
            ("", id, find::<VpnGateway>(cx, id)?.vpc().unwrap_or_default().to_owned())
        }
        (None, Some(id)) => ("", id, find::<InternetGateway>(cx, id)?.vpc.unwrap_or_default()),
        (None, None) => return Err(missing("subnetId")),
        _ => return Err(err::combination("Only one of subnetId and gatewayId may be given")),
    };
    let other_end = if subnet.is_empty() { gateway } else { subnet };
    if vpc != table.vpc {
        let noun = if subnet.is_empty() { "gateway" } else { "subnet" };
        let text = format!("route table {} and {noun} {other_end} belong to different networks", table.id);
        return Err(invalid_value(text));
    }
    if let Some(there) = by_link::<RouteTable>(cx, other_end)? {
        let own = there.associations.iter().find(|a| a.subnet == other_end || a.gateway == other_end);
        let same = own.filter(|_| there.id == table.id);
        return match same {
            Some(a) => Ok(answer(a.id.clone())),
            None => {
                let text = format!(
                    "the specified association for route table {} conflicts with an existing association",
                    table.id
                );
                Err(fault("Resource.AlreadyAssociated", text))
            }
        };
    }
    let id = id::fresh(cx, "rtbassoc");
    table.associations.push(Association {
        id: id.clone(),
        subnet: subnet.to_owned(),
        gateway: gateway.to_owned(),
    });
    save(cx, &table)?;
    Ok(answer(id))
}

fn answer(id: String) -> AssociateRouteTableResult {
    AssociateRouteTableResult { association_id: Some(id), association_state: Some(associated()) }
}
