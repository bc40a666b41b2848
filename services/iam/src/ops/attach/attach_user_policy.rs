//! `AttachUserPolicy`: attaches a managed policy to a user; again changes nothing.
//! Source: IAM API reference, "AttachUserPolicy" (2026-11-22).

use crate::attach;
use crate::guards;
use codec::{Empty, Fault};
use directory::User;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{AttachUserPolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::AttachUserPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &AttachUserPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::bounded::<User>(cx, &i.user_name)?.key("iam:PolicyARN", vec![i.policy_arn.clone()])))
}

fn decide(cx: &mut Cx, i: &AttachUserPolicyRequest) -> Result<Empty, Fault> {
    attach::attach::<User>(cx, &i.user_name, &i.policy_arn)?;
    Ok(Empty {})
}
