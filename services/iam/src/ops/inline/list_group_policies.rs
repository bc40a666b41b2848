//! `ListGroupPolicies`: the names of a group's inline policies.
//! Source: IAM API reference, "ListGroupPolicies" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::pages;
use codec::Fault;
use directory::Group;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListGroupPoliciesRequest, ListGroupPoliciesResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListGroupPolicies>(guard, decide)
}

fn guard(cx: &Cx, i: &ListGroupPoliciesRequest) -> Result<Guard, Fault> {
    guards::group(cx, &i.group_name)
}

fn decide(cx: &mut Cx, i: &ListGroupPoliciesRequest) -> Result<ListGroupPoliciesResponse, Fault> {
    let (_, row) = holder::find::<Group>(cx, &i.group_name)?;
    let asked = pages::asked(cx, "ListGroupPolicies", &[&i.group_name], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, row.inline.into_keys().collect(), String::clone);
    Ok(ListGroupPoliciesResponse {
        policy_names: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
