//! Resource policies: `PutResourcePolicy`, `GetResourcePolicy`, `DeleteResourcePolicy`. Who they let in, the platform judges.
//!
//! Errors: ResourceNotFoundException: no such table. PolicyNotFoundException: none, or another revision than expected.
//! ValidationException: no policy. Source: developer guide, "Using resource-based policies" (2026-11-22). Policies of streams
//! aren't built: they are refused. Differs: a policy that shuts its author out is taken without
//! `ConfirmRemoveSelfResourceAccess`, too.

use authz::{PolicyDocument, PolicyKind};
use codec::Fault;
use kernel::Cx;
use shapes_dynamodb::{
    DeleteResourcePolicyInput, DeleteResourcePolicyOutput, GetResourcePolicyInput, GetResourcePolicyOutput,
    PutResourcePolicyInput, PutResourcePolicyOutput, err,
};

use crate::err::{invalid, not_built};
use crate::names::Arn;
use crate::table::Open;
use crate::tags::of_arn;

const MAX_BYTES: usize = 20 * 1_024;

/// Refuses a text that is no resource policy.
pub(crate) fn check(cx: &Cx, text: &str) -> Result<(), Fault> {
    if text.len() > MAX_BYTES {
        return Err(invalid(format!("Resource policy size exceeds the limit of {MAX_BYTES} bytes")));
    }
    let document = PolicyDocument::parse(text, PolicyKind::Resource)
        .map_err(|e| invalid(format!("Invalid policy document: {e}")))?;
    match cx.missing_principal(&document)? {
        None => Ok(()),
        Some(value) => {
            Err(invalid(format!("Invalid policy document: Invalid principal in policy: \"AWS\":\"{value}\"")))
        }
    }
}

/// A new revision's id.
pub(crate) fn new_revision(cx: &Cx) -> String {
    let bytes = cx.ids.bytes("dynamodb.policy");
    let (first, _) = bytes.split_first_chunk().expect("32 bytes begin with eight");
    (u64::from_be_bytes(*first) % 10_000_000_000_000).to_string()
}

fn target(cx: &Cx, arn: &str) -> Result<Open, Fault> {
    if Arn::parse(arn).is_some_and(|a| a.rest.starts_with("stream/")) {
        return Err(not_built("a resource policy of a stream"));
    }
    of_arn(cx, arn)
}

fn expect(open: &Open, expected: Option<&str>) -> Result<(), Fault> {
    let current = open.t.policy.as_ref().map(|_| open.t.policy_revision.as_str());
    match expected {
        None => Ok(()),
        Some("NO_POLICY") if current.is_none() => Ok(()),
        Some(id) if current == Some(id) => Ok(()),
        Some(_) => Err(err::policy_not_found_exception(
            "The resource-based policy with the revision ID provided in the expected-revision-id parameter does not exist.",
        )),
    }
}

/// Sets the policy.
pub(crate) fn put(cx: &mut Cx, i: &PutResourcePolicyInput) -> Result<PutResourcePolicyOutput, Fault> {
    let mut open = target(cx, &i.resource_arn)?;
    check(cx, &i.policy)?;
    expect(&open, i.expected_revision_id.as_deref())?;
    if open.t.policy.as_ref() != Some(&i.policy) {
        open.t.change().policy = Some(i.policy.clone());
        open.t.change().policy_revision = new_revision(cx);
        open.save(cx);
    }
    Ok(PutResourcePolicyOutput { revision_id: Some(open.t.policy_revision.clone()) })
}

/// Tells the policy.
pub(crate) fn get(cx: &mut Cx, i: &GetResourcePolicyInput) -> Result<GetResourcePolicyOutput, Fault> {
    let open = target(cx, &i.resource_arn)?;
    let Some(policy) = open.t.policy.clone() else { return Err(none(&i.resource_arn)) };
    Ok(GetResourcePolicyOutput { policy: Some(policy), revision_id: Some(open.t.policy_revision.clone()) })
}

/// Removes the policy.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &DeleteResourcePolicyInput,
) -> Result<DeleteResourcePolicyOutput, Fault> {
    let mut open = target(cx, &i.resource_arn)?;
    expect(&open, i.expected_revision_id.as_deref())?;
    if open.t.change().policy.take().is_none() {
        return Ok(DeleteResourcePolicyOutput { revision_id: None });
    }
    let revision = std::mem::take(&mut open.t.change().policy_revision);
    open.save(cx);
    Ok(DeleteResourcePolicyOutput { revision_id: Some(revision) })
}

fn none(arn: &str) -> Fault {
    err::policy_not_found_exception(format!(
        "Resource-based policy not found for the provided ResourceArn: {arn}"
    ))
}
