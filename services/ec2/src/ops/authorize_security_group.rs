//! `AuthorizeSecurityGroupIngress` and `AuthorizeSecurityGroupEgress`: add rules. All or none.
//! Source: EC2 API reference, "AuthorizeSecurityGroupIngress" (2026-11-22); texts as reported by its users.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::err::fault;
use crate::permissions::{Flat, reachable, rules};
use crate::quotas::RULES_PER_GROUP;
use crate::resource::{on, save};
use crate::security_group::{SecurityGroup, by_id_or_name};
use crate::security_group_rule::{self, GroupRule, SECURITY_GROUP_RULE};
use crate::tags::Tags;
use crate::{id, tags};

/// Errors: those of `permissions.rs`; InvalidGroup.NotFound; InvalidPermission.Duplicate;
/// RulesPerSecurityGroupLimitExceeded.
pub(crate) fn ingress(
    cx: &mut Cx,
    i: &s::AuthorizeSecurityGroupIngressRequest,
) -> Result<s::AuthorizeSecurityGroupIngressResult, Fault> {
    let group = by_id_or_name(cx, i.group_id.as_deref(), i.group_name.as_deref())?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &SECURITY_GROUP_RULE)?;
    let flat = Flat {
        protocol: i.ip_protocol.as_deref(),
        from: i.from_port,
        to: i.to_port,
        cidr: i.cidr_ip.as_deref(),
        source_name: i.source_security_group_name.as_deref(),
        source_owner: i.source_security_group_owner_id.as_deref(),
    };
    let new = rules(cx, &group, false, i.ip_permissions.as_deref(), &flat)?;
    let security_group_rules = Some(add(cx, &group, false, new, &tags)?);
    Ok(s::AuthorizeSecurityGroupIngressResult { return_: Some(true), security_group_rules })
}

/// Errors: as [`ingress`].
pub(crate) fn egress(
    cx: &mut Cx,
    i: &s::AuthorizeSecurityGroupEgressRequest,
) -> Result<s::AuthorizeSecurityGroupEgressResult, Fault> {
    let group = by_id_or_name(cx, Some(&i.group_id), None)?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &SECURITY_GROUP_RULE)?;
    let flat = Flat {
        protocol: i.ip_protocol.as_deref(),
        from: i.from_port,
        to: i.to_port,
        cidr: i.cidr_ip.as_deref(),
        source_name: i.source_security_group_name.as_deref(),
        source_owner: i.source_security_group_owner_id.as_deref(),
    };
    let new = rules(cx, &group, true, i.ip_permissions.as_deref(), &flat)?;
    let security_group_rules = Some(add(cx, &group, true, new, &tags)?);
    Ok(s::AuthorizeSecurityGroupEgressResult { return_: Some(true), security_group_rules })
}

fn add(
    cx: &mut Cx,
    group: &SecurityGroup,
    egress: bool,
    new: Vec<GroupRule>,
    tags: &Tags,
) -> Result<Vec<s::SecurityGroupRule>, Fault> {
    let mut all = on::<GroupRule>(cx, &group.id)?;
    let mut shown = Vec::new();
    for rule in new {
        if all.iter().any(|r| r.same_as(&rule)) {
            let text = format!("the specified rule \"{}\" already exists", words(&rule));
            return Err(fault("InvalidPermission.Duplicate", text));
        }
        reachable(cx, group, &rule)?;
        let rule = GroupRule { id: id::fresh(cx, "sgr"), ..rule };
        save(cx, &rule)?;
        tags::add(cx, &SECURITY_GROUP_RULE, &rule.id, tags)?;
        shown.push(security_group_rule::show(cx, &rule, tags));
        all.push(rule);
    }
    room(cx, &all, egress)?;
    Ok(shown)
}

/// Rules are counted for each family of addresses; one that refers to a prefix list counts as many as the list may have.
pub(crate) fn room(cx: &Cx, all: &[GroupRule], egress: bool) -> Result<(), Fault> {
    let (mut ipv4, mut ipv6) = (0usize, 0usize);
    for rule in all.iter().filter(|r| r.egress == egress) {
        let weight = match rule.prefix_list.is_empty() {
            true => 1,
            false => crate::prefix_list::known(cx, &rule.prefix_list)?.max_entries as usize,
        };
        ipv4 += if rule.ipv6.is_empty() { weight } else { 0 };
        ipv6 += if rule.ipv4.is_empty() { weight } else { 0 };
    }
    let most = RULES_PER_GROUP.most(cx)?;
    match ipv4.max(ipv6) > most {
        true => Err(RULES_PER_GROUP.exceeded(most)),
        false => Ok(()),
    }
}

/// A rule in EC2's words: `peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW`.
fn words(r: &GroupRule) -> String {
    let peer = [&r.ipv4, &r.ipv6, &r.prefix_list, &r.referenced_group].into_iter().find(|p| !p.is_empty());
    let protocol = if r.protocol == "-1" { "ALL".to_owned() } else { r.protocol.to_ascii_uppercase() };
    let ports = match (r.from, r.to) {
        (Some(from), Some(to)) => format!(", from port: {from}, to port: {to}"),
        _ => String::new(),
    };
    format!("peer: {}, {protocol}{ports}, ALLOW", peer.map(String::as_str).unwrap_or_default())
}
