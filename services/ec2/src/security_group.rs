//! Security groups: rows and what they look like. Their rules are resources of their own (`security_group_rule.rs`).
//! Source: VPC user guide, "Control traffic to your AWS resources using security groups" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err;
use crate::filter::{Accessor, Probe};
use crate::kind::{Keys, Kind, Seen};
use crate::resource::{self, Listed, Resource, by_link, get, on};
use crate::security_group_rule::{GroupRule, permissions};
use crate::tags::{self, Tags};
use crate::vpc;

pub(crate) static SECURITY_GROUP: Kind = Kind {
    noun: "security-group",
    prefix: "sg",
    not_found: ("InvalidGroup.NotFound", "The security group '{}' does not exist"),
    malformed: Some(("InvalidGroupId.Malformed", "Invalid id: \"{}\"")),
    seen,
};

/// A security group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SecurityGroup {
    /// Id.
    pub(crate) id: String,
    /// Its name, unique in the VPC.
    pub(crate) name: String,
    /// Description; it never changes.
    pub(crate) description: String,
    /// Its VPC.
    pub(crate) vpc: String,
}

impl Row for SecurityGroup {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.name);
        w.put(3, &self.description);
        w.put(4, &self.vpc);
    }
    fn read(r: &mut RowReader) -> Result<SecurityGroup, RowError> {
        Ok(SecurityGroup { id: r.get(1)?, name: r.get(2)?, description: r.get(3)?, vpc: r.get(4)? })
    }
}

fn name_link(vpc: &str, name: &str) -> String {
    format!("group:{vpc}:{name}")
}

/// The VPC's group of that name.
pub(crate) fn named(cx: &Cx, vpc: &str, name: &str) -> Result<Option<SecurityGroup>, Fault> {
    by_link::<SecurityGroup>(cx, &name_link(vpc, name))
}

/// The group of that id, or of that name in the default VPC.
///
/// Errors: MissingParameter, InvalidGroup.NotFound, InvalidGroupId.Malformed.
pub(crate) fn by_id_or_name(cx: &Cx, id: Option<&str>, name: Option<&str>) -> Result<SecurityGroup, Fault> {
    match (id.filter(|i| !i.is_empty()), name.filter(|n| !n.is_empty())) {
        (Some(id), name) => {
            let group = resource::find::<SecurityGroup>(cx, id)?;
            match name.filter(|n| *n != group.name) {
                None => Ok(group),
                Some(other) => Err(err::fault(
                    "InvalidGroup.NotFound",
                    format!("The security group '{other}' does not exist"),
                )),
            }
        }
        (None, Some(name)) => in_default_vpc(cx, name)?.ok_or_else(|| {
            let vpc = vpc::default(cx).ok().flatten().map(|v| v.id).unwrap_or_default();
            let text = format!("The security group '{name}' does not exist in default VPC '{vpc}'");
            err::fault("InvalidGroup.NotFound", text)
        }),
        (None, None) => {
            Err(err::fault("MissingParameter", "The request must contain the parameter groupName or groupId"))
        }
    }
}

fn in_default_vpc(cx: &Cx, name: &str) -> Result<Option<SecurityGroup>, Fault> {
    match vpc::default(cx)? {
        Some(vpc) => named(cx, &vpc.id, name),
        None => Ok(None),
    }
}

fn seen(cx: &Cx, name: &str) -> Result<Option<Seen>, Fault> {
    let group = match get::<SecurityGroup>(cx, name)? {
        Some(group) => Some(group),
        None => in_default_vpc(cx, name)?,
    };
    Ok(group.map(|g| Seen { id: g.id.clone(), arn_id: g.id.clone(), keys: g.keys(cx) }))
}

/// Shows the probe something of every rule of one direction.
fn of_rules(g: &SecurityGroup, p: &mut Probe<'_>, egress: bool, show: fn(&GroupRule, &mut Probe<'_>)) {
    for rule in on::<GroupRule>(p.cx, &g.id).unwrap_or_default().iter().filter(|r| r.egress == egress) {
        show(rule, p);
    }
}

fn group_name(rule: &GroupRule, p: &mut Probe<'_>) {
    let group = get::<SecurityGroup>(p.cx, &rule.referenced_group).ok().flatten();
    p.maybe(group.as_ref().map(|g| g.name.as_str()));
}

fn port(value: Option<i32>, p: &mut Probe<'_>) {
    if let Some(value) = value {
        p.number(value);
    }
}

impl Listed for SecurityGroup {
    const FILTERS: &'static [(&'static str, Accessor<SecurityGroup>)] = &[
        ("description", |g, p| p.text(&g.description)),
        ("egress.ip-permission.cidr", |g, p| of_rules(g, p, true, |r, p| p.text(&r.ipv4))),
        ("egress.ip-permission.from-port", |g, p| of_rules(g, p, true, |r, p| port(r.from, p))),
        ("egress.ip-permission.group-id", |g, p| of_rules(g, p, true, |r, p| p.text(&r.referenced_group))),
        ("egress.ip-permission.group-name", |g, p| of_rules(g, p, true, group_name)),
        ("egress.ip-permission.ipv6-cidr", |g, p| of_rules(g, p, true, |r, p| p.text(&r.ipv6))),
        ("egress.ip-permission.prefix-list-id", |g, p| of_rules(g, p, true, |r, p| p.text(&r.prefix_list))),
        ("egress.ip-permission.protocol", |g, p| of_rules(g, p, true, |r, p| p.text(&r.protocol))),
        ("egress.ip-permission.to-port", |g, p| of_rules(g, p, true, |r, p| port(r.to, p))),
        ("egress.ip-permission.user-id", |g, p| of_rules(g, p, true, |r, p| p.text(&r.referenced_owner))),
        ("group-id", |g, p| p.text(&g.id)),
        ("group-name", |g, p| p.text(&g.name)),
        ("ip-permission.cidr", |g, p| of_rules(g, p, false, |r, p| p.text(&r.ipv4))),
        ("ip-permission.from-port", |g, p| of_rules(g, p, false, |r, p| port(r.from, p))),
        ("ip-permission.group-id", |g, p| of_rules(g, p, false, |r, p| p.text(&r.referenced_group))),
        ("ip-permission.group-name", |g, p| of_rules(g, p, false, group_name)),
        ("ip-permission.ipv6-cidr", |g, p| of_rules(g, p, false, |r, p| p.text(&r.ipv6))),
        ("ip-permission.prefix-list-id", |g, p| of_rules(g, p, false, |r, p| p.text(&r.prefix_list))),
        ("ip-permission.protocol", |g, p| of_rules(g, p, false, |r, p| p.text(&r.protocol))),
        ("ip-permission.to-port", |g, p| of_rules(g, p, false, |r, p| port(r.to, p))),
        ("ip-permission.user-id", |g, p| of_rules(g, p, false, |r, p| p.text(&r.referenced_owner))),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("vpc-id", |g, p| p.text(&g.vpc)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for SecurityGroup {
    const TABLE: &'static str = "ec2.security_group";
    const KIND: &'static Kind = &SECURITY_GROUP;
    const LINKED: &'static [&'static str] = &["vpc-id"];
    fn parents(&self) -> Vec<String> {
        vec![self.vpc.clone(), name_link(&self.vpc, &self.name)]
    }
    fn keys(&self, cx: &Cx) -> Keys {
        vec![("ec2:SecurityGroupID", vec![self.id.clone()]), ("ec2:Vpc", vpc::arn(cx, &self.vpc))]
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, g: &SecurityGroup, tags: &Tags) -> Result<s::SecurityGroup, Fault> {
    let rules = on::<GroupRule>(cx, &g.id)?;
    let of = |egress| permissions(rules.iter().filter(|r| r.egress == egress));
    Ok(s::SecurityGroup {
        group_id: Some(g.id.clone()),
        ip_permissions_egress: Some(of(true)),
        tags: tags::shown(tags),
        vpc_id: Some(g.vpc.clone()),
        security_group_arn: Some(SECURITY_GROUP.arn(cx, &g.id)),
        owner_id: Some(cx.scope.account.clone()),
        group_name: Some(g.name.clone()),
        description: Some(g.description.clone()),
        ip_permissions: Some(of(false)),
    })
}
