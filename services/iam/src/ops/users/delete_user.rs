//! `DeleteUser`: deletes a user that nothing hangs on any more.
//! Source: IAM API reference, "DeleteUser" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::managed;
use crate::quotas;
use crate::trust;
use crate::users;
use codec::{Empty, Fault};
use directory::{User, Users};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DeleteUserRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DeleteUser>(guard, decide)
}

fn guard(cx: &Cx, i: &DeleteUserRequest) -> Result<Guard, Fault> {
    guards::user(cx, &i.user_name)
}

fn decide(cx: &mut Cx, i: &DeleteUserRequest) -> Result<Empty, Fault> {
    let (key, row) = holder::find::<User>(cx, &i.user_name)?;
    users::check_deletable(cx, &row)?;
    if let Some(arn) = &row.boundary {
        managed::forget(cx, arn, managed::Usage::Boundary, holder::Kind::User, &row.name)?;
    }
    quotas::USERS.give_back(cx)?;
    cx.delete::<Users>(&key);
    trust::rename_principal(cx, &holder::arn(cx, &row), &row.id)?;
    Ok(Empty {})
}
