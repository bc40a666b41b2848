//! Guards of IAM's operations: which ARN a call touches, with its path, its tags and IAM's condition keys. A thing that
//! isn't there is named as if it lay under `/`. Denials show `role admin` rather than the ARN, except where a thing is
//! made or passed on. Source: AWS's answers quoted in public issues ("iam:GetRole on resource: role X",
//! "iam:ListPolicies on resource: policy path /", "iam:CreateRole on resource: arn:…").

use codec::Fault;
use directory::{Group, InstanceProfiles, Role, User};
use kernel::{Cx, Guard, Target};

use crate::holder::{Holder, arn, arn_of};
use crate::managed::{self, Managed};
use crate::state::key;
use crate::tags;

/// On an entity by name.
pub(crate) fn entity<H: Holder>(cx: &Cx, name: &str) -> Result<Target, Fault> {
    let target = match cx.get::<H::Rows>(&key(cx, name))? {
        Some(row) => Target::on(arn(cx, &row)).tags(row.tags().to_vec()),
        None => Target::on(arn_of(cx, H::KIND.word(), "/", name)),
    };
    Ok(target.shown(format!("{} {name}", H::KIND.word())))
}

/// As [`entity`], with the boundary that the entity has now: for operations that change what it may do.
pub(crate) fn bounded<H: Holder>(cx: &Cx, name: &str) -> Result<Target, Fault> {
    let target = entity::<H>(cx, name)?;
    let row = cx.get::<H::Rows>(&key(cx, name))?;
    Ok(match row.as_ref().and_then(H::boundary) {
        Some(arn) => target.key("iam:PermissionsBoundary", vec![arn.to_owned()]),
        None => target,
    })
}

/// On a user by name.
pub(crate) fn user(cx: &Cx, name: &str) -> Result<Guard, Fault> {
    Ok(Guard::of(entity::<User>(cx, name)?))
}

/// On a user by name, or on the caller.
pub(crate) fn user_or_caller(cx: &Cx, name: &Option<String>) -> Result<Guard, Fault> {
    match name {
        Some(name) => user(cx, name),
        None if cx.caller.kind == directory::IdentityKind::User => user(cx, &cx.caller.name),
        None => Ok(Guard::resource(cx.caller.arn.clone())),
    }
}

/// On a group by name.
pub(crate) fn group(cx: &Cx, name: &str) -> Result<Guard, Fault> {
    Ok(Guard::of(entity::<Group>(cx, name)?))
}

/// On a role by name.
pub(crate) fn role(cx: &Cx, name: &str) -> Result<Guard, Fault> {
    Ok(Guard::of(entity::<Role>(cx, name)?))
}

/// On a managed policy by ARN.
pub(crate) fn policy(cx: &Cx, arn: &str) -> Result<Target, Fault> {
    let target = Target::on(arn).shown(format!("policy {arn}"));
    Ok(match managed::lookup(cx, arn) {
        Ok(Some(Managed::Customer(_, row))) => target.tags(row.tags),
        _ => target,
    })
}

/// On an instance profile by name.
pub(crate) fn instance_profile(cx: &Cx, name: &str) -> Result<Target, Fault> {
    let target = match cx.get::<InstanceProfiles>(&key(cx, name))? {
        Some(row) => Target::on(arn_of(cx, "instance-profile", &row.path, &row.name)).tags(row.tags),
        None => Target::on(arn_of(cx, "instance-profile", "/", name)),
    };
    Ok(target.shown(format!("instance profile {name}")))
}

/// On all of an account's things of a kind, as list operations are guarded: `arn:…:user/`.
pub(crate) fn all(cx: &Cx, word: &str, path_prefix: &Option<String>) -> Guard {
    let path = path_prefix.as_deref().unwrap_or("/");
    Guard::resource(cx.scope.global_arn("iam", &format!("{word}{path}")))
}

/// On a new thing. With tags in the request, the action that tags such things is needed too.
/// Source: IAM user guide, "Tagging IAM resources" (creating with tags needs both permissions).
pub(crate) fn new(
    cx: &Cx,
    word: &str,
    path: &Option<String>,
    name: &str,
    given: &Option<Vec<shapes_iam::Tag>>,
    tag_action: &'static str,
) -> Guard {
    let target = Target::on(arn_of(cx, word, path.as_deref().unwrap_or("/"), name));
    let target = if word == "policy" { target.shown(format!("policy {name}")) } else { target };
    match given {
        Some(given) if !given.is_empty() => {
            let given = tags::given(given);
            let target = target.request_tags(given);
            Guard::of(target.clone()).and(target.action(tag_action))
        }
        _ => Guard::of(target),
    }
}

/// With the boundary that a request sets.
pub(crate) fn with_boundary(mut guard: Guard, arn: &Option<String>) -> Guard {
    if let (Some(arn), Some(target)) = (arn, guard.targets.first_mut()) {
        target.keys.push(("iam:PermissionsBoundary", vec![arn.clone()]));
    }
    guard
}
