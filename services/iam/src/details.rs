//! The parts of GetAccountAuthorizationDetails: what there is to tell, and each part in full.
//! AWS managed policies are told where the account uses them.

use codec::Fault;
use directory::{Group, Groups, ManagedPolicy, Policies, Policy, Role, Roles, SharedPolicy, User, Users};
use kernel::Cx;
use shapes_iam::{
    GetAccountAuthorizationDetailsResponse, GroupDetail, ManagedPolicyDetail, PolicyDetail, RoleDetail,
    UserDetail,
};
use store::Table;

use crate::answers::{self, at, tag_list};
use crate::attach;
use crate::documents::encode;
use crate::holder::{Holder, arn, arn_of};
use crate::managed::{self, Managed};
use crate::policies;
use crate::profiles;
use crate::state::{ProfilesOfRole, UseCounts, home, key, seconds};

/// One of the account's things.
pub(crate) enum Item {
    /// A user.
    User(User),
    /// A group.
    Group(Group),
    /// A role.
    Role(Role),
    /// A customer managed policy.
    Local(Policy),
    /// An AWS managed policy.
    Aws(SharedPolicy),
}

impl Item {
    /// Users, groups, roles, policies, each by name.
    pub(crate) fn order(&self) -> String {
        let (section, name) = match self {
            Item::User(u) => (0, &u.name),
            Item::Group(g) => (1, &g.name),
            Item::Role(r) => (2, &r.name),
            Item::Local(p) => (3, &p.name),
            Item::Aws(p) => (4, &p.about.name),
        };
        format!("{section}{}", name.to_ascii_lowercase())
    }
}

/// Everything of the wanted kinds; no kind means all.
pub(crate) fn items(cx: &Cx, kinds: &[&str]) -> Result<Vec<Item>, Fault> {
    let wanted = |kind: &str| kinds.is_empty() || kinds.contains(&kind);
    let mut all = Vec::new();
    if wanted("User") {
        all.extend(rows::<Users>(cx)?.into_iter().map(Item::User));
    }
    if wanted("Group") {
        all.extend(rows::<Groups>(cx)?.into_iter().map(Item::Group));
    }
    if wanted("Role") {
        all.extend(rows::<Roles>(cx)?.into_iter().map(Item::Role));
    }
    if wanted("LocalManagedPolicy") {
        all.extend(rows::<Policies>(cx)?.into_iter().map(Item::Local));
    }
    if wanted("AWSManagedPolicy") {
        for (key, _) in cx.scan_prefix::<UseCounts>(&home(cx))? {
            if let Some(Managed::Aws(policy)) = managed::lookup(cx, &key.2)? {
                all.push(Item::Aws(policy));
            }
        }
    }
    Ok(all)
}

fn rows<T: Table>(cx: &Cx) -> Result<Vec<T::Row>, Fault> {
    Ok(cx.scan_prefix::<T>(&home(cx))?.map(|(_, row)| row).collect())
}

/// Adds an item to the answer.
pub(crate) fn show(
    cx: &Cx,
    item: &Item,
    out: &mut GetAccountAuthorizationDetailsResponse,
) -> Result<(), Fault> {
    match item {
        Item::User(u) => out.user_detail_list.get_or_insert_default().push(user(cx, u)),
        Item::Group(g) => out.group_detail_list.get_or_insert_default().push(group(cx, g)),
        Item::Role(r) => out.role_detail_list.get_or_insert_default().push(role(cx, r)?),
        Item::Local(p) => out.policies.get_or_insert_default().push(local(cx, p)?),
        Item::Aws(p) => out.policies.get_or_insert_default().push(aws(cx, p)?),
    }
    Ok(())
}

fn user(cx: &Cx, row: &User) -> UserDetail {
    UserDetail {
        path: Some(row.path.clone()),
        user_name: Some(row.name.clone()),
        user_id: Some(row.id.clone()),
        arn: Some(arn(cx, row)),
        create_date: Some(at(row.created_ms)),
        user_policy_list: Some(inline(row)),
        group_list: Some(row.groups.clone()),
        attached_managed_policies: Some(attach::listed(row, "/")),
        permissions_boundary: answers::boundary(&row.boundary),
        tags: Some(tag_list(&row.tags)),
    }
}

fn group(cx: &Cx, row: &Group) -> GroupDetail {
    GroupDetail {
        path: Some(row.path.clone()),
        group_name: Some(row.name.clone()),
        group_id: Some(row.id.clone()),
        arn: Some(arn(cx, row)),
        create_date: Some(at(row.created_ms)),
        group_policy_list: Some(inline(row)),
        attached_managed_policies: Some(attach::listed(row, "/")),
    }
}

fn role(cx: &Cx, row: &Role) -> Result<RoleDetail, Fault> {
    let mut instance_profile_list = Vec::new();
    for name in seconds::<ProfilesOfRole>(cx, &row.name)? {
        let (_, profile) = profiles::find(cx, &name)?;
        instance_profile_list.push(profiles::listed(cx, &profile)?);
    }
    Ok(RoleDetail {
        path: Some(row.path.clone()),
        role_name: Some(row.name.clone()),
        role_id: Some(row.id.clone()),
        arn: Some(arn(cx, row)),
        create_date: Some(at(row.created_ms)),
        assume_role_policy_document: Some(encode(&row.trust)),
        instance_profile_list: Some(instance_profile_list),
        role_policy_list: Some(inline(row)),
        attached_managed_policies: Some(attach::listed(row, "/")),
        permissions_boundary: answers::boundary(&row.boundary),
        tags: Some(tag_list(&row.tags)),
        role_last_used: Some(answers::role_last_used(cx, row)),
    })
}

fn inline<H: Holder>(row: &H) -> Vec<PolicyDetail> {
    let all = row.inline().iter();
    all.map(|(name, document)| PolicyDetail {
        policy_name: Some(name.clone()),
        policy_document: Some(encode(document)),
    })
    .collect()
}

fn local(cx: &Cx, row: &Policy) -> Result<ManagedPolicyDetail, Fault> {
    let uses = managed::uses(cx, &arn_of(cx, "policy", &row.path, &row.name))?;
    let versions = policies::versions(cx, &key(cx, &row.name))?;
    let versions = versions.iter().rev().map(|(n, v)| policies::version(*n, v, row, true));
    Ok(detail(answers::policy(cx, row, uses), versions.collect()))
}

fn aws(cx: &Cx, policy: &ManagedPolicy) -> Result<ManagedPolicyDetail, Fault> {
    let uses = managed::uses(cx, &policies::aws_arn(cx, &policy.about))?;
    Ok(detail(policies::aws(cx, &policy.about, uses), vec![policies::aws_version(policy, true)]))
}

fn detail(p: shapes_iam::Policy, versions: Vec<shapes_iam::PolicyVersion>) -> ManagedPolicyDetail {
    ManagedPolicyDetail {
        policy_name: p.policy_name,
        policy_id: p.policy_id,
        arn: p.arn,
        path: p.path,
        default_version_id: p.default_version_id,
        attachment_count: p.attachment_count,
        permissions_boundary_usage_count: p.permissions_boundary_usage_count,
        is_attachable: p.is_attachable,
        description: p.description,
        create_date: p.create_date,
        update_date: p.update_date,
        policy_version_list: Some(versions),
    }
}
