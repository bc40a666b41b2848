//! `PutRolePolicy`: adds an inline policy to a role, or replaces it.
//! Source: IAM API reference, "PutRolePolicy" (2026-11-22).

use crate::guards;
use crate::inline;
use codec::{Empty, Fault};
use directory::Role;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{PutRolePolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::PutRolePolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &PutRolePolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::bounded::<Role>(cx, &i.role_name)?))
}

fn decide(cx: &mut Cx, i: &PutRolePolicyRequest) -> Result<Empty, Fault> {
    inline::put::<Role>(cx, &i.role_name, &i.policy_name, &i.policy_document)?;
    Ok(Empty {})
}
