//! `GetPolicyVersion`: a version of a managed policy with its document.
//! Source: IAM API reference, "GetPolicyVersion" (2026-11-22).

use crate::guards;
use crate::managed;
use crate::managed::Managed;
use crate::policies;
use codec::Fault;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetPolicyVersionRequest, GetPolicyVersionResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetPolicyVersion>(guard, decide)
}

fn guard(cx: &Cx, i: &GetPolicyVersionRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::policy(cx, &i.policy_arn)?))
}

fn decide(cx: &mut Cx, i: &GetPolicyVersionRequest) -> Result<GetPolicyVersionResponse, Fault> {
    let version = match managed::find(cx, &i.policy_arn)? {
        Managed::Customer(key, row) => {
            let (number, version) = policies::find_version(cx, &key, &i.policy_arn, &i.version_id)?;
            policies::version(number, &version, &row, true)
        }
        Managed::Aws(p) if p.about.default_version == i.version_id => policies::aws_version(&p, true),
        Managed::Aws(_) => return Err(policies::no_such_version(&i.policy_arn, &i.version_id)),
    };
    Ok(GetPolicyVersionResponse { policy_version: Some(version) })
}
