//! `PutUserPermissionsBoundary`: sets the permissions boundary of a user.
//! Source: IAM API reference, "PutUserPermissionsBoundary" (2026-11-22).

use crate::boundaries;
use crate::guards;
use crate::holder;
use codec::{Empty, Fault};
use directory::{User, Users};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{PutUserPermissionsBoundaryRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::PutUserPermissionsBoundary>(guard, decide)
}

fn guard(cx: &Cx, i: &PutUserPermissionsBoundaryRequest) -> Result<Guard, Fault> {
    let target = guards::entity::<User>(cx, &i.user_name)?;
    let boundary = Some(i.permissions_boundary.clone());
    Ok(guards::with_boundary(Guard::of(target), &boundary))
}

fn decide(cx: &mut Cx, i: &PutUserPermissionsBoundaryRequest) -> Result<Empty, Fault> {
    let (key, mut row) = holder::find_to_change::<User>(cx, &i.user_name)?;
    boundaries::replace(cx, &row, Some(&i.permissions_boundary))?;
    row.boundary = Some(i.permissions_boundary.clone());
    cx.put::<Users>(&key, &row);
    Ok(Empty {})
}
