//! `TagRole`: adds tags to a role, or replaces them.
//! Source: IAM API reference, "TagRole" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::tags;
use codec::{Empty, Fault};
use directory::{Role, Roles};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{TagRoleRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::TagRole>(guard, decide)
}

fn guard(cx: &Cx, i: &TagRoleRequest) -> Result<Guard, Fault> {
    let target = guards::entity::<Role>(cx, &i.role_name)?;
    Ok(Guard::of(target.request_tags(tags::given(&i.tags))))
}

fn decide(cx: &mut Cx, i: &TagRoleRequest) -> Result<Empty, Fault> {
    let (key, mut row) = holder::find_to_change::<Role>(cx, &i.role_name)?;
    tags::add(&mut row.tags, &i.tags)?;
    cx.put::<Roles>(&key, &row);
    Ok(Empty {})
}
