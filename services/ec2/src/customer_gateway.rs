//! Customer gateways: what AWS knows of a device at the other end of a VPN. Nothing is reached there; a gateway is a record.
//! Source: Site-to-Site VPN user guide, "Customer gateway options"; EC2 API reference, "CustomerGateway" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::filter::Accessor;
use crate::kind::Kind;
use crate::life::{Life, Lives};
use crate::resource::{self, Listed, Resource, find};
use crate::tags::{self, Tags};

pub(crate) static CUSTOMER_GATEWAY: Kind = Kind {
    noun: "customer-gateway",
    prefix: "cgw",
    not_found: ("InvalidCustomerGatewayID.NotFound", "The customerGateway ID '{}' does not exist"),
    malformed: Some((
        "InvalidCustomerGatewayId.Malformed",
        "Invalid id: \"{}\" (expecting \"cgw-...\"; the Id may only contain lowercase alphanumeric characters and a single dash)",
    )),
    seen: resource::seen::<CustomerGateway>,
};

/// A customer gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CustomerGateway {
    /// Id.
    pub(crate) id: String,
    /// Number of its autonomous system.
    pub(crate) asn: i64,
    /// Its outside address.
    pub(crate) ip: String,
    /// Name of the device, or empty.
    pub(crate) device: String,
    /// Its life.
    pub(crate) life: Life,
}

impl Row for CustomerGateway {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.asn);
        w.put(3, &self.ip);
        w.put(4, &self.device);
        w.put(5, &self.life);
    }
    fn read(r: &mut RowReader) -> Result<CustomerGateway, RowError> {
        Ok(CustomerGateway {
            id: r.get(1)?,
            asn: r.get(2)?,
            ip: r.get(3)?,
            device: r.get(4)?,
            life: r.get(5)?,
        })
    }
}

impl Listed for CustomerGateway {
    const FILTERS: &'static [(&'static str, Accessor<CustomerGateway>)] = &[
        ("bgp-asn", |g, p| p.number(g.asn)),
        ("customer-gateway-id", |g, p| p.text(&g.id)),
        ("ip-address", |g, p| p.text(&g.ip)),
        ("state", |g, p| p.text(g.life.state(p.cx))),
        ("type", |_, p| p.text("ipsec.1")),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for CustomerGateway {
    const TABLE: &'static str = "ec2.customer_gateway";
    const KIND: &'static Kind = &CUSTOMER_GATEWAY;
}

impl Lives for CustomerGateway {
    fn life(&mut self) -> &mut Life {
        &mut self.life
    }
}

/// A gateway that isn't deleted.
///
/// Errors: InvalidCustomerGatewayID.NotFound, .Malformed.
pub(crate) fn lasting(cx: &Cx, id: &str) -> Result<CustomerGateway, Fault> {
    let row = find::<CustomerGateway>(cx, id)?;
    match row.life.lasts() {
        true => Ok(row),
        false => Err(CUSTOMER_GATEWAY.not_found(id)),
    }
}

/// As answers show it. A number that doesn't fit into 31 bits has a member of its own.
pub(crate) fn show(cx: &Cx, g: &CustomerGateway, tags: &Tags) -> s::CustomerGateway {
    let small = i32::try_from(g.asn).is_ok();
    let asn = |here: bool| here.then(|| g.asn.to_string());
    s::CustomerGateway {
        bgp_asn: asn(small),
        bgp_asn_extended: asn(!small),
        customer_gateway_id: Some(g.id.clone()),
        device_name: Some(g.device.clone()).filter(|d| !d.is_empty()),
        ip_address: Some(g.ip.clone()),
        state: Some(g.life.state(cx).to_owned()),
        type_: Some("ipsec.1".to_owned()),
        tags: Some(tags::all_shown(tags)),
        ..s::CustomerGateway::default()
    }
}
