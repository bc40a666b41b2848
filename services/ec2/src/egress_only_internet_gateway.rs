//! Egress-only internet gateways. Source: VPC user guide, "Enable outbound IPv6 traffic using an egress-only internet
//! gateway" (2026-11-22).

use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::filter::Accessor;
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource};
use crate::tags::{self, Tags};

pub(crate) static EGRESS_ONLY_INTERNET_GATEWAY: Kind = Kind {
    noun: "egress-only-internet-gateway",
    prefix: "eigw",
    not_found: ("InvalidEgressOnlyInternetGatewayId.NotFound", "The eigw ID '{}' does not exist"),
    malformed: Some((
        "InvalidEgressOnlyInternetGatewayId.Malformed",
        "Invalid id: \"{}\" (expecting \"eigw-...\")",
    )),
    seen: resource::seen::<EgressOnlyInternetGateway>,
};

/// An egress-only internet gateway. It is attached from the beginning.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct EgressOnlyInternetGateway {
    /// Id.
    pub(crate) id: String,
    /// Its VPC.
    pub(crate) vpc: String,
}

impl Row for EgressOnlyInternetGateway {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.vpc);
    }
    fn read(r: &mut RowReader) -> Result<EgressOnlyInternetGateway, RowError> {
        Ok(EgressOnlyInternetGateway { id: r.get(1)?, vpc: r.get(2)? })
    }
}

impl Listed for EgressOnlyInternetGateway {
    const FILTERS: &'static [(&'static str, Accessor<EgressOnlyInternetGateway>)] = &[];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for EgressOnlyInternetGateway {
    const TABLE: &'static str = "ec2.egress_only_internet_gateway";
    const KIND: &'static Kind = &EGRESS_ONLY_INTERNET_GATEWAY;
    fn parents(&self) -> Vec<String> {
        vec![self.vpc.clone()]
    }
}

/// As answers show it.
pub(crate) fn show(g: &EgressOnlyInternetGateway, tags: &Tags) -> s::EgressOnlyInternetGateway {
    s::EgressOnlyInternetGateway {
        attachments: Some(vec![s::InternetGatewayAttachment {
            state: Some("attached".to_owned()),
            vpc_id: Some(g.vpc.clone()),
        }]),
        egress_only_internet_gateway_id: Some(g.id.clone()),
        tags: Some(tags::all_shown(tags)),
    }
}
