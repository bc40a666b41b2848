//! Versions of managed policies, and AWS's own policies as answers show them. AWS's older versions are not kept here:
//! their default version is the only one.

use codec::Fault;
use directory::{EntityKey, ManagedPolicy, ManagedSummary, Policy, PolicyVersion, PolicyVersions};
use kernel::Cx;
use shapes_iam::err as shapes_err;

use crate::answers::at;
use crate::documents::encode;
use crate::state::UseCount;

/// The key of a version.
pub(crate) fn version_key(policy: &EntityKey, number: u32) -> (String, String, String, u32) {
    (policy.0.clone(), policy.1.clone(), policy.2.clone(), number)
}

/// The versions of a customer's policy with their numbers, oldest first.
pub(crate) fn versions(cx: &Cx, policy: &EntityKey) -> Result<Vec<(u32, PolicyVersion)>, Fault> {
    Ok(cx.scan_prefix::<PolicyVersions>(policy)?.map(|(k, v)| (k.3, v)).collect())
}

/// The version of that id (`v3`). Errors: NoSuchEntity.
pub(crate) fn find_version(
    cx: &Cx,
    policy: &EntityKey,
    arn: &str,
    id: &str,
) -> Result<(u32, PolicyVersion), Fault> {
    let number: Option<u32> = id.strip_prefix('v').and_then(|n| n.parse().ok());
    let found = match number {
        Some(n) => cx.get::<PolicyVersions>(&version_key(policy, n))?.map(|v| (n, v)),
        None => None,
    };
    found.ok_or_else(|| no_such_version(arn, id))
}

/// The fault for a version that isn't there.
pub(crate) fn no_such_version(arn: &str, id: &str) -> Fault {
    let text = format!("Policy {arn} version {id} does not exist or is not attachable.");
    shapes_err::no_such_entity_exception(text)
}

/// A version of a customer's policy.
pub(crate) fn version(
    number: u32,
    version: &PolicyVersion,
    policy: &Policy,
    with_document: bool,
) -> shapes_iam::PolicyVersion {
    shapes_iam::PolicyVersion {
        document: with_document.then(|| encode(&version.document)),
        version_id: Some(format!("v{number}")),
        is_default_version: Some(number == policy.default_version),
        create_date: Some(at(version.created_ms)),
    }
}

/// The version of an AWS managed policy.
pub(crate) fn aws_version(policy: &ManagedPolicy, with_document: bool) -> shapes_iam::PolicyVersion {
    shapes_iam::PolicyVersion {
        document: with_document.then(|| encode(&policy.document)),
        version_id: Some(policy.about.default_version.clone()),
        is_default_version: Some(true),
        create_date: Some(at(policy.about.updated_ms)),
    }
}

/// An AWS managed policy, without tags.
pub(crate) fn aws(cx: &Cx, policy: &ManagedSummary, uses: UseCount) -> shapes_iam::Policy {
    shapes_iam::Policy {
        policy_name: Some(policy.name.clone()),
        policy_id: Some(policy.id.clone()),
        arn: Some(aws_arn(cx, policy)),
        path: Some(policy.path.clone()),
        default_version_id: Some(policy.default_version.clone()),
        attachment_count: i32::try_from(uses.attachments).ok(),
        permissions_boundary_usage_count: i32::try_from(uses.boundaries).ok(),
        is_attachable: Some(true),
        create_date: Some(at(policy.created_ms)),
        update_date: Some(at(policy.updated_ms)),
        ..shapes_iam::Policy::default()
    }
}

/// The ARN of an AWS managed policy in the call's partition.
pub(crate) fn aws_arn(cx: &Cx, policy: &ManagedSummary) -> String {
    format!("arn:{}:iam::aws:policy{}{}", cx.scope.partition, policy.path, policy.name)
}
