//! `UpdateRoleDescription`: changes a role's description; service-linked roles' too.
//! Source: IAM API reference, "UpdateRoleDescription" (2026-11-22).

use crate::answers;
use crate::guards;
use crate::holder;
use codec::Fault;
use directory::{Role, Roles};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::UpdateRoleDescription>(guard, decide)
}

fn guard(cx: &Cx, i: &UpdateRoleDescriptionRequest) -> Result<Guard, Fault> {
    guards::role(cx, &i.role_name)
}

fn decide(cx: &mut Cx, i: &UpdateRoleDescriptionRequest) -> Result<UpdateRoleDescriptionResponse, Fault> {
    let (key, mut row) = holder::find::<Role>(cx, &i.role_name)?;
    row.description = Some(i.description.clone());
    cx.put::<Roles>(&key, &row);
    Ok(UpdateRoleDescriptionResponse { role: Some(answers::listed_role(cx, &row)) })
}
