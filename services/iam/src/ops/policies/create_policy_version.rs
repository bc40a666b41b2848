//! `CreatePolicyVersion`: adds a version to a managed policy, which may become its default.
//! Source: IAM API reference, "CreatePolicyVersion" (2026-11-22).

use crate::documents;
use crate::guards;
use crate::managed;
use crate::policies;
use crate::quotas;
use codec::Fault;
use directory::{Policies, PolicyVersion, PolicyVersions};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{CreatePolicyVersionRequest, CreatePolicyVersionResponse, err as shapes_err, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::CreatePolicyVersion>(guard, decide)
}

fn guard(cx: &Cx, i: &CreatePolicyVersionRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::policy(cx, &i.policy_arn)?))
}

fn decide(cx: &mut Cx, i: &CreatePolicyVersionRequest) -> Result<CreatePolicyVersionResponse, Fault> {
    let (key, mut row) = managed::find_own(cx, &i.policy_arn, "iam:CreatePolicyVersion")?;
    documents::check_managed(&i.policy_document)?;
    if policies::versions(cx, &key)?.len() >= quotas::VERSIONS as usize {
        return Err(shapes_err::limit_exceeded_exception(
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an \
             existing version.",
        ));
    }
    let number = row.next_version;
    row.next_version += 1;
    row.updated_ms = cx.now_ms;
    if i.set_as_default == Some(true) {
        row.default_version = number;
    }
    let version = PolicyVersion { document: i.policy_document.clone(), created_ms: cx.now_ms };
    cx.put::<PolicyVersions>(&policies::version_key(&key, number), &version);
    cx.put::<Policies>(&key, &row);
    let version = policies::version(number, &version, &row, false);
    Ok(CreatePolicyVersionResponse { policy_version: Some(version) })
}
