//! `ListAttachedRolePolicies`: the managed policies attached to a role, in order of name.
//! Source: IAM API reference, "ListAttachedRolePolicies" (2026-11-22).

use crate::attach;
use crate::guards;
use crate::holder;
use crate::pages;
use codec::Fault;
use directory::Role;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListAttachedRolePolicies>(guard, decide)
}

fn guard(cx: &Cx, i: &ListAttachedRolePoliciesRequest) -> Result<Guard, Fault> {
    guards::role(cx, &i.role_name)
}

fn decide(
    cx: &mut Cx,
    i: &ListAttachedRolePoliciesRequest,
) -> Result<ListAttachedRolePoliciesResponse, Fault> {
    let (_, row) = holder::find::<Role>(cx, &i.role_name)?;
    let prefix = i.path_prefix.as_deref().unwrap_or("/");
    let asked =
        pages::asked(cx, "ListAttachedRolePolicies", &[&i.role_name, prefix], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, attach::listed(&row, prefix), attach::sort_key);
    Ok(ListAttachedRolePoliciesResponse {
        attached_policies: Some(page.items),
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
