//! AWS's refusals that its models don't name, with AWS's texts. Each says where its text is from.

use codec::Fault;

/// `ValidationError` with a text of its own.
pub(crate) fn validation(text: impl Into<String>) -> Fault {
    Fault::new("ValidationError", 400, text)
}

/// `InvalidParameterValue`: what STS answers for session tags.
pub(crate) fn invalid_parameter(text: impl Into<String>) -> Fault {
    Fault::new("InvalidParameterValue", 400, text)
}

/// `AccessDenied` with a text that no policy gave.
pub(crate) fn access_denied(text: impl Into<String>) -> Fault {
    Fault::new("AccessDenied", 403, text)
}

/// The denial of an action that this kind of caller may never do. Text: the common form of AWS's denials.
pub(crate) fn not_authorized(caller: &str, action: &str, resource: &str) -> Fault {
    access_denied(format!("User: {caller} is not authorized to perform: {action} on resource: {resource}"))
}

/// Reported by users (aws/aws-cli and many others).
pub(crate) fn root_may_not_assume() -> Fault {
    access_denied("Roles may not be assumed by root accounts.")
}

/// Reported: aws/aws-sdk-net#1704, hashicorp/vault#4108.
pub(crate) fn session_credentials(operation: &str) -> Fault {
    access_denied(format!("Cannot call {operation} with session credentials"))
}

/// Reported by users.
pub(crate) fn bad_role_arn() -> Fault {
    validation("Request ARN is invalid")
}

/// Reported: 99designs/aws-vault#263.
pub(crate) fn chained_too_long() -> Fault {
    validation(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    )
}

/// Reported by users.
pub(crate) fn longer_than_role_allows() -> Fault {
    validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
}

/// Recorded 2025-04-10, AssumeRole.
pub(crate) fn duplicate_tags() -> Fault {
    invalid_parameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
}

/// Recorded 2025-04-10, AssumeRole.
pub(crate) fn transitive_key_without_tag() -> Fault {
    invalid_parameter("The specified transitive tag key must be included in the requested tags.")
}

/// Reported by users; the rule is the IAM user guide's, "Chaining roles with session tags".
pub(crate) fn inherited_tag_set_again() -> Fault {
    invalid_parameter(
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from \
         the calling session.",
    )
}

/// Inferred text; the rule is the IAM user guide's, "Things to know about session tags".
pub(crate) fn reserved_tag_prefix() -> Fault {
    invalid_parameter("Tag keys and values cannot start with the reserved prefix aws:.")
}

/// Reported by users.
pub(crate) fn mfa_half_given() -> Fault {
    access_denied(
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code. ",
    )
}

/// Reported: aws/aws-cli#6325 (with both spaces).
pub(crate) fn mfa_not_yours() -> Fault {
    access_denied(
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is \
         valid and associated with this user.",
    )
}

/// Reported by users (with the space at its end).
pub(crate) fn mfa_wrong_code() -> Fault {
    access_denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
}

/// A credential that STS doesn't know. The common text of the code; GetAccessKeyInfo's use of it is reported.
pub(crate) fn unknown_key() -> Fault {
    Fault::new("InvalidClientTokenId", 403, "The security token included in the request is invalid.")
}

/// A member that AWS honours and we don't: said, not ignored.
pub(crate) fn not_built(operation: &str, member: &str) -> Fault {
    let text = format!("{member} of sts.{operation} is not implemented by Tabletop yet.");
    Fault::new("NotImplemented", 501, text)
        .with_header("x-tabletop-unimplemented", format!("sts.{operation}.{member}"))
}
