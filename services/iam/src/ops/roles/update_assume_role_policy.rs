//! `UpdateAssumeRolePolicy`: replaces a role's trust policy.
//! Source: IAM API reference, "UpdateAssumeRolePolicy" (2026-11-22).

use crate::documents;
use crate::guards;
use crate::holder;
use codec::{Empty, Fault};
use directory::{Role, Roles};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{UpdateAssumeRolePolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::UpdateAssumeRolePolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &UpdateAssumeRolePolicyRequest) -> Result<Guard, Fault> {
    guards::role(cx, &i.role_name)
}

fn decide(cx: &mut Cx, i: &UpdateAssumeRolePolicyRequest) -> Result<Empty, Fault> {
    let (key, mut row) = holder::find_to_change::<Role>(cx, &i.role_name)?;
    documents::check_trust(cx, &i.policy_document)?;
    row.trust.clone_from(&i.policy_document);
    cx.put::<Roles>(&key, &row);
    Ok(Empty {})
}
