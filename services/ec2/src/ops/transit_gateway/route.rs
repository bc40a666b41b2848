//! Routes of a transit gateway's route table: `Create…`, `Replace…`, `DeleteTransitGatewayRoute`, `SearchTransitGatewayRoutes`.
//! Source: EC2 API reference; transit gateway guide, "Routing" (2026-11-22). Texts are inferred.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::cidr::Cidr;
use crate::describe::{Ask, listed};
use crate::err::{fault, invalid_parameter, missing};
use crate::quotas::{self, room};
use crate::resource::{find, save};
use crate::transit_gateway::attachment::{self, Attachment};
use crate::transit_gateway::route_table::{StaticRoute, TransitRouteTable, usable};
use crate::transit_gateway::routes::{self, Route, show};

fn destination(text: &str) -> Result<String, Fault> {
    let block = Cidr::parse(text).filter(|_| Cidr::is_exact(text));
    let wrong = || invalid_parameter(text, "destinationCidrBlock", "This is not a valid CIDR block.");
    block.map(|b| b.to_string()).ok_or_else(wrong)
}

/// Where a route leads: an attachment of the table's gateway, or nowhere.
///
/// Errors: MissingParameter; InvalidParameterCombination; InvalidTransitGatewayAttachmentID.NotFound; IncorrectState.
pub(crate) fn target(
    cx: &Cx,
    table: &TransitRouteTable,
    given: Option<&str>,
    blackhole: Option<bool>,
) -> Result<String, Fault> {
    match (given, blackhole.unwrap_or(false)) {
        (None, true) => Ok(String::new()),
        (Some(_), true) => Err(fault(
            "InvalidParameterCombination",
            "Only one of TransitGatewayAttachmentId and Blackhole may be specified.",
        )),
        (None, false) => Err(missing("TransitGatewayAttachmentId")),
        (Some(id), false) => {
            let a = attachment::usable(cx, id)?;
            match a.gateway == table.gateway {
                true => Ok(a.id),
                false => Err(attachment::TRANSIT_GATEWAY_ATTACHMENT.not_found(id)),
            }
        }
    }
}

/// The route to a block as it is in force now.
fn in_force(cx: &Cx, table: &TransitRouteTable, destination: &str) -> Result<Option<Route>, Fault> {
    Ok(routes::of(cx, table)?.into_iter().find(|r| r.destination == destination))
}

/// Errors: InvalidRouteTableID.NotFound; RouteAlreadyExists; TransitGatewayRouteLimitExceeded; those of [`target`].
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateTransitGatewayRouteRequest,
) -> Result<s::CreateTransitGatewayRouteResult, Fault> {
    let mut t = usable(cx, &i.transit_gateway_route_table_id)?;
    let destination = destination(&i.destination_cidr_block)?;
    let attachment = target(cx, &t, i.transit_gateway_attachment_id.as_deref(), i.blackhole)?;
    if t.routes.iter().any(|r| r.destination == destination) {
        let text = format!("Route {destination} already exists in Transit Gateway Route Table {}.", t.id);
        return Err(fault("RouteAlreadyExists", text));
    }
    room(cx, &quotas::ROUTES_PER_GATEWAY, t.routes.iter(), 1)?;
    t.routes.push(StaticRoute { destination: destination.clone(), attachment });
    save(cx, &t)?;
    let route = in_force(cx, &t, &destination)?.as_ref().map(show);
    Ok(s::CreateTransitGatewayRouteResult { route })
}

fn missing_route(table: &TransitRouteTable, destination: &str) -> Fault {
    let text = format!("Route {destination} does not exist in Transit Gateway Route Table {}.", table.id);
    fault("InvalidRoute.NotFound", text)
}

/// Errors: InvalidRouteTableID.NotFound; InvalidRoute.NotFound; those of [`target`].
pub(crate) fn replace(
    cx: &mut Cx,
    i: &s::ReplaceTransitGatewayRouteRequest,
) -> Result<s::ReplaceTransitGatewayRouteResult, Fault> {
    let mut t = usable(cx, &i.transit_gateway_route_table_id)?;
    let destination = destination(&i.destination_cidr_block)?;
    let attachment = target(cx, &t, i.transit_gateway_attachment_id.as_deref(), i.blackhole)?;
    let Some(there) = t.routes.iter_mut().find(|r| r.destination == destination) else {
        return Err(missing_route(&t, &destination));
    };
    there.attachment = attachment;
    save(cx, &t)?;
    let route = in_force(cx, &t, &destination)?.as_ref().map(show);
    Ok(s::ReplaceTransitGatewayRouteResult { route })
}

/// Errors: InvalidRouteTableID.NotFound; InvalidRoute.NotFound: none that a user made.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteTransitGatewayRouteRequest,
) -> Result<s::DeleteTransitGatewayRouteResult, Fault> {
    let mut t = usable(cx, &i.transit_gateway_route_table_id)?;
    let destination = destination(&i.destination_cidr_block)?;
    let route = in_force(cx, &t, &destination)?;
    let before = t.routes.len();
    t.routes.retain(|r| r.destination != destination);
    if t.routes.len() == before {
        return Err(missing_route(&t, &destination));
    }
    save(cx, &t)?;
    let mut route = route.as_ref().map(show).unwrap_or_default();
    route.state = Some("deleted".to_owned());
    Ok(s::DeleteTransitGatewayRouteResult { route: Some(route) })
}

/// Filters that compare blocks; the other ones are the engine's.
const BY_BLOCK: [&str; 3] =
    ["route-search.longest-prefix-match", "route-search.subnet-of-match", "route-search.supernet-of-match"];

/// Keeps the routes that a filter by blocks keeps.
fn narrowed(mut routes: Vec<Route>, filter: &s::Filter) -> Result<Vec<Route>, Fault> {
    let name = filter.name.as_deref().unwrap_or_default();
    let values = filter.values.as_deref().unwrap_or_default();
    let wanted: Vec<Cidr> = values
        .iter()
        .map(|v| {
            let whole = if v.contains(':') { "/128" } else { "/32" };
            let text = if v.contains('/') { v.clone() } else { format!("{v}{whole}") };
            Cidr::parse(&text).ok_or_else(|| invalid_parameter(v, name, "This is not a valid CIDR block."))
        })
        .collect::<Result<_, _>>()?;
    let block = |r: &Route| Cidr::parse(&r.destination);
    let holds = |r: &Route, w: &Cidr| block(r).is_some_and(|b| b.contains(*w));
    match name {
        "route-search.subnet-of-match" => {
            routes.retain(|r| block(r).is_some_and(|b| wanted.iter().any(|w| w.contains(b))));
        }
        "route-search.supernet-of-match" => routes.retain(|r| wanted.iter().any(|w| holds(r, w))),
        _ => {
            let longest =
                |w: &Cidr| routes.iter().filter(|r| holds(r, w)).filter_map(block).map(|b| b.len).max();
            let best: Vec<(Cidr, u8)> = wanted.iter().filter_map(|w| Some((*w, longest(w)?))).collect();
            routes.retain(|r| {
                best.iter().any(|(w, len)| holds(r, w) && block(r).is_some_and(|b| b.len == *len))
            });
        }
    }
    Ok(routes)
}

/// Errors: InvalidRouteTableID.NotFound; InvalidParameterValue: a filter; those of [`listed`].
pub(crate) fn search(
    cx: &mut Cx,
    i: &s::SearchTransitGatewayRoutesRequest,
) -> Result<s::SearchTransitGatewayRoutesResult, Fault> {
    let t = find::<TransitRouteTable>(cx, &i.transit_gateway_route_table_id)?;
    let is_by_block = |f: &&s::Filter| f.name.as_deref().is_some_and(|n| BY_BLOCK.contains(&n));
    let mut routes = routes::of(cx, &t)?;
    for filter in i.filters.iter().filter(is_by_block) {
        routes = narrowed(routes, filter)?;
    }
    let plain: Vec<s::Filter> = i.filters.iter().filter(|f| !is_by_block(f)).cloned().collect();
    let plain = Some(plain);
    // What the token is bound to: all filters, and the table.
    let mut bound = vec![t.id.clone(), crate::filter::binding(Some(&i.filters))];
    bound.sort();
    let bound = Some(bound);
    let ask = Ask::new("SearchTransitGatewayRoutes", &plain).ids(&bound).pages(i.max_results, &i.next_token);
    routes.sort_by(|a, b| a.destination.cmp(&b.destination));
    let found = listed(cx, &ask, routes.into_iter())?;
    Ok(s::SearchTransitGatewayRoutesResult {
        routes: found.show(|r, _| show(r)),
        additional_routes_available: Some(found.next.is_some()),
        next_token: found.next,
    })
}

/// As answers to prefix lists show where they lead.
pub(crate) fn leads(a: &Attachment) -> s::TransitGatewayPrefixListAttachment {
    s::TransitGatewayPrefixListAttachment {
        transit_gateway_attachment_id: Some(a.id.clone()),
        resource_type: Some(a.kind.clone()),
        resource_id: Some(a.resource.clone()),
    }
}
