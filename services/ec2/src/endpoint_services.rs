//! AWS's services that endpoints reach. Source: AWS PrivateLink guide, "AWS services that integrate with AWS PrivateLink"
//! (2026-11-22); a part of the list.

use kernel::Cx;
use shapes_ec2 as s;

use crate::filter::Accessor;
use crate::resource::Listed;
use crate::zones;

/// Services with interface endpoints.
const INTERFACE: [&str; 24] = [
    "athena",
    "autoscaling",
    "cloudformation",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "events",
    "execute-api",
    "glue",
    "kinesis-firehose",
    "kinesis-streams",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "states",
    "sts",
];

/// A service.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    /// `com.amazonaws.us-east-1.s3`
    pub(crate) name: String,
    /// `Gateway`, `Interface`.
    pub(crate) kinds: Vec<&'static str>,
}

/// Services of the region, in the order of their names.
pub(crate) fn all(cx: &Cx) -> Vec<Service> {
    let own = |short: &str, kinds: Vec<&'static str>| Service {
        name: format!("com.amazonaws.{}.{short}", cx.scope.region),
        kinds,
    };
    let mut all: Vec<Service> = INTERFACE.iter().map(|s| own(s, vec!["Interface"])).collect();
    all.push(own("dynamodb", vec!["Gateway", "Interface"]));
    all.push(own("s3", vec!["Gateway", "Interface"]));
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

impl Listed for Service {
    const FILTERS: &'static [(&'static str, Accessor<Service>)] = &[
        ("owner", |_, p| p.text("amazon")),
        ("service-name", |v, p| p.text(&v.name)),
        ("service-region", |_, p| p.text(p.cx.scope.region)),
        ("service-type", |v, p| p.each(v.kinds.iter().copied())),
        ("supported-ip-address-types", |_, p| p.text("ipv4")),
    ];
    fn id(&self) -> &str {
        &self.name
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, service: &Service) -> s::ServiceDetail {
    let short = service.name.rsplit('.').next().unwrap_or_default();
    let kind = |k: &&str| s::ServiceTypeDetail { service_type: Some((*k).to_owned()) };
    let zones = zones::availability_zones(cx);
    s::ServiceDetail {
        service_name: Some(service.name.clone()),
        service_type: Some(service.kinds.iter().map(kind).collect()),
        service_region: Some(cx.scope.region.to_owned()),
        availability_zone_ids: Some(zones.iter().map(|z| z.id.clone()).collect()),
        availability_zones: Some(zones.into_iter().map(|z| z.name).collect()),
        owner: Some("amazon".to_owned()),
        base_endpoint_dns_names: Some(vec![format!("{short}.{}.vpce.amazonaws.com", cx.scope.region)]),
        private_dns_name: Some(format!("{short}.{}.amazonaws.com", cx.scope.region)),
        vpc_endpoint_policy_supported: Some(true),
        acceptance_required: Some(false),
        manages_vpc_endpoints: Some(false),
        tags: Some(Vec::new()),
        private_dns_name_verification_state: Some("verified".to_owned()),
        supported_ip_address_types: Some(vec!["ipv4".to_owned()]),
        ..s::ServiceDetail::default()
    }
}
