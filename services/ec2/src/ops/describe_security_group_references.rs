//! `DescribeSecurityGroupReferences`: which other VPCs' groups refer to these, over peering connections.
//! Source: EC2 API reference, "DescribeSecurityGroupReferences" (2026-11-22).

use std::collections::BTreeSet;

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    DescribeSecurityGroupReferencesRequest, DescribeSecurityGroupReferencesResult, SecurityGroupReference,
};

use crate::resource::{find, get, on};
use crate::security_group::SecurityGroup;
use crate::security_group_rule::{GroupRule, reference_link};

/// Errors: InvalidGroup.NotFound, InvalidGroupId.Malformed.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeSecurityGroupReferencesRequest,
) -> Result<DescribeSecurityGroupReferencesResult, Fault> {
    let mut found = Vec::new();
    for id in &i.group_id {
        let group = find::<SecurityGroup>(cx, id)?;
        let mut vpcs = BTreeSet::new();
        for rule in on::<GroupRule>(cx, &reference_link(&group.id))? {
            let other = get::<SecurityGroup>(cx, &rule.group)?;
            vpcs.extend(other.map(|g| g.vpc).filter(|v| *v != group.vpc));
        }
        found.extend(vpcs.into_iter().map(|vpc| SecurityGroupReference {
            group_id: Some(group.id.clone()),
            referencing_vpc_id: Some(vpc),
            ..SecurityGroupReference::default()
        }));
    }
    Ok(DescribeSecurityGroupReferencesResult { security_group_reference_set: Some(found) })
}
