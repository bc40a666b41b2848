//! `ListRoleTags`: the tags of a role, in order of key.
//! Source: IAM API reference, "ListRoleTags" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::pages;
use crate::tags;
use codec::Fault;
use directory::Role;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListRoleTagsRequest, ListRoleTagsResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListRoleTags>(guard, decide)
}

fn guard(cx: &Cx, i: &ListRoleTagsRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::entity::<Role>(cx, &i.role_name)?))
}

fn decide(cx: &mut Cx, i: &ListRoleTagsRequest) -> Result<ListRoleTagsResponse, Fault> {
    let (_, row) = holder::find::<Role>(cx, &i.role_name)?;
    let asked = pages::asked(cx, "ListRoleTags", &[&i.role_name], &i.marker, i.max_items)?;
    let page = tags::page(cx, &asked, &row.tags);
    Ok(ListRoleTagsResponse { tags: page.items, is_truncated: page.is_truncated, marker: page.marker })
}
