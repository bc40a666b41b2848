//! Routes of a transit gateway's route table as they are in force: those that users made, those of prefix lists that it refers
//! to, and the blocks of VPCs that propagate to it. For one block, what a user made goes before what is propagated.
//! Source: transit gateway guide, "Route evaluation order"; EC2 API reference, "SearchTransitGatewayRoutes" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::cidr::Cidr;
use crate::filter::Accessor;
use crate::prefix_list;
use crate::resource::{Listed, get, on};
use crate::transit_gateway::attachment::Attachment;
use crate::transit_gateway::route_table::TransitRouteTable;
use crate::vpc::Vpc;

/// A route in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct Route {
    /// Block.
    pub(crate) destination: String,
    /// Prefix list that it comes from, or empty.
    pub(crate) list: String,
    /// A user made it.
    pub(crate) is_static: bool,
    /// Where it leads; none drops what goes there.
    pub(crate) attachment: Option<Attachment>,
}

impl Route {
    fn state(&self) -> &'static str {
        if self.attachment.as_ref().is_some_and(Attachment::lasts) { "active" } else { "blackhole" }
    }

    fn kind(&self) -> &'static str {
        if self.is_static { "static" } else { "propagated" }
    }
}

impl Listed for Route {
    const FILTERS: &'static [(&'static str, Accessor<Route>)] = &[
        ("attachment.resource-id", |r, p| p.maybe(r.attachment.as_ref().map(|a| a.resource.as_str()))),
        ("attachment.resource-type", |r, p| p.maybe(r.attachment.as_ref().map(|a| a.kind.as_str()))),
        ("attachment.transit-gateway-attachment-id", |r, p| {
            p.maybe(r.attachment.as_ref().map(|a| a.id.as_str()))
        }),
        ("prefix-list-id", |r, p| p.maybe(Some(r.list.as_str()).filter(|l| !l.is_empty()))),
        ("route-search.exact-match", |r, p| p.text(&r.destination)),
        ("state", |r, p| p.text(r.state())),
        ("type", |r, p| p.text(r.kind())),
    ];
    fn id(&self) -> &str {
        &self.destination
    }
}

/// Blocks that an attachment propagates.
fn blocks(cx: &Cx, a: &Attachment) -> Result<Vec<String>, Fault> {
    let Some(vpc) = get::<Vpc>(cx, &a.resource)? else { return Ok(Vec::new()) };
    let mut all: Vec<String> = vpc.cidrs.iter().map(|c| c.block.clone()).collect();
    if a.on.iter().any(|o| o == "Ipv6Support") {
        all.extend(vpc.ipv6.iter().map(|c| c.block.clone()));
    }
    Ok(all)
}

/// The routes of a table, in the order of their blocks.
pub(crate) fn of(cx: &Cx, table: &TransitRouteTable) -> Result<Vec<Route>, Fault> {
    let mut all = Vec::new();
    for route in &table.routes {
        let attachment = get::<Attachment>(cx, &route.attachment)?;
        if !route.is_prefix_list() {
            let destination = route.destination.clone();
            all.push(Route { destination, list: String::new(), is_static: true, attachment });
            continue;
        }
        let list = prefix_list::known(cx, &route.destination)?;
        for entry in prefix_list::entries(cx, &list, list.version)?.unwrap_or_default() {
            all.push(Route {
                destination: entry.cidr,
                list: list.id.clone(),
                is_static: true,
                attachment: attachment.clone(),
            });
        }
    }
    for attachment in on::<Attachment>(cx, &table.id)? {
        if !attachment.lasts() || !attachment.propagations.contains(&table.id) {
            continue;
        }
        for destination in blocks(cx, &attachment)? {
            let attachment = Some(attachment.clone());
            all.push(Route { destination, list: String::new(), is_static: false, attachment });
        }
    }
    all.sort_by_key(|r| (Cidr::parse(&r.destination), !r.is_static));
    all.dedup_by(|b, a| a.destination == b.destination);
    Ok(all)
}

/// As answers show it.
pub(crate) fn show(r: &Route) -> s::TransitGatewayRoute {
    let leads = r.attachment.as_ref().map(|a| {
        vec![s::TransitGatewayRouteAttachment {
            resource_id: Some(a.resource.clone()),
            transit_gateway_attachment_id: Some(a.id.clone()),
            resource_type: Some(a.kind.clone()),
        }]
    });
    s::TransitGatewayRoute {
        destination_cidr_block: Some(r.destination.clone()),
        prefix_list_id: Some(r.list.clone()).filter(|l| !l.is_empty()),
        transit_gateway_attachments: leads,
        type_: Some(r.kind().to_owned()),
        state: Some(r.state().to_owned()),
        ..s::TransitGatewayRoute::default()
    }
}
