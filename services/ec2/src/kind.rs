//! Types of resources: what their ids begin with, what they are called in ARNs and tags, what is answered when one isn't
//! there. One constant per type, beside its row; [`KINDS`] lists them. Not their rows: `resource.rs`.

use codec::Fault;
use kernel::Cx;

use crate::err::fault;
use crate::id;

/// A type of resource.
#[derive(Debug)]
pub(crate) struct Kind {
    /// As ARNs and tags name it: `network-acl`.
    pub(crate) noun: &'static str,
    /// What ids begin with: `acl`.
    pub(crate) prefix: &'static str,
    /// Code and text for an id that names nothing; `{}` stands for the id.
    pub(crate) not_found: (&'static str, &'static str),
    /// Code and text for an id of another form. `None`: it is simply not found.
    pub(crate) malformed: Option<(&'static str, &'static str)>,
    /// Finds one for the authorizer, by whatever may name it in requests.
    pub(crate) seen: fn(&Cx, &str) -> Result<Option<Seen>, Fault>,
}

/// Condition keys of a resource: `ec2:Vpc` and the like.
pub(crate) type Keys = Vec<(&'static str, Vec<String>)>;

/// A resource as the authorizer sees it.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Id, under which its tags are.
    pub(crate) id: String,
    /// Last part of the ARN.
    pub(crate) arn_id: String,
    /// Condition keys.
    pub(crate) keys: Keys,
}

impl Kind {
    /// The error for an id that names nothing.
    pub(crate) fn not_found(&self, id: &str) -> Fault {
        fault(self.not_found.0, self.not_found.1.replace("{}", id))
    }

    /// Refuses an id of another form.
    pub(crate) fn formed(&self, id: &str) -> Result<(), Fault> {
        match self.malformed {
            Some((code, text)) if !id::is_well_formed(self.prefix, id) => {
                Err(fault(code, text.replace("{}", id)))
            }
            _ => Ok(()),
        }
    }

    /// The ARN of one.
    pub(crate) fn arn(&self, cx: &Cx, id: &str) -> String {
        arn(cx, self.noun, id)
    }
}

/// The ARN of something. Those of images and snapshots name no account.
pub(crate) fn arn(cx: &Cx, noun: &str, id: &str) -> String {
    match noun {
        "image" | "snapshot" => format!("arn:{}:ec2:{}::{noun}/{id}", cx.scope.partition, cx.scope.region),
        _ => cx.scope.arn("ec2", &format!("{noun}/{id}")),
    }
}

/// Every type that is built.
pub(crate) static KINDS: &[&Kind] = &[
    &crate::vpc::VPC,
    &crate::subnet::SUBNET,
    &crate::dhcp_options::DHCP_OPTIONS,
    &crate::internet_gateway::INTERNET_GATEWAY,
    &crate::egress_only_internet_gateway::EGRESS_ONLY_INTERNET_GATEWAY,
    &crate::prefix_list::PREFIX_LIST,
    &crate::route_table::ROUTE_TABLE,
    &crate::network_acl::NETWORK_ACL,
    &crate::security_group::SECURITY_GROUP,
    &crate::security_group_rule::SECURITY_GROUP_RULE,
    &crate::subnet_cidr_reservation::SUBNET_CIDR_RESERVATION,
    &crate::network_interface::NETWORK_INTERFACE,
    &crate::elastic_ip::ELASTIC_IP,
    &crate::nat_gateway::NAT_GATEWAY,
    &crate::carrier_gateway::CARRIER_GATEWAY,
    &crate::key_pair::KEY_PAIR,
    &crate::vpc_endpoint::VPC_ENDPOINT,
    &crate::vpc_peering_connection::VPC_PEERING_CONNECTION,
    &crate::transit_gateway::TRANSIT_GATEWAY,
    &crate::transit_gateway::attachment::TRANSIT_GATEWAY_ATTACHMENT,
    &crate::transit_gateway::route_table::TRANSIT_GATEWAY_ROUTE_TABLE,
    &crate::customer_gateway::CUSTOMER_GATEWAY,
    &crate::vpn_gateway::VPN_GATEWAY,
    &crate::vpn_connection::VPN_CONNECTION,
    &crate::flow_log::FLOW_LOG,
    &crate::traffic_mirror::TRAFFIC_MIRROR_FILTER,
    &crate::traffic_mirror::rule::TRAFFIC_MIRROR_FILTER_RULE,
    &crate::traffic_mirror::target::TRAFFIC_MIRROR_TARGET,
    &crate::traffic_mirror::session::TRAFFIC_MIRROR_SESSION,
    &crate::image::IMAGE,
    &crate::volume::VOLUME,
    &crate::instance::INSTANCE,
    &crate::snapshot::SNAPSHOT,
    &crate::launch_template::LAUNCH_TEMPLATE,
    &crate::placement_group::PLACEMENT_GROUP,
    &crate::capacity_reservation::CAPACITY_RESERVATION,
    &crate::dedicated_host::DEDICATED_HOST,
    &crate::spot_request::SPOT_REQUEST,
    &crate::fleet::FLEET,
    &crate::fleet::spot::SPOT_FLEET,
    &crate::event_window::EVENT_WINDOW,
    &crate::replace_root_volume::TASK,
];

/// The type of that name.
pub(crate) fn by_noun(noun: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|k| k.noun == noun)
}

/// The type whose ids begin so.
pub(crate) fn of_id(id: &str) -> Option<&'static Kind> {
    // Those of fleets are longer.
    let longer = ["fleet", "sfr"].into_iter().find(|p| id.starts_with(&format!("{p}-")));
    let prefix = longer.map_or_else(|| id.rsplit_once('-').map(|i| i.0), Some)?;
    KINDS.iter().copied().find(|k| k.prefix == prefix)
}
