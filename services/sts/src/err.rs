//! AWS's refusals that its models don't name, with AWS's texts. Each says where its text is from.

use codec::Fault;
use shapes_sts::err as modelled;

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

/// The denial of whom an identity provider vouches for. Source: IAM user guide, "Troubleshoot SAML federation with IAM".
pub(crate) fn federated_not_authorized(action: &str) -> Fault {
    access_denied(format!("Not authorized to perform {action}"))
}

/// Reported by users (kubernetes/kops, aws-actions/configure-aws-credentials#280).
pub(crate) fn no_provider(iss: &str) -> Fault {
    invalid_token(format!("No OpenIDConnect provider found in your account for {iss}"))
}

/// Reported by users.
pub(crate) fn no_jwt() -> Fault {
    invalid_token(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
    )
}

/// Reported: aws/aws-sdk-ruby#2698 (for `aud`).
pub(crate) fn missing_claim(claim: &str) -> Fault {
    invalid_token(format!("Missing a required claim: {claim}"))
}

/// Reported: aws-actions/configure-aws-credentials#775.
pub(crate) fn wrong_audience() -> Fault {
    invalid_token("Incorrect token audience")
}

/// Reported: aws/aws-sdk-java-v2#5709.
pub(crate) fn token_expired(now_s: i64, expires_s: i64) -> Fault {
    modelled::expired_token_exception(format!(
        "Token expired: current date/time {now_s} must be before the expiration date/time {expires_s}"
    ))
}

/// Inferred text.
pub(crate) fn not_yet_valid() -> Fault {
    invalid_token("Token is not valid yet")
}

/// Reported by users, for an issuer whose keys AWS can't get (with both spaces).
pub(crate) fn no_verification_key() -> Fault {
    invalid_token(
        "Couldn't retrieve verification key from your identity provider,  please reference \
         AssumeRoleWithWebIdentity documentation for requirements",
    )
}

/// Inferred from Cognito's "Invalid login token. Token signature invalid.", which has the other texts in common too.
pub(crate) fn bad_signature() -> Fault {
    invalid_token("Token signature invalid")
}

/// Inferred text; the rule is the STS API reference's (two providers may be named).
pub(crate) fn unknown_provider_id() -> Fault {
    invalid_token("Unsupported ProviderId: only graph.facebook.com and www.amazon.com issue access tokens")
}

/// Inferred text. Source of the code: STS API reference, "The request could not be fulfilled because the identity
/// provider (IDP) that was asked to verify the incoming identity token could not be reached".
pub(crate) fn provider_unreachable() -> Fault {
    modelled::idp_communication_error_exception("Error communicating with the identity provider")
}

/// Inferred text.
pub(crate) fn bad_tags() -> Fault {
    invalid_token("The session tags in the token are not valid")
}

/// Source: IAM user guide, "Troubleshoot SAML federation with IAM".
pub(crate) fn bad_source_identity() -> Fault {
    invalid_token("Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"")
}

/// Inferred text. Source of the code: STS API reference, "The identity provider (IdP) reported that authentication failed."
pub(crate) fn rejected_by_provider() -> Fault {
    modelled::idp_rejected_claim_exception("The identity provider reported that authentication failed")
}

/// `ExpiredTokenException`, for assertions. Texts reported by users.
pub(crate) fn assertion_expired(text: &str) -> Fault {
    modelled::expired_token_exception(text)
}

/// Inferred text; the values are the STS API reference's.
pub(crate) fn unknown_signing_algorithm(given: &str) -> Fault {
    validation(format!("Invalid SigningAlgorithm: {given}. Valid values are RS256 and ES384."))
}

/// `InvalidIdentityToken` with a text of its own.
pub(crate) fn invalid_token(text: impl Into<String>) -> Fault {
    modelled::invalid_identity_token_exception(text)
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
