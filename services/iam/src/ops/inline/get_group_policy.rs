//! `GetGroupPolicy`: an inline policy of a group.
//! Source: IAM API reference, "GetGroupPolicy" (2026-11-22).

use crate::documents;
use crate::guards;
use crate::inline;
use codec::Fault;
use directory::Group;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetGroupPolicyRequest, GetGroupPolicyResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetGroupPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &GetGroupPolicyRequest) -> Result<Guard, Fault> {
    guards::group(cx, &i.group_name)
}

fn decide(cx: &mut Cx, i: &GetGroupPolicyRequest) -> Result<GetGroupPolicyResponse, Fault> {
    let (row, document) = inline::get::<Group>(cx, &i.group_name, &i.policy_name)?;
    Ok(GetGroupPolicyResponse {
        group_name: row.name,
        policy_name: i.policy_name.clone(),
        policy_document: documents::encode(&document),
    })
}
