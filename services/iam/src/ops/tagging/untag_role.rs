//! `UntagRole`: removes tags from a role; keys that aren't there are passed over.
//! Source: IAM API reference, "UntagRole" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::tags;
use codec::{Empty, Fault};
use directory::{Role, Roles};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{UntagRoleRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::UntagRole>(guard, decide)
}

fn guard(cx: &Cx, i: &UntagRoleRequest) -> Result<Guard, Fault> {
    let target = guards::entity::<Role>(cx, &i.role_name)?;
    Ok(Guard::of(target.tag_keys(i.tag_keys.clone())))
}

fn decide(cx: &mut Cx, i: &UntagRoleRequest) -> Result<Empty, Fault> {
    let (key, mut row) = holder::find_to_change::<Role>(cx, &i.role_name)?;
    tags::remove(&mut row.tags, &i.tag_keys)?;
    cx.put::<Roles>(&key, &row);
    Ok(Empty {})
}
