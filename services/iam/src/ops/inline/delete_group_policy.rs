//! `DeleteGroupPolicy`: deletes an inline policy of a group.
//! Source: IAM API reference, "DeleteGroupPolicy" (2026-11-22).

use crate::guards;
use crate::inline;
use codec::{Empty, Fault};
use directory::Group;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DeleteGroupPolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DeleteGroupPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &DeleteGroupPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::bounded::<Group>(cx, &i.group_name)?))
}

fn decide(cx: &mut Cx, i: &DeleteGroupPolicyRequest) -> Result<Empty, Fault> {
    inline::delete::<Group>(cx, &i.group_name, &i.policy_name)?;
    Ok(Empty {})
}
