//! `CreateVpnConnectionRoute`, `DeleteVpnConnectionRoute`: static routes of a connection to a virtual private gateway.
//! Source: EC2 API reference, the operations, "Error codes" (2026-11-22). Texts are inferred.

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2 as s;

use crate::cidr::Cidr;
use crate::err::{fault, invalid_parameter};
use crate::quotas::{self, room};
use crate::resource::save;
use crate::vpc;
use crate::vpn_connection::usable;

/// AWS takes about this long.
const USUAL_MS: i64 = 15_000;

fn read(text: &str) -> Option<String> {
    Cidr::parse_v4(text).filter(|_| Cidr::is_exact(text)).map(|c| c.to_string())
}

/// The same route once more is no error.
///
/// Errors: InvalidVpnConnectionID.NotFound; InvalidVpnConnection.InvalidState; InvalidVpnConnection.InvalidType: it has no static
/// routes; InvalidParameterValue: no block; RouteLimitExceeded.
pub(crate) fn create(cx: &mut Cx, i: &s::CreateVpnConnectionRouteRequest) -> Result<Empty, Fault> {
    let given = &i.destination_cidr_block;
    let wrong = || invalid_parameter(given, "destinationCidrBlock", "This is not a valid CIDR block.");
    let block = read(given).ok_or_else(wrong)?;
    let mut row = usable(cx, &i.vpn_connection_id)?;
    if !row.is_static || row.is_transit() {
        let text = format!("The VPN connection '{}' does not support static routes.", row.id);
        return Err(fault("InvalidVpnConnection.InvalidType", text));
    }
    if row.routes.iter().any(|(there, _)| *there == block) {
        return Ok(Empty {});
    }
    room(cx, &quotas::ROUTES_PER_VPN_CONNECTION, row.routes.iter(), 1)?;
    row.routes.push((block, vpc::ready_ms(cx, USUAL_MS)));
    save(cx, &row)?;
    Ok(Empty {})
}

/// Errors: InvalidVpnConnectionID.NotFound; InvalidVpnConnection.InvalidState; InvalidRoute.Malformed; InvalidRoute.NotFound.
pub(crate) fn delete(cx: &mut Cx, i: &s::DeleteVpnConnectionRouteRequest) -> Result<Empty, Fault> {
    let given = &i.destination_cidr_block;
    let wrong = || fault("InvalidRoute.Malformed", format!("The route {given} is not valid."));
    let block = read(given).ok_or_else(wrong)?;
    let mut row = usable(cx, &i.vpn_connection_id)?;
    let Some(at) = row.routes.iter().position(|(there, _)| *there == block) else {
        let text = format!("The route {block} does not exist in the VPN connection '{}'.", row.id);
        return Err(fault("InvalidRoute.NotFound", text));
    };
    row.routes.remove(at);
    save(cx, &row)?;
    Ok(Empty {})
}
