//! Whom a job is about: a user or role itself, a group's members, or whoever a policy is attached to.

use codec::Fault;
use directory::{Group, Role, User};
use kernel::Cx;

use crate::err;
use crate::holder::{self, Holder, Kind};
use crate::managed;
use crate::state::{Members, seconds};

/// A user or role whose uses count.
#[derive(Clone, Debug)]
pub(super) struct Entity {
    pub(super) arn: String,
    pub(super) created_ms: i64,
    name: String,
    id: String,
    path: String,
    kind: Kind,
}

impl Entity {
    pub(super) fn info(self) -> shapes_iam::EntityInfo {
        shapes_iam::EntityInfo {
            arn: self.arn,
            name: self.name,
            type_: self.kind.word().to_uppercase(),
            id: self.id,
            path: Some(self.path),
        }
    }
}

/// Whether an ARN is a managed policy's.
pub(super) fn is_policy(arn: &str) -> bool {
    arn.split(':').nth(5).is_some_and(|r| r.starts_with("policy/"))
}

/// The users and roles whose uses count for that ARN.
///
/// Errors: InvalidInput: no ARN of IAM's. NoSuchEntity.
pub(super) fn of(cx: &Cx, arn: &str) -> Result<Vec<Entity>, Fault> {
    if is_policy(arn) {
        return of_policy(cx, arn);
    }
    let home = cx.scope.global_arn("iam", "");
    let Some((word, rest)) = arn.strip_prefix(&home).and_then(|r| r.split_once('/')) else {
        return Err(err::invalid_arn(arn));
    };
    let name = rest.rsplit('/').next().unwrap_or(rest);
    let found = match word {
        "user" => vec![user(cx, name)?],
        "role" => vec![role(cx, name)?],
        "group" => {
            let (_, row) = holder::find::<Group>(cx, name)?;
            return match holder::arn(cx, &row) == arn {
                true => members(cx, &row.name),
                false => Err(err::no_such(Kind::Group, name)),
            };
        }
        _ => return Err(err::invalid_arn(arn)),
    };
    match found.iter().all(|e| e.arn == arn) {
        true => Ok(found),
        false => Err(err::no_such(found[0].kind, name)),
    }
}

fn of_policy(cx: &Cx, arn: &str) -> Result<Vec<Entity>, Fault> {
    managed::find(cx, arn)?;
    let mut all = Vec::new();
    for (usage, kind, name) in managed::users_of(cx, arn)? {
        if usage != managed::Usage::Permissions as u8 {
            continue;
        }
        match Kind::ALL.into_iter().find(|k| *k as u8 == kind) {
            Some(Kind::User) => all.push(user(cx, &name)?),
            Some(Kind::Role) => all.push(role(cx, &name)?),
            Some(Kind::Group) => all.extend(members(cx, &name)?),
            None => {}
        }
    }
    all.sort_by(|a, b| a.arn.cmp(&b.arn));
    all.dedup_by(|a, b| a.arn == b.arn);
    Ok(all)
}

fn members(cx: &Cx, group: &str) -> Result<Vec<Entity>, Fault> {
    seconds::<Members>(cx, group)?.iter().map(|name| user(cx, name)).collect()
}

fn user(cx: &Cx, name: &str) -> Result<Entity, Fault> {
    let (_, row) = holder::find::<User>(cx, name)?;
    Ok(entity(cx, &row, row.id.clone(), row.created_ms))
}

fn role(cx: &Cx, name: &str) -> Result<Entity, Fault> {
    let (_, row) = holder::find::<Role>(cx, name)?;
    Ok(entity(cx, &row, row.id.clone(), row.created_ms))
}

fn entity<H: Holder>(cx: &Cx, row: &H, id: String, created_ms: i64) -> Entity {
    Entity {
        arn: holder::arn(cx, row),
        created_ms,
        name: row.name().to_owned(),
        id,
        path: row.path().to_owned(),
        kind: H::KIND,
    }
}
