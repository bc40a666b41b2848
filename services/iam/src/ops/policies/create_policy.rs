//! `CreatePolicy`: makes a customer managed policy; its document is version v1.
//! Source: IAM API reference, "CreatePolicy" (2026-11-22).

use crate::answers;
use crate::documents;
use crate::guards;
use crate::ids;
use crate::policies;
use crate::quotas;
use crate::state::{UseCount, key};
use crate::tags;
use codec::Fault;
use directory::{Policies, Policy, PolicyVersion, PolicyVersions};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{CreatePolicyRequest, CreatePolicyResponse, err as shapes_err, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::CreatePolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &CreatePolicyRequest) -> Result<Guard, Fault> {
    Ok(guards::new(cx, "policy", &i.path, &i.policy_name, &i.tags, "iam:TagPolicy"))
}

fn decide(cx: &mut Cx, i: &CreatePolicyRequest) -> Result<CreatePolicyResponse, Fault> {
    let key = key(cx, &i.policy_name);
    if cx.get::<Policies>(&key)?.is_some() {
        return Err(shapes_err::entity_already_exists_exception(format!(
            "A policy called {} already exists. Duplicate names are not allowed.",
            i.policy_name
        )));
    }
    documents::check_managed(&i.policy_document)?;
    let tags = tags::new(&i.tags)?;
    quotas::POLICIES.take(cx)?;
    let row = Policy {
        id: ids::unique(cx, "ANPA"),
        name: i.policy_name.clone(),
        path: i.path.clone().unwrap_or_else(|| "/".to_owned()),
        created_ms: cx.now_ms,
        updated_ms: cx.now_ms,
        description: i.description.clone().filter(|d| !d.is_empty()),
        tags,
        default_version: 1,
        next_version: 2,
    };
    let version = PolicyVersion { document: i.policy_document.clone(), created_ms: cx.now_ms };
    cx.put::<Policies>(&key, &row);
    cx.put::<PolicyVersions>(&policies::version_key(&key, 1), &version);
    // The description is told by GetPolicy alone.
    let policy = shapes_iam::Policy {
        description: None,
        tags: answers::tags(&row.tags),
        ..answers::policy(cx, &row, UseCount::default())
    };
    Ok(CreatePolicyResponse { policy: Some(policy) })
}
