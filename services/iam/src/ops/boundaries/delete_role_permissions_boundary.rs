//! `DeleteRolePermissionsBoundary`: takes the permissions boundary of a role away.
//! Source: IAM API reference, "DeleteRolePermissionsBoundary" (2026-11-22).

use crate::boundaries;
use crate::guards;
use crate::holder;
use codec::{Empty, Fault};
use directory::{Role, Roles};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DeleteRolePermissionsBoundaryRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DeleteRolePermissionsBoundary>(guard, decide)
}

fn guard(cx: &Cx, i: &DeleteRolePermissionsBoundaryRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::bounded::<Role>(cx, &i.role_name)?))
}

fn decide(cx: &mut Cx, i: &DeleteRolePermissionsBoundaryRequest) -> Result<Empty, Fault> {
    let (key, mut row) = holder::find_to_change::<Role>(cx, &i.role_name)?;
    boundaries::replace(cx, &row, None)?;
    row.boundary = None;
    cx.put::<Roles>(&key, &row);
    Ok(Empty {})
}
