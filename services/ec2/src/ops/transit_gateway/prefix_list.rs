//! Prefix lists in route tables of transit gateways: `Create…`, `Modify…`, `DeleteTransitGatewayPrefixListReference`,
//! `GetTransitGatewayPrefixListReferences`. Source: EC2 API reference; transit gateway guide (2026-11-22). Texts are inferred.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, listed};
use crate::err::fault;
use crate::filter::Accessor;
use crate::ops::transit_gateway::route::{leads, target};
use crate::prefix_list::{PrefixList, known};
use crate::resource::{Listed, find, get, save};
use crate::transit_gateway::attachment::Attachment;
use crate::transit_gateway::route_table::{StaticRoute, TransitRouteTable, usable};

/// A reference, with what it refers to.
pub(crate) struct Reference {
    table: String,
    list: PrefixList,
    attachment: Option<Attachment>,
}

impl Listed for Reference {
    const FILTERS: &'static [(&'static str, Accessor<Reference>)] = &[
        ("attachment.resource-id", |r, p| p.maybe(r.attachment.as_ref().map(|a| a.resource.as_str()))),
        ("attachment.resource-type", |r, p| p.maybe(r.attachment.as_ref().map(|a| a.kind.as_str()))),
        ("attachment.transit-gateway-attachment-id", |r, p| {
            p.maybe(r.attachment.as_ref().map(|a| a.id.as_str()))
        }),
        ("is-blackhole", |r, p| p.flag(r.attachment.is_none())),
        ("prefix-list-id", |r, p| p.text(&r.list.id)),
        ("prefix-list-owner-id", |r, p| p.text(r.list.owner(p.cx))),
        ("state", |_, p| p.text("available")),
    ];
    fn id(&self) -> &str {
        &self.list.id
    }
}

fn read(cx: &Cx, table: &TransitRouteTable, route: &StaticRoute) -> Result<Reference, Fault> {
    let list = known(cx, &route.destination)?;
    Ok(Reference { table: table.id.clone(), list, attachment: get::<Attachment>(cx, &route.attachment)? })
}

fn show(cx: &Cx, r: &Reference, state: &str) -> s::TransitGatewayPrefixListReference {
    s::TransitGatewayPrefixListReference {
        transit_gateway_route_table_id: Some(r.table.clone()),
        prefix_list_id: Some(r.list.id.clone()),
        prefix_list_owner_id: Some(r.list.owner(cx).to_owned()),
        state: Some(state.to_owned()),
        blackhole: Some(r.attachment.is_none()),
        transit_gateway_attachment: r.attachment.as_ref().map(leads),
    }
}

fn missing_reference(table: &TransitRouteTable, list: &str) -> Fault {
    let text = format!("Prefix list {list} is not referenced by Transit Gateway Route Table {}.", table.id);
    fault("InvalidPrefixListID.NotFound", text)
}

/// Errors: InvalidRouteTableID.NotFound; InvalidPrefixListID.NotFound; PrefixListReferenceAlreadyExists; those of [`target`].
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateTransitGatewayPrefixListReferenceRequest,
) -> Result<s::CreateTransitGatewayPrefixListReferenceResult, Fault> {
    let mut t = usable(cx, &i.transit_gateway_route_table_id)?;
    let destination = known(cx, &i.prefix_list_id)?.id;
    if t.routes.iter().any(|r| r.destination == destination) {
        let text = format!("Prefix list {destination} is already referenced by {}.", t.id);
        return Err(fault("PrefixListReferenceAlreadyExists", text));
    }
    let attachment = target(cx, &t, i.transit_gateway_attachment_id.as_deref(), i.blackhole)?;
    let route = StaticRoute { destination, attachment };
    t.routes.push(route.clone());
    save(cx, &t)?;
    let shown = show(cx, &read(cx, &t, &route)?, "pending");
    Ok(s::CreateTransitGatewayPrefixListReferenceResult {
        transit_gateway_prefix_list_reference: Some(shown),
    })
}

/// Errors: InvalidRouteTableID.NotFound; InvalidPrefixListID.NotFound; those of [`target`].
pub(crate) fn modify(
    cx: &mut Cx,
    i: &s::ModifyTransitGatewayPrefixListReferenceRequest,
) -> Result<s::ModifyTransitGatewayPrefixListReferenceResult, Fault> {
    let mut t = usable(cx, &i.transit_gateway_route_table_id)?;
    let attachment = target(cx, &t, i.transit_gateway_attachment_id.as_deref(), i.blackhole)?;
    let Some(route) = t.routes.iter_mut().find(|r| r.destination == i.prefix_list_id) else {
        return Err(missing_reference(&t, &i.prefix_list_id));
    };
    route.attachment = attachment;
    let route = route.clone();
    save(cx, &t)?;
    let shown = show(cx, &read(cx, &t, &route)?, "modifying");
    Ok(s::ModifyTransitGatewayPrefixListReferenceResult {
        transit_gateway_prefix_list_reference: Some(shown),
    })
}

/// Errors: InvalidRouteTableID.NotFound; InvalidPrefixListID.NotFound.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteTransitGatewayPrefixListReferenceRequest,
) -> Result<s::DeleteTransitGatewayPrefixListReferenceResult, Fault> {
    let mut t = usable(cx, &i.transit_gateway_route_table_id)?;
    let Some(at) = t.routes.iter().position(|r| r.destination == i.prefix_list_id) else {
        return Err(missing_reference(&t, &i.prefix_list_id));
    };
    let route = t.routes.remove(at);
    save(cx, &t)?;
    let shown = show(cx, &read(cx, &t, &route)?, "deleting");
    Ok(s::DeleteTransitGatewayPrefixListReferenceResult {
        transit_gateway_prefix_list_reference: Some(shown),
    })
}

/// Errors: InvalidRouteTableID.NotFound; those of [`listed`].
pub(crate) fn list(
    cx: &mut Cx,
    i: &s::GetTransitGatewayPrefixListReferencesRequest,
) -> Result<s::GetTransitGatewayPrefixListReferencesResult, Fault> {
    let t = find::<TransitRouteTable>(cx, &i.transit_gateway_route_table_id)?;
    let ids = Some(vec![t.id.clone()]);
    let ask = Ask::new("GetTransitGatewayPrefixListReferences", &i.filters)
        .ids(&ids)
        .pages(i.max_results, &i.next_token);
    let own = t.routes.iter().filter(|r| r.is_prefix_list());
    let mut rows = own.map(|r| read(cx, &t, r)).collect::<Result<Vec<_>, _>>()?;
    rows.sort_by(|a, b| a.list.id.cmp(&b.list.id));
    let found = listed(cx, &ask, rows.into_iter())?;
    Ok(s::GetTransitGatewayPrefixListReferencesResult {
        transit_gateway_prefix_list_references: found.show(|r, _| show(cx, r, "available")),
        next_token: found.next,
    })
}
