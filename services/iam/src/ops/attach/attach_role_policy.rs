//! `AttachRolePolicy`: attaches a managed policy to a role; again changes nothing.
//! Source: IAM API reference, "AttachRolePolicy" (2026-11-22).

use crate::attach;
use crate::guards;
use codec::{Empty, Fault};
use directory::Role;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{AttachRolePolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::AttachRolePolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &AttachRolePolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::bounded::<Role>(cx, &i.role_name)?.key("iam:PolicyARN", vec![i.policy_arn.clone()])))
}

fn decide(cx: &mut Cx, i: &AttachRolePolicyRequest) -> Result<Empty, Fault> {
    attach::attach::<Role>(cx, &i.role_name, &i.policy_arn)?;
    Ok(Empty {})
}
