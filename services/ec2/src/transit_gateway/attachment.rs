//! Attachments of transit gateways: to VPCs, and to other transit gateways. An attachment is associated with one route table,
//! which routes what comes from it, and propagates its blocks to any number of them.
//! Source: transit gateway guide, "Transit gateway attachments", "peering attachments" (2026-11-22).

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::fault;
use crate::filter::Accessor;
use crate::kind::{Keys, Kind};
use crate::life::{Life, Lives};
use crate::resource::{self, Listed, Resource, find, on};
use crate::tags::{self, Tags};
use crate::transit_gateway::word;

pub(crate) static TRANSIT_GATEWAY_ATTACHMENT: Kind = Kind {
    noun: "transit-gateway-attachment",
    prefix: "tgw-attach",
    not_found: (
        "InvalidTransitGatewayAttachmentID.NotFound",
        "Transit Gateway Attachment {} was deleted or does not exist.",
    ),
    malformed: None,
    seen: resource::seen::<Attachment>,
};

/// The gateway at the other end of a peering attachment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct End {
    /// Account.
    pub(crate) account: String,
    /// Region.
    pub(crate) region: String,
    /// Gateway.
    pub(crate) gateway: String,
    /// Its attachment.
    pub(crate) attachment: String,
}

impl Row for End {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.account);
        w.put(2, &self.region);
        w.put(3, &self.gateway);
        w.put(4, &self.attachment);
    }
    fn read(r: &mut RowReader) -> Result<End, RowError> {
        Ok(End { account: r.get(1)?, region: r.get(2)?, gateway: r.get(3)?, attachment: r.get(4)? })
    }
}

/// An attachment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Attachment {
    /// Id.
    pub(crate) id: String,
    /// Its gateway.
    pub(crate) gateway: String,
    /// `vpc` or `peering`.
    pub(crate) kind: String,
    /// VPC, or the other gateway.
    pub(crate) resource: String,
    /// Subnets with the interfaces in them.
    pub(crate) subnets: Vec<(String, String)>,
    /// Options that are on, by their names in requests.
    pub(crate) on: Vec<String>,
    /// The other end of a peering.
    pub(crate) peer: Option<End>,
    /// This side asked for the peering.
    pub(crate) asked: bool,
    /// A peering's state before and beside its life: `pendingAcceptance`, `rejected`, or empty.
    pub(crate) standing: String,
    /// Route table that it is associated with, or empty.
    pub(crate) association: String,
    /// Route tables that it propagates to.
    pub(crate) propagations: Vec<String>,
    /// Its life.
    pub(crate) life: Life,
}

impl Row for Attachment {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.gateway);
        w.put(3, &self.kind);
        w.put(4, &self.resource);
        w.put(5, &self.subnets);
        w.put(6, &self.on);
        w.put(7, &self.peer);
        w.put(8, &self.asked);
        w.put(9, &self.standing);
        w.put(10, &self.association);
        w.put(11, &self.propagations);
        w.put(12, &self.life);
    }
    fn read(r: &mut RowReader) -> Result<Attachment, RowError> {
        Ok(Attachment {
            id: r.get(1)?,
            gateway: r.get(2)?,
            kind: r.get(3)?,
            resource: r.get(4)?,
            subnets: r.get(5)?,
            on: r.get(6)?,
            peer: r.get(7)?,
            asked: r.get(8)?,
            standing: r.get(9)?,
            association: r.get(10)?,
            propagations: r.get(11)?,
            life: r.get(12)?,
        })
    }
}

impl Attachment {
    /// Its state now.
    pub(crate) fn state<'a>(&'a self, cx: &Cx) -> &'a str {
        match self.life.deleting_ms.is_none() && !self.standing.is_empty() {
            true => &self.standing,
            false => self.life.state(cx),
        }
    }

    /// Whether it isn't on its way out.
    pub(crate) fn lasts(&self) -> bool {
        self.life.lasts() && self.standing != "rejected"
    }

    fn owner<'a>(&'a self, cx: &'a Cx) -> &'a str {
        self.peer.as_ref().map_or(&cx.scope.account, |p| &p.account)
    }

    /// Whether an option is on.
    pub(crate) fn is_on(&self, option: &str) -> bool {
        self.on.iter().any(|o| o == option)
    }

    /// Sets an option, if a request says how.
    pub(crate) fn set(&mut self, option: &str, given: Option<&str>) {
        let Some(given) = given else { return };
        self.on.retain(|o| o != option);
        if given == "enable" {
            self.on.push(option.to_owned());
        }
    }
}

fn present(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}

impl Listed for Attachment {
    const FILTERS: &'static [(&'static str, Accessor<Attachment>)] = &[
        ("association.state", |a, p| p.maybe(present(&a.association).map(|_| "associated"))),
        ("association.transit-gateway-route-table-id", |a, p| p.maybe(present(&a.association))),
        ("resource-id", |a, p| p.text(&a.resource)),
        ("resource-owner-id", |a, p| p.text(a.owner(p.cx))),
        ("resource-type", |a, p| p.text(&a.kind)),
        ("state", |a, p| p.text(a.state(p.cx))),
        ("transit-gateway-attachment-id", |a, p| p.text(&a.id)),
        ("transit-gateway-id", |a, p| p.text(&a.gateway)),
        ("transit-gateway-owner-id", |_, p| p.text(&p.cx.scope.account)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Attachment {
    const TABLE: &'static str = "ec2.transit_gateway_attachment";
    const KIND: &'static Kind = &TRANSIT_GATEWAY_ATTACHMENT;
    const LINKED: &'static [&'static str] = &["transit-gateway-id", "resource-id", "vpc-id"];
    fn parents(&self) -> Vec<String> {
        let mut all = vec![self.gateway.clone(), self.resource.clone()];
        all.extend(present(&self.association).map(str::to_owned));
        all.extend(self.propagations.iter().cloned());
        all.sort();
        all.dedup();
        all
    }
    fn keys(&self, _: &Cx) -> Keys {
        vec![("ec2:transitGatewayAttachmentId", vec![self.id.clone()])]
    }
}

impl Lives for Attachment {
    fn life(&mut self) -> &mut Life {
        &mut self.life
    }
}

/// Attachments to VPCs, as their own list filters them.
pub(crate) struct ToVpc(pub(crate) Attachment);

impl Listed for ToVpc {
    const FILTERS: &'static [(&'static str, Accessor<ToVpc>)] = &[
        ("state", |a, p| p.text(a.0.state(p.cx))),
        ("transit-gateway-attachment-id", |a, p| p.text(&a.0.id)),
        ("transit-gateway-id", |a, p| p.text(&a.0.gateway)),
        ("vpc-id", |a, p| p.text(&a.0.resource)),
    ];
    fn id(&self) -> &str {
        &self.0.id
    }
}

/// Peering attachments, as their own list filters them.
pub(crate) struct ToPeer(pub(crate) Attachment);

impl Listed for ToPeer {
    const FILTERS: &'static [(&'static str, Accessor<ToPeer>)] = &[
        ("local-owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("remote-owner-id", |a, p| p.text(a.0.owner(p.cx))),
        ("state", |a, p| p.text(a.0.state(p.cx))),
        ("transit-gateway-attachment-id", |a, p| p.text(&a.0.id)),
        ("transit-gateway-id", |a, p| p.text(&a.0.gateway)),
    ];
    fn id(&self) -> &str {
        &self.0.id
    }
}

/// An attachment of that kind.
///
/// Errors: InvalidTransitGatewayAttachmentID.NotFound.
pub(crate) fn of_kind(cx: &Cx, id: &str, kind: &str) -> Result<Attachment, Fault> {
    let row = find::<Attachment>(cx, id)?;
    match row.kind == kind {
        true => Ok(row),
        false => Err(TRANSIT_GATEWAY_ATTACHMENT.not_found(id)),
    }
}

/// An attachment that routes can use.
///
/// Errors: InvalidTransitGatewayAttachmentID.NotFound; IncorrectState.
pub(crate) fn usable(cx: &Cx, id: &str) -> Result<Attachment, Fault> {
    let row = find::<Attachment>(cx, id)?;
    match row.state(cx) {
        "available" => Ok(row),
        state => Err(fault("IncorrectState", format!("{id} is in invalid state. Current state: {state}"))),
    }
}

/// The attachment of a VPC to a gateway, if it lasts.
pub(crate) fn between(cx: &Cx, vpc: &str, gateway: &str) -> Result<Option<Attachment>, Fault> {
    Ok(on::<Attachment>(cx, vpc)?.into_iter().find(|a| a.gateway == gateway && a.lasts()))
}

/// As the list of all kinds shows it.
pub(crate) fn show(cx: &Cx, a: &Attachment, tags: &Tags) -> s::TransitGatewayAttachment {
    let association = present(&a.association).map(|table| s::TransitGatewayAttachmentAssociation {
        transit_gateway_route_table_id: Some(table.to_owned()),
        state: Some("associated".to_owned()),
        ..s::TransitGatewayAttachmentAssociation::default()
    });
    s::TransitGatewayAttachment {
        transit_gateway_attachment_id: Some(a.id.clone()),
        transit_gateway_id: Some(a.gateway.clone()),
        transit_gateway_owner_id: Some(cx.scope.account.clone()),
        resource_owner_id: Some(a.owner(cx).to_owned()),
        resource_type: Some(a.kind.clone()),
        resource_id: Some(a.resource.clone()),
        state: Some(a.state(cx).to_owned()),
        association,
        creation_time: Some(Timestamp { epoch_ms: a.life.made_ms }),
        tags: Some(tags::all_shown(tags)),
        ..s::TransitGatewayAttachment::default()
    }
}

/// As answers show one to a VPC.
pub(crate) fn show_to_vpc(cx: &Cx, a: &Attachment, tags: &Tags) -> s::TransitGatewayVpcAttachment {
    let on = |option: &str| Some(word(a.is_on(option)).to_owned());
    s::TransitGatewayVpcAttachment {
        transit_gateway_attachment_id: Some(a.id.clone()),
        transit_gateway_id: Some(a.gateway.clone()),
        vpc_id: Some(a.resource.clone()),
        vpc_owner_id: Some(cx.scope.account.clone()),
        state: Some(a.state(cx).to_owned()),
        subnet_ids: Some(a.subnets.iter().map(|(subnet, _)| subnet.clone()).collect()),
        creation_time: Some(Timestamp { epoch_ms: a.life.made_ms }),
        options: Some(s::TransitGatewayVpcAttachmentOptions {
            dns_support: on("DnsSupport"),
            security_group_referencing_support: on("SecurityGroupReferencingSupport"),
            ipv6_support: on("Ipv6Support"),
            appliance_mode_support: on("ApplianceModeSupport"),
        }),
        tags: Some(tags::all_shown(tags)),
    }
}

/// As answers show a peering.
pub(crate) fn show_to_peer(cx: &Cx, a: &Attachment, tags: &Tags) -> s::TransitGatewayPeeringAttachment {
    let peer = a.peer.clone().unwrap_or_default();
    let here = s::PeeringTgwInfo {
        transit_gateway_id: Some(a.gateway.clone()),
        owner_id: Some(cx.scope.account.clone()),
        region: Some(cx.scope.region.to_owned()),
        ..s::PeeringTgwInfo::default()
    };
    let there = s::PeeringTgwInfo {
        transit_gateway_id: Some(peer.gateway),
        owner_id: Some(peer.account),
        region: Some(peer.region),
        ..s::PeeringTgwInfo::default()
    };
    let (requester, accepter) = if a.asked { (here, there) } else { (there, here) };
    let state = a.state(cx);
    s::TransitGatewayPeeringAttachment {
        transit_gateway_attachment_id: Some(a.id.clone()),
        accepter_transit_gateway_attachment_id: a.asked.then_some(peer.attachment),
        requester_tgw_info: Some(requester),
        accepter_tgw_info: Some(accepter),
        options: Some(s::TransitGatewayPeeringAttachmentOptions {
            dynamic_routing: Some(word(false).to_owned()),
            ..s::TransitGatewayPeeringAttachmentOptions::default()
        }),
        status: Some(s::PeeringAttachmentStatus { code: Some(state.to_owned()), message: None }),
        state: Some(state.to_owned()),
        creation_time: Some(Timestamp { epoch_ms: a.life.made_ms }),
        tags: Some(tags::all_shown(tags)),
    }
}
