//! Quotas: what AWS answers where there would be more of something than applies. What applies is the kernel's (Service Quotas
//! raises it), but for the few that have no code there.
//! Source: VPC user guide, "Amazon VPC quotas"; EC2 user guide, "service quotas" (2026-11-22).

use codec::Fault;
use kernel::Cx;

use crate::err::fault;

/// A quota.
#[derive(Debug)]
pub(crate) struct Quota {
    /// How many.
    pub(crate) of: Of,
    /// Error code beyond it.
    pub(crate) error: &'static str,
    /// Text beyond it; `{}` stands for what applies.
    pub(crate) text: &'static str,
}

/// Where a quota's size is kept.
#[derive(Debug)]
pub(crate) enum Of {
    /// Service Quotas' service and code.
    Code(&'static str, &'static str),
    /// It can't be raised.
    Fixed(usize),
}

const fn quota(service: &'static str, code: &'static str, error: &'static str, text: &'static str) -> Quota {
    Quota { of: Of::Code(service, code), error, text }
}

const fn fixed(most: usize, error: &'static str, text: &'static str) -> Quota {
    Quota { of: Of::Fixed(most), error, text }
}

pub(crate) static VPCS: Quota =
    quota("vpc", "L-F678F1CE", "VpcLimitExceeded", "The maximum number of VPCs has been reached.");
pub(crate) static SUBNETS_PER_VPC: Quota =
    quota("vpc", "L-407747CB", "SubnetLimitExceeded", "The maximum number of subnets has been reached.");
pub(crate) static CIDRS_PER_VPC: Quota = quota(
    "vpc",
    "L-83CA0A9D",
    "CidrLimitExceeded",
    "This network has met its maximum number of allowed CIDRs: {}",
);
pub(crate) static INTERNET_GATEWAYS: Quota = quota(
    "vpc",
    "L-A4707A72",
    "InternetGatewayLimitExceeded",
    "The maximum number of internet gateways has been reached.",
);
pub(crate) static EGRESS_ONLY_GATEWAYS: Quota = quota(
    "vpc",
    "L-45FE3B85",
    "EgressOnlyInternetGatewayLimitExceeded",
    "The maximum number of egress-only internet gateways has been reached.",
);
pub(crate) static NAT_GATEWAYS_PER_ZONE: Quota = quota(
    "vpc",
    "L-FE5A380F",
    "NatGatewayLimitExceeded",
    "The maximum number of NAT gateways in this Availability Zone has been reached.",
);
pub(crate) static NETWORK_INTERFACES: Quota = quota(
    "vpc",
    "L-DF5E4CA3",
    "NetworkInterfaceLimitExceeded",
    "The maximum number of network interfaces has been reached.",
);
pub(crate) static SECURITY_GROUPS: Quota = quota(
    "vpc",
    "L-E79EC296",
    "SecurityGroupLimitExceeded",
    "The maximum number of security groups has been reached.",
);
pub(crate) static RULES_PER_GROUP: Quota = quota(
    "vpc",
    "L-0EA8095F",
    "RulesPerSecurityGroupLimitExceeded",
    "The maximum number of rules per security group has been reached.",
);
pub(crate) static GROUPS_PER_INTERFACE: Quota = quota(
    "vpc",
    "L-2AFB9258",
    "SecurityGroupsPerInterfaceLimitExceeded",
    "The maximum number of security groups per interface has been reached.",
);
pub(crate) static ACLS_PER_VPC: Quota = quota(
    "vpc",
    "L-B4A6D682",
    "NetworkAclLimitExceeded",
    "The maximum number of network ACLs has been reached.",
);
pub(crate) static ENTRIES_PER_ACL: Quota = quota(
    "vpc",
    "L-2AEEBF1A",
    "NetworkAclEntryLimitExceeded",
    "The maximum number of network acl entries has been reached.",
);
pub(crate) static ROUTE_TABLES_PER_VPC: Quota = quota(
    "vpc",
    "L-589F43AA",
    "RouteTableLimitExceeded",
    "The maximum number of route tables has been reached.",
);
pub(crate) static ROUTES_PER_TABLE: Quota =
    quota("vpc", "L-93826ACB", "RouteLimitExceeded", "The maximum number of routes has been reached.");
pub(crate) static PEERINGS_PER_VPC: Quota = quota(
    "vpc",
    "L-7E9ECCDB",
    "ActiveVpcPeeringConnectionPerVpcLimitExceeded",
    "The maximum number of active VPC peering connections per VPC has been reached.",
);
pub(crate) static WAITING_PEERINGS: Quota = quota(
    "vpc",
    "L-DC9F7029",
    "OutstandingVpcPeeringConnectionLimitExceeded",
    "The maximum number of outstanding VPC peering connection requests has been reached.",
);
pub(crate) static TRANSIT_GATEWAYS: Quota = quota(
    "ec2",
    "L-A2478D36",
    "TransitGatewayLimitExceeded",
    "The maximum number of transit gateways has been reached.",
);
pub(crate) static ATTACHMENTS_PER_GATEWAY: Quota = quota(
    "ec2",
    "L-E0233F82",
    "TransitGatewayAttachmentLimitExceeded",
    "The maximum number of attachments per transit gateway has been reached.",
);
pub(crate) static ATTACHMENTS_PER_VPC: Quota = quota(
    "ec2",
    "L-6DA43717",
    "TransitGatewayAttachmentLimitExceeded",
    "The maximum number of transit gateway attachments per VPC has been reached.",
);
pub(crate) static PEERINGS_PER_GATEWAY: Quota = quota(
    "ec2",
    "L-A1B5A36F",
    "TransitGatewayPeeringAttachmentLimitExceeded",
    "The maximum number of peering attachments per transit gateway has been reached.",
);
pub(crate) static ROUTES_PER_GATEWAY: Quota = quota(
    "ec2",
    "L-BCC1FB47",
    "TransitGatewayRouteLimitExceeded",
    "The maximum number of static routes has been reached.",
);
pub(crate) static CUSTOMER_GATEWAYS: Quota = quota(
    "ec2",
    "L-4FB7FF5D",
    "CustomerGatewayLimitExceeded",
    "The maximum number of customer gateways has been reached.",
);
pub(crate) static VPN_GATEWAYS: Quota = quota(
    "ec2",
    "L-7029FAB6",
    "VpnGatewayLimitExceeded",
    "The maximum number of virtual private gateways has been reached.",
);
pub(crate) static VPN_CONNECTIONS: Quota = quota(
    "ec2",
    "L-3E6EC3A3",
    "VpnConnectionLimitExceeded",
    "The maximum number of VPN connections has been reached.",
);
pub(crate) static VPN_CONNECTIONS_PER_GATEWAY: Quota = quota(
    "ec2",
    "L-B91E5754",
    "VpnConnectionLimitExceeded",
    "The maximum number of VPN connections per virtual private gateway has been reached.",
);
pub(crate) static ROUTES_PER_VPN_CONNECTION: Quota =
    fixed(100, "RouteLimitExceeded", "The maximum number of routes has been reached.");
pub(crate) static TRAFFIC_MIRROR_FILTERS: Quota = fixed(
    10_000,
    "TrafficMirrorFilterLimitExceeded",
    "The maximum number of Traffic Mirror filters has been exceeded.",
);
pub(crate) static RULES_PER_TRAFFIC_MIRROR_FILTER: Quota = fixed(
    10,
    "TrafficMirrorFilterRuleLimitExceeded",
    "The maximum number of Traffic Mirror filter rules has been exceeded.",
);
pub(crate) static TRAFFIC_MIRROR_TARGETS: Quota = fixed(
    10_000,
    "TrafficMirrorTargetLimitExceeded",
    "The maximum number of Traffic Mirror targets has been exceeded.",
);
pub(crate) static TRAFFIC_MIRROR_SESSIONS: Quota = fixed(
    10_000,
    "TrafficMirrorSessionLimitExceeded",
    "The maximum number of Traffic Mirror sessions has been exceeded.",
);
pub(crate) static TRAFFIC_MIRROR_SESSIONS_PER_INTERFACE: Quota = fixed(
    3,
    "TrafficMirrorSessionsPerInterfaceLimitExceeded",
    "The allowed number of Traffic Mirror sessions for the specified network interface has been exceeded.",
);
pub(crate) static INTERFACE_ENDPOINTS_PER_VPC: Quota = quota(
    "vpc",
    "L-29B6F2EB",
    "VpcEndpointLimitExceeded",
    "The maximum number of VPC endpoints has been reached.",
);
pub(crate) static GATEWAY_ENDPOINTS: Quota = quota(
    "vpc",
    "L-1B52E74A",
    "VpcEndpointLimitExceeded",
    "The maximum number of VPC endpoints has been reached.",
);
pub(crate) static ADDRESSES: Quota =
    quota("ec2", "L-0263D0A3", "AddressLimitExceeded", "The maximum number of addresses has been reached.");
pub(crate) static PUBLIC_PER_NAT_GATEWAY: Quota = quota(
    "vpc",
    "L-5F53652F",
    "AddressLimitExceeded",
    "The maximum number of Elastic IP addresses per NAT gateway has been reached.",
);
pub(crate) static ADDRESSES_PER_NAT_GATEWAY: Quota = quota(
    "vpc",
    "L-DFA99DE7",
    "PrivateIpAddressLimitExceeded",
    "The maximum number of private IP addresses per NAT gateway has been reached.",
);
pub(crate) static CARRIER_GATEWAYS_PER_VPC: Quota = fixed(
    1,
    "CarrierGatewayLimitExceeded",
    "The maximum number of carrier gateways per VPC has been reached.",
);
pub(crate) static KEY_PAIRS: Quota =
    fixed(5_000, "KeyPairLimitExceeded", "The maximum number of key pairs has been reached.");
pub(crate) static PREFIX_LISTS: Quota =
    fixed(100, "PrefixListLimitExceeded", "The maximum number of prefix lists has been reached.");
pub(crate) static PLACEMENT_GROUPS: Quota =
    fixed(500, "PlacementGroupLimitExceeded", "The maximum number of placement groups has been reached.");
pub(crate) static LAUNCH_TEMPLATES: Quota =
    fixed(5_000, "LaunchTemplateLimitExceeded", "The maximum number of launch templates has been reached.");
pub(crate) static LAUNCH_TEMPLATE_VERSIONS: Quota = fixed(
    10_000,
    "LaunchTemplateVersionLimitExceeded",
    "The maximum number of versions of this launch template has been reached.",
);

impl Quota {
    /// What applies.
    pub(crate) fn most(&self, cx: &Cx) -> Result<usize, Fault> {
        match self.of {
            Of::Code(service, code) => cx.quota(service, code),
            Of::Fixed(most) => Ok(most),
        }
    }

    /// Refuses one more where so many are there already, and that many may be.
    pub(crate) fn one_more(&self, most: usize, there: u64) -> Result<(), Fault> {
        match usize::try_from(there).is_ok_and(|n| n < most) {
            true => Ok(()),
            false => Err(self.exceeded(most)),
        }
    }

    /// The error beyond it.
    pub(crate) fn exceeded(&self, most: usize) -> Fault {
        fault(self.error, self.text.replace("{}", &most.to_string()))
    }
}

/// Refuses so many more where there are so many already. Counting stops at the limit.
pub(crate) fn room<T>(
    cx: &Cx,
    quota: &Quota,
    there: impl Iterator<Item = T>,
    more: usize,
) -> Result<(), Fault> {
    let most = quota.most(cx)?;
    match there.take(most.saturating_add(1)).count() + more > most {
        true => Err(quota.exceeded(most)),
        false => Ok(()),
    }
}

/// Refuses one more where so many are there already.
pub(crate) fn counted_room(cx: &Cx, quota: &Quota, there: u64) -> Result<(), Fault> {
    quota.one_more(quota.most(cx)?, there)
}
