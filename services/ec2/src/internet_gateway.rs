//! Internet gateways. Source: VPC user guide, "Enable internet access for a VPC using an internet gateway" (2026-11-22).

use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::filter::Accessor;
use crate::kind::{Keys, Kind};
use crate::resource::{self, Listed, Resource};
use crate::tags::{self, Tags};

pub(crate) static INTERNET_GATEWAY: Kind = Kind {
    noun: "internet-gateway",
    prefix: "igw",
    not_found: ("InvalidInternetGatewayID.NotFound", "The internetGateway ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<InternetGateway>,
};

/// An internet gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct InternetGateway {
    /// Id.
    pub(crate) id: String,
    /// The VPC that it is attached to.
    pub(crate) vpc: Option<String>,
}

impl Row for InternetGateway {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.vpc);
    }
    fn read(r: &mut RowReader) -> Result<InternetGateway, RowError> {
        Ok(InternetGateway { id: r.get(1)?, vpc: r.get(2)? })
    }
}

impl Listed for InternetGateway {
    const FILTERS: &'static [(&'static str, Accessor<InternetGateway>)] = &[
        ("attachment.state", |g, p| p.maybe(g.vpc.as_ref().map(|_| "available"))),
        ("attachment.vpc-id", |g, p| p.maybe(g.vpc.as_deref())),
        ("internet-gateway-id", |g, p| p.text(&g.id)),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for InternetGateway {
    const TABLE: &'static str = "ec2.internet_gateway";
    const KIND: &'static Kind = &INTERNET_GATEWAY;
    const LINKED: &'static [&'static str] = &["attachment.vpc-id"];
    fn parents(&self) -> Vec<String> {
        self.vpc.iter().cloned().collect()
    }
    fn keys(&self, _: &Cx) -> Keys {
        vec![("ec2:InternetGatewayID", vec![self.id.clone()])]
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, g: &InternetGateway, tags: &Tags) -> s::InternetGateway {
    let attachment = |vpc: &String| s::InternetGatewayAttachment {
        state: Some("available".to_owned()),
        vpc_id: Some(vpc.clone()),
    };
    s::InternetGateway {
        attachments: Some(g.vpc.iter().map(attachment).collect()),
        internet_gateway_id: Some(g.id.clone()),
        owner_id: Some(cx.scope.account.clone()),
        tags: Some(tags::all_shown(tags)),
    }
}
