//! `ListRoles`: the roles under a path.
//! Source: IAM API reference, "ListRoles" (2026-11-22).

use crate::answers;
use crate::guards;
use crate::pages;
use codec::Fault;
use directory::Roles;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListRolesRequest, ListRolesResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListRoles>(guard, decide)
}

fn guard(cx: &Cx, i: &ListRolesRequest) -> Result<Guard, Fault> {
    Ok(guards::all(cx, "role", &i.path_prefix))
}

fn decide(cx: &mut Cx, i: &ListRolesRequest) -> Result<ListRolesResponse, Fault> {
    let prefix = i.path_prefix.as_deref().unwrap_or("/");
    let asked = pages::asked(cx, "ListRoles", &[prefix], &i.marker, i.max_items)?;
    let rows = asked.rows::<Roles>(cx)?.filter(|(_, r)| r.path.starts_with(prefix));
    let page = asked.cut(cx, rows, |(key, _)| key.2.clone()).map(|(_, r)| answers::listed_role(cx, &r));
    Ok(ListRolesResponse { roles: page.items, is_truncated: page.is_truncated, marker: page.marker })
}
