//! `DetachUserPolicy`: detaches a managed policy from a user.
//! Source: IAM API reference, "DetachUserPolicy" (2026-11-22).

use crate::attach;
use crate::guards;
use codec::{Empty, Fault};
use directory::User;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DetachUserPolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DetachUserPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &DetachUserPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::bounded::<User>(cx, &i.user_name)?.key("iam:PolicyARN", vec![i.policy_arn.clone()])))
}

fn decide(cx: &mut Cx, i: &DetachUserPolicyRequest) -> Result<Empty, Fault> {
    attach::detach::<User>(cx, &i.user_name, &i.policy_arn)?;
    Ok(Empty {})
}
