//! `UpdateGroup`: gives a group another name or path; its members and policies stay.
//! Source: IAM API reference, "UpdateGroup" (2026-11-22).

use crate::err;
use crate::guards;
use crate::holder;
use crate::managed;
use crate::state::{Mark, Members, key, pair, seconds};
use codec::{Empty, Fault};
use directory::{Group, Groups, User, Users};
use kernel::{Cx, Guard, Operation, Target};
use shapes_iam::{UpdateGroupRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::UpdateGroup>(guard, decide)
}

fn guard(cx: &Cx, i: &UpdateGroupRequest) -> Result<Guard, Fault> {
    let target = guards::entity::<Group>(cx, &i.group_name)?;
    Ok(match cx.get::<Groups>(&key(cx, &i.group_name))? {
        Some(row) if i.new_group_name.is_some() || i.new_path.is_some() => {
            let path = i.new_path.as_deref().unwrap_or(&row.path);
            let name = i.new_group_name.as_deref().unwrap_or(&row.name);
            Guard::of(target).and(Target::on(holder::arn_of(cx, "group", path, name)))
        }
        _ => Guard::of(target),
    })
}

fn decide(cx: &mut Cx, i: &UpdateGroupRequest) -> Result<Empty, Fault> {
    let (old_key, mut row) = holder::find::<Group>(cx, &i.group_name)?;
    if let Some(path) = &i.new_path {
        row.path.clone_from(path);
    }
    if let Some(name) = i.new_group_name.as_ref().filter(|n| **n != row.name) {
        let new_key = key(cx, name);
        if new_key != old_key && cx.get::<Groups>(&new_key)?.is_some() {
            return Err(err::exists(holder::Kind::Group, name));
        }
        rename(cx, &row, name)?;
        cx.delete::<Groups>(&old_key);
        row.name.clone_from(name);
    }
    let key = key(cx, &row.name);
    cx.put::<Groups>(&key, &row);
    Ok(Empty {})
}

/// Moves members and policy uses to the new name.
fn rename(cx: &mut Cx, row: &Group, new_name: &str) -> Result<(), Fault> {
    managed::rename_uses(cx, row, new_name)?;
    for user in seconds::<Members>(cx, &row.name)? {
        let (user_key, mut member) = holder::find::<User>(cx, &user)?;
        let names = member.groups.iter_mut().filter(|g| g.eq_ignore_ascii_case(&row.name));
        names.for_each(|g| new_name.clone_into(g));
        cx.put::<Users>(&user_key, &member);
        let old = pair(cx, &row.name, &user);
        cx.delete::<Members>(&old);
        let new = pair(cx, new_name, &user);
        cx.put::<Members>(&new, &Mark);
    }
    Ok(())
}
