//! `CreateVpnConnection`, `DeleteVpnConnection`, `DescribeVpnConnections`.
//! Source: EC2 API reference, the operations, "Error codes"; Site-to-Site VPN user guide (2026-11-22). Texts are inferred.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_ec2 as s;
use shapes_ec2::op;

use crate::cidr::Cidr;
use crate::customer_gateway::CustomerGateway;
use crate::describe::{Ask, stored};
use crate::elastic_ip::PublicIps;
use crate::err::{self, combination, fault, invalid_parameter, missing};
use crate::life::{Life, end};
use crate::ops::transit_gateway::gateway::{USUAL_MS as TRANSIT_MS, defaults};
use crate::quotas::{self, room};
use crate::resource::{all, on, save};
use crate::transit_gateway::attachment::Attachment;
use crate::vpn_connection::{self, VPN_CONNECTION, VpnConnection, lasting, show, tunnel};
use crate::{customer_gateway, guard as guards, id, tags, transit_gateway, vpn_gateway};

/// AWS takes about this long to make or change a connection.
pub(crate) const USUAL_MS: i64 = 240_000;
/// And this long to delete one.
const GONE_MS: i64 = 60_000;

/// Both gateways, and the connection with what is asked for it.
pub(crate) fn guard(cx: &Cx, i: &s::CreateVpnConnectionRequest) -> Result<Guard, Fault> {
    let mut guard = guards::of::<op::CreateVpnConnection>(cx, i)?;
    let o = i.options.clone().unwrap_or_default();
    let mut keys = vpn_connection::keys(i.transit_gateway_id.is_some(), o.static_routes_only == Some(true));
    keys.extend(tunnel::keys(o.tunnel_options.as_deref().unwrap_or_default()));
    let own = |t: &&mut kernel::Target| t.resource.ends_with(":vpn-connection/*") && t.action.is_none();
    guard.targets.iter_mut().filter(own).for_each(|t| t.keys.extend(keys.iter().cloned()));
    Ok(guard)
}

/// A block, as AWS writes it. Without one, everything.
pub(crate) fn block(given: Option<&str>, name: &str, six: bool) -> Result<String, Fault> {
    let everything = if six { "::/0" } else { "0.0.0.0/0" };
    let given = given.unwrap_or(everything);
    let read = Cidr::parse(given).filter(|c| c.v6 == six && Cidr::is_exact(given));
    let wrong = || invalid_parameter(given, name, "This is not a valid CIDR block.");
    read.map(|c| c.to_string()).ok_or_else(wrong)
}

/// Refuses what only transit gateways have, and what isn't built.
fn check(i: &s::CreateVpnConnectionRequest, o: &s::VpnConnectionOptionsSpecification) -> Result<(), Fault> {
    err::refuse(&[
        ("VpnConcentratorId", i.vpn_concentrator_id.is_some()),
        ("PreSharedKeyStorage", i.pre_shared_key_storage.as_deref().is_some_and(|s| s != "Standard")),
        (
            "Options.OutsideIpAddressType",
            o.outside_ip_address_type.as_deref().is_some_and(|t| t != "PublicIpv4"),
        ),
        ("Options.TransportTransitGatewayAttachmentId", o.transport_transit_gateway_attachment_id.is_some()),
    ])?;
    if i.type_ != "ipsec.1" {
        return Err(invalid_parameter(&i.type_, "type", ""));
    }
    let six = o.tunnel_inside_ip_version.as_deref() == Some("ipv6");
    let transit = i.transit_gateway_id.is_some();
    for (name, given) in [
        ("enableAcceleration", o.enable_acceleration == Some(true)),
        ("tunnelInsideIpVersion", six),
        ("tunnelBandwidth", o.tunnel_bandwidth.as_deref() == Some("large")),
    ] {
        if given && !transit {
            return Err(combination(format!("The parameter {name} is supported with transit gateways only")));
        }
    }
    let (four, sixes) = (
        o.local_ipv4_network_cidr.is_some() || o.remote_ipv4_network_cidr.is_some(),
        o.local_ipv6_network_cidr.is_some() || o.remote_ipv6_network_cidr.is_some(),
    );
    if (six && four) || (!six && sixes) {
        return Err(combination("The network CIDRs must be of the tunnels' inside IP version"));
    }
    let tunnels = o.tunnel_options.as_deref().unwrap_or_default();
    if tunnels.len() > 2 {
        return Err(invalid_parameter(tunnels.len(), "tunnelOptions", "A VPN connection has two tunnels."));
    }
    tunnels.iter().try_for_each(tunnel::check)
}

/// Inside blocks of the other tunnels of a gateway.
pub(crate) fn taken(cx: &Cx, gateway: &str) -> Result<Vec<String>, Fault> {
    let others = on::<VpnConnection>(cx, gateway)?.into_iter().filter(|c| c.life.lasts());
    Ok(others.flat_map(|c| c.tunnels).flat_map(|t| [t.inside, t.inside_v6]).collect())
}

/// The same connection to a virtual private gateway once more answers the one that is there.
///
/// Errors: InvalidCustomerGatewayID.NotFound; MissingParameter; InvalidParameterCombination; InvalidParameterValue;
/// InvalidVpnGatewayID.NotFound; InvalidVpnGatewayState; InvalidTransitGatewayID.NotFound; IncorrectState;
/// InvalidOption.Conflict; InvalidCustomerGateway.DuplicateIpAddress; VpnConnectionLimitExceeded;
/// TransitGatewayAttachmentLimitExceeded.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateVpnConnectionRequest,
) -> Result<s::CreateVpnConnectionResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &VPN_CONNECTION)?;
    let o = i.options.clone().unwrap_or_default();
    check(i, &o)?;
    let customer = customer_gateway::lasting(cx, &i.customer_gateway_id)?;
    let is_static = o.static_routes_only == Some(true);
    let (gateway, transit) = match (i.vpn_gateway_id.as_deref(), i.transit_gateway_id.as_deref()) {
        (Some(_), Some(_)) => {
            return Err(combination("Only one of vpnGatewayId and transitGatewayId may be specified"));
        }
        (None, None) => return Err(missing("vpnGatewayId")),
        (Some(id), None) => (vpn_gateway::usable(cx, id)?.id, None),
        (None, Some(id)) => (id.to_owned(), Some(transit_gateway::usable(cx, id)?)),
    };
    if transit.is_none()
        && let Some(there) = beside(cx, &gateway, &customer, is_static, "")?
    {
        let shown = show(cx, &there, &tags::of(cx, &there.id)?)?;
        return Ok(s::CreateVpnConnectionResult { vpn_connection: Some(shown) });
    }
    room(cx, &quotas::VPN_CONNECTIONS, all::<VpnConnection>(cx)?.filter(|c| c.life.lasts()), 1)?;
    let six = o.tunnel_inside_ip_version.as_deref() == Some("ipv6");
    let (local, remote) = if six {
        (&o.local_ipv6_network_cidr, &o.remote_ipv6_network_cidr)
    } else {
        (&o.local_ipv4_network_cidr, &o.remote_ipv4_network_cidr)
    };
    let family = if six { "Ipv6" } else { "Ipv4" };
    let mut row = VpnConnection {
        id: id::fresh(cx, "vpn"),
        customer: customer.id,
        gateway,
        is_static,
        inside: if six { "ipv6" } else { "ipv4" }.to_owned(),
        local: block(local.as_deref(), &format!("local{family}NetworkCidr"), six)?,
        remote: block(remote.as_deref(), &format!("remote{family}NetworkCidr"), six)?,
        accelerated: o.enable_acceleration == Some(true),
        bandwidth: o.tunnel_bandwidth.clone().unwrap_or_else(|| "standard".to_owned()),
        life: Life::new(cx, USUAL_MS),
        ..VpnConnection::default()
    };
    let mut taken = taken(cx, &row.gateway)?;
    let given = o.tunnel_options.unwrap_or_default();
    for n in 0..2 {
        let made = tunnel::new(cx, &row.id, &given.get(n).cloned().unwrap_or_default(), six, &taken)?;
        taken.extend([made.inside.clone(), made.inside_v6.clone()]);
        row.tunnels.push(made);
    }
    if transit.is_some() {
        join(cx, &row)?;
    }
    save(cx, &row)?;
    tags::add(cx, &VPN_CONNECTION, &row.id, &tags)?;
    let mut shown = show(cx, &row, &tags)?;
    shown.state = Some("pending".to_owned());
    shown.vgw_telemetry = Some(Vec::new());
    Ok(s::CreateVpnConnectionResult { vpn_connection: Some(shown) })
}

/// The connection, another one than `own`, that a virtual private gateway has to this customer gateway already.
///
/// Errors: InvalidOption.Conflict: with other routing. InvalidCustomerGateway.DuplicateIpAddress: another customer gateway of
/// its connections has the address. VpnConnectionLimitExceeded: the gateway has too many.
pub(crate) fn beside(
    cx: &Cx,
    gateway: &str,
    customer: &CustomerGateway,
    is_static: bool,
    own: &str,
) -> Result<Option<VpnConnection>, Fault> {
    let others = on::<VpnConnection>(cx, gateway)?.into_iter().filter(|c| c.life.lasts() && c.id != own);
    let others: Vec<_> = others.collect();
    if let Some(there) = others.iter().find(|c| c.customer == customer.id) {
        return match there.is_static == is_static {
            true => Ok(Some(there.clone())),
            false => Err(conflict()),
        };
    }
    for other in &others {
        if customer_gateway::lasting(cx, &other.customer)?.ip == customer.ip {
            return Err(fault(
                "InvalidCustomerGateway.DuplicateIpAddress",
                "There is a conflict among the specified gateway IP addresses.",
            ));
        }
    }
    room(cx, &quotas::VPN_CONNECTIONS_PER_GATEWAY, others.iter(), 1)?;
    Ok(None)
}

/// The error for a second connection between the same two gateways.
pub(crate) fn conflict() -> Fault {
    let text =
        "A VPN connection between the virtual private gateway and the customer gateway already exists.";
    fault("InvalidOption.Conflict", text)
}

/// Attaches a connection to its transit gateway.
pub(crate) fn join(cx: &mut Cx, row: &VpnConnection) -> Result<(), Fault> {
    let gateway = transit_gateway::usable(cx, &row.gateway)?;
    let there = on::<Attachment>(cx, &gateway.id)?.into_iter().filter(Attachment::lasts);
    room(cx, &quotas::ATTACHMENTS_PER_GATEWAY, there, 1)?;
    let (association, propagations) = defaults(cx, &gateway)?;
    let attachment = Attachment {
        id: id::fresh(cx, "tgw-attach"),
        gateway: gateway.id,
        kind: "vpn".to_owned(),
        resource: row.id.clone(),
        association,
        propagations,
        life: Life::new(cx, TRANSIT_MS),
        ..Attachment::default()
    };
    save(cx, &attachment)
}

/// Detaches a connection from its transit gateway.
pub(crate) fn leave(cx: &mut Cx, row: &VpnConnection) -> Result<(), Fault> {
    for mut attachment in on::<Attachment>(cx, &row.id)?.into_iter().filter(Attachment::lasts) {
        attachment.association.clear();
        attachment.propagations.clear();
        end(cx, &mut attachment, TRANSIT_MS)?;
    }
    Ok(())
}

/// Errors: InvalidVpnConnectionID.NotFound.
pub(crate) fn delete(cx: &mut Cx, i: &s::DeleteVpnConnectionRequest) -> Result<Empty, Fault> {
    let mut row = lasting(cx, &i.vpn_connection_id)?;
    leave(cx, &row)?;
    for tunnel in &row.tunnels {
        cx.delete::<PublicIps>(&tunnel.outside);
    }
    end(cx, &mut row, GONE_MS)?;
    Ok(Empty {})
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeVpnConnectionsRequest,
) -> Result<s::DescribeVpnConnectionsResult, Fault> {
    let ask = Ask::new("DescribeVpnConnections", &i.filters).ids(&i.vpn_connection_ids);
    let found = stored::<VpnConnection>(cx, &ask)?;
    let shown = found.items.iter().map(|(c, tags)| show(cx, c, tags)).collect::<Result<_, _>>()?;
    Ok(s::DescribeVpnConnectionsResult { vpn_connections: Some(shown) })
}
