//! `CreateVpnGateway`, `DeleteVpnGateway`, `DescribeVpnGateways`, `AttachVpnGateway`, `DetachVpnGateway`,
//! `EnableVgwRoutePropagation`, `DisableVgwRoutePropagation`.
//! Source: EC2 API reference, the operations, "Error codes" (2026-11-22); the text for one in use as users reported it
//! (hashicorp/terraform-provider-aws#5831, 2018), others inferred.

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, stored};
use crate::err::fault;
use crate::life::{Life, end};
use crate::ops::transit_gateway::gateway::number;
use crate::quotas::{self, room};
use crate::resource::{all, find, on, save};
use crate::route_table::{RouteTable, propagation_link};
use crate::vpc::{self, Vpc};
use crate::vpn_connection::VpnConnection;
use crate::vpn_gateway::{VPN_GATEWAY, VpnGateway, lasting, show, usable};
use crate::zones::{self, Zone};
use crate::{id, tags};

/// AWS takes about this long, to make one, to attach one, to detach one.
const USUAL_MS: i64 = 15_000;

/// Errors: InvalidParameterValue: the number; InvalidZone.NotFound; VpnGatewayLimitExceeded.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateVpnGatewayRequest,
) -> Result<s::CreateVpnGatewayResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &VPN_GATEWAY)?;
    let asn = number(i.amazon_side_asn.unwrap_or(64_512))?;
    let zone = i.availability_zone.clone().unwrap_or_default();
    if !zone.is_empty() && zones::named(cx, Some(&zone), None)?.filter(Zone::is_open).is_none() {
        return Err(fault("InvalidZone.NotFound", format!("The zone '{zone}' does not exist.")));
    }
    room(cx, &quotas::VPN_GATEWAYS, all::<VpnGateway>(cx)?.filter(|g| g.life.lasts()), 1)?;
    let life = Life::new(cx, USUAL_MS);
    let row = VpnGateway { id: id::fresh(cx, "vgw"), asn, zone, life, ..VpnGateway::default() };
    save(cx, &row)?;
    tags::add(cx, &VPN_GATEWAY, &row.id, &tags)?;
    Ok(s::CreateVpnGatewayResult { vpn_gateway: Some(show(cx, &row, &tags)) })
}

/// Errors: InvalidVpnGatewayID.NotFound; IncorrectState: a VPC or a connection uses it.
pub(crate) fn delete(cx: &mut Cx, i: &s::DeleteVpnGatewayRequest) -> Result<Empty, Fault> {
    let mut row = lasting(cx, &i.vpn_gateway_id)?;
    let attached = row.attached(cx).is_some_and(|(_, state)| state != "detached");
    if attached || on::<VpnConnection>(cx, &row.id)?.iter().any(|c| c.state(cx) != "deleted") {
        return Err(fault("IncorrectState", "The VPN gateway is in use."));
    }
    end(cx, &mut row, USUAL_MS)?;
    Ok(Empty {})
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeVpnGatewaysRequest,
) -> Result<s::DescribeVpnGatewaysResult, Fault> {
    let ask = Ask::new("DescribeVpnGateways", &i.filters).ids(&i.vpn_gateway_ids);
    let vpn_gateways = stored::<VpnGateway>(cx, &ask)?.show(|g, tags| show(cx, g, tags));
    Ok(s::DescribeVpnGatewaysResult { vpn_gateways })
}

/// Once more is no error.
///
/// Errors: InvalidVpnGatewayID.NotFound; InvalidVpcID.NotFound; InvalidVpnGatewayState; VpnGatewayAttachmentLimitExceeded: it is
/// attached to another VPC; InvalidVpcState: the VPC has another one.
pub(crate) fn attach(
    cx: &mut Cx,
    i: &s::AttachVpnGatewayRequest,
) -> Result<s::AttachVpnGatewayResult, Fault> {
    let mut row = usable(cx, &i.vpn_gateway_id)?;
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    let there = row.attached(cx).filter(|(_, state)| *state != "detached");
    let mut state = match there {
        Some((at, state)) if at == vpc.id && row.attachment.lasts() => Some(state),
        Some(_) => {
            return Err(fault(
                "VpnGatewayAttachmentLimitExceeded",
                "The maximum number of virtual private gateway attachments has been reached.",
            ));
        }
        None => None,
    };
    if state.is_none() {
        if crate::vpn_gateway::holds(cx, &vpc.id)? {
            let text = format!("Network {} already has a virtual private gateway attached", vpc.id);
            return Err(fault("InvalidVpcState", text));
        }
        row.vpc.clone_from(&vpc.id);
        row.attachment = Life::new(cx, USUAL_MS);
        save(cx, &row)?;
        state = Some("attaching");
    }
    let shown = s::VpcAttachment { vpc_id: Some(vpc.id), state: state.map(str::to_owned) };
    Ok(s::AttachVpnGatewayResult { vpc_attachment: Some(shown) })
}

/// It no longer propagates; routes that lead to it become blackholes.
///
/// Errors: InvalidVpnGatewayID.NotFound; InvalidVpnGatewayAttachment.NotFound.
pub(crate) fn detach(cx: &mut Cx, i: &s::DetachVpnGatewayRequest) -> Result<Empty, Fault> {
    let mut row = lasting(cx, &i.vpn_gateway_id)?;
    if row.vpc() != Some(i.vpc_id.as_str()) {
        let text = format!("The attachment of {} to {} does not exist", row.id, i.vpc_id);
        return Err(fault("InvalidVpnGatewayAttachment.NotFound", text));
    }
    for mut table in on::<RouteTable>(cx, &propagation_link(&row.id))? {
        table.propagating.retain(|g| *g != row.id);
        save(cx, &table)?;
    }
    row.attachment.deleting_ms = Some(cx.now_ms);
    row.attachment.deleted_ms = vpc::ready_ms(cx, USUAL_MS);
    save(cx, &row)?;
    Ok(Empty {})
}

/// Once more is no error.
///
/// Errors: InvalidRouteTableID.NotFound; InvalidVpnGatewayID.NotFound; Gateway.NotAttached.
pub(crate) fn propagate(cx: &mut Cx, i: &s::EnableVgwRoutePropagationRequest) -> Result<Empty, Fault> {
    let mut table = find::<RouteTable>(cx, &i.route_table_id)?;
    let gateway = lasting(cx, &i.gateway_id)?;
    if gateway.vpc() != Some(table.vpc.as_str()) {
        let text = format!("resource {} is not attached to network {}", gateway.id, table.vpc);
        return Err(fault("Gateway.NotAttached", text));
    }
    if !table.propagating.contains(&gateway.id) {
        table.propagating.push(gateway.id);
        save(cx, &table)?;
    }
    Ok(Empty {})
}

/// One that doesn't propagate is no error.
///
/// Errors: InvalidRouteTableID.NotFound; InvalidVpnGatewayID.NotFound.
pub(crate) fn no_longer_propagate(
    cx: &mut Cx,
    i: &s::DisableVgwRoutePropagationRequest,
) -> Result<Empty, Fault> {
    let mut table = find::<RouteTable>(cx, &i.route_table_id)?;
    let gateway = lasting(cx, &i.gateway_id)?;
    table.propagating.retain(|g| *g != gateway.id);
    save(cx, &table)?;
    Ok(Empty {})
}
