//! `ListRolePolicies`: the names of a role's inline policies.
//! Source: IAM API reference, "ListRolePolicies" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::pages;
use codec::Fault;
use directory::Role;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListRolePoliciesRequest, ListRolePoliciesResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListRolePolicies>(guard, decide)
}

fn guard(cx: &Cx, i: &ListRolePoliciesRequest) -> Result<Guard, Fault> {
    guards::role(cx, &i.role_name)
}

fn decide(cx: &mut Cx, i: &ListRolePoliciesRequest) -> Result<ListRolePoliciesResponse, Fault> {
    let (_, row) = holder::find::<Role>(cx, &i.role_name)?;
    let asked = pages::asked(cx, "ListRolePolicies", &[&i.role_name], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, row.inline.into_keys().collect(), String::clone);
    Ok(ListRolePoliciesResponse {
        policy_names: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
