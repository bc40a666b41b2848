//! `PutRolePermissionsBoundary`: sets the permissions boundary of a role.
//! Source: IAM API reference, "PutRolePermissionsBoundary" (2026-11-22).

use crate::boundaries;
use crate::guards;
use crate::holder;
use codec::{Empty, Fault};
use directory::{Role, Roles};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{PutRolePermissionsBoundaryRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::PutRolePermissionsBoundary>(guard, decide)
}

fn guard(cx: &Cx, i: &PutRolePermissionsBoundaryRequest) -> Result<Guard, Fault> {
    let target = guards::entity::<Role>(cx, &i.role_name)?;
    let boundary = Some(i.permissions_boundary.clone());
    Ok(guards::with_boundary(Guard::of(target), &boundary))
}

fn decide(cx: &mut Cx, i: &PutRolePermissionsBoundaryRequest) -> Result<Empty, Fault> {
    let (key, mut row) = holder::find_to_change::<Role>(cx, &i.role_name)?;
    boundaries::replace(cx, &row, Some(&i.permissions_boundary))?;
    row.boundary = Some(i.permissions_boundary.clone());
    cx.put::<Roles>(&key, &row);
    Ok(Empty {})
}
