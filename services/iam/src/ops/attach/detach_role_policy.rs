//! `DetachRolePolicy`: detaches a managed policy from a role.
//! Source: IAM API reference, "DetachRolePolicy" (2026-11-22).

use crate::attach;
use crate::guards;
use codec::{Empty, Fault};
use directory::Role;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DetachRolePolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DetachRolePolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &DetachRolePolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::bounded::<Role>(cx, &i.role_name)?.key("iam:PolicyARN", vec![i.policy_arn.clone()])))
}

fn decide(cx: &mut Cx, i: &DetachRolePolicyRequest) -> Result<Empty, Fault> {
    attach::detach::<Role>(cx, &i.role_name, &i.policy_arn)?;
    Ok(Empty {})
}
