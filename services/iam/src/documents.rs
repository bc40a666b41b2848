//! Policy documents as IAM takes and gives them: validated by `authz`, held to AWS's sizes, URL-encoded in answers.

use authz::{PolicyDocument, PolicyKind, policy_size};
use codec::Fault;
use kernel::Cx;
use shapes_iam::err as shapes_err;

use crate::quotas::{POLICY_SIZE, TRUST_SIZE};

/// Checks the text of a managed policy.
///
/// Errors: MalformedPolicyDocument: as `authz` says. LimitExceeded: too long.
pub(crate) fn check_managed(text: &str) -> Result<(), Fault> {
    parse(text, PolicyKind::Managed)?;
    POLICY_SIZE.check(policy_size(text))
}

/// Checks the text of an inline policy; its size counts with its siblings'.
pub(crate) fn check_inline(text: &str) -> Result<(), Fault> {
    parse(text, PolicyKind::Identity).map(drop)
}

/// Checks the text of a trust policy.
///
/// Errors: MalformedPolicyDocument: as `authz` says, or a principal doesn't exist. LimitExceeded: too long.
pub(crate) fn check_trust(cx: &Cx, text: &str) -> Result<(), Fault> {
    let document = parse(text, PolicyKind::Trust)?;
    if let Some(value) = cx.missing_principal(&document)? {
        return Err(shapes_err::malformed_policy_document_exception(format!(
            "Invalid principal in policy: \"AWS\":\"{value}\""
        )));
    }
    TRUST_SIZE.check(policy_size(text))
}

/// The document of a text that was checked when it was stored.
pub(crate) fn parse(text: &str, kind: PolicyKind) -> Result<PolicyDocument, Fault> {
    PolicyDocument::parse(text, kind).map_err(|e| shapes_err::malformed_policy_document_exception(e.message))
}

/// A document as answers carry it. Source: IAM API reference: "URL-encoded compliant with RFC 3986".
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3 / 2);
    for b in text.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(b)),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(super::encode("{\"a\": \"*é\"}~-._"), "%7B%22a%22%3A%20%22%2A%C3%A9%22%7D~-._");
    }
}
