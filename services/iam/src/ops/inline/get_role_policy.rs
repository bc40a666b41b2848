//! `GetRolePolicy`: an inline policy of a role.
//! Source: IAM API reference, "GetRolePolicy" (2026-11-22).

use crate::documents;
use crate::guards;
use crate::inline;
use codec::Fault;
use directory::Role;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetRolePolicyRequest, GetRolePolicyResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetRolePolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &GetRolePolicyRequest) -> Result<Guard, Fault> {
    guards::role(cx, &i.role_name)
}

fn decide(cx: &mut Cx, i: &GetRolePolicyRequest) -> Result<GetRolePolicyResponse, Fault> {
    let (row, document) = inline::get::<Role>(cx, &i.role_name, &i.policy_name)?;
    Ok(GetRolePolicyResponse {
        role_name: row.name,
        policy_name: i.policy_name.clone(),
        policy_document: documents::encode(&document),
    })
}
