//! `DetachGroupPolicy`: detaches a managed policy from a group.
//! Source: IAM API reference, "DetachGroupPolicy" (2026-11-22).

use crate::attach;
use crate::guards;
use codec::{Empty, Fault};
use directory::Group;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DetachGroupPolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DetachGroupPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &DetachGroupPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(
        guards::bounded::<Group>(cx, &i.group_name)?.key("iam:PolicyARN", vec![i.policy_arn.clone()]),
    ))
}

fn decide(cx: &mut Cx, i: &DetachGroupPolicyRequest) -> Result<Empty, Fault> {
    attach::detach::<Group>(cx, &i.group_name, &i.policy_arn)?;
    Ok(Empty {})
}
