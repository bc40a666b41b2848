//! `PutUserPolicy`: adds an inline policy to a user, or replaces it.
//! Source: IAM API reference, "PutUserPolicy" (2026-11-22).

use crate::guards;
use crate::inline;
use codec::{Empty, Fault};
use directory::User;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{PutUserPolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::PutUserPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &PutUserPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::bounded::<User>(cx, &i.user_name)?))
}

fn decide(cx: &mut Cx, i: &PutUserPolicyRequest) -> Result<Empty, Fault> {
    inline::put::<User>(cx, &i.user_name, &i.policy_name, &i.policy_document)?;
    Ok(Empty {})
}
