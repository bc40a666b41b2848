//! Session policies: the inline one and the managed ones that a call passes, and how much room they take packed.
//! Source: IAM user guide, "Session policies", "IAM and AWS STS quotas"; STS API reference, "AssumeRole".

use std::io::Write;

use authz::{PolicyDocument, PolicyKind};
use codec::Fault;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use kernel::Cx;
use shapes_sts::{PolicyDescriptorType, err as modelled};

use crate::err;

/// Managed policies that a session may have. Source: STS API reference.
const ARNS: usize = 10;
/// Characters of inline and managed policies together. Source: STS API reference.
const CHARACTERS: usize = 2_048;
/// Bytes that policies and tags may take packed. AWS doesn't publish its packing or its limit: ours is deflate, and a size
/// at which the largest policy that is allowed usually fits, and fifty long tags don't (inferred).
const PACKED_BYTES: usize = 1_536;

/// The policies of a session to be.
#[derive(Default)]
pub(crate) struct SessionPolicies {
    pub(crate) inline: Vec<String>,
    pub(crate) arns: Vec<String>,
}

/// Reads what a call passes.
///
/// Errors, in this order: MalformedPolicyDocument: the inline policy isn't one; ValidationError: too many managed
/// policies, or one that isn't there, or in another account; PackedPolicyTooLarge: together too long.
pub(crate) fn checked(
    cx: &Cx,
    policy: &Option<String>,
    arns: &Option<Vec<PolicyDescriptorType>>,
) -> Result<SessionPolicies, Fault> {
    if let Some(text) = policy {
        PolicyDocument::parse(text, PolicyKind::Session)
            .map_err(|e| modelled::malformed_policy_document_exception(e.message))?;
    }
    let arns: Vec<String> = arns.iter().flatten().filter_map(|a| a.arn.clone()).collect();
    if arns.len() > ARNS {
        // Inferred text, in the form of the model's violations; the limit is documented.
        return Err(err::validation(format!(
            "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length \
             less than or equal to {ARNS}"
        )));
    }
    for arn in &arns {
        exists(cx, arn)?;
    }
    let characters = policy.iter().chain(&arns).map(|t| t.chars().count()).sum::<usize>();
    if characters > CHARACTERS {
        return Err(too_large("Packed policy", characters * 100 / CHARACTERS));
    }
    Ok(SessionPolicies { inline: policy.iter().cloned().collect(), arns })
}

/// "The policies must exist in the same account as the role." Source: STS API reference; inferred text.
fn exists(cx: &Cx, arn: &str) -> Result<(), Fault> {
    let account = arn.split(':').nth(4).unwrap_or_default();
    let here = arn.split(':').nth(1) == Some(cx.scope.partition);
    let known = here
        && (account == "aws" || account == cx.scope.account)
        && cx.directory.managed_document(cx.tx(), arn).map_err(Fault::internal)?.is_some();
    if known { Ok(()) } else { Err(err::validation(format!("Policy {arn} does not exist."))) }
}

/// The share of the room that policies and tags take packed, in percent; `None` when there are none.
///
/// Errors: PackedPolicyTooLarge: more than all of it.
pub(crate) fn packed_percent(
    policies: &SessionPolicies,
    tags: &[(String, String)],
) -> Result<Option<i32>, Fault> {
    if policies.inline.is_empty() && policies.arns.is_empty() && tags.is_empty() {
        return Ok(None);
    }
    let mut text = String::new();
    for inline in &policies.inline {
        text.extend(inline.chars().filter(|c| !c.is_whitespace()));
    }
    for arn in &policies.arns {
        text.push_str(arn);
    }
    for (key, value) in tags {
        text.push_str(key);
        text.push('\0');
        text.push_str(value);
        text.push('\0');
    }
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text.as_bytes()).map_err(Fault::internal)?;
    let bytes = packer.finish().map_err(Fault::internal)?.len();
    let percent = (bytes * 100).div_ceil(PACKED_BYTES);
    if percent > 100 {
        let of_tags = policies.inline.is_empty() && policies.arns.is_empty();
        return Err(too_large(
            if of_tags { "Packed size of session tags" } else { "Packed policy" },
            percent,
        ));
    }
    Ok(i32::try_from(percent).ok())
}

/// Source of the texts: AWS re:Post knowledge center, "PackedPolicyTooLarge".
fn too_large(what: &str, percent: usize) -> Fault {
    let advice = if what == "Packed policy" { ", please use smaller policy." } else { "." };
    modelled::packed_policy_too_large_exception(format!(
        "{what} consumes {percent}% of allotted space{advice}"
    ))
}
