//! `CreateGroup`: makes a group.
//! Source: IAM API reference, "CreateGroup" (2026-11-22).

use crate::answers;
use crate::err;
use crate::guards;
use crate::holder;
use crate::ids;
use crate::quotas;
use crate::state::key;
use codec::Fault;
use directory::{Group, Groups};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{CreateGroupRequest, CreateGroupResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::CreateGroup>(guard, decide)
}

fn guard(cx: &Cx, i: &CreateGroupRequest) -> Result<Guard, Fault> {
    Ok(guards::new(cx, "group", &i.path, &i.group_name, &None, "iam:CreateGroup"))
}

fn decide(cx: &mut Cx, i: &CreateGroupRequest) -> Result<CreateGroupResponse, Fault> {
    let key = key(cx, &i.group_name);
    if cx.get::<Groups>(&key)?.is_some() {
        return Err(err::exists(holder::Kind::Group, &i.group_name));
    }
    quotas::GROUPS.take(cx)?;
    let row = Group {
        id: ids::unique(cx, "AGPA"),
        name: i.group_name.clone(),
        path: i.path.clone().unwrap_or_else(|| "/".to_owned()),
        created_ms: cx.now_ms,
        ..Group::default()
    };
    cx.put::<Groups>(&key, &row);
    Ok(CreateGroupResponse { group: answers::group(cx, &row) })
}
