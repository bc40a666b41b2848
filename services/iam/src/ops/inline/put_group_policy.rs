//! `PutGroupPolicy`: adds an inline policy to a group, or replaces it.
//! Source: IAM API reference, "PutGroupPolicy" (2026-11-22).

use crate::guards;
use crate::inline;
use codec::{Empty, Fault};
use directory::Group;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{PutGroupPolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::PutGroupPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &PutGroupPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::bounded::<Group>(cx, &i.group_name)?))
}

fn decide(cx: &mut Cx, i: &PutGroupPolicyRequest) -> Result<Empty, Fault> {
    inline::put::<Group>(cx, &i.group_name, &i.policy_name, &i.policy_document)?;
    Ok(Empty {})
}
