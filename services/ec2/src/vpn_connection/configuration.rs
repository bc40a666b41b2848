//! What a customer's device has to be told about a connection: the XML document of `CustomerGatewayConfiguration`. It names
//! what any device can do (AES-128, SHA-1, group 2), whatever the tunnels' options allow besides, as AWS's own does.
//! Source: Site-to-Site VPN user guide, "configuration file"; documents that users showed (hashicorp/terraform-provider-aws#17998,
//! 2021; aws/aws-cli#9421, 2025).

use codec::Fault;
use kernel::Cx;

use super::VpnConnection;
use super::tunnel::Tunnel;
use crate::cidr::Cidr;
use crate::customer_gateway::CustomerGateway;
use crate::resource::get;
use crate::transit_gateway::TransitGateway;
use crate::vpn_gateway::VpnGateway;

/// An XML document, written line by line.
#[derive(Default)]
struct Lines {
    text: String,
    depth: usize,
}

impl Lines {
    fn line(&mut self, text: &str) {
        self.text.push_str(&"  ".repeat(self.depth));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn leaf(&mut self, name: &str, value: impl std::fmt::Display) {
        self.line(&format!("<{name}>{value}</{name}>"));
    }

    fn within(&mut self, name: &str, inner: impl FnOnce(&mut Lines)) {
        self.line(&format!("<{name}>"));
        self.depth += 1;
        inner(self);
        self.depth -= 1;
        self.line(&format!("</{name}>"));
    }
}

/// One end of a tunnel: outside address, place of its inside address in the block, number of its autonomous system.
struct End<'a> {
    name: &'static str,
    outside: &'a str,
    nth: u128,
    asn: i64,
}

/// The document of a connection.
pub(crate) fn of(cx: &Cx, c: &VpnConnection) -> Result<String, Fault> {
    let customer = get::<CustomerGateway>(cx, &c.customer)?.unwrap_or_default();
    let asn = match c.is_transit() {
        true => get::<TransitGateway>(cx, &c.gateway)?.map(|g| g.asn),
        false => get::<VpnGateway>(cx, &c.gateway)?.map(|g| g.asn),
    };
    let mut x = Lines::default();
    x.line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    x.line(&format!("<vpn_connection id=\"{}\">", c.id));
    x.depth += 1;
    x.leaf("customer_gateway_id", &c.customer);
    match c.is_transit() {
        true => x.line("<vpn_gateway_id/>"),
        false => x.leaf("vpn_gateway_id", &c.gateway),
    }
    x.leaf("vpn_connection_type", "ipsec.1");
    if c.is_static {
        x.leaf("vpn_connection_attributes", "NoBGPVPNConnection");
    }
    for t in &c.tunnels {
        let ends = [
            End { name: "customer_gateway", outside: &customer.ip, nth: 2, asn: customer.asn },
            End { name: "vpn_gateway", outside: &t.outside, nth: 1, asn: asn.unwrap_or_default() },
        ];
        x.within("ipsec_tunnel", |x| {
            for end in &ends {
                x.within(end.name, |x| one_end(x, t, end, c.is_static));
            }
            keys(x, t);
        });
    }
    x.depth -= 1;
    x.line("</vpn_connection>");
    Ok(x.text.trim_end().to_owned())
}

fn one_end(x: &mut Lines, t: &Tunnel, end: &End<'_>, is_static: bool) {
    x.within("tunnel_outside_address", |x| x.leaf("ip_address", end.outside));
    let inside = |block: &str| Cidr::parse(block).map(|b| b.text_of(b.base + end.nth)).unwrap_or_default();
    x.within("tunnel_inside_address", |x| {
        x.leaf("ip_address", inside(&t.inside));
        x.leaf("network_mask", "255.255.255.252");
        x.leaf("network_cidr", 30);
    });
    if !t.inside_v6.is_empty() {
        x.within("tunnel_inside_ipv6_address", |x| {
            x.leaf("ip_address", inside(&t.inside_v6));
            x.leaf("prefix_length", 126);
        });
    }
    if !is_static {
        x.within("bgp", |x| {
            x.leaf("asn", end.asn);
            x.leaf("hold_time", 30);
        });
    }
}

fn keys(x: &mut Lines, t: &Tunnel) {
    x.within("ike", |x| {
        x.leaf("authentication_protocol", "sha1");
        x.leaf("encryption_protocol", "aes-128-cbc");
        x.leaf("lifetime", 28_800);
        x.leaf("perfect_forward_secrecy", "group2");
        x.leaf("mode", "main");
        x.leaf("pre_shared_key", &t.key);
    });
    x.within("ipsec", |x| {
        x.leaf("protocol", "esp");
        x.leaf("authentication_protocol", "hmac-sha1-96");
        x.leaf("encryption_protocol", "aes-128-cbc");
        x.leaf("lifetime", 3_600);
        x.leaf("perfect_forward_secrecy", "group2");
        x.leaf("mode", "tunnel");
        x.leaf("clear_df_bit", "true");
        x.leaf("fragmentation_before_encryption", "true");
        x.leaf("tcp_mss_adjustment", 1_379);
        x.within("dead_peer_detection", |x| {
            x.leaf("interval", 10);
            x.leaf("retries", 3);
        });
    });
}
