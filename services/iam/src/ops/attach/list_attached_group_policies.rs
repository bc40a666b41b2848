//! `ListAttachedGroupPolicies`: the managed policies attached to a group, in order of name.
//! Source: IAM API reference, "ListAttachedGroupPolicies" (2026-11-22).

use crate::attach;
use crate::guards;
use crate::holder;
use crate::pages;
use codec::Fault;
use directory::Group;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListAttachedGroupPoliciesRequest, ListAttachedGroupPoliciesResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListAttachedGroupPolicies>(guard, decide)
}

fn guard(cx: &Cx, i: &ListAttachedGroupPoliciesRequest) -> Result<Guard, Fault> {
    guards::group(cx, &i.group_name)
}

fn decide(
    cx: &mut Cx,
    i: &ListAttachedGroupPoliciesRequest,
) -> Result<ListAttachedGroupPoliciesResponse, Fault> {
    let (_, row) = holder::find::<Group>(cx, &i.group_name)?;
    let prefix = i.path_prefix.as_deref().unwrap_or("/");
    let asked =
        pages::asked(cx, "ListAttachedGroupPolicies", &[&i.group_name, prefix], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, attach::listed(&row, prefix), attach::sort_key);
    Ok(ListAttachedGroupPoliciesResponse {
        attached_policies: Some(page.items),
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
