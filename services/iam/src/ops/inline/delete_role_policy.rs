//! `DeleteRolePolicy`: deletes an inline policy of a role.
//! Source: IAM API reference, "DeleteRolePolicy" (2026-11-22).

use crate::guards;
use crate::inline;
use codec::{Empty, Fault};
use directory::Role;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DeleteRolePolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DeleteRolePolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &DeleteRolePolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::bounded::<Role>(cx, &i.role_name)?))
}

fn decide(cx: &mut Cx, i: &DeleteRolePolicyRequest) -> Result<Empty, Fault> {
    inline::delete::<Role>(cx, &i.role_name, &i.policy_name)?;
    Ok(Empty {})
}
