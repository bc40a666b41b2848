//! `TagUser`: adds tags to a user, or replaces them.
//! Source: IAM API reference, "TagUser" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::tags;
use codec::{Empty, Fault};
use directory::{User, Users};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{TagUserRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::TagUser>(guard, decide)
}

fn guard(cx: &Cx, i: &TagUserRequest) -> Result<Guard, Fault> {
    let target = guards::entity::<User>(cx, &i.user_name)?;
    Ok(Guard::of(target.request_tags(tags::given(&i.tags))))
}

fn decide(cx: &mut Cx, i: &TagUserRequest) -> Result<Empty, Fault> {
    let (key, mut row) = holder::find::<User>(cx, &i.user_name)?;
    tags::add(&mut row.tags, &i.tags)?;
    cx.put::<Users>(&key, &row);
    Ok(Empty {})
}
