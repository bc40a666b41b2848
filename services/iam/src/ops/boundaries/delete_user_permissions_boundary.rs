//! `DeleteUserPermissionsBoundary`: takes the permissions boundary of a user away.
//! Source: IAM API reference, "DeleteUserPermissionsBoundary" (2026-11-22).

use crate::boundaries;
use crate::guards;
use crate::holder;
use codec::{Empty, Fault};
use directory::{User, Users};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DeleteUserPermissionsBoundaryRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DeleteUserPermissionsBoundary>(guard, decide)
}

fn guard(cx: &Cx, i: &DeleteUserPermissionsBoundaryRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::bounded::<User>(cx, &i.user_name)?))
}

fn decide(cx: &mut Cx, i: &DeleteUserPermissionsBoundaryRequest) -> Result<Empty, Fault> {
    let (key, mut row) = holder::find_to_change::<User>(cx, &i.user_name)?;
    boundaries::replace(cx, &row, None)?;
    row.boundary = None;
    cx.put::<Users>(&key, &row);
    Ok(Empty {})
}
