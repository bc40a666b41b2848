//! `AddUserToGroup`: makes a user a member of a group; again changes nothing.
//! Source: IAM API reference, "AddUserToGroup" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::quotas;
use crate::state::{Mark, Members, pair};
use codec::{Empty, Fault};
use directory::{Group, User, Users};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{AddUserToGroupRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::AddUserToGroup>(guard, decide)
}

fn guard(cx: &Cx, i: &AddUserToGroupRequest) -> Result<Guard, Fault> {
    guards::group(cx, &i.group_name)
}

fn decide(cx: &mut Cx, i: &AddUserToGroupRequest) -> Result<Empty, Fault> {
    let (_, group) = holder::find::<Group>(cx, &i.group_name)?;
    let (user_key, mut user) = holder::find::<User>(cx, &i.user_name)?;
    if user.groups.iter().any(|g| g.eq_ignore_ascii_case(&group.name)) {
        return Ok(Empty {});
    }
    quotas::GROUPS_OF_USER.check(user.groups.len() + 1)?;
    let member = pair(cx, &group.name, &user.name);
    cx.put::<Members>(&member, &Mark);
    user.groups.push(group.name);
    cx.put::<Users>(&user_key, &user);
    Ok(Empty {})
}
