//! `ListEntitiesForPolicy`: the users, groups and roles that a managed policy is attached to or bounds.
//! Source: IAM API reference, "ListEntitiesForPolicy" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::managed;
use crate::pages;
use codec::Fault;
use directory::{Group, Role, User};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListEntitiesForPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &ListEntitiesForPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::policy(cx, &i.policy_arn)?))
}

fn decide(cx: &mut Cx, i: &ListEntitiesForPolicyRequest) -> Result<ListEntitiesForPolicyResponse, Fault> {
    managed::find(cx, &i.policy_arn)?;
    let prefix = i.path_prefix.as_deref().unwrap_or("/");
    let kind = i.entity_filter.as_deref().unwrap_or("");
    let usage = i.policy_usage_filter.as_deref().unwrap_or("");
    let filters = [i.policy_arn.as_str(), prefix, kind, usage];
    let asked = pages::asked(cx, "ListEntitiesForPolicy", &filters, &i.marker, i.max_items)?;
    let mut all = Vec::new();
    for (used_as, kind, name) in managed::users_of(cx, &i.policy_arn)? {
        let wanted_use = usage.is_empty() || (usage == "PermissionsBoundary") == (used_as == 1);
        if wanted_use && !all.contains(&(kind, name.clone())) {
            all.push((kind, name));
        }
    }
    let mut found = Vec::new();
    for (number, name) in all {
        let entity = entity(cx, number, &name)?;
        if (kind.is_empty() || kind == entity.0) && entity.1.starts_with(prefix) {
            found.push((number, name, entity.2));
        }
    }
    let page = asked.cut_all(cx, found, |(number, name, _)| format!("{number}{name}"));
    let mut out = ListEntitiesForPolicyResponse {
        policy_groups: Some(Vec::new()),
        policy_users: Some(Vec::new()),
        policy_roles: Some(Vec::new()),
        is_truncated: page.is_truncated,
        marker: page.marker,
    };
    for (_, _, entity) in page.items {
        match entity {
            Entity::Group(g) => out.policy_groups.get_or_insert_default().push(g),
            Entity::User(u) => out.policy_users.get_or_insert_default().push(u),
            Entity::Role(r) => out.policy_roles.get_or_insert_default().push(r),
        }
    }
    Ok(out)
}

enum Entity {
    Group(shapes_iam::PolicyGroup),
    User(shapes_iam::PolicyUser),
    Role(shapes_iam::PolicyRole),
}

/// An entity of the index: its kind as the filter spells it, its path, and what the answer shows.
fn entity(cx: &Cx, number: u8, name: &str) -> Result<(&'static str, String, Entity), Fault> {
    let kind = holder::Kind::ALL.into_iter().find(|k| *k as u8 == number);
    Ok(match kind {
        Some(holder::Kind::Group) => {
            let (_, g) = holder::find::<Group>(cx, name)?;
            let shown = shapes_iam::PolicyGroup { group_name: Some(g.name), group_id: Some(g.id) };
            ("Group", g.path, Entity::Group(shown))
        }
        Some(holder::Kind::User) => {
            let (_, u) = holder::find::<User>(cx, name)?;
            let shown = shapes_iam::PolicyUser { user_name: Some(u.name), user_id: Some(u.id) };
            ("User", u.path, Entity::User(shown))
        }
        Some(holder::Kind::Role) => {
            let (_, r) = holder::find::<Role>(cx, name)?;
            let shown = shapes_iam::PolicyRole { role_name: Some(r.name), role_id: Some(r.id) };
            ("Role", r.path, Entity::Role(shown))
        }
        None => return Err(Fault::internal(format!("a policy is used by an entity of kind {number}"))),
    })
}
