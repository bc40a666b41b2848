//! `ListPolicyTags`: the tags of a customer managed policy, in order of key.
//! Source: IAM API reference, "ListPolicyTags" (2026-11-22).

use crate::guards;
use crate::managed;
use crate::pages;
use crate::tags;
use codec::Fault;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListPolicyTagsRequest, ListPolicyTagsResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListPolicyTags>(guard, decide)
}

fn guard(cx: &Cx, i: &ListPolicyTagsRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::policy(cx, &i.policy_arn)?))
}

fn decide(cx: &mut Cx, i: &ListPolicyTagsRequest) -> Result<ListPolicyTagsResponse, Fault> {
    let (_, row) = managed::find_own(cx, &i.policy_arn, "iam:ListPolicyTags")?;
    let asked = pages::asked(cx, "ListPolicyTags", &[&i.policy_arn], &i.marker, i.max_items)?;
    let page = tags::page(cx, &asked, &row.tags);
    Ok(ListPolicyTagsResponse { tags: page.items, is_truncated: page.is_truncated, marker: page.marker })
}
