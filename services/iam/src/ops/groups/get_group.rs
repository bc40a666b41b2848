//! `GetGroup`: a group and, by pages, its users.
//! Source: IAM API reference, "GetGroup" (2026-11-22).

use crate::answers;
use crate::guards;
use crate::holder;
use crate::pages;
use crate::state::{Members, seconds};
use codec::Fault;
use directory::{Group, User};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetGroupRequest, GetGroupResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetGroup>(guard, decide)
}

fn guard(cx: &Cx, i: &GetGroupRequest) -> Result<Guard, Fault> {
    guards::group(cx, &i.group_name)
}

fn decide(cx: &mut Cx, i: &GetGroupRequest) -> Result<GetGroupResponse, Fault> {
    let (_, row) = holder::find::<Group>(cx, &i.group_name)?;
    let asked = pages::asked(cx, "GetGroup", &[&i.group_name], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, seconds::<Members>(cx, &row.name)?, String::clone);
    let mut users = Vec::with_capacity(page.items.len());
    for name in &page.items {
        let (_, user) = holder::find::<User>(cx, name)?;
        users.push(answers::listed_user(cx, &user));
    }
    Ok(GetGroupResponse {
        group: answers::group(cx, &row),
        users,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
