//! `UpdateUser`: gives a user another name or path. Everything that belongs to it comes along.
//! Source: IAM API reference, "UpdateUser" (2026-11-22).

use crate::err;
use crate::guards;
use crate::holder;
use crate::state::key;
use crate::trust;
use crate::users;
use codec::{Empty, Fault};
use directory::{User, Users};
use kernel::{Cx, Guard, Operation, Target};
use shapes_iam::{UpdateUserRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::UpdateUser>(guard, decide)
}

fn guard(cx: &Cx, i: &UpdateUserRequest) -> Result<Guard, Fault> {
    let target = guards::entity::<User>(cx, &i.user_name)?;
    let renamed = i.new_user_name.is_some() || i.new_path.is_some();
    let row = cx.get::<Users>(&key(cx, &i.user_name))?;
    Ok(match row {
        Some(row) if renamed => {
            let path = i.new_path.as_deref().unwrap_or(&row.path);
            let name = i.new_user_name.as_deref().unwrap_or(&row.name);
            let new = Target::on(holder::arn_of(cx, "user", path, name)).tags(row.tags.clone());
            Guard::of(target).and(new)
        }
        _ => Guard::of(target),
    })
}

fn decide(cx: &mut Cx, i: &UpdateUserRequest) -> Result<Empty, Fault> {
    let (old_key, mut row) = holder::find::<User>(cx, &i.user_name)?;
    let old_arn = holder::arn(cx, &row);
    if let Some(path) = &i.new_path {
        row.path.clone_from(path);
    }
    if let Some(name) = i.new_user_name.as_ref().filter(|n| **n != row.name) {
        let new_key = key(cx, name);
        if new_key != old_key && cx.get::<Users>(&new_key)?.is_some() {
            return Err(err::exists(holder::Kind::User, name));
        }
        users::rename(cx, &row, name)?;
        cx.delete::<Users>(&old_key);
        row.name.clone_from(name);
    }
    let key = key(cx, &row.name);
    cx.put::<Users>(&key, &row);
    trust::rename_principal(cx, &old_arn, &holder::arn(cx, &row))?;
    Ok(Empty {})
}
