//! `ListInstanceProfileTags`: the tags of an instance profile, in order of key.
//! Source: IAM API reference, "ListInstanceProfileTags" (2026-11-22).

use crate::guards;
use crate::pages;
use crate::profiles;
use crate::tags;
use codec::Fault;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListInstanceProfileTags>(guard, decide)
}

fn guard(cx: &Cx, i: &ListInstanceProfileTagsRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::instance_profile(cx, &i.instance_profile_name)?))
}

fn decide(cx: &mut Cx, i: &ListInstanceProfileTagsRequest) -> Result<ListInstanceProfileTagsResponse, Fault> {
    let (_, row) = profiles::find(cx, &i.instance_profile_name)?;
    let asked =
        pages::asked(cx, "ListInstanceProfileTags", &[&i.instance_profile_name], &i.marker, i.max_items)?;
    let page = tags::page(cx, &asked, &row.tags);
    Ok(ListInstanceProfileTagsResponse {
        tags: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
