//! `UpdateRole`: changes a role's description and longest session.
//! Source: IAM API reference, "UpdateRole" (2026-11-22).

use crate::guards;
use crate::holder;
use codec::Fault;
use directory::{Role, Roles};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{UpdateRoleRequest, UpdateRoleResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::UpdateRole>(guard, decide)
}

fn guard(cx: &Cx, i: &UpdateRoleRequest) -> Result<Guard, Fault> {
    guards::role(cx, &i.role_name)
}

fn decide(cx: &mut Cx, i: &UpdateRoleRequest) -> Result<UpdateRoleResponse, Fault> {
    let (key, mut row) = holder::find_to_change::<Role>(cx, &i.role_name)?;
    if let Some(text) = &i.description {
        row.description = Some(text.clone());
    }
    if let Some(longest_s) = i.max_session_duration {
        row.max_session_s = longest_s;
    }
    cx.put::<Roles>(&key, &row);
    Ok(UpdateRoleResponse::default())
}
