//! `ModifySecurityGroupRules`: what rules let through, and their descriptions; ids and directions stay.
//! Source: EC2 API reference, "ModifySecurityGroupRules" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{ModifySecurityGroupRulesRequest, ModifySecurityGroupRulesResult, SecurityGroupRuleRequest};

use crate::err::{fault, invalid_value, missing};
use crate::ops::authorize_security_group::room;
use crate::permissions::{block, description, ports, protocol, reachable};
use crate::prefix_list;
use crate::resource::{find, on, save};
use crate::security_group::SecurityGroup;
use crate::security_group_rule::{GroupRule, SECURITY_GROUP_RULE};

/// Errors: InvalidGroup.NotFound; InvalidSecurityGroupRuleId.NotFound; InvalidPermission.Duplicate; those of
/// `permissions.rs`; InvalidParameterValue: not exactly one end.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &ModifySecurityGroupRulesRequest,
) -> Result<ModifySecurityGroupRulesResult, Fault> {
    let group = find::<SecurityGroup>(cx, &i.group_id)?;
    for update in &i.security_group_rules {
        let old = find::<GroupRule>(cx, &update.security_group_rule_id)?;
        if old.group != group.id {
            return Err(SECURITY_GROUP_RULE.not_found(&old.id));
        }
        let wanted = update.security_group_rule.as_ref().ok_or_else(|| missing("SecurityGroupRule"))?;
        let new = changed(cx, &old, wanted)?;
        let others = on::<GroupRule>(cx, &group.id)?;
        if others.iter().any(|r| r.id != new.id && r.same_as(&new)) {
            return Err(fault("InvalidPermission.Duplicate", "the specified rule already exists"));
        }
        reachable(cx, &group, &new)?;
        save(cx, &new)?;
    }
    let all = on::<GroupRule>(cx, &group.id)?;
    room(cx, &all, false)?;
    room(cx, &all, true)?;
    Ok(ModifySecurityGroupRulesResult { return_: Some(true) })
}

fn changed(cx: &Cx, old: &GroupRule, wanted: &SecurityGroupRuleRequest) -> Result<GroupRule, Fault> {
    let protocol = protocol(wanted.ip_protocol.as_deref().ok_or_else(|| missing("IpProtocol"))?)?;
    let (from, to) = ports(&protocol, wanted.from_port, wanted.to_port)?;
    let head = GroupRule {
        id: old.id.clone(),
        group: old.group.clone(),
        egress: old.egress,
        protocol,
        from,
        to,
        description: description(wanted.description.as_ref())?,
        ..GroupRule::default()
    };
    let ends = (
        wanted.cidr_ipv4.as_deref(),
        wanted.cidr_ipv6.as_deref(),
        wanted.prefix_list_id.as_deref(),
        wanted.referenced_group_id.as_deref(),
    );
    Ok(match ends {
        (Some(_), None, None, None) => GroupRule { ipv4: block(ends.0, false)?, ..head },
        (None, Some(_), None, None) => GroupRule { ipv6: block(ends.1, true)?, ..head },
        (None, None, Some(id), None) => GroupRule { prefix_list: prefix_list::known(cx, id)?.id, ..head },
        (None, None, None, Some(id)) => GroupRule {
            referenced_group: find::<SecurityGroup>(cx, id)?.id,
            referenced_owner: cx.scope.account.clone(),
            ..head
        },
        _ => {
            return Err(invalid_value(
                "Exactly one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId must be given",
            ));
        }
    })
}
