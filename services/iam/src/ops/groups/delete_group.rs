//! `DeleteGroup`: deletes a group without members and policies.
//! Source: IAM API reference, "DeleteGroup" (2026-11-22).

use crate::attach;
use crate::err;
use crate::guards;
use crate::holder;
use crate::quotas;
use crate::state::{Members, seconds};
use codec::{Empty, Fault};
use directory::{Group, Groups};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DeleteGroupRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DeleteGroup>(guard, decide)
}

fn guard(cx: &Cx, i: &DeleteGroupRequest) -> Result<Guard, Fault> {
    guards::group(cx, &i.group_name)
}

fn decide(cx: &mut Cx, i: &DeleteGroupRequest) -> Result<Empty, Fault> {
    let (key, row) = holder::find::<Group>(cx, &i.group_name)?;
    if !seconds::<Members>(cx, &row.name)?.is_empty() {
        return Err(err::must_first("remove users from group"));
    }
    attach::no_policies(&row)?;
    quotas::GROUPS.give_back(cx)?;
    cx.delete::<Groups>(&key);
    Ok(Empty {})
}
