//! `TagPolicy`: adds tags to a customer managed policy, or replaces them.
//! Source: IAM API reference, "TagPolicy" (2026-11-22).

use crate::guards;
use crate::managed;
use crate::tags;
use codec::{Empty, Fault};
use directory::Policies;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{TagPolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::TagPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &TagPolicyRequest) -> Result<Guard, Fault> {
    let target = guards::policy(cx, &i.policy_arn)?;
    Ok(Guard::of(target.request_tags(tags::given(&i.tags))))
}

fn decide(cx: &mut Cx, i: &TagPolicyRequest) -> Result<Empty, Fault> {
    let (key, mut row) = managed::find_own(cx, &i.policy_arn, "iam:TagPolicy")?;
    tags::add(&mut row.tags, &i.tags)?;
    cx.put::<Policies>(&key, &row);
    Ok(Empty {})
}
