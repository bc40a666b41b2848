//! Route tables: rows, routes, associations, what they look like. A route keeps the id of its target; whether the target still
//! takes traffic (`active`) or not (`blackhole`) is seen when it is shown.
//! Source: VPC user guide, "Configure route tables" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::filter::{Accessor, Probe};
use crate::kind::{Keys, Kind};
use crate::network_interface::{Attachment, NetworkInterface};
use crate::resource::{self, Listed, Resource, get, on};
use crate::tags::{self, Tags};
use crate::{vpc, vpn_gateway};

pub(crate) static ROUTE_TABLE: Kind = Kind {
    noun: "route-table",
    prefix: "rtb",
    not_found: ("InvalidRouteTableID.NotFound", "The routeTable ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<RouteTable>,
};

/// A route.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RouteRow {
    /// Block or id of a prefix list.
    pub(crate) destination: String,
    /// Id of the target, or `local`.
    pub(crate) target: String,
    /// `CreateRouteTable`, `CreateRoute`, `EnableVgwRoutePropagation`.
    pub(crate) origin: String,
}

impl Row for RouteRow {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.destination);
        w.put(2, &self.target);
        w.put(3, &self.origin);
    }
    fn read(r: &mut RowReader) -> Result<RouteRow, RowError> {
        Ok(RouteRow { destination: r.get(1)?, target: r.get(2)?, origin: r.get(3)? })
    }
}

impl RouteRow {
    /// The route within a VPC.
    pub(crate) fn local(block: &str) -> RouteRow {
        RouteRow {
            destination: block.to_owned(),
            target: "local".to_owned(),
            origin: "CreateRouteTable".to_owned(),
        }
    }

    /// A route that a user made.
    pub(crate) fn gateway(destination: &str, target: &str) -> RouteRow {
        RouteRow {
            destination: destination.to_owned(),
            target: target.to_owned(),
            origin: "CreateRoute".to_owned(),
        }
    }

    /// What its target is, by the target's id.
    pub(crate) fn aims_at(&self, prefix: &str) -> Option<&str> {
        let head = self.target.split('-').next().unwrap_or_default();
        (head == prefix).then_some(self.target.as_str())
    }

    fn gateway_id(&self) -> Option<&str> {
        ["local", "igw", "vgw", "vpce"].into_iter().find_map(|p| self.aims_at(p))
    }

    fn is_prefix_list(&self) -> bool {
        self.destination.starts_with("pl-")
    }

    fn is_ipv6(&self) -> bool {
        self.destination.contains(':')
    }
}

/// An association with a subnet or a gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Association {
    /// `rtbassoc-…`
    pub(crate) id: String,
    /// Subnet, or empty.
    pub(crate) subnet: String,
    /// Gateway, or empty.
    pub(crate) gateway: String,
}

impl Row for Association {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.subnet);
        w.put(3, &self.gateway);
    }
    fn read(r: &mut RowReader) -> Result<Association, RowError> {
        Ok(Association { id: r.get(1)?, subnet: r.get(2)?, gateway: r.get(3)? })
    }
}

/// A route table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RouteTable {
    /// Id.
    pub(crate) id: String,
    /// Its VPC.
    pub(crate) vpc: String,
    /// Association as the VPC's main route table; empty for others.
    pub(crate) main_association: String,
    /// Associations with subnets and gateways.
    pub(crate) associations: Vec<Association>,
    /// Routes, but for those that are propagated.
    pub(crate) routes: Vec<RouteRow>,
    /// Virtual private gateways that propagate their routes to it.
    pub(crate) propagating: Vec<String>,
}

impl Row for RouteTable {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.vpc);
        w.put(3, &self.main_association);
        w.put(4, &self.associations);
        w.put(5, &self.routes);
        w.put(6, &self.propagating);
    }
    fn read(r: &mut RowReader) -> Result<RouteTable, RowError> {
        Ok(RouteTable {
            id: r.get(1)?,
            vpc: r.get(2)?,
            main_association: r.get(3)?,
            associations: r.get(4)?,
            routes: r.get(5)?,
            propagating: r.get(6)?,
        })
    }
}

impl RouteTable {
    pub(crate) fn is_main(&self) -> bool {
        !self.main_association.is_empty()
    }

    fn association_ids(&self) -> impl Iterator<Item = &str> {
        let main = Some(self.main_association.as_str()).filter(|m| !m.is_empty());
        main.into_iter().chain(self.associations.iter().map(|a| a.id.as_str()))
    }
}

fn present(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}

impl Listed for RouteTable {
    const FILTERS: &'static [(&'static str, Accessor<RouteTable>)] = &[
        ("association.gateway-id", |t, p| p.each(t.associations.iter().filter_map(|a| present(&a.gateway)))),
        ("association.main", |t, p| {
            for main in t.associations.iter().map(|_| false).chain(t.is_main().then_some(true)) {
                p.flag(main);
            }
        }),
        ("association.route-table-association-id", |t, p| p.each(t.association_ids())),
        ("association.route-table-id", |t, p| p.each(t.association_ids().map(|_| t.id.as_str()))),
        ("association.subnet-id", |t, p| p.each(t.associations.iter().filter_map(|a| present(&a.subnet)))),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("route-table-id", |t, p| p.text(&t.id)),
        ("route.carrier-gateway-id", |t, p| each_route(t, p, |r| r.aims_at("cagw"))),
        ("route.destination-cidr-block", |t, p| {
            each_route(t, p, |r| {
                Some(r.destination.as_str()).filter(|_| !r.is_ipv6() && !r.is_prefix_list())
            });
        }),
        ("route.destination-ipv6-cidr-block", |t, p| {
            each_route(t, p, |r| Some(r.destination.as_str()).filter(|_| r.is_ipv6()));
        }),
        ("route.destination-prefix-list-id", |t, p| {
            each_route(t, p, |r| Some(r.destination.as_str()).filter(|_| r.is_prefix_list()));
        }),
        ("route.egress-only-internet-gateway-id", |t, p| each_route(t, p, |r| r.aims_at("eigw"))),
        ("route.gateway-id", |t, p| each_route(t, p, RouteRow::gateway_id)),
        ("route.instance-id", |t, p| {
            for r in in_force(p.cx, t).unwrap_or_default() {
                p.maybe(behind(p.cx, &r).ok().flatten().as_ref().map(|a| a.instance.as_str()));
            }
        }),
        ("route.local-gateway-id", |t, p| each_route(t, p, |r| r.aims_at("lgw"))),
        ("route.nat-gateway-id", |t, p| each_route(t, p, |r| r.aims_at("nat"))),
        ("route.network-interface-id", |t, p| each_route(t, p, |r| r.aims_at("eni"))),
        ("route.origin", |t, p| each_route(t, p, |r| Some(r.origin.as_str()))),
        ("route.state", |t, p| {
            let cx = p.cx;
            each_route(t, p, |r| state(cx, t, r).ok());
        }),
        ("route.transit-gateway-id", |t, p| each_route(t, p, |r| r.aims_at("tgw"))),
        ("route.vpc-peering-connection-id", |t, p| each_route(t, p, |r| r.aims_at("pcx"))),
        ("vpc-id", |t, p| p.text(&t.vpc)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for RouteTable {
    const TABLE: &'static str = "ec2.route_table";
    const KIND: &'static Kind = &ROUTE_TABLE;
    const LINKED: &'static [&'static str] =
        &["association.subnet-id", "association.route-table-association-id", "vpc-id"];
    fn parents(&self) -> Vec<String> {
        let mut all = vec![self.vpc.clone()];
        all.extend(self.association_ids().map(str::to_owned));
        let ends = self.associations.iter().flat_map(|a| [&a.subnet, &a.gateway]);
        all.extend(ends.filter(|e| !e.is_empty()).cloned());
        for r in &self.routes {
            all.extend(Some(format!("route:{}", r.target)).filter(|_| r.target != "local"));
            all.extend(Some(r.destination.clone()).filter(|_| r.is_prefix_list()));
        }
        all.extend(self.propagating.iter().map(|g| propagation_link(g)));
        all
    }
    fn keys(&self, cx: &Cx) -> Keys {
        vec![("ec2:RouteTableID", vec![self.id.clone()]), ("ec2:Vpc", vpc::arn(cx, &self.vpc))]
    }
}

/// What links a table to a gateway that propagates to it.
pub(crate) fn propagation_link(gateway: &str) -> String {
    format!("propagation:{gateway}")
}

/// The routes of a table with those that are propagated to it. What the table says itself goes before.
/// Source: VPC user guide, "Route priority and propagated routes".
fn in_force(cx: &Cx, t: &RouteTable) -> Result<Vec<RouteRow>, Fault> {
    let mut all = t.routes.clone();
    for gateway in &t.propagating {
        for destination in vpn_gateway::propagated(cx, gateway)? {
            if !all.iter().any(|r| r.destination == destination) {
                let (target, origin) = (gateway.clone(), "EnableVgwRoutePropagation".to_owned());
                all.push(RouteRow { destination, target, origin });
            }
        }
    }
    Ok(all)
}

/// Shows what the routes in force say of themselves to a filter.
fn each_route(t: &RouteTable, p: &mut Probe<'_>, of: impl Fn(&RouteRow) -> Option<&str>) {
    for r in in_force(p.cx, t).unwrap_or_default() {
        p.maybe(of(&r));
    }
}

/// The instance that a route leads to, by its interface.
fn behind(cx: &Cx, r: &RouteRow) -> Result<Option<Attachment>, Fault> {
    let Some(id) = r.aims_at("eni") else { return Ok(None) };
    let attachment = get::<NetworkInterface>(cx, id)?.and_then(|n| n.attachment);
    Ok(attachment.filter(|a| !a.instance.is_empty()))
}

/// The VPC's main route table.
pub(crate) fn main_of(cx: &Cx, vpc: &str) -> Result<Option<RouteTable>, Fault> {
    Ok(on::<RouteTable>(cx, vpc)?.into_iter().find(RouteTable::is_main))
}

/// `active` or `blackhole`.
pub(crate) fn state(cx: &Cx, table: &RouteTable, route: &RouteRow) -> Result<&'static str, Fault> {
    let there = crate::targets::takes_traffic(cx, &table.vpc, &route.target)?;
    Ok(if there { "active" } else { "blackhole" })
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, t: &RouteTable, tags: &Tags) -> Result<s::RouteTable, Fault> {
    let mut associations: Vec<s::RouteTableAssociation> = Vec::new();
    if t.is_main() {
        associations.push(show_association(t, &t.main_association, None, None));
    }
    for a in &t.associations {
        associations.push(show_association(t, &a.id, present(&a.subnet), present(&a.gateway)));
    }
    let propagating = t.propagating.iter().map(|g| s::PropagatingVgw { gateway_id: Some(g.clone()) });
    Ok(s::RouteTable {
        associations: Some(associations),
        propagating_vgws: Some(propagating.collect()),
        route_table_id: Some(t.id.clone()),
        routes: Some(in_force(cx, t)?.iter().map(|r| show_route(cx, t, r)).collect::<Result<_, _>>()?),
        tags: Some(tags::all_shown(tags)),
        vpc_id: Some(t.vpc.clone()),
        owner_id: Some(cx.scope.account.clone()),
    })
}

/// The state of an association.
pub(crate) fn associated() -> s::RouteTableAssociationState {
    s::RouteTableAssociationState { state: Some("associated".to_owned()), status_message: None }
}

fn show_association(
    t: &RouteTable,
    id: &str,
    subnet: Option<&str>,
    gateway: Option<&str>,
) -> s::RouteTableAssociation {
    s::RouteTableAssociation {
        main: Some(subnet.is_none() && gateway.is_none()),
        route_table_association_id: Some(id.to_owned()),
        route_table_id: Some(t.id.clone()),
        subnet_id: subnet.map(str::to_owned),
        gateway_id: gateway.map(str::to_owned),
        public_ipv4_pool: None,
        association_state: Some(associated()),
    }
}

fn show_route(cx: &Cx, t: &RouteTable, r: &RouteRow) -> Result<s::Route, Fault> {
    let destination = || Some(r.destination.clone());
    let aims = |prefix: &str| r.aims_at(prefix).map(str::to_owned);
    let behind = behind(cx, r)?;
    Ok(s::Route {
        destination_cidr_block: destination().filter(|_| !r.is_ipv6() && !r.is_prefix_list()),
        destination_ipv6_cidr_block: destination().filter(|_| r.is_ipv6()),
        destination_prefix_list_id: destination().filter(|_| r.is_prefix_list()),
        carrier_gateway_id: aims("cagw"),
        egress_only_internet_gateway_id: aims("eigw"),
        gateway_id: r.gateway_id().map(str::to_owned),
        instance_owner_id: behind.as_ref().map(|a| a.instance_owner.clone()),
        instance_id: behind.map(|a| a.instance),
        nat_gateway_id: aims("nat"),
        network_interface_id: aims("eni"),
        transit_gateway_id: aims("tgw"),
        vpc_peering_connection_id: aims("pcx"),
        origin: Some(r.origin.clone()),
        state: Some(state(cx, t, r)?.to_owned()),
        ..s::Route::default()
    })
}
