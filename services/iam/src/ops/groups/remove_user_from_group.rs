//! `RemoveUserFromGroup`: ends a membership; where there is none, nothing changes.
//! Source: IAM API reference, "RemoveUserFromGroup" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::state::{Members, pair};
use codec::{Empty, Fault};
use directory::{Group, User, Users};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{RemoveUserFromGroupRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::RemoveUserFromGroup>(guard, decide)
}

fn guard(cx: &Cx, i: &RemoveUserFromGroupRequest) -> Result<Guard, Fault> {
    guards::group(cx, &i.group_name)
}

fn decide(cx: &mut Cx, i: &RemoveUserFromGroupRequest) -> Result<Empty, Fault> {
    let (_, group) = holder::find::<Group>(cx, &i.group_name)?;
    let (user_key, mut user) = holder::find::<User>(cx, &i.user_name)?;
    user.groups.retain(|g| !g.eq_ignore_ascii_case(&group.name));
    cx.put::<Users>(&user_key, &user);
    let member = pair(cx, &group.name, &user.name);
    cx.delete::<Members>(&member);
    Ok(Empty {})
}
