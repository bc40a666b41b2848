//! `UntagPolicy`: removes tags from a customer managed policy; keys that aren't there are passed over.
//! Source: IAM API reference, "UntagPolicy" (2026-11-22).

use crate::guards;
use crate::managed;
use crate::tags;
use codec::{Empty, Fault};
use directory::Policies;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{UntagPolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::UntagPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &UntagPolicyRequest) -> Result<Guard, Fault> {
    let target = guards::policy(cx, &i.policy_arn)?;
    Ok(Guard::of(target.tag_keys(i.tag_keys.clone())))
}

fn decide(cx: &mut Cx, i: &UntagPolicyRequest) -> Result<Empty, Fault> {
    let (key, mut row) = managed::find_own(cx, &i.policy_arn, "iam:UntagPolicy")?;
    tags::remove(&mut row.tags, &i.tag_keys)?;
    cx.put::<Policies>(&key, &row);
    Ok(Empty {})
}
