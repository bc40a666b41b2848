//! `AttachGroupPolicy`: attaches a managed policy to a group; again changes nothing.
//! Source: IAM API reference, "AttachGroupPolicy" (2026-11-22).

use crate::attach;
use crate::guards;
use codec::{Empty, Fault};
use directory::Group;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{AttachGroupPolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::AttachGroupPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &AttachGroupPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(
        guards::bounded::<Group>(cx, &i.group_name)?.key("iam:PolicyARN", vec![i.policy_arn.clone()]),
    ))
}

fn decide(cx: &mut Cx, i: &AttachGroupPolicyRequest) -> Result<Empty, Fault> {
    attach::attach::<Group>(cx, &i.group_name, &i.policy_arn)?;
    Ok(Empty {})
}
