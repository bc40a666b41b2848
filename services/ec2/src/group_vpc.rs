//! Security groups in other VPCs than their own: associations, and which groups a VPC's rules can refer to.
//! Source: VPC user guide, "Associate security groups with multiple VPCs", "Security group rules", "Work with stale security
//! group rules" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::filter::Accessor;
use crate::kind::Kind;
use crate::life::{Life, Lives};
use crate::resource::{self, Listed, Of, Resource, get, on};
use crate::security_group::SecurityGroup;
use crate::security_group_rule::GroupRule;
use crate::transit_gateway::TransitGateway;
use crate::transit_gateway::attachment::{Attachment, between};
use crate::vpc_peering_connection::Peering;

/// How transit gateways and their attachments name that groups can be referred to over them.
const OVER_GATEWAYS: &str = "SecurityGroupReferencingSupport";

pub(crate) static GROUP_VPC: Kind = Kind {
    noun: "security-group-vpc-association",
    prefix: "sgvpc",
    not_found: ("InvalidAssociationID.NotFound", "The association '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<GroupVpc>,
};

/// That a group can be used in another VPC.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GroupVpc {
    pub(crate) id: String,
    pub(crate) group: String,
    pub(crate) vpc: String,
    pub(crate) life: Life,
}

impl Row for GroupVpc {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.group);
        w.put(3, &self.vpc);
        w.put(4, &self.life);
    }
    fn read(r: &mut RowReader) -> Result<GroupVpc, RowError> {
        Ok(GroupVpc { id: r.get(1)?, group: r.get(2)?, vpc: r.get(3)?, life: r.get(4)? })
    }
}

impl GroupVpc {
    /// `associating`, `associated`, `disassociating`, `disassociated`.
    pub(crate) fn state(&self, cx: &Cx) -> &'static str {
        match self.life.state(cx) {
            "pending" => "associating",
            "available" => "associated",
            "deleting" => "disassociating",
            _ => "disassociated",
        }
    }
}

impl Listed for GroupVpc {
    const FILTERS: &'static [(&'static str, Accessor<GroupVpc>)] = &[
        ("group-id", |a, p| p.text(&a.group)),
        ("group-owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("state", |a, p| p.text(a.state(p.cx))),
        ("vpc-id", |a, p| p.text(&a.vpc)),
        ("vpc-owner-id", |_, p| p.text(&p.cx.scope.account)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for GroupVpc {
    const TABLE: &'static str = "ec2.security_group_vpc";
    const KIND: &'static Kind = &GROUP_VPC;
    const LINKED: &'static [&'static str] = &["group-id", "vpc-id"];
    fn parents(&self) -> Vec<String> {
        vec![self.group.clone(), self.vpc.clone()]
    }
}

impl Lives for GroupVpc {
    fn life(&mut self) -> &mut Life {
        &mut self.life
    }
}

/// The association of a group with a VPC, if it lasts.
pub(crate) fn lasting(cx: &Cx, group: &str, vpc: &str) -> Result<Option<GroupVpc>, Fault> {
    Ok(on::<GroupVpc>(cx, group)?.into_iter().find(|a| a.vpc == vpc && a.life.lasts()))
}

/// Whether interfaces in a VPC can have the group.
pub(crate) fn is_usable(cx: &Cx, group: &SecurityGroup, vpc: &str) -> Result<bool, Fault> {
    let there = || lasting(cx, &group.id, vpc).map(|a| a.is_some_and(|a| a.state(cx) == "associated"));
    if group.vpc == vpc { Ok(true) } else { there() }
}

/// Groups of other VPCs that can be used in this one.
pub(crate) fn guests(cx: &Cx, vpc: &str) -> Result<Vec<SecurityGroup>, Fault> {
    let associated = on::<GroupVpc>(cx, vpc)?.into_iter().filter(|a| a.state(cx) == "associated");
    associated.filter_map(|a| get::<SecurityGroup>(cx, &a.group).transpose()).collect()
}

/// The peering connection between a VPC and another one, the active one if there is any.
fn peering(cx: &Cx, vpc: &str, other: &str) -> Result<Option<Peering>, Fault> {
    let mut all = on::<Peering>(cx, vpc)?;
    all.retain(|c| c.requester.vpc == other || c.accepter.vpc == other);
    all.sort_by_key(|c| c.code != "active");
    Ok(all.into_iter().next())
}

fn over_gateway(cx: &Cx, vpc: &str, other: &str) -> Result<bool, Fault> {
    for a in on::<Attachment>(cx, vpc)?.into_iter().filter(|a| a.kind == "vpc" && a.lasts()) {
        let through = get::<TransitGateway>(cx, &a.gateway)?.is_some_and(|g| g.is_on(OVER_GATEWAYS));
        if through
            && a.is_on(OVER_GATEWAYS)
            && between(cx, other, &a.gateway)?.is_some_and(|b| b.is_on(OVER_GATEWAYS))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether rules of a VPC's groups can refer to the group.
pub(crate) fn reaches(cx: &Cx, vpc: &str, group: &SecurityGroup) -> Result<bool, Fault> {
    Ok(is_usable(cx, group, vpc)?
        || peering(cx, vpc, &group.vpc)?.is_some_and(|c| c.code == "active")
        || over_gateway(cx, vpc, &group.vpc)?)
}

/// A rule of a VPC's group whose reference leads nowhere, as a list of stale rules shows the reference.
pub(crate) fn stale(cx: &Cx, vpc: &str, rule: &GroupRule) -> Result<Option<s::UserIdGroupPair>, Fault> {
    if rule.referenced_group.is_empty() {
        return Ok(None);
    }
    let owner = rule.referenced_owner.clone();
    let key = (owner.clone(), cx.scope.region.to_owned(), rule.referenced_group.clone());
    let group = cx.get::<Of<SecurityGroup>>(&key)?;
    let over = match &group {
        Some(group) => peering(cx, vpc, &group.vpc)?,
        None => None,
    };
    let good = match &group {
        None => false,
        Some(group) if owner == cx.scope.account => reaches(cx, vpc, group)?,
        Some(_) => over.as_ref().is_some_and(|c| c.code == "active"),
    };
    Ok((!good).then(|| s::UserIdGroupPair {
        group_id: Some(rule.referenced_group.clone()),
        user_id: Some(owner),
        vpc_id: group.map(|g| g.vpc),
        peering_status: over.as_ref().map(|c| c.status(cx.now_ms).0.to_owned()),
        vpc_peering_connection_id: over.map(|c| c.id),
        description: rule.description.clone(),
        ..s::UserIdGroupPair::default()
    }))
}

/// A group as a VPC's list of what it can use filters it.
pub(crate) struct ForVpc(pub(crate) SecurityGroup);

impl Listed for ForVpc {
    const FILTERS: &'static [(&'static str, Accessor<ForVpc>)] = &[
        ("description", |g, p| p.text(&g.0.description)),
        ("group-id", |g, p| p.text(&g.0.id)),
        ("group-name", |g, p| p.text(&g.0.name)),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("primary-vpc-id", |g, p| p.text(&g.0.vpc)),
    ];
    fn id(&self) -> &str {
        &self.0.id
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, a: &GroupVpc) -> s::SecurityGroupVpcAssociation {
    s::SecurityGroupVpcAssociation {
        group_id: Some(a.group.clone()),
        vpc_id: Some(a.vpc.clone()),
        vpc_owner_id: Some(cx.scope.account.clone()),
        state: Some(a.state(cx).to_owned()),
        state_reason: None,
        group_owner_id: Some(cx.scope.account.clone()),
    }
}
