//! Rules of security groups: each is a resource with an id and tags; requests and answers of the older operations bundle
//! them into permissions by protocol and ports.
//! Source: EC2 user guide, "Security group rules"; API reference, "IpPermission" (2026-11-22).

use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::filter::Accessor;
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource};
use crate::tags::{self, Tags};

pub(crate) static SECURITY_GROUP_RULE: Kind = Kind {
    noun: "security-group-rule",
    prefix: "sgr",
    not_found: ("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '{}' does not exist"),
    malformed: Some(("InvalidSecurityGroupRuleId.Malformed", "The security group rule ID '{}' is malformed")),
    seen: resource::seen::<GroupRule>,
};

/// A rule. Exactly one of its four ends is set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GroupRule {
    /// Id.
    pub(crate) id: String,
    /// Its group.
    pub(crate) group: String,
    /// Outbound.
    pub(crate) egress: bool,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, `-1` for all.
    pub(crate) protocol: String,
    /// First port, or type of ICMP; absent for all protocols.
    pub(crate) from: Option<i32>,
    /// Last port, or code of ICMP.
    pub(crate) to: Option<i32>,
    /// Block of IPv4.
    pub(crate) ipv4: String,
    /// Block of IPv6.
    pub(crate) ipv6: String,
    /// Id of a prefix list.
    pub(crate) prefix_list: String,
    /// Id of a group.
    pub(crate) referenced_group: String,
    /// Account of that group.
    pub(crate) referenced_owner: String,
    /// Description.
    pub(crate) description: Option<String>,
}

impl Row for GroupRule {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.group);
        w.put(3, &self.egress);
        w.put(4, &self.protocol);
        w.put(5, &self.from);
        w.put(6, &self.to);
        w.put(7, &self.ipv4);
        w.put(8, &self.ipv6);
        w.put(9, &self.prefix_list);
        w.put(10, &self.referenced_group);
        w.put(11, &self.referenced_owner);
        w.put(12, &self.description);
    }
    fn read(r: &mut RowReader) -> Result<GroupRule, RowError> {
        Ok(GroupRule {
            id: r.get(1)?,
            group: r.get(2)?,
            egress: r.get(3)?,
            protocol: r.get(4)?,
            from: r.get(5)?,
            to: r.get(6)?,
            ipv4: r.get(7)?,
            ipv6: r.get(8)?,
            prefix_list: r.get(9)?,
            referenced_group: r.get(10)?,
            referenced_owner: r.get(11)?,
            description: r.get(12)?,
        })
    }
}

impl GroupRule {
    /// The outbound rule that groups come with.
    pub(crate) fn open_egress(id: String, group: &str) -> GroupRule {
        GroupRule {
            id,
            group: group.to_owned(),
            egress: true,
            protocol: "-1".to_owned(),
            ipv4: "0.0.0.0/0".to_owned(),
            ..GroupRule::default()
        }
    }

    /// Whether they let the same through, whatever their ids and descriptions.
    pub(crate) fn same_as(&self, other: &GroupRule) -> bool {
        let plain = |r: &GroupRule| GroupRule { id: String::new(), description: None, ..r.clone() };
        plain(self) == plain(other)
    }
}

/// How links name that a group is referred to.
pub(crate) fn reference_link(group: &str) -> String {
    format!("ref:{group}")
}

impl Listed for GroupRule {
    const FILTERS: &'static [(&'static str, Accessor<GroupRule>)] =
        &[("group-id", |r, p| p.text(&r.group)), ("security-group-rule-id", |r, p| p.text(&r.id))];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for GroupRule {
    const TABLE: &'static str = "ec2.security_group_rule";
    const KIND: &'static Kind = &SECURITY_GROUP_RULE;
    const LINKED: &'static [&'static str] = &["group-id"];
    fn parents(&self) -> Vec<String> {
        let mut all = vec![self.group.clone()];
        all.extend(Some(&self.prefix_list).filter(|p| !p.is_empty()).cloned());
        all.extend(Some(&self.referenced_group).filter(|g| !g.is_empty()).map(|g| reference_link(g)));
        all
    }
}

fn present(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|t| !t.is_empty())
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, r: &GroupRule, tags: &Tags) -> s::SecurityGroupRule {
    let any = r.protocol == "-1";
    s::SecurityGroupRule {
        security_group_rule_id: Some(r.id.clone()),
        group_id: Some(r.group.clone()),
        group_owner_id: Some(cx.scope.account.clone()),
        is_egress: Some(r.egress),
        ip_protocol: Some(r.protocol.clone()),
        from_port: r.from.or(any.then_some(-1)),
        to_port: r.to.or(any.then_some(-1)),
        cidr_ipv4: present(&r.ipv4),
        cidr_ipv6: present(&r.ipv6),
        prefix_list_id: present(&r.prefix_list),
        referenced_group_info: present(&r.referenced_group).map(|id| s::ReferencedSecurityGroup {
            group_id: Some(id),
            user_id: present(&r.referenced_owner),
            ..s::ReferencedSecurityGroup::default()
        }),
        description: r.description.clone(),
        tags: Some(tags::all_shown(tags)),
        security_group_rule_arn: Some(SECURITY_GROUP_RULE.arn(cx, &r.id)),
    }
}

/// Rules bundled by protocol and ports.
pub(crate) fn permissions<'r>(rules: impl Iterator<Item = &'r GroupRule>) -> Vec<s::IpPermission> {
    let mut all: Vec<s::IpPermission> = Vec::new();
    for r in rules {
        let same = |p: &&mut s::IpPermission| {
            p.ip_protocol.as_ref() == Some(&r.protocol) && p.from_port == r.from && p.to_port == r.to
        };
        match all.iter_mut().find(same) {
            Some(there) => add(there, r),
            None => {
                let mut new = s::IpPermission {
                    ip_protocol: Some(r.protocol.clone()),
                    from_port: r.from,
                    to_port: r.to,
                    user_id_group_pairs: Some(Vec::new()),
                    ip_ranges: Some(Vec::new()),
                    ipv6_ranges: Some(Vec::new()),
                    prefix_list_ids: Some(Vec::new()),
                };
                add(&mut new, r);
                all.push(new);
            }
        }
    }
    all
}

fn add(p: &mut s::IpPermission, r: &GroupRule) {
    let description = r.description.clone();
    if let Some(cidr_ip) = present(&r.ipv4) {
        p.ip_ranges.get_or_insert_default().push(s::IpRange { description, cidr_ip: Some(cidr_ip) });
    } else if let Some(cidr_ipv6) = present(&r.ipv6) {
        p.ipv6_ranges.get_or_insert_default().push(s::Ipv6Range { description, cidr_ipv6: Some(cidr_ipv6) });
    } else if let Some(id) = present(&r.prefix_list) {
        let list = s::PrefixListId { description, prefix_list_id: Some(id) };
        p.prefix_list_ids.get_or_insert_default().push(list);
    } else {
        p.user_id_group_pairs.get_or_insert_default().push(s::UserIdGroupPair {
            description,
            user_id: present(&r.referenced_owner),
            group_id: present(&r.referenced_group),
            ..s::UserIdGroupPair::default()
        });
    }
}
