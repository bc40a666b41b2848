//! Rows as the shapes of answers. Which members an operation leaves out is the operation's to say.

use codec::Timestamp;
use directory::{Group, InstanceProfile, Policy, Role, User};
use kernel::Cx;

use crate::documents;
use crate::holder::{arn, arn_of};
use crate::state::UseCount;

/// A moment as IAM shows it: whole seconds.
pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_epoch_s(ms.div_euclid(1_000))
}

/// Tags, or nothing where there are none.
pub(crate) fn tags(tags: &[(String, String)]) -> Option<Vec<shapes_iam::Tag>> {
    (!tags.is_empty()).then(|| tag_list(tags))
}

/// Tags.
pub(crate) fn tag_list(tags: &[(String, String)]) -> Vec<shapes_iam::Tag> {
    tags.iter().map(|(k, v)| shapes_iam::Tag { key: k.clone(), value: v.clone() }).collect()
}

/// A permissions boundary.
pub(crate) fn boundary(arn: &Option<String>) -> Option<shapes_iam::AttachedPermissionsBoundary> {
    arn.as_ref().map(|arn| shapes_iam::AttachedPermissionsBoundary {
        permissions_boundary_type: Some("Policy".to_owned()),
        permissions_boundary_arn: Some(arn.clone()),
    })
}

/// A user, whole.
pub(crate) fn user(cx: &Cx, row: &User) -> shapes_iam::User {
    shapes_iam::User {
        permissions_boundary: boundary(&row.boundary),
        tags: tags(&row.tags),
        ..listed_user(cx, row)
    }
}

/// A user as lists show it: without tags and boundary.
/// Source: IAM API reference, "ListUsers": "resource-listing operations return a subset of the available attributes".
pub(crate) fn listed_user(cx: &Cx, row: &User) -> shapes_iam::User {
    shapes_iam::User {
        path: Some(row.path.clone()),
        user_name: Some(row.name.clone()),
        user_id: row.id.clone(),
        arn: arn(cx, row),
        create_date: at(row.created_ms),
        password_last_used: row.password_last_used_ms.map(at),
        ..shapes_iam::User::default()
    }
}

/// A group.
pub(crate) fn group(cx: &Cx, row: &Group) -> shapes_iam::Group {
    shapes_iam::Group {
        path: row.path.clone(),
        group_name: row.name.clone(),
        group_id: row.id.clone(),
        arn: arn(cx, row),
        create_date: at(row.created_ms),
    }
}

/// A role, whole.
pub(crate) fn role(cx: &Cx, row: &Role) -> shapes_iam::Role {
    shapes_iam::Role {
        permissions_boundary: boundary(&row.boundary),
        tags: tags(&row.tags),
        role_last_used: Some(role_last_used(cx, row)),
        ..listed_role(cx, row)
    }
}

/// A role as lists show it: without tags, boundary and last use. Source: recorded, ListRoles 2023-2025.
pub(crate) fn listed_role(cx: &Cx, row: &Role) -> shapes_iam::Role {
    shapes_iam::Role {
        path: row.path.clone(),
        role_name: row.name.clone(),
        role_id: row.id.clone(),
        arn: arn(cx, row),
        create_date: at(row.created_ms),
        assume_role_policy_document: Some(documents::encode(&row.trust)),
        description: row.description.clone(),
        max_session_duration: Some(row.max_session_s),
        ..shapes_iam::Role::default()
    }
}

/// When and where a role's sessions last made a call; empty if never. Noted by the kernel under `arn|service`.
pub(crate) fn role_last_used(cx: &Cx, row: &Role) -> shapes_iam::RoleLastUsed {
    let uses = cx.directory.last_uses.with_prefix(&format!("{}|", arn(cx, row)));
    let last = uses.into_iter().map(|(_, u)| u).filter(|u| u.at_ms >= row.created_ms).max_by_key(|u| u.at_ms);
    match last {
        Some(u) => shapes_iam::RoleLastUsed { last_used_date: Some(at(u.at_ms)), region: Some(u.region) },
        None => shapes_iam::RoleLastUsed::default(),
    }
}

/// A customer managed policy, without tags.
pub(crate) fn policy(cx: &Cx, row: &Policy, uses: UseCount) -> shapes_iam::Policy {
    shapes_iam::Policy {
        policy_name: Some(row.name.clone()),
        policy_id: Some(row.id.clone()),
        arn: Some(arn_of(cx, "policy", &row.path, &row.name)),
        path: Some(row.path.clone()),
        default_version_id: Some(format!("v{}", row.default_version)),
        attachment_count: i32::try_from(uses.attachments).ok(),
        permissions_boundary_usage_count: i32::try_from(uses.boundaries).ok(),
        is_attachable: Some(true),
        description: row.description.clone(),
        create_date: Some(at(row.created_ms)),
        update_date: Some(at(row.updated_ms)),
        tags: None,
    }
}

/// An instance profile with its role, if it has one.
pub(crate) fn instance_profile(
    cx: &Cx,
    row: &InstanceProfile,
    role: Option<&Role>,
) -> shapes_iam::InstanceProfile {
    shapes_iam::InstanceProfile {
        path: row.path.clone(),
        instance_profile_name: row.name.clone(),
        instance_profile_id: row.id.clone(),
        arn: arn_of(cx, "instance-profile", &row.path, &row.name),
        create_date: at(row.created_ms),
        roles: role
            .map(|r| shapes_iam::Role { max_session_duration: None, ..listed_role(cx, r) })
            .into_iter()
            .collect(),
        tags: tags(&row.tags),
    }
}
