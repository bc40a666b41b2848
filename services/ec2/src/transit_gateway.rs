//! Transit gateways: hubs that VPCs and other transit gateways are attached to. Their route tables and attachments stand in
//! this module's files. No traffic exists, so that options are kept and shown; routes are worked out in earnest.
//! Source: transit gateway guide; EC2 API reference, "TransitGateway" (2026-11-22).
//!
//! Differs from AWS: gateways aren't shared between accounts (that is RAM's), so that no VPC attachment waits to be accepted.
//! Connect attachments, multicast, policy tables and metering aren't built.

pub(crate) mod attachment;
pub(crate) mod route_table;
pub(crate) mod routes;

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::fault;
use crate::filter::Accessor;
use crate::kind::{Keys, Kind};
use crate::life::{Life, Lives};
use crate::resource::{self, Listed, Resource, find};
use crate::tags::{self, Tags};

pub(crate) static TRANSIT_GATEWAY: Kind = Kind {
    noun: "transit-gateway",
    prefix: "tgw",
    not_found: ("InvalidTransitGatewayID.NotFound", "Transit Gateway {} was deleted or does not exist."),
    malformed: None,
    seen: resource::seen::<TransitGateway>,
};

/// A transit gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TransitGateway {
    /// Id.
    pub(crate) id: String,
    /// Free text.
    pub(crate) description: String,
    /// Number of its autonomous system.
    pub(crate) asn: i64,
    /// Its own blocks of addresses.
    pub(crate) blocks: Vec<String>,
    /// Options that are on, by their names in requests.
    pub(crate) on: Vec<String>,
    /// Default route table for associations, or empty.
    pub(crate) association_table: String,
    /// Default route table for propagations, or empty.
    pub(crate) propagation_table: String,
    /// Its life.
    pub(crate) life: Life,
}

impl Row for TransitGateway {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.description);
        w.put(3, &self.asn);
        w.put(4, &self.blocks);
        w.put(5, &self.on);
        w.put(6, &self.association_table);
        w.put(7, &self.propagation_table);
        w.put(8, &self.life);
    }
    fn read(r: &mut RowReader) -> Result<TransitGateway, RowError> {
        Ok(TransitGateway {
            id: r.get(1)?,
            description: r.get(2)?,
            asn: r.get(3)?,
            blocks: r.get(4)?,
            on: r.get(5)?,
            association_table: r.get(6)?,
            propagation_table: r.get(7)?,
            life: r.get(8)?,
        })
    }
}

/// `enable` or `disable`.
pub(crate) fn word(on: bool) -> &'static str {
    if on { "enable" } else { "disable" }
}

impl TransitGateway {
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

impl Listed for TransitGateway {
    const FILTERS: &'static [(&'static str, Accessor<TransitGateway>)] = &[
        ("options.amazon-side-asn", |g, p| p.number(g.asn)),
        ("options.association-default-route-table-id", |g, p| p.maybe(present(&g.association_table))),
        ("options.auto-accept-shared-attachments", |g, p| {
            p.text(word(g.is_on("AutoAcceptSharedAttachments")))
        }),
        ("options.default-route-table-association", |g, p| {
            p.text(word(g.is_on("DefaultRouteTableAssociation")))
        }),
        ("options.default-route-table-propagation", |g, p| {
            p.text(word(g.is_on("DefaultRouteTablePropagation")))
        }),
        ("options.dns-support", |g, p| p.text(word(g.is_on("DnsSupport")))),
        ("options.propagation-default-route-table-id", |g, p| p.maybe(present(&g.propagation_table))),
        ("options.vpn-ecmp-support", |g, p| p.text(word(g.is_on("VpnEcmpSupport")))),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("state", |g, p| p.text(g.life.state(p.cx))),
        ("transit-gateway-id", |g, p| p.text(&g.id)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for TransitGateway {
    const TABLE: &'static str = "ec2.transit_gateway";
    const KIND: &'static Kind = &TRANSIT_GATEWAY;
    fn keys(&self, _: &Cx) -> Keys {
        vec![("ec2:transitGatewayId", vec![self.id.clone()])]
    }
}

impl Lives for TransitGateway {
    fn life(&mut self) -> &mut Life {
        &mut self.life
    }
}

fn present(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}

/// A gateway that can be worked with.
///
/// Errors: InvalidTransitGatewayID.NotFound; IncorrectState: it isn't available.
pub(crate) fn usable(cx: &Cx, id: &str) -> Result<TransitGateway, Fault> {
    let row = find::<TransitGateway>(cx, id)?;
    match row.life.state(cx) {
        "available" => Ok(row),
        "deleted" => Err(TRANSIT_GATEWAY.not_found(id)),
        state => Err(fault("IncorrectState", format!("{id} is in invalid state. Current state: {state}"))),
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, g: &TransitGateway, tags: &Tags) -> s::TransitGateway {
    let on = |option: &str| Some(word(g.is_on(option)).to_owned());
    let text = |t: &str| present(t).map(str::to_owned);
    s::TransitGateway {
        transit_gateway_id: Some(g.id.clone()),
        transit_gateway_arn: Some(TRANSIT_GATEWAY.arn(cx, &g.id)),
        state: Some(g.life.state(cx).to_owned()),
        owner_id: Some(cx.scope.account.clone()),
        description: text(&g.description),
        creation_time: Some(Timestamp { epoch_ms: g.life.made_ms }),
        options: Some(s::TransitGatewayOptions {
            amazon_side_asn: Some(g.asn),
            transit_gateway_cidr_blocks: (!g.blocks.is_empty()).then(|| g.blocks.clone()),
            auto_accept_shared_attachments: on("AutoAcceptSharedAttachments"),
            default_route_table_association: on("DefaultRouteTableAssociation"),
            association_default_route_table_id: text(&g.association_table),
            default_route_table_propagation: on("DefaultRouteTablePropagation"),
            propagation_default_route_table_id: text(&g.propagation_table),
            vpn_ecmp_support: on("VpnEcmpSupport"),
            dns_support: on("DnsSupport"),
            security_group_referencing_support: on("SecurityGroupReferencingSupport"),
            multicast_support: on("MulticastSupport"),
            ..s::TransitGatewayOptions::default()
        }),
        tags: Some(tags::all_shown(tags)),
    }
}
