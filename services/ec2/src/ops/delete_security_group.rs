//! `DeleteSecurityGroup`: one that nothing uses, that is associated with no other VPC and that no rule of its VPC refers to.
//! Source: EC2 API reference, "DeleteSecurityGroup" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DeleteSecurityGroupRequest, DeleteSecurityGroupResult};

use crate::err::{dependency, fault};
use crate::group_vpc::GroupVpc;
use crate::kind::Kind;
use crate::resource::{children, get, on, remove};
use crate::security_group::{SecurityGroup, by_id_or_name};
use crate::security_group_rule::{GroupRule, reference_link};

/// Types that must not stand on the group any more.
static BLOCKING: &[&Kind] = &[&crate::network_interface::NETWORK_INTERFACE];

/// Errors: MissingParameter; InvalidGroup.NotFound; CannotDelete: a default group; DependencyViolation.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DeleteSecurityGroupRequest,
) -> Result<DeleteSecurityGroupResult, Fault> {
    let group = by_id_or_name(cx, i.group_id.as_deref(), i.group_name.as_deref())?;
    if group.name == "default" {
        let text =
            format!("the specified group: \"{}\" name: \"default\" cannot be deleted by a user", group.id);
        return Err(fault("CannotDelete", text));
    }
    let mut used = on::<GroupVpc>(cx, &group.id)?.iter().any(|a| a.state(cx) != "disassociated");
    for rule in on::<GroupRule>(cx, &reference_link(&group.id))?.iter().filter(|r| r.group != group.id) {
        // Rules of other VPCs become stale.
        used = used || get::<SecurityGroup>(cx, &rule.group)?.is_some_and(|other| other.vpc == group.vpc);
    }
    for kind in BLOCKING {
        used = used || children(cx, &group.id, kind)?.next().is_some();
    }
    if used {
        return Err(dependency(format!("resource {} has a dependent object", group.id)));
    }
    for ended in on::<GroupVpc>(cx, &group.id)? {
        remove(cx, &ended)?;
    }
    for rule in on::<GroupRule>(cx, &group.id)? {
        remove(cx, &rule)?;
    }
    remove(cx, &group)?;
    Ok(DeleteSecurityGroupResult { return_: Some(true), group_id: Some(group.id) })
}
