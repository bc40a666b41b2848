//! From a request's permissions to rules: protocols, ports, blocks, groups, checked as AWS does.
//! Source: EC2 API reference, "IpPermission", "AuthorizeSecurityGroupIngress" (2026-11-22); texts as reported by its users.

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{IpPermission, IpRange, UserIdGroupPair};

use crate::cidr::Cidr;
use crate::err::{fault, invalid_value, missing};
use crate::group_vpc;
use crate::prefix_list;
use crate::resource::{children, find};
use crate::security_group::{SecurityGroup, by_id_or_name};
use crate::security_group_rule::{GroupRule, SECURITY_GROUP_RULE, reference_link};

/// Characters of a description.
const DESCRIPTION: usize = 255;

/// The older form of a request: one block or one group.
#[derive(Debug, Default)]
pub(crate) struct Flat<'a> {
    pub(crate) protocol: Option<&'a str>,
    pub(crate) from: Option<i32>,
    pub(crate) to: Option<i32>,
    pub(crate) cidr: Option<&'a str>,
    pub(crate) source_name: Option<&'a str>,
    pub(crate) source_owner: Option<&'a str>,
}

impl Flat<'_> {
    fn permission(&self) -> Option<IpPermission> {
        let ports = self.from.is_some() || self.to.is_some();
        let ends = self.cidr.is_some() || self.source_name.is_some() || self.source_owner.is_some();
        if self.protocol.is_none() && !ports && !ends {
            return None;
        }
        let range = |c: &str| IpRange { description: None, cidr_ip: Some(c.to_owned()) };
        let pair = |n: &str| UserIdGroupPair {
            group_name: Some(n.to_owned()),
            user_id: self.source_owner.map(str::to_owned),
            ..UserIdGroupPair::default()
        };
        // A source group alone means all traffic from it.
        let protocol = self.protocol.or(self.source_name.map(|_| "-1"));
        Some(IpPermission {
            ip_protocol: protocol.map(str::to_owned),
            from_port: self.from,
            to_port: self.to,
            ip_ranges: Some(self.cidr.iter().map(|c| range(c)).collect()),
            user_id_group_pairs: Some(self.source_name.iter().map(|n| pair(n)).collect()),
            ..IpPermission::default()
        })
    }
}

/// The rules that a request names, without ids.
///
/// Errors: MissingParameter; InvalidParameterValue; InvalidPermission.Malformed; InvalidGroup.NotFound;
/// InvalidPrefixListID.NotFound; InvalidParameterValue: the same rule twice.
pub(crate) fn rules(
    cx: &Cx,
    group: &SecurityGroup,
    egress: bool,
    given: Option<&[IpPermission]>,
    flat: &Flat<'_>,
) -> Result<Vec<GroupRule>, Fault> {
    let mut all = Vec::new();
    let flat = flat.permission();
    let given = given.unwrap_or_default();
    if given.is_empty() && flat.is_none() {
        return Err(missing("ipPermissions"));
    }
    for p in given.iter().chain(&flat) {
        let head = head(group, egress, p)?;
        let before = all.len();
        ends(cx, &head, p, &mut all)?;
        if all.len() == before {
            let text = "The request must include at least one CIDR block, security group or prefix list";
            return Err(fault("InvalidPermission.Malformed", text));
        }
    }
    for (i, rule) in all.iter().enumerate() {
        if all[..i].iter().any(|r| r.same_as(rule)) {
            return Err(invalid_value("The same permission must not appear multiple times"));
        }
    }
    Ok(all)
}

/// What all rules of a permission share.
fn head(group: &SecurityGroup, egress: bool, p: &IpPermission) -> Result<GroupRule, Fault> {
    let protocol = protocol(p.ip_protocol.as_deref().ok_or_else(|| missing("ipProtocol"))?)?;
    let (from, to) = ports(&protocol, p.from_port, p.to_port)?;
    Ok(GroupRule { group: group.id.clone(), egress, protocol, from, to, ..GroupRule::default() })
}

/// A protocol's name as EC2 keeps it.
pub(crate) fn protocol(given: &str) -> Result<String, Fault> {
    let name = match given.to_ascii_lowercase().as_str() {
        "-1" | "all" => "-1",
        "tcp" | "6" => "tcp",
        "udp" | "17" => "udp",
        "icmp" | "1" => "icmp",
        "icmpv6" | "58" => "icmpv6",
        number if number.parse::<u8>().is_ok() => number,
        _ => {
            let text = format!("Invalid value '{given}' for IP protocol. Unknown protocol.");
            return Err(fault("InvalidPermission.Malformed", text));
        }
    }
    .to_owned();
    Ok(name)
}

/// Ports, or type and code of ICMP.
pub(crate) fn ports(
    protocol: &str,
    from: Option<i32>,
    to: Option<i32>,
) -> Result<(Option<i32>, Option<i32>), Fault> {
    match protocol {
        "tcp" | "udp" => {
            let (Some(from), Some(to)) = (from, to) else {
                return Err(invalid_value(
                    "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
                ));
            };
            // -1 means all, as it does for ICMP.
            let (from, to) = if (from, to) == (-1, -1) { (0, 65_535) } else { (from, to) };
            let good = (0..=65_535).contains(&from) && (0..=65_535).contains(&to) && from <= to;
            match good {
                true => Ok((Some(from), Some(to))),
                false => Err(invalid_value(format!("Invalid TCP/UDP port range ({from}:{to})"))),
            }
        }
        "icmp" | "icmpv6" => {
            let (kind, code) = (from.unwrap_or(-1), to.unwrap_or(-1));
            match (-1..=255).contains(&kind) && (-1..=255).contains(&code) {
                true => Ok((Some(kind), Some(code))),
                false => Err(invalid_value(format!("ICMP code ({code}) out of range"))),
            }
        }
        _ => Ok((None, None)),
    }
}

/// A description that may stand on a rule.
pub(crate) fn description(given: Option<&String>) -> Result<Option<String>, Fault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    let Some(text) = given.filter(|t| !t.is_empty()) else { return Ok(None) };
    if text.chars().count() > DESCRIPTION {
        let text = "Invalid rule description. Rule descriptions have a maximum length of 255 characters.";
        return Err(invalid_value(text));
    }
    match text.chars().all(allowed) {
        true => Ok(Some(text.clone())),
        false => Err(invalid_value(
            "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        )),
    }
}

fn ends(cx: &Cx, head: &GroupRule, p: &IpPermission, all: &mut Vec<GroupRule>) -> Result<(), Fault> {
    for r in p.ip_ranges.iter().flatten() {
        let ipv4 = block(r.cidr_ip.as_deref(), false)?;
        all.push(GroupRule { ipv4, description: description(r.description.as_ref())?, ..head.clone() });
    }
    for r in p.ipv6_ranges.iter().flatten() {
        let ipv6 = block(r.cidr_ipv6.as_deref(), true)?;
        all.push(GroupRule { ipv6, description: description(r.description.as_ref())?, ..head.clone() });
    }
    for r in p.prefix_list_ids.iter().flatten() {
        let list =
            prefix_list::known(cx, r.prefix_list_id.as_deref().ok_or_else(|| missing("prefixListId"))?)?;
        let description = description(r.description.as_ref())?;
        all.push(GroupRule { prefix_list: list.id, description, ..head.clone() });
    }
    for r in p.user_id_group_pairs.iter().flatten() {
        let other = referenced(cx, r)?;
        all.push(GroupRule {
            referenced_group: other,
            referenced_owner: r.user_id.clone().unwrap_or_else(|| cx.scope.account.clone()),
            description: description(r.description.as_ref())?,
            ..head.clone()
        });
    }
    Ok(())
}

fn referenced(cx: &Cx, pair: &UserIdGroupPair) -> Result<String, Fault> {
    let own = pair.user_id.as_ref().is_none_or(|u| *u == cx.scope.account);
    match (&pair.group_id, own) {
        // A group of another account can only be named by its id, over a peering connection; it isn't looked at.
        (Some(id), false) => Ok(id.clone()),
        // One that is gone can still be named to take its rules away.
        (Some(id), true) if children(cx, &reference_link(id), &SECURITY_GROUP_RULE)?.next().is_some() => {
            Ok(id.clone())
        }
        (Some(id), true) => Ok(find::<SecurityGroup>(cx, id)?.id),
        (None, true) => Ok(by_id_or_name(cx, None, pair.group_name.as_deref())?.id),
        (None, false) => {
            let name = pair.group_name.as_deref().ok_or_else(|| missing("groupId"))?;
            Err(fault("InvalidGroup.NotFound", format!("The security group '{name}' does not exist")))
        }
    }
}

/// Refuses a rule that refers to an own group that its VPC doesn't reach.
///
/// Errors: InvalidGroup.NotFound.
pub(crate) fn reachable(cx: &Cx, group: &SecurityGroup, rule: &GroupRule) -> Result<(), Fault> {
    if rule.referenced_group.is_empty() || rule.referenced_owner != cx.scope.account {
        return Ok(());
    }
    let other = find::<SecurityGroup>(cx, &rule.referenced_group)?;
    match group_vpc::reaches(cx, &group.vpc, &other)? {
        true => Ok(()),
        false => Err(fault(
            "InvalidGroup.NotFound",
            "You have specified two resources that belong to different networks.",
        )),
    }
}

/// A block as rules keep it.
pub(crate) fn block(text: Option<&str>, v6: bool) -> Result<String, Fault> {
    let text = text.ok_or_else(|| missing(if v6 { "cidrIpv6" } else { "cidrIp" }))?;
    let block = Cidr::parse(text).filter(|c| c.v6 == v6);
    block.map(|b| b.to_string()).ok_or_else(|| invalid_value(format!("CIDR block {text} is malformed")))
}
