//! `DeleteUserPolicy`: deletes an inline policy of a user.
//! Source: IAM API reference, "DeleteUserPolicy" (2026-11-22).

use crate::guards;
use crate::inline;
use codec::{Empty, Fault};
use directory::User;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DeleteUserPolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DeleteUserPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &DeleteUserPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::bounded::<User>(cx, &i.user_name)?))
}

fn decide(cx: &mut Cx, i: &DeleteUserPolicyRequest) -> Result<Empty, Fault> {
    inline::delete::<User>(cx, &i.user_name, &i.policy_name)?;
    Ok(Empty {})
}
