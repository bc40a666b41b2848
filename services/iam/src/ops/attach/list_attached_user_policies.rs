//! `ListAttachedUserPolicies`: the managed policies attached to a user, in order of name.
//! Source: IAM API reference, "ListAttachedUserPolicies" (2026-11-22).

use crate::attach;
use crate::guards;
use crate::holder;
use crate::pages;
use codec::Fault;
use directory::User;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListAttachedUserPolicies>(guard, decide)
}

fn guard(cx: &Cx, i: &ListAttachedUserPoliciesRequest) -> Result<Guard, Fault> {
    guards::user(cx, &i.user_name)
}

fn decide(
    cx: &mut Cx,
    i: &ListAttachedUserPoliciesRequest,
) -> Result<ListAttachedUserPoliciesResponse, Fault> {
    let (_, row) = holder::find::<User>(cx, &i.user_name)?;
    let prefix = i.path_prefix.as_deref().unwrap_or("/");
    let asked =
        pages::asked(cx, "ListAttachedUserPolicies", &[&i.user_name, prefix], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, attach::listed(&row, prefix), attach::sort_key);
    Ok(ListAttachedUserPoliciesResponse {
        attached_policies: Some(page.items),
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
