//! Carrier gateways: from Wavelength Zones to the networks of telecommunication carriers. Records; routes can lead to them.
//! Source: Wavelength developer guide, "Carrier gateways"; EC2 API reference, "CarrierGateway" (2026-11-23).
//!
//! Differs from AWS: carrier IP addresses aren't built (`AllocateAddress` in a carrier's border group).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::filter::Accessor;
use crate::kind::{Keys, Kind};
use crate::life::{Life, Lives};
use crate::resource::{self, Listed, Resource, get};
use crate::tags::{self, Tags};
use crate::vpc;

pub(crate) static CARRIER_GATEWAY: Kind = Kind {
    noun: "carrier-gateway",
    prefix: "cagw",
    not_found: ("InvalidCarrierGatewayID.NotFound", "The carrier gateway ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<CarrierGateway>,
};

/// A carrier gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CarrierGateway {
    pub(crate) id: String,
    pub(crate) vpc: String,
    pub(crate) life: Life,
}

impl Row for CarrierGateway {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.vpc);
        w.put(3, &self.life);
    }
    fn read(r: &mut RowReader) -> Result<CarrierGateway, RowError> {
        Ok(CarrierGateway { id: r.get(1)?, vpc: r.get(2)?, life: r.get(3)? })
    }
}

impl Listed for CarrierGateway {
    const FILTERS: &'static [(&'static str, Accessor<CarrierGateway>)] = &[
        ("carrier-gateway-id", |g, p| p.text(&g.id)),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("state", |g, p| p.text(g.life.state(p.cx))),
        ("vpc-id", |g, p| p.text(&g.vpc)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for CarrierGateway {
    const TABLE: &'static str = "ec2.carrier_gateway";
    const KIND: &'static Kind = &CARRIER_GATEWAY;
    const LINKED: &'static [&'static str] = &["vpc-id"];
    fn parents(&self) -> Vec<String> {
        vec![self.vpc.clone()]
    }
    fn keys(&self, cx: &Cx) -> Keys {
        vec![("ec2:Vpc", vpc::arn(cx, &self.vpc))]
    }
}

impl Lives for CarrierGateway {
    fn life(&mut self) -> &mut Life {
        &mut self.life
    }
}

/// Whether routes to it are active.
pub(crate) fn takes_traffic(cx: &Cx, id: &str) -> Result<bool, Fault> {
    Ok(get::<CarrierGateway>(cx, id)?.is_some_and(|g| g.life.lasts()))
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, g: &CarrierGateway, tags: &Tags) -> s::CarrierGateway {
    s::CarrierGateway {
        carrier_gateway_id: Some(g.id.clone()),
        vpc_id: Some(g.vpc.clone()),
        state: Some(g.life.state(cx).to_owned()),
        owner_id: Some(cx.scope.account.clone()),
        tags: Some(tags::all_shown(tags)),
    }
}
