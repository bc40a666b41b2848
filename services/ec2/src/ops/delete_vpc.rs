//! `DeleteVpc`: a VPC that nothing stands in any more; main route table, default ACL and default group go with it.
//! Source: EC2 API reference, "DeleteVpc"; VPC user guide, "Delete your VPC" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DeleteVpcRequest;

use crate::carrier_gateway::CarrierGateway;
use crate::err::has_dependencies;
use crate::group_vpc::GroupVpc;
use crate::kind::Kind;
use crate::network_acl::NetworkAcl;
use crate::resource::{children, find, on, remove};
use crate::route_table::RouteTable;
use crate::security_group::SecurityGroup;
use crate::security_group_rule::{GroupRule, reference_link};
use crate::vpc::Vpc;
use crate::vpc_peering_connection::Peering;
use crate::vpn_gateway;

/// Types that must be gone from a VPC.
static BLOCKING: &[&Kind] = &[
    &crate::subnet::SUBNET,
    &crate::internet_gateway::INTERNET_GATEWAY,
    &crate::network_interface::NETWORK_INTERFACE,
    &crate::vpc_endpoint::VPC_ENDPOINT,
    &crate::egress_only_internet_gateway::EGRESS_ONLY_INTERNET_GATEWAY,
];

/// Errors: InvalidVpcID.NotFound; DependencyViolation.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteVpcRequest) -> Result<Empty, Fault> {
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    for kind in BLOCKING {
        if children(cx, &vpc.id, kind)?.next().is_some() {
            return Err(has_dependencies("vpc", &vpc.id));
        }
    }
    let guests = on::<GroupVpc>(cx, &vpc.id)?;
    if guests.iter().any(|a| a.state(cx) != "disassociated") {
        return Err(has_dependencies("vpc", &vpc.id));
    }
    if on::<CarrierGateway>(cx, &vpc.id)?.iter().any(|g| g.life.lasts()) {
        return Err(has_dependencies("vpc", &vpc.id));
    }
    let peered = on::<Peering>(cx, &vpc.id)?.iter().any(|c| c.code == "active");
    if peered || vpn_gateway::holds(cx, &vpc.id)? {
        return Err(has_dependencies("vpc", &vpc.id));
    }
    let tables = on::<RouteTable>(cx, &vpc.id)?;
    let acls = on::<NetworkAcl>(cx, &vpc.id)?;
    let groups = on::<SecurityGroup>(cx, &vpc.id)?;
    let own = tables.iter().all(RouteTable::is_main)
        && acls.iter().all(|a| a.is_default)
        && groups.iter().all(|g| g.name == "default");
    if !own {
        return Err(has_dependencies("vpc", &vpc.id));
    }
    for group in &groups {
        // A group of a peered VPC may refer to it.
        if on::<GroupRule>(cx, &reference_link(&group.id))?.iter().any(|r| r.group != group.id) {
            return Err(has_dependencies("vpc", &vpc.id));
        }
    }
    for table in &tables {
        remove(cx, table)?;
    }
    for acl in &acls {
        remove(cx, acl)?;
    }
    for group in &groups {
        for rule in on::<GroupRule>(cx, &group.id)? {
            remove(cx, &rule)?;
        }
        remove(cx, group)?;
    }
    for ended in &guests {
        remove(cx, ended)?;
    }
    remove(cx, &vpc)?;
    Ok(Empty {})
}
