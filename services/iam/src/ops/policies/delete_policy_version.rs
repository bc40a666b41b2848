//! `DeletePolicyVersion`: deletes a version of a managed policy that isn't the default.
//! Source: IAM API reference, "DeletePolicyVersion" (2026-11-22).

use crate::guards;
use crate::managed;
use crate::policies;
use codec::{Empty, Fault};
use directory::PolicyVersions;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DeletePolicyVersionRequest, err as shapes_err, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DeletePolicyVersion>(guard, decide)
}

fn guard(cx: &Cx, i: &DeletePolicyVersionRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::policy(cx, &i.policy_arn)?))
}

fn decide(cx: &mut Cx, i: &DeletePolicyVersionRequest) -> Result<Empty, Fault> {
    let (key, row) = managed::find_own(cx, &i.policy_arn, "iam:DeletePolicyVersion")?;
    let (number, _) = policies::find_version(cx, &key, &i.policy_arn, &i.version_id)?;
    if number == row.default_version {
        return Err(shapes_err::delete_conflict_exception("Cannot delete the default version of a policy."));
    }
    cx.delete::<PolicyVersions>(&policies::version_key(&key, number));
    Ok(Empty {})
}
