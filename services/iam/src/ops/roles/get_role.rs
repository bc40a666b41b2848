//! `GetRole`: a role.
//! Source: IAM API reference, "GetRole" (2026-11-22).

use crate::answers;
use crate::guards;
use crate::holder;
use codec::Fault;
use directory::Role;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetRoleRequest, GetRoleResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetRole>(guard, decide)
}

fn guard(cx: &Cx, i: &GetRoleRequest) -> Result<Guard, Fault> {
    guards::role(cx, &i.role_name)
}

fn decide(cx: &mut Cx, i: &GetRoleRequest) -> Result<GetRoleResponse, Fault> {
    let (_, row) = holder::find::<Role>(cx, &i.role_name)?;
    Ok(GetRoleResponse { role: answers::role(cx, &row) })
}
