//! `ListGroups`: the groups under a path.
//! Source: IAM API reference, "ListGroups" (2026-11-22).

use crate::answers;
use crate::guards;
use crate::pages;
use codec::Fault;
use directory::Groups;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListGroupsRequest, ListGroupsResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListGroups>(guard, decide)
}

fn guard(cx: &Cx, i: &ListGroupsRequest) -> Result<Guard, Fault> {
    Ok(guards::all(cx, "group", &i.path_prefix))
}

fn decide(cx: &mut Cx, i: &ListGroupsRequest) -> Result<ListGroupsResponse, Fault> {
    let prefix = i.path_prefix.as_deref().unwrap_or("/");
    let asked = pages::asked(cx, "ListGroups", &[prefix], &i.marker, i.max_items)?;
    let rows = asked.rows::<Groups>(cx)?.filter(|(_, g)| g.path.starts_with(prefix));
    let page = asked.cut(cx, rows, |(key, _)| key.2.clone()).map(|(_, g)| answers::group(cx, &g));
    Ok(ListGroupsResponse { groups: page.items, is_truncated: page.is_truncated, marker: page.marker })
}
