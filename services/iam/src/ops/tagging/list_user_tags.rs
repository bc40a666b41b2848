//! `ListUserTags`: the tags of a user, in order of key.
//! Source: IAM API reference, "ListUserTags" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::pages;
use crate::tags;
use codec::Fault;
use directory::User;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListUserTagsRequest, ListUserTagsResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListUserTags>(guard, decide)
}

fn guard(cx: &Cx, i: &ListUserTagsRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::entity::<User>(cx, &i.user_name)?))
}

fn decide(cx: &mut Cx, i: &ListUserTagsRequest) -> Result<ListUserTagsResponse, Fault> {
    let (_, row) = holder::find::<User>(cx, &i.user_name)?;
    let asked = pages::asked(cx, "ListUserTags", &[&i.user_name], &i.marker, i.max_items)?;
    let page = tags::page(cx, &asked, &row.tags);
    Ok(ListUserTagsResponse { tags: page.items, is_truncated: page.is_truncated, marker: page.marker })
}
