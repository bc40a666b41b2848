//! `ModifyVpnConnection`, `ModifyVpnConnectionOptions`, `ModifyVpnTunnelOptions`: a connection that is changed is `modifying`
//! for a while. Source: EC2 API reference, the operations (2026-11-22). Texts are inferred.

use codec::{Fault, Value};
use kernel::{Cx, Guard};
use shapes_ec2 as s;
use shapes_ec2::op;

use crate::err::{self, combination, fault, invalid_parameter, missing};
use crate::ops::vpn::connection::{USUAL_MS, beside, block, conflict, join, leave, taken};
use crate::resource::save;
use crate::vpn_connection::tunnel::{self, Spec};
use crate::vpn_connection::{VpnConnection, show, usable};
use crate::{customer_gateway, forms, guard, tags, transit_gateway, vpc, vpn_gateway};

/// Stores a connection that was changed.
fn changed(cx: &mut Cx, mut row: VpnConnection) -> Result<Option<s::VpnConnection>, Fault> {
    row.modified = true;
    row.life.ready_ms = vpc::ready_ms(cx, USUAL_MS);
    save(cx, &row)?;
    let mut shown = show(cx, &row, &tags::of(cx, &row.id)?)?;
    shown.state = Some("modifying".to_owned());
    Ok(Some(shown))
}

/// Errors: InvalidVpnConnectionID.NotFound; InvalidVpnConnection.InvalidState; MissingParameter; InvalidParameterCombination;
/// InvalidCustomerGatewayID.NotFound; InvalidVpnGatewayID.NotFound; InvalidVpnGatewayState; InvalidTransitGatewayID.NotFound;
/// IncorrectState: static routes, which a transit gateway doesn't take over; those of [`beside`].
pub(crate) fn connection(
    cx: &mut Cx,
    i: &s::ModifyVpnConnectionRequest,
) -> Result<s::ModifyVpnConnectionResult, Fault> {
    let mut row = usable(cx, &i.vpn_connection_id)?;
    let target = match (i.vpn_gateway_id.as_deref(), i.transit_gateway_id.as_deref()) {
        (Some(_), Some(_)) => {
            return Err(combination("Only one of vpnGatewayId and transitGatewayId may be specified"));
        }
        (None, None) if i.customer_gateway_id.is_none() => return Err(missing("customerGatewayId")),
        (None, None) => None,
        (Some(id), None) => Some(vpn_gateway::usable(cx, id)?.id),
        (None, Some(id)) => Some(transit_gateway::usable(cx, id)?.id),
    };
    if let Some(id) = i.customer_gateway_id.as_deref() {
        row.customer = customer_gateway::lasting(cx, id)?.id;
    }
    if let Some(target) = target.filter(|t| *t != row.gateway) {
        let transit = target.starts_with("tgw-");
        if transit && !row.routes.is_empty() {
            let text =
                format!("{} has static routes. Delete them before you migrate to a transit gateway.", row.id);
            return Err(fault("IncorrectState", text));
        }
        if !transit && (row.accelerated || row.inside == "ipv6" || row.bandwidth == "large") {
            return Err(combination(
                "The options of the VPN connection are supported with transit gateways only",
            ));
        }
        let taken = taken(cx, &target)?;
        if let Some(t) = row.tunnels.iter().find(|t| taken.contains(&t.inside)) {
            return Err(invalid_parameter(
                &t.inside,
                "TunnelInsideCidr",
                "The block is used by another tunnel of the gateway.",
            ));
        }
        leave(cx, &row)?;
        row.gateway = target;
        if transit {
            join(cx, &row)?;
        }
    }
    if !row.is_transit() {
        let customer = customer_gateway::lasting(cx, &row.customer)?;
        if beside(cx, &row.gateway, &customer, row.is_static, &row.id)?.is_some() {
            return Err(conflict());
        }
    }
    Ok(s::ModifyVpnConnectionResult { vpn_connection: changed(cx, row)? })
}

/// Errors: InvalidVpnConnectionID.NotFound; InvalidVpnConnection.InvalidState; MissingParameter; InvalidParameterCombination: of
/// the other IP version, bandwidth that needs a transit gateway; InvalidParameterValue: a block.
pub(crate) fn options(
    cx: &mut Cx,
    i: &s::ModifyVpnConnectionOptionsRequest,
) -> Result<s::ModifyVpnConnectionOptionsResult, Fault> {
    let mut row = usable(cx, &i.vpn_connection_id)?;
    let six = row.inside == "ipv6";
    let (fours, sixes) = (
        (&i.local_ipv4_network_cidr, &i.remote_ipv4_network_cidr),
        (&i.local_ipv6_network_cidr, &i.remote_ipv6_network_cidr),
    );
    let ((local, remote), other) = if six { (sixes, fours) } else { (fours, sixes) };
    if other.0.is_some() || other.1.is_some() {
        return Err(combination("The network CIDRs must be of the tunnels' inside IP version"));
    }
    if local.is_none() && remote.is_none() && i.tunnel_bandwidth.is_none() {
        return Err(missing("localIpv4NetworkCidr"));
    }
    let family = if six { "Ipv6" } else { "Ipv4" };
    if local.is_some() {
        row.local = block(local.as_deref(), &format!("local{family}NetworkCidr"), six)?;
    }
    if remote.is_some() {
        row.remote = block(remote.as_deref(), &format!("remote{family}NetworkCidr"), six)?;
    }
    if let Some(bandwidth) = &i.tunnel_bandwidth {
        if bandwidth == "large" && !row.is_transit() {
            return Err(combination("The parameter tunnelBandwidth is supported with transit gateways only"));
        }
        row.bandwidth.clone_from(bandwidth);
    }
    Ok(s::ModifyVpnConnectionOptionsResult { vpn_connection: changed(cx, row)? })
}

/// What is said of a tunnel, in the words of new ones.
fn spec(i: &s::ModifyVpnTunnelOptionsRequest) -> Result<Spec, Fault> {
    let from = forms::member_of_input("ModifyVpnTunnelOptions", "TunnelOptions");
    let to = tunnel::shape();
    forms::record(to, &forms::cast(from, to, forms::value(from, &i.tunnel_options)?, &[])?)
}

/// The connection, with what is asked for its tunnel.
pub(crate) fn tunnel_guard(cx: &Cx, i: &s::ModifyVpnTunnelOptionsRequest) -> Result<Guard, Fault> {
    let mut guard = guard::of::<op::ModifyVpnTunnelOptions>(cx, i)?;
    let keys = tunnel::keys(&[spec(i)?]);
    guard.targets.iter_mut().for_each(|t| t.keys.extend(keys.iter().cloned()));
    Ok(guard)
}

/// Errors: InvalidVpnConnectionID.NotFound; InvalidVpnConnection.InvalidState; InvalidParameterValue: no tunnel of the
/// connection, an option; InvalidParameterCombination.
pub(crate) fn tunnel(
    cx: &mut Cx,
    i: &s::ModifyVpnTunnelOptionsRequest,
) -> Result<s::ModifyVpnTunnelOptionsResult, Fault> {
    err::refuse(&[(
        "PreSharedKeyStorage",
        i.pre_shared_key_storage.as_deref().is_some_and(|s| s != "Standard"),
    )])?;
    let given = spec(i)?;
    if forms::value(tunnel::shape(), &given)? == Value::record() {
        return Err(missing("TunnelOptions"));
    }
    tunnel::check(&given)?;
    if i.skip_tunnel_replacement.is_some() && given.enable_tunnel_lifecycle_control.is_none() {
        let text = "The parameter skipTunnelReplacement applies to enableTunnelLifecycleControl only";
        return Err(combination(text));
    }
    let mut row = usable(cx, &i.vpn_connection_id)?;
    let outside = &i.vpn_tunnel_outside_ip_address;
    let Some(at) = row.tunnels.iter().position(|t| t.outside == *outside) else {
        let why = "It is not the outside address of a tunnel of the VPN connection.";
        return Err(invalid_parameter(outside, "vpnTunnelOutsideIpAddress", why));
    };
    let mut taken = taken(cx, &row.gateway)?;
    taken.retain(|b| *b != row.tunnels[at].inside && *b != row.tunnels[at].inside_v6);
    let six = row.inside == "ipv6";
    tunnel::change(cx, &mut row.tunnels[at], &given, six, &taken)?;
    Ok(s::ModifyVpnTunnelOptionsResult { vpn_connection: changed(cx, row)? })
}
