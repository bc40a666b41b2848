//! `DeletePolicy`: deletes a managed policy that nobody uses and that has no version but its default.
//! Source: IAM API reference, "DeletePolicy" (2026-11-22).

use crate::guards;
use crate::managed;
use crate::policies;
use crate::quotas;
use crate::state::UseCount;
use codec::{Empty, Fault};
use directory::{Policies, PolicyVersions};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DeletePolicyRequest, err as shapes_err, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DeletePolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &DeletePolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::policy(cx, &i.policy_arn)?))
}

fn decide(cx: &mut Cx, i: &DeletePolicyRequest) -> Result<Empty, Fault> {
    let (key, row) = managed::find_own(cx, &i.policy_arn, "iam:DeletePolicy")?;
    if managed::uses(cx, &i.policy_arn)? != UseCount::default() {
        return Err(shapes_err::delete_conflict_exception("Cannot delete a policy attached to entities."));
    }
    if policies::versions(cx, &key)?.len() > 1 {
        return Err(shapes_err::delete_conflict_exception(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's \
             versions. The default version is deleted with the policy.",
        ));
    }
    quotas::POLICIES.give_back(cx)?;
    cx.delete::<PolicyVersions>(&policies::version_key(&key, row.default_version));
    cx.delete::<Policies>(&key);
    Ok(Empty {})
}
