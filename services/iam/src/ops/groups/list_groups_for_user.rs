//! `ListGroupsForUser`: the groups of a user.
//! Source: IAM API reference, "ListGroupsForUser" (2026-11-22).

use crate::answers;
use crate::guards;
use crate::holder;
use crate::pages;
use codec::Fault;
use directory::{Group, User};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListGroupsForUserRequest, ListGroupsForUserResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListGroupsForUser>(guard, decide)
}

fn guard(cx: &Cx, i: &ListGroupsForUserRequest) -> Result<Guard, Fault> {
    guards::user(cx, &i.user_name)
}

fn decide(cx: &mut Cx, i: &ListGroupsForUserRequest) -> Result<ListGroupsForUserResponse, Fault> {
    let (_, user) = holder::find::<User>(cx, &i.user_name)?;
    let asked = pages::asked(cx, "ListGroupsForUser", &[&i.user_name], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, user.groups, |g| g.to_ascii_lowercase());
    let mut groups = Vec::with_capacity(page.items.len());
    for name in &page.items {
        let (_, group) = holder::find::<Group>(cx, name)?;
        groups.push(answers::group(cx, &group));
    }
    Ok(ListGroupsForUserResponse { groups, is_truncated: page.is_truncated, marker: page.marker })
}
