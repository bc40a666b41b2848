//! `UntagUser`: removes tags from a user; keys that aren't there are passed over.
//! Source: IAM API reference, "UntagUser" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::tags;
use codec::{Empty, Fault};
use directory::{User, Users};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{UntagUserRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::UntagUser>(guard, decide)
}

fn guard(cx: &Cx, i: &UntagUserRequest) -> Result<Guard, Fault> {
    let target = guards::entity::<User>(cx, &i.user_name)?;
    Ok(Guard::of(target.tag_keys(i.tag_keys.clone())))
}

fn decide(cx: &mut Cx, i: &UntagUserRequest) -> Result<Empty, Fault> {
    let (key, mut row) = holder::find::<User>(cx, &i.user_name)?;
    tags::remove(&mut row.tags, &i.tag_keys)?;
    cx.put::<Users>(&key, &row);
    Ok(Empty {})
}
