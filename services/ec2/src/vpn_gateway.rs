//! Virtual private gateways: the VPC's end of VPNs. One is attached to one VPC at a time; what it propagates to route tables
//! is worked out by [`propagated`].
//! Source: Site-to-Site VPN user guide; EC2 API reference, "VpnGateway" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::fault;
use crate::filter::Accessor;
use crate::kind::Kind;
use crate::life::{Life, Lives, SHOWN_MS};
use crate::resource::{self, Listed, Resource, find, get, on};
use crate::tags::{self, Tags};
use crate::vpn_connection::VpnConnection;

pub(crate) static VPN_GATEWAY: Kind = Kind {
    noun: "vpn-gateway",
    prefix: "vgw",
    not_found: ("InvalidVpnGatewayID.NotFound", "The vpnGateway ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<VpnGateway>,
};

/// A virtual private gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct VpnGateway {
    /// Id.
    pub(crate) id: String,
    /// Number of its autonomous system.
    pub(crate) asn: i64,
    /// Zone that was asked for, or empty.
    pub(crate) zone: String,
    /// VPC that it is attached to, or was at last; or empty.
    pub(crate) vpc: String,
    /// From when on it is attached, until when it is detached.
    pub(crate) attachment: Life,
    /// Its life.
    pub(crate) life: Life,
}

impl Row for VpnGateway {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.asn);
        w.put(3, &self.zone);
        w.put(4, &self.vpc);
        w.put(5, &self.attachment);
        w.put(6, &self.life);
    }
    fn read(r: &mut RowReader) -> Result<VpnGateway, RowError> {
        Ok(VpnGateway {
            id: r.get(1)?,
            asn: r.get(2)?,
            zone: r.get(3)?,
            vpc: r.get(4)?,
            attachment: r.get(5)?,
            life: r.get(6)?,
        })
    }
}

impl VpnGateway {
    /// VPC and state of its attachment, as long as it is shown: `attaching`, `attached`, `detaching`, `detached`.
    pub(crate) fn attached<'a>(&'a self, cx: &Cx) -> Option<(&'a str, &'static str)> {
        let state = match self.attachment.state(cx) {
            _ if self.vpc.is_empty() => return None,
            "deleted" if cx.now_ms >= self.attachment.deleted_ms + SHOWN_MS => return None,
            "deleted" => "detached",
            "deleting" => "detaching",
            "pending" => "attaching",
            _ => "attached",
        };
        Some((&self.vpc, state))
    }

    /// The VPC that it is attached to, or comes to be.
    pub(crate) fn vpc(&self) -> Option<&str> {
        Some(self.vpc.as_str()).filter(|v| !v.is_empty() && self.attachment.lasts())
    }
}

impl Listed for VpnGateway {
    const FILTERS: &'static [(&'static str, Accessor<VpnGateway>)] = &[
        ("amazon-side-asn", |g, p| p.number(g.asn)),
        ("attachment.state", |g, p| p.maybe(g.attached(p.cx).map(|(_, state)| state))),
        ("attachment.vpc-id", |g, p| p.maybe(g.attached(p.cx).map(|(vpc, _)| vpc))),
        ("availability-zone", |g, p| p.maybe(Some(g.zone.as_str()).filter(|z| !z.is_empty()))),
        ("state", |g, p| p.text(g.life.state(p.cx))),
        ("type", |_, p| p.text("ipsec.1")),
        ("vpn-gateway-id", |g, p| p.text(&g.id)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for VpnGateway {
    const TABLE: &'static str = "ec2.vpn_gateway";
    const KIND: &'static Kind = &VPN_GATEWAY;
    const LINKED: &'static [&'static str] = &["attachment.vpc-id"];
    fn parents(&self) -> Vec<String> {
        Some(self.vpc.clone()).filter(|v| !v.is_empty()).into_iter().collect()
    }
}

impl Lives for VpnGateway {
    fn life(&mut self) -> &mut Life {
        &mut self.life
    }
}

/// A gateway that isn't deleted.
///
/// Errors: InvalidVpnGatewayID.NotFound.
pub(crate) fn lasting(cx: &Cx, id: &str) -> Result<VpnGateway, Fault> {
    let row = find::<VpnGateway>(cx, id)?;
    match row.life.lasts() {
        true => Ok(row),
        false => Err(VPN_GATEWAY.not_found(id)),
    }
}

/// A gateway that can be worked with.
///
/// Errors: InvalidVpnGatewayID.NotFound; InvalidVpnGatewayState.
pub(crate) fn usable(cx: &Cx, id: &str) -> Result<VpnGateway, Fault> {
    let row = lasting(cx, id)?;
    match row.life.state(cx) {
        "available" => Ok(row),
        _ => Err(fault(
            "InvalidVpnGatewayState",
            format!("The virtual private gateway '{id}' is not in an available state"),
        )),
    }
}

/// Whether a VPC has one that isn't wholly detached.
pub(crate) fn holds(cx: &Cx, vpc: &str) -> Result<bool, Fault> {
    let there = on::<VpnGateway>(cx, vpc)?;
    Ok(there.iter().any(|g| g.attached(cx).is_some_and(|(at, state)| at == vpc && state != "detached")))
}

/// Whether routes of the VPC to it lead on.
pub(crate) fn takes_traffic(cx: &Cx, vpc: &str, id: &str) -> Result<bool, Fault> {
    Ok(get::<VpnGateway>(cx, id)?.is_some_and(|g| g.vpc() == Some(vpc)))
}

/// Blocks that a gateway propagates: those of its connections' static routes. No device is there to tell others by BGP.
pub(crate) fn propagated(cx: &Cx, id: &str) -> Result<Vec<String>, Fault> {
    let mut blocks = Vec::new();
    for connection in on::<VpnConnection>(cx, id)? {
        if connection.life.lasts() {
            blocks.extend(connection.routes_in_force(cx).map(str::to_owned));
        }
    }
    blocks.sort();
    blocks.dedup();
    Ok(blocks)
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, g: &VpnGateway, tags: &Tags) -> s::VpnGateway {
    let attachments = g
        .attached(cx)
        .map(|(vpc, state)| s::VpcAttachment { vpc_id: Some(vpc.to_owned()), state: Some(state.to_owned()) });
    s::VpnGateway {
        amazon_side_asn: Some(g.asn),
        availability_zone: Some(g.zone.clone()).filter(|z| !z.is_empty()),
        vpn_gateway_id: Some(g.id.clone()),
        state: Some(g.life.state(cx).to_owned()),
        type_: Some("ipsec.1".to_owned()),
        vpc_attachments: Some(attachments.into_iter().collect()),
        tags: Some(tags::all_shown(tags)),
    }
}
