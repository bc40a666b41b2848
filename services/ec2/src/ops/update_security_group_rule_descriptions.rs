//! `UpdateSecurityGroupRuleDescriptionsIngress` and `…Egress`: other descriptions, or none.
//! Source: EC2 API reference, "UpdateSecurityGroupRuleDescriptionsIngress" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::err::fault;
use crate::permissions::{Flat, description, rules};
use crate::resource::{find, on, save};
use crate::security_group::by_id_or_name;
use crate::security_group_rule::{GroupRule, SECURITY_GROUP_RULE};

/// Errors: those of `permissions.rs`; InvalidGroup.NotFound; InvalidPermission.NotFound;
/// InvalidSecurityGroupRuleId.NotFound.
pub(crate) fn ingress(
    cx: &mut Cx,
    i: &s::UpdateSecurityGroupRuleDescriptionsIngressRequest,
) -> Result<s::UpdateSecurityGroupRuleDescriptionsIngressResult, Fault> {
    let (id, name) = (i.group_id.as_deref(), i.group_name.as_deref());
    let by_id = i.security_group_rule_descriptions.as_deref();
    update(cx, (id, name), false, by_id, i.ip_permissions.as_deref())?;
    Ok(s::UpdateSecurityGroupRuleDescriptionsIngressResult { return_: Some(true) })
}

/// Errors: as [`ingress`].
pub(crate) fn egress(
    cx: &mut Cx,
    i: &s::UpdateSecurityGroupRuleDescriptionsEgressRequest,
) -> Result<s::UpdateSecurityGroupRuleDescriptionsEgressResult, Fault> {
    let (id, name) = (i.group_id.as_deref(), i.group_name.as_deref());
    let by_id = i.security_group_rule_descriptions.as_deref();
    update(cx, (id, name), true, by_id, i.ip_permissions.as_deref())?;
    Ok(s::UpdateSecurityGroupRuleDescriptionsEgressResult { return_: Some(true) })
}

fn update(
    cx: &mut Cx,
    (id, name): (Option<&str>, Option<&str>),
    egress: bool,
    by_id: Option<&[s::SecurityGroupRuleDescription]>,
    given: Option<&[s::IpPermission]>,
) -> Result<(), Fault> {
    let group = by_id_or_name(cx, id, name)?;
    let by_id = by_id.unwrap_or_default();
    for new in by_id {
        let id = new.security_group_rule_id.as_deref().unwrap_or_default();
        let mut rule = find::<GroupRule>(cx, id)?;
        if rule.group != group.id || rule.egress != egress {
            return Err(SECURITY_GROUP_RULE.not_found(id));
        }
        rule.description = description(new.description.as_ref())?;
        save(cx, &rule)?;
    }
    if !by_id.is_empty() && given.is_none() {
        return Ok(());
    }
    let all = on::<GroupRule>(cx, &group.id)?;
    for wanted in rules(cx, &group, egress, given, &Flat::default())? {
        let there = all.iter().find(|r| r.same_as(&wanted)).ok_or_else(|| {
            fault("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
        })?;
        save(cx, &GroupRule { description: wanted.description, ..there.clone() })?;
    }
    Ok(())
}
