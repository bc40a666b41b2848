//! `RevokeSecurityGroupIngress` and `RevokeSecurityGroupEgress`: take rules away, by id or by what they let through.
//! Source: EC2 API reference, "RevokeSecurityGroupIngress" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::err::{combination, fault};
use crate::permissions::{Flat, rules};
use crate::resource::{find, on, remove};
use crate::security_group::{SecurityGroup, by_id_or_name};
use crate::security_group_rule::{GroupRule, SECURITY_GROUP_RULE};

/// Errors: those of `permissions.rs`; InvalidGroup.NotFound; InvalidPermission.NotFound;
/// InvalidSecurityGroupRuleId.NotFound; InvalidParameterCombination: ids with permissions.
pub(crate) fn ingress(
    cx: &mut Cx,
    i: &s::RevokeSecurityGroupIngressRequest,
) -> Result<s::RevokeSecurityGroupIngressResult, Fault> {
    let group = by_id_or_name(cx, i.group_id.as_deref(), i.group_name.as_deref())?;
    let flat = Flat {
        protocol: i.ip_protocol.as_deref(),
        from: i.from_port,
        to: i.to_port,
        cidr: i.cidr_ip.as_deref(),
        source_name: i.source_security_group_name.as_deref(),
        source_owner: i.source_security_group_owner_id.as_deref(),
    };
    let ids = i.security_group_rule_ids.as_deref();
    let gone = take(cx, &group, false, ids, i.ip_permissions.as_deref(), &flat)?;
    Ok(s::RevokeSecurityGroupIngressResult {
        return_: Some(true),
        unknown_ip_permissions: None,
        revoked_security_group_rules: Some(gone),
    })
}

/// Errors: as [`ingress`].
pub(crate) fn egress(
    cx: &mut Cx,
    i: &s::RevokeSecurityGroupEgressRequest,
) -> Result<s::RevokeSecurityGroupEgressResult, Fault> {
    let group = by_id_or_name(cx, Some(&i.group_id), None)?;
    let flat = Flat {
        protocol: i.ip_protocol.as_deref(),
        from: i.from_port,
        to: i.to_port,
        cidr: i.cidr_ip.as_deref(),
        source_name: i.source_security_group_name.as_deref(),
        source_owner: i.source_security_group_owner_id.as_deref(),
    };
    let ids = i.security_group_rule_ids.as_deref();
    let gone = take(cx, &group, true, ids, i.ip_permissions.as_deref(), &flat)?;
    Ok(s::RevokeSecurityGroupEgressResult {
        return_: Some(true),
        unknown_ip_permissions: None,
        revoked_security_group_rules: Some(gone),
    })
}

fn take(
    cx: &mut Cx,
    group: &SecurityGroup,
    egress: bool,
    ids: Option<&[String]>,
    given: Option<&[s::IpPermission]>,
    flat: &Flat<'_>,
) -> Result<Vec<s::RevokedSecurityGroupRule>, Fault> {
    let ids = ids.unwrap_or_default();
    let mut gone = Vec::new();
    if ids.is_empty() {
        let all = on::<GroupRule>(cx, &group.id)?;
        for wanted in rules(cx, group, egress, given, flat)? {
            let there = all.iter().find(|r| r.same_as(&wanted)).ok_or_else(|| {
                fault(
                    "InvalidPermission.NotFound",
                    "The specified rule does not exist in this security group.",
                )
            })?;
            gone.push(there.clone());
        }
    } else if given.is_some_and(|g| !g.is_empty()) {
        return Err(combination(
            "The parameters ipPermissions and securityGroupRuleIds may not be used together",
        ));
    }
    for id in ids {
        let rule = find::<GroupRule>(cx, id)?;
        if rule.group != group.id || rule.egress != egress {
            return Err(SECURITY_GROUP_RULE.not_found(id));
        }
        gone.push(rule);
    }
    for rule in &gone {
        remove(cx, rule)?;
    }
    Ok(gone.iter().map(show).collect())
}

fn show(r: &GroupRule) -> s::RevokedSecurityGroupRule {
    let present = |t: &String| Some(t.clone()).filter(|t| !t.is_empty());
    s::RevokedSecurityGroupRule {
        security_group_rule_id: Some(r.id.clone()),
        group_id: Some(r.group.clone()),
        is_egress: Some(r.egress),
        ip_protocol: Some(r.protocol.clone()),
        from_port: r.from.or(Some(-1)),
        to_port: r.to.or(Some(-1)),
        cidr_ipv4: present(&r.ipv4),
        cidr_ipv6: present(&r.ipv6),
        prefix_list_id: present(&r.prefix_list),
        referenced_group_id: present(&r.referenced_group),
        description: r.description.clone(),
    }
}
