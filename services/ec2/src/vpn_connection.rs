//! Site-to-Site VPN connections between a customer gateway and a virtual private or transit gateway: two tunnels, static
//! routes, options. What a tunnel is made of is `tunnel.rs`, what the customer's device is told `configuration.rs`.
//! Source: Site-to-Site VPN user guide; EC2 API reference, "VpnConnection" (2026-11-22).
//!
//! Differs from AWS: no device ever dials in, so that tunnels are `DOWN` always; static routes are propagated all the same
//! (AWS waits until a tunnel is up). Certificates, private and IPv6 outside addresses, VPN concentrators, tunnel logs, keys in
//! Secrets Manager, and how tunnels are negotiated aren't built.

pub(crate) mod configuration;
pub(crate) mod tunnel;

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::customer_gateway::CustomerGateway;
use crate::err::fault;
use crate::filter::Accessor;
use crate::kind::{Keys, Kind};
use crate::life::{Life, Lives};
use crate::resource::{self, Listed, Resource, find, get};
use crate::tags::{self, Tags};
use tunnel::Tunnel;

pub(crate) static VPN_CONNECTION: Kind = Kind {
    noun: "vpn-connection",
    prefix: "vpn",
    not_found: ("InvalidVpnConnectionID.NotFound", "The vpnConnection ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<VpnConnection>,
};

/// A VPN connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct VpnConnection {
    /// Id.
    pub(crate) id: String,
    /// The customer gateway.
    pub(crate) customer: String,
    /// The virtual private or transit gateway.
    pub(crate) gateway: String,
    /// It knows static routes alone.
    pub(crate) is_static: bool,
    /// `ipv4`, `ipv6`: what its tunnels carry.
    pub(crate) inside: String,
    /// Blocks on the customer's side, and on AWS's.
    pub(crate) local: String,
    pub(crate) remote: String,
    /// It goes by AWS's edge.
    pub(crate) accelerated: bool,
    /// `standard`, `large`
    pub(crate) bandwidth: String,
    /// Its two tunnels.
    pub(crate) tunnels: Vec<Tunnel>,
    /// Static routes, and from when on they are available.
    pub(crate) routes: Vec<(String, i64)>,
    /// Since it was made, it has been changed: it is `modifying` rather than `pending`.
    pub(crate) modified: bool,
    /// Its life.
    pub(crate) life: Life,
}

impl Row for VpnConnection {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.customer);
        w.put(3, &self.gateway);
        w.put(4, &self.is_static);
        w.put(5, &self.inside);
        w.put(6, &self.local);
        w.put(7, &self.remote);
        w.put(8, &self.accelerated);
        w.put(9, &self.bandwidth);
        w.put(10, &self.tunnels);
        w.put(11, &self.routes);
        w.put(12, &self.modified);
        w.put(13, &self.life);
    }
    fn read(r: &mut RowReader) -> Result<VpnConnection, RowError> {
        Ok(VpnConnection {
            id: r.get(1)?,
            customer: r.get(2)?,
            gateway: r.get(3)?,
            is_static: r.get(4)?,
            inside: r.get(5)?,
            local: r.get(6)?,
            remote: r.get(7)?,
            accelerated: r.get(8)?,
            bandwidth: r.get(9)?,
            tunnels: r.get(10)?,
            routes: r.get(11)?,
            modified: r.get(12)?,
            life: r.get(13)?,
        })
    }
}

impl VpnConnection {
    /// Its state now.
    pub(crate) fn state(&self, cx: &Cx) -> &'static str {
        match self.life.state(cx) {
            "pending" if self.modified => "modifying",
            state => state,
        }
    }

    /// Whether it leads to a transit gateway.
    pub(crate) fn is_transit(&self) -> bool {
        self.gateway.starts_with("tgw-")
    }

    /// Static routes that are available.
    pub(crate) fn routes_in_force(&self, cx: &Cx) -> impl Iterator<Item = &str> {
        let (now_ms, available) = (cx.now_ms, self.state(cx) == "available");
        let routes = self.routes.iter().filter(move |(_, ready_ms)| available && now_ms >= *ready_ms);
        routes.map(|(block, _)| block.as_str())
    }

    fn vpn_gateway(&self) -> Option<&str> {
        Some(self.gateway.as_str()).filter(|_| !self.is_transit())
    }

    fn transit_gateway(&self) -> Option<&str> {
        Some(self.gateway.as_str()).filter(|_| self.is_transit())
    }
}

/// The customer gateway of a connection; it stays as long as the connection.
fn customer(cx: &Cx, row: &VpnConnection) -> Option<CustomerGateway> {
    get::<CustomerGateway>(cx, &row.customer).ok().flatten()
}

impl Listed for VpnConnection {
    const FILTERS: &'static [(&'static str, Accessor<VpnConnection>)] = &[
        ("bgp-asn", |c, p| {
            if let Some(g) = customer(p.cx, c) {
                p.number(g.asn);
            }
        }),
        ("customer-gateway-configuration", |c, p| {
            let text = configuration::of(p.cx, c).ok();
            p.maybe(
                text.as_deref().filter(|_| matches!(c.state(p.cx), "pending" | "modifying" | "available")),
            );
        }),
        ("customer-gateway-id", |c, p| p.text(&c.customer)),
        ("option.static-routes-only", |c, p| p.flag(c.is_static)),
        ("route.destination-cidr-block", |c, p| p.each(c.routes.iter().map(|(block, _)| block.as_str()))),
        ("state", |c, p| p.text(c.state(p.cx))),
        ("transit-gateway-id", |c, p| p.maybe(c.transit_gateway())),
        ("type", |_, p| p.text("ipsec.1")),
        ("vpn-connection-id", |c, p| p.text(&c.id)),
        ("vpn-gateway-id", |c, p| p.maybe(c.vpn_gateway())),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for VpnConnection {
    const TABLE: &'static str = "ec2.vpn_connection";
    const KIND: &'static Kind = &VPN_CONNECTION;
    const LINKED: &'static [&'static str] = &["customer-gateway-id", "transit-gateway-id", "vpn-gateway-id"];
    fn parents(&self) -> Vec<String> {
        vec![self.customer.clone(), self.gateway.clone()]
    }
    fn keys(&self, _: &Cx) -> Keys {
        keys(self.is_transit(), self.is_static)
    }
}

impl Lives for VpnConnection {
    fn life(&mut self) -> &mut Life {
        &mut self.life
    }
}

/// Condition keys that a connection has besides those of its tunnels.
/// Source: Site-to-Site VPN user guide, "Identity and access management", condition keys.
pub(crate) fn keys(is_transit: bool, is_static: bool) -> Keys {
    let one = |yes: bool, a: &str, b: &str| vec![if yes { a } else { b }.to_owned()];
    vec![
        ("ec2:AuthenticationType", vec!["Pre Shared Keys".to_owned()]),
        ("ec2:GatewayType", one(is_transit, "TGW", "VGW")),
        ("ec2:RoutingType", one(is_static, "static", "bgp")),
    ]
}

/// A connection that isn't on its way out.
///
/// Errors: InvalidVpnConnectionID.NotFound.
pub(crate) fn lasting(cx: &Cx, id: &str) -> Result<VpnConnection, Fault> {
    let row = find::<VpnConnection>(cx, id)?;
    match row.life.lasts() {
        true => Ok(row),
        false => Err(VPN_CONNECTION.not_found(id)),
    }
}

/// A connection that can be changed.
///
/// Errors: InvalidVpnConnectionID.NotFound; InvalidVpnConnection.InvalidState.
pub(crate) fn usable(cx: &Cx, id: &str) -> Result<VpnConnection, Fault> {
    let row = lasting(cx, id)?;
    match row.state(cx) {
        "available" => Ok(row),
        _ => Err(fault(
            "InvalidVpnConnection.InvalidState",
            format!("The VPN connection '{id}' must be in the available state to complete the request."),
        )),
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, c: &VpnConnection, tags: &Tags) -> Result<s::VpnConnection, Fault> {
    let state = c.state(cx);
    let lives = matches!(state, "pending" | "modifying" | "available");
    let telemetry = |t: &Tunnel| s::VgwTelemetry {
        accepted_route_count: Some(0),
        last_status_change: Some(Timestamp { epoch_ms: c.life.ready_ms }),
        outside_ip_address: Some(t.outside.clone()),
        status: Some("DOWN".to_owned()),
        status_message: Some("IPSEC IS DOWN".to_owned()),
        certificate_arn: None,
    };
    let tunnels = c.tunnels.iter().filter(|_| state != "pending");
    Ok(s::VpnConnection {
        category: Some("VPN".to_owned()),
        customer_gateway_configuration: Some(lives)
            .filter(|l| *l)
            .map(|_| configuration::of(cx, c))
            .transpose()?,
        customer_gateway_id: Some(c.customer.clone()),
        gateway_association_state: Some(if lives { "associated" } else { "not-associated" }.to_owned()),
        options: Some(options(c)?),
        routes: Some(c.routes.iter().map(|r| show_route(cx, r)).collect()),
        state: Some(state.to_owned()),
        tags: Some(tags::all_shown(tags)),
        transit_gateway_id: c.transit_gateway().map(str::to_owned),
        type_: Some("ipsec.1".to_owned()),
        vgw_telemetry: Some(tunnels.map(telemetry).collect()),
        vpn_connection_id: Some(c.id.clone()),
        vpn_gateway_id: c.vpn_gateway().map(str::to_owned),
        ..s::VpnConnection::default()
    })
}

fn show_route(cx: &Cx, (block, ready_ms): &(String, i64)) -> s::VpnStaticRoute {
    let state = if cx.now_ms >= *ready_ms { "available" } else { "pending" };
    s::VpnStaticRoute {
        destination_cidr_block: Some(block.clone()),
        source: Some("Static".to_owned()),
        state: Some(state.to_owned()),
    }
}

fn options(c: &VpnConnection) -> Result<s::VpnConnectionOptions, Fault> {
    let six = c.inside == "ipv6";
    let (four, six) = (
        |text: &String| Some(text.clone()).filter(|_| !six),
        |text: &String| Some(text.clone()).filter(|_| six),
    );
    Ok(s::VpnConnectionOptions {
        enable_acceleration: Some(c.accelerated),
        static_routes_only: Some(c.is_static),
        local_ipv4_network_cidr: four(&c.local),
        remote_ipv4_network_cidr: four(&c.remote),
        local_ipv6_network_cidr: six(&c.local),
        remote_ipv6_network_cidr: six(&c.remote),
        outside_ip_address_type: Some("PublicIpv4".to_owned()),
        tunnel_inside_ip_version: Some(c.inside.clone()),
        tunnel_options: Some(c.tunnels.iter().map(tunnel::show).collect::<Result<_, _>>()?),
        tunnel_bandwidth: Some(c.bandwidth.clone()),
        ..s::VpnConnectionOptions::default()
    })
}
