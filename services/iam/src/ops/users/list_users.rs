//! `ListUsers`: the users under a path.
//! Source: IAM API reference, "ListUsers" (2026-11-22).

use crate::answers;
use crate::guards;
use crate::pages;
use codec::Fault;
use directory::Users;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListUsersRequest, ListUsersResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListUsers>(guard, decide)
}

fn guard(cx: &Cx, i: &ListUsersRequest) -> Result<Guard, Fault> {
    Ok(guards::all(cx, "user", &i.path_prefix))
}

fn decide(cx: &mut Cx, i: &ListUsersRequest) -> Result<ListUsersResponse, Fault> {
    let prefix = i.path_prefix.as_deref().unwrap_or("/");
    let asked = pages::asked(cx, "ListUsers", &[prefix], &i.marker, i.max_items)?;
    let rows = asked.rows::<Users>(cx)?.filter(|(_, u)| u.path.starts_with(prefix));
    let page = asked.cut(cx, rows, |(key, _)| key.2.clone()).map(|(_, u)| answers::listed_user(cx, &u));
    Ok(ListUsersResponse { users: page.items, is_truncated: page.is_truncated, marker: page.marker })
}
