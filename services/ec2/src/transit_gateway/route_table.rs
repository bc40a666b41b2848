//! Route tables of transit gateways, with the routes that users made. Propagated ones are worked out (`routes.rs`).
//! Source: transit gateway guide, "Transit gateway route tables" (2026-11-22).

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::fault;
use crate::filter::Accessor;
use crate::kind::{Keys, Kind};
use crate::life::{Life, Lives};
use crate::resource::{self, Listed, Resource, find, get};
use crate::tags::{self, Tags};
use crate::transit_gateway::TransitGateway;

pub(crate) static TRANSIT_GATEWAY_ROUTE_TABLE: Kind = Kind {
    noun: "transit-gateway-route-table",
    prefix: "tgw-rtb",
    not_found: (
        "InvalidRouteTableID.NotFound",
        "Transit Gateway Route Table {} was deleted or does not exist.",
    ),
    malformed: None,
    seen: resource::seen::<TransitRouteTable>,
};

/// A route that a user made.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StaticRoute {
    /// Block, or prefix list.
    pub(crate) destination: String,
    /// Attachment; empty: what goes there is dropped.
    pub(crate) attachment: String,
}

impl Row for StaticRoute {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.destination);
        w.put(2, &self.attachment);
    }
    fn read(r: &mut RowReader) -> Result<StaticRoute, RowError> {
        Ok(StaticRoute { destination: r.get(1)?, attachment: r.get(2)? })
    }
}

impl StaticRoute {
    /// It stands for all blocks of a prefix list.
    pub(crate) fn is_prefix_list(&self) -> bool {
        self.destination.starts_with("pl-")
    }
}

/// A route table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TransitRouteTable {
    /// Id.
    pub(crate) id: String,
    /// Its gateway.
    pub(crate) gateway: String,
    /// Routes that users made, and references to prefix lists.
    pub(crate) routes: Vec<StaticRoute>,
    /// Its life.
    pub(crate) life: Life,
}

impl Row for TransitRouteTable {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.gateway);
        w.put(3, &self.routes);
        w.put(4, &self.life);
    }
    fn read(r: &mut RowReader) -> Result<TransitRouteTable, RowError> {
        Ok(TransitRouteTable { id: r.get(1)?, gateway: r.get(2)?, routes: r.get(3)?, life: r.get(4)? })
    }
}

impl TransitRouteTable {
    /// Whether it is the gateway's default for associations, and for propagations.
    fn defaults(&self, cx: &Cx) -> (bool, bool) {
        match get::<TransitGateway>(cx, &self.gateway) {
            Ok(Some(g)) => (g.association_table == self.id, g.propagation_table == self.id),
            _ => (false, false),
        }
    }
}

impl Listed for TransitRouteTable {
    const FILTERS: &'static [(&'static str, Accessor<TransitRouteTable>)] = &[
        ("default-association-route-table", |t, p| p.flag(t.defaults(p.cx).0)),
        ("default-propagation-route-table", |t, p| p.flag(t.defaults(p.cx).1)),
        ("state", |t, p| p.text(t.life.state(p.cx))),
        ("transit-gateway-id", |t, p| p.text(&t.gateway)),
        ("transit-gateway-route-table-id", |t, p| p.text(&t.id)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for TransitRouteTable {
    const TABLE: &'static str = "ec2.transit_gateway_route_table";
    const KIND: &'static Kind = &TRANSIT_GATEWAY_ROUTE_TABLE;
    const LINKED: &'static [&'static str] = &["transit-gateway-id"];
    fn parents(&self) -> Vec<String> {
        let lists = self.routes.iter().filter(|r| r.is_prefix_list()).map(|r| r.destination.clone());
        let mut all: Vec<String> = lists.chain([self.gateway.clone()]).collect();
        all.sort();
        all.dedup();
        all
    }
    fn keys(&self, _: &Cx) -> Keys {
        vec![("ec2:transitGatewayRouteTableId", vec![self.id.clone()])]
    }
}

impl Lives for TransitRouteTable {
    fn life(&mut self) -> &mut Life {
        &mut self.life
    }
}

/// A table that can be worked with.
///
/// Errors: InvalidRouteTableID.NotFound; IncorrectState.
pub(crate) fn usable(cx: &Cx, id: &str) -> Result<TransitRouteTable, Fault> {
    let row = find::<TransitRouteTable>(cx, id)?;
    match row.life.state(cx) {
        "available" => Ok(row),
        state => Err(fault("IncorrectState", format!("{id} is in invalid state. Current state: {state}"))),
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, t: &TransitRouteTable, tags: &Tags) -> s::TransitGatewayRouteTable {
    let (association, propagation) = t.defaults(cx);
    s::TransitGatewayRouteTable {
        transit_gateway_route_table_id: Some(t.id.clone()),
        transit_gateway_id: Some(t.gateway.clone()),
        state: Some(t.life.state(cx).to_owned()),
        default_association_route_table: Some(association),
        default_propagation_route_table: Some(propagation),
        creation_time: Some(Timestamp { epoch_ms: t.life.made_ms }),
        tags: Some(tags::all_shown(tags)),
    }
}
