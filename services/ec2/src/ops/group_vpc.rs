//! `AssociateSecurityGroupVpc`, `DisassociateSecurityGroupVpc`, `DescribeSecurityGroupVpcAssociations`,
//! `GetSecurityGroupsForVpc`, `DescribeStaleSecurityGroups`.
//! Source: EC2 API reference, the operations (2026-11-22). Codes and texts are inferred.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, listed, stored};
use crate::err::{fault, invalid_parameter};
use crate::filter::Accessor;
use crate::group_vpc::{self, ForVpc, GroupVpc, guests, lasting, show};
use crate::life::{Life, end};
use crate::network_interface::NetworkInterface;
use crate::resource::{Listed, find, on, save};
use crate::security_group::SecurityGroup;
use crate::security_group_rule::{GroupRule, permissions};
use crate::vpc::Vpc;
use crate::{err, id, tags};

/// AWS takes about this long.
const USUAL_MS: i64 = 10_000;

/// Errors: InvalidGroup.NotFound; InvalidVpcID.NotFound; InvalidParameterValue: a default group, a default VPC, the group's own;
/// Resource.AlreadyAssociated.
pub(crate) fn associate(
    cx: &mut Cx,
    i: &s::AssociateSecurityGroupVpcRequest,
) -> Result<s::AssociateSecurityGroupVpcResult, Fault> {
    let group = find::<SecurityGroup>(cx, &i.group_id)?;
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    if group.name == "default" {
        let why = "A default security group cannot be associated with another VPC.";
        return Err(invalid_parameter(&group.id, "groupId", why));
    }
    if vpc.is_default {
        let why = "A security group cannot be associated with a default VPC.";
        return Err(invalid_parameter(&vpc.id, "vpcId", why));
    }
    if vpc.id == group.vpc {
        return Err(invalid_parameter(&vpc.id, "vpcId", "The security group was created in this VPC."));
    }
    if lasting(cx, &group.id, &vpc.id)?.is_some() {
        let text = format!("resource {} is already associated with {}", group.id, vpc.id);
        return Err(fault("Resource.AlreadyAssociated", text));
    }
    let life = Life::new(cx, USUAL_MS);
    let row = GroupVpc { id: id::fresh(cx, "sgvpc"), group: group.id, vpc: vpc.id, life };
    save(cx, &row)?;
    Ok(s::AssociateSecurityGroupVpcResult { state: Some("associating".to_owned()) })
}

/// Errors: InvalidGroup.NotFound; InvalidVpcID.NotFound; InvalidAssociationID.NotFound; DependencyViolation: interfaces in the
/// VPC have the group.
pub(crate) fn disassociate(
    cx: &mut Cx,
    i: &s::DisassociateSecurityGroupVpcRequest,
) -> Result<s::DisassociateSecurityGroupVpcResult, Fault> {
    let group = find::<SecurityGroup>(cx, &i.group_id)?;
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    let Some(mut row) = lasting(cx, &group.id, &vpc.id)? else {
        let text = format!("The security group '{}' is not associated with VPC '{}'", group.id, vpc.id);
        return Err(fault("InvalidAssociationID.NotFound", text));
    };
    if on::<NetworkInterface>(cx, &group.id)?.iter().any(|n| n.vpc == vpc.id) {
        let text = format!("resource {} has a dependent object in {}", group.id, vpc.id);
        return Err(err::dependency(text));
    }
    end(cx, &mut row, USUAL_MS)?;
    Ok(s::DisassociateSecurityGroupVpcResult { state: Some("disassociating".to_owned()) })
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeSecurityGroupVpcAssociationsRequest,
) -> Result<s::DescribeSecurityGroupVpcAssociationsResult, Fault> {
    let ask =
        Ask::new("DescribeSecurityGroupVpcAssociations", &i.filters).pages(i.max_results, &i.next_token);
    let found = stored::<GroupVpc>(cx, &ask)?;
    let security_group_vpc_associations = found.show(|a, _| show(cx, a));
    Ok(s::DescribeSecurityGroupVpcAssociationsResult {
        security_group_vpc_associations,
        next_token: found.next,
    })
}

/// Errors: InvalidVpcID.NotFound; those of [`listed`].
pub(crate) fn for_vpc(
    cx: &mut Cx,
    i: &s::GetSecurityGroupsForVpcRequest,
) -> Result<s::GetSecurityGroupsForVpcResult, Fault> {
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    let ids = Some(vec![vpc.id.clone()]);
    let ask = Ask::new("GetSecurityGroupsForVpc", &i.filters).ids(&ids).pages(i.max_results, &i.next_token);
    let mut all = on::<SecurityGroup>(cx, &vpc.id)?;
    all.extend(guests(cx, &vpc.id)?);
    all.sort_by(|a, b| a.id.cmp(&b.id));
    let found = listed(cx, &ask, all.into_iter().map(ForVpc))?;
    let security_group_for_vpcs = found.show(|g, own| s::SecurityGroupForVpc {
        description: Some(g.0.description.clone()),
        group_name: Some(g.0.name.clone()),
        owner_id: Some(cx.scope.account.clone()),
        group_id: Some(g.0.id.clone()),
        tags: tags::shown(own),
        primary_vpc_id: Some(g.0.vpc.clone()),
    });
    Ok(s::GetSecurityGroupsForVpcResult { next_token: found.next, security_group_for_vpcs })
}

/// A group with rules that lead nowhere.
struct Stale {
    group: SecurityGroup,
    ingress: Vec<s::StaleIpPermission>,
    egress: Vec<s::StaleIpPermission>,
}

impl Listed for Stale {
    const FILTERS: &'static [(&'static str, Accessor<Stale>)] = &[];
    fn id(&self) -> &str {
        &self.group.id
    }
}

/// Stale rules of one direction, bundled by protocol and ports.
fn bundled(
    cx: &Cx,
    vpc: &str,
    rules: &[GroupRule],
    egress: bool,
) -> Result<Vec<s::StaleIpPermission>, Fault> {
    let mut own: Vec<&GroupRule> = Vec::new();
    for rule in rules.iter().filter(|r| r.egress == egress) {
        if group_vpc::stale(cx, vpc, rule)?.is_some() {
            own.push(rule);
        }
    }
    let bundle = |p: s::IpPermission| {
        let of = |r: &&&GroupRule| {
            Some(&r.protocol) == p.ip_protocol.as_ref() && (r.from, r.to) == (p.from_port, p.to_port)
        };
        let pairs = own.iter().filter(of).filter_map(|r| group_vpc::stale(cx, vpc, r).transpose());
        Ok(s::StaleIpPermission {
            from_port: p.from_port,
            ip_protocol: p.ip_protocol.clone(),
            ip_ranges: Some(Vec::new()),
            prefix_list_ids: Some(Vec::new()),
            to_port: p.to_port,
            user_id_group_pairs: Some(pairs.collect::<Result<_, Fault>>()?),
        })
    };
    permissions(own.iter().copied()).into_iter().map(bundle).collect()
}

/// Errors: InvalidVpcID.NotFound; those of [`listed`].
pub(crate) fn describe_stale(
    cx: &mut Cx,
    i: &s::DescribeStaleSecurityGroupsRequest,
) -> Result<s::DescribeStaleSecurityGroupsResult, Fault> {
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    let ids = Some(vec![vpc.id.clone()]);
    let ask = Ask::new("DescribeStaleSecurityGroups", &None)
        .ids(&ids)
        .pages(i.max_results, &i.next_token)
        .limits(5, 255);
    let mut all = Vec::new();
    for group in on::<SecurityGroup>(cx, &vpc.id)? {
        let rules = on::<GroupRule>(cx, &group.id)?;
        let ingress = bundled(cx, &vpc.id, &rules, false)?;
        let egress = bundled(cx, &vpc.id, &rules, true)?;
        if !ingress.is_empty() || !egress.is_empty() {
            all.push(Stale { group, ingress, egress });
        }
    }
    let found = listed(cx, &ask, all.into_iter())?;
    let stale_security_group_set = found.show(|g, _| s::StaleSecurityGroup {
        description: Some(g.group.description.clone()),
        group_id: Some(g.group.id.clone()),
        group_name: Some(g.group.name.clone()),
        stale_ip_permissions: Some(g.ingress.clone()),
        stale_ip_permissions_egress: Some(g.egress.clone()),
        vpc_id: Some(vpc.id.clone()),
    });
    Ok(s::DescribeStaleSecurityGroupsResult { next_token: found.next, stale_security_group_set })
}
