//! `ListUserPolicies`: the names of a user's inline policies.
//! Source: IAM API reference, "ListUserPolicies" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::pages;
use codec::Fault;
use directory::User;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListUserPoliciesRequest, ListUserPoliciesResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListUserPolicies>(guard, decide)
}

fn guard(cx: &Cx, i: &ListUserPoliciesRequest) -> Result<Guard, Fault> {
    guards::user(cx, &i.user_name)
}

fn decide(cx: &mut Cx, i: &ListUserPoliciesRequest) -> Result<ListUserPoliciesResponse, Fault> {
    let (_, row) = holder::find::<User>(cx, &i.user_name)?;
    let asked = pages::asked(cx, "ListUserPolicies", &[&i.user_name], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, row.inline.into_keys().collect(), String::clone);
    Ok(ListUserPoliciesResponse {
        policy_names: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
