//! `GetUserPolicy`: an inline policy of a user.
//! Source: IAM API reference, "GetUserPolicy" (2026-11-22).

use crate::documents;
use crate::guards;
use crate::inline;
use codec::Fault;
use directory::User;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetUserPolicyRequest, GetUserPolicyResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetUserPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &GetUserPolicyRequest) -> Result<Guard, Fault> {
    guards::user(cx, &i.user_name)
}

fn decide(cx: &mut Cx, i: &GetUserPolicyRequest) -> Result<GetUserPolicyResponse, Fault> {
    let (row, document) = inline::get::<User>(cx, &i.user_name, &i.policy_name)?;
    Ok(GetUserPolicyResponse {
        user_name: row.name,
        policy_name: i.policy_name.clone(),
        policy_document: documents::encode(&document),
    })
}
