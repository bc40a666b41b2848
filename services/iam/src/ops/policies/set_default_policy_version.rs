//! `SetDefaultPolicyVersion`: makes a version of a managed policy the one that is in force.
//! Source: IAM API reference, "SetDefaultPolicyVersion" (2026-11-22).

use crate::guards;
use crate::managed;
use crate::policies;
use codec::{Empty, Fault};
use directory::Policies;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{SetDefaultPolicyVersionRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::SetDefaultPolicyVersion>(guard, decide)
}

fn guard(cx: &Cx, i: &SetDefaultPolicyVersionRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::policy(cx, &i.policy_arn)?))
}

fn decide(cx: &mut Cx, i: &SetDefaultPolicyVersionRequest) -> Result<Empty, Fault> {
    let (key, mut row) = managed::find_own(cx, &i.policy_arn, "iam:SetDefaultPolicyVersion")?;
    let (number, _) = policies::find_version(cx, &key, &i.policy_arn, &i.version_id)?;
    row.default_version = number;
    row.updated_ms = cx.now_ms;
    cx.put::<Policies>(&key, &row);
    Ok(Empty {})
}
