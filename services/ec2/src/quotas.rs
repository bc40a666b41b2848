//! Quotas: how many of each there may be, and what AWS answers beyond. Defaults only: nobody can raise them yet (Service
//! Quotas is another service, and will ask here).
//! Source: VPC user guide, "Amazon VPC quotas"; EC2 user guide, "service quotas"; codes of Service Quotas (2026-11-22).

use codec::Fault;

use crate::err::fault;

/// A quota.
#[derive(Debug)]
pub(crate) struct Quota {
    /// Service Quotas' code; empty where it has none.
    #[expect(dead_code, reason = "Service Quotas will ask for it")]
    pub(crate) code: &'static str,
    /// Default.
    pub(crate) default: usize,
    /// Error code beyond it.
    pub(crate) error: &'static str,
    /// Text beyond it.
    pub(crate) text: &'static str,
}

const fn quota(code: &'static str, default: usize, error: &'static str, text: &'static str) -> Quota {
    Quota { code, default, error, text }
}

pub(crate) static VPCS: Quota =
    quota("L-F678F1CE", 5, "VpcLimitExceeded", "The maximum number of VPCs has been reached.");
pub(crate) static SUBNETS_PER_VPC: Quota =
    quota("L-407747CB", 200, "SubnetLimitExceeded", "The maximum number of subnets has been reached.");
pub(crate) static CIDRS_PER_VPC: Quota = quota(
    "L-83CA0A9D",
    5,
    "CidrLimitExceeded",
    "This network has met its maximum number of allowed CIDRs: 5",
);
pub(crate) static INTERNET_GATEWAYS: Quota = quota(
    "L-A4707A72",
    5,
    "InternetGatewayLimitExceeded",
    "The maximum number of internet gateways has been reached.",
);
pub(crate) static EGRESS_ONLY_GATEWAYS: Quota = quota(
    "L-45FE3B85",
    5,
    "EgressOnlyInternetGatewayLimitExceeded",
    "The maximum number of egress-only internet gateways has been reached.",
);
pub(crate) static NAT_GATEWAYS_PER_ZONE: Quota = quota(
    "L-FE5A380F",
    5,
    "NatGatewayLimitExceeded",
    "The maximum number of NAT gateways in this Availability Zone has been reached.",
);
pub(crate) static NETWORK_INTERFACES: Quota = quota(
    "L-DF5E4CA3",
    5_000,
    "NetworkInterfaceLimitExceeded",
    "The maximum number of network interfaces has been reached.",
);
pub(crate) static SECURITY_GROUPS: Quota = quota(
    "L-E79EC296",
    2_500,
    "SecurityGroupLimitExceeded",
    "The maximum number of security groups has been reached.",
);
pub(crate) static RULES_PER_GROUP: Quota = quota(
    "L-0EA8095F",
    60,
    "RulesPerSecurityGroupLimitExceeded",
    "The maximum number of rules per security group has been reached.",
);
pub(crate) static GROUPS_PER_INTERFACE: Quota = quota(
    "L-2AFB9258",
    5,
    "SecurityGroupsPerInterfaceLimitExceeded",
    "The maximum number of security groups per interface has been reached.",
);
pub(crate) static ACLS_PER_VPC: Quota = quota(
    "L-B4A6D682",
    200,
    "NetworkAclLimitExceeded",
    "The maximum number of network ACLs has been reached.",
);
pub(crate) static ENTRIES_PER_ACL: Quota = quota(
    "L-2AEEBF1A",
    20,
    "NetworkAclEntryLimitExceeded",
    "The maximum number of network acl entries has been reached.",
);
pub(crate) static ROUTE_TABLES_PER_VPC: Quota = quota(
    "L-589F43AA",
    200,
    "RouteTableLimitExceeded",
    "The maximum number of route tables has been reached.",
);
pub(crate) static ROUTES_PER_TABLE: Quota =
    quota("L-93826ACB", 50, "RouteLimitExceeded", "The maximum number of routes has been reached.");
pub(crate) static PEERINGS_PER_VPC: Quota = quota(
    "L-7E9ECCDB",
    50,
    "ActiveVpcPeeringConnectionPerVpcLimitExceeded",
    "The maximum number of active VPC peering connections per VPC has been reached.",
);
pub(crate) static INTERFACE_ENDPOINTS_PER_VPC: Quota = quota(
    "L-29B6F2EB",
    50,
    "VpcEndpointLimitExceeded",
    "The maximum number of VPC endpoints has been reached.",
);
pub(crate) static GATEWAY_ENDPOINTS: Quota = quota(
    "L-1B52E74A",
    20,
    "VpcEndpointLimitExceeded",
    "The maximum number of VPC endpoints has been reached.",
);
pub(crate) static ADDRESSES: Quota =
    quota("L-0263D0A3", 5, "AddressLimitExceeded", "The maximum number of addresses has been reached.");
pub(crate) static KEY_PAIRS: Quota =
    quota("", 5_000, "KeyPairLimitExceeded", "The maximum number of key pairs has been reached.");
pub(crate) static PREFIX_LISTS: Quota =
    quota("", 100, "PrefixListLimitExceeded", "The maximum number of prefix lists has been reached.");
pub(crate) static PLACEMENT_GROUPS: Quota =
    quota("", 500, "PlacementGroupLimitExceeded", "The maximum number of placement groups has been reached.");
pub(crate) static LAUNCH_TEMPLATES: Quota = quota(
    "",
    5_000,
    "LaunchTemplateLimitExceeded",
    "The maximum number of launch templates has been reached.",
);
pub(crate) static LAUNCH_TEMPLATE_VERSIONS: Quota = quota(
    "",
    10_000,
    "LaunchTemplateVersionLimitExceeded",
    "The maximum number of versions of this launch template has been reached.",
);

/// Refuses one more where there are so many already. Counting stops at the limit.
pub(crate) fn room<T>(quota: &Quota, there: impl Iterator<Item = T>, more: usize) -> Result<(), Fault> {
    let count = there.take(quota.default + 1).count();
    if count + more > quota.default {
        return Err(fault(quota.error, quota.text));
    }
    Ok(())
}

/// Refuses one more where so many are there already.
pub(crate) fn counted_room(quota: &Quota, there: u64) -> Result<(), Fault> {
    match there >= quota.default as u64 {
        true => Err(fault(quota.error, quota.text)),
        false => Ok(()),
    }
}
