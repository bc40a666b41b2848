//! SAML answers of identity providers: that the provider signed one, that it is for AWS and for now, and what it says of the
//! session to be.
//! Source: STS API reference, "AssumeRoleWithSAML"; IAM user guide, "Configure SAML assertions for the authentication
//! response", "Available keys for SAML-based AWS STS federation", "Troubleshoot SAML federation with IAM" (texts).
//! Differs: encrypted assertions are refused as not built; signatures with SHA-1 aren't taken; until when a provider's
//! metadata is valid isn't asked; SessionDuration is the console's and not read.

mod keys;

use codec::Fault;
use directory::{SamlProvider, SamlProviders};
use kernel::Cx;
use shapes_sts::{AssumeRoleWithSAMLRequest, Tag};
use sts_tokens::metadata;
use sts_tokens::response::{self, Assertion, Unreadable};
use sts_tokens::signature::{self, Signed};
use sts_tokens::xml::Element;

use crate::err;
use crate::federated::{Vouched, check_source_identity, is_session_name};
use crate::role::RoleArn;

/// How long after its issue an assertion is taken, and by how much a provider's clock may run ahead of ours (inferred).
const REDEEM_MS: i64 = 5 * 60_000;
const AHEAD_MS: i64 = 5 * 60_000;
/// AWS's attributes.
const ATTRIBUTES: &str = "https://aws.amazon.com/SAML/Attributes/";

/// An assertion that its provider signed, and that is good for this account now.
pub(crate) struct Saml {
    pub(crate) vouched: Vouched,
    pub(crate) session_name: String,
    pub(crate) subject: String,
    pub(crate) subject_type: String,
    pub(crate) issuer: String,
    pub(crate) recipient: String,
    pub(crate) name_qualifier: String,
    /// Seconds until the provider's own session ends.
    pub(crate) at_most_s: Option<i32>,
}

/// Verifies the assertion of a call.
///
/// Errors, in this order: InvalidIdentityToken: no base 64, no such provider, no SAML answer, another issuer, not its
/// signature; IDPRejectedClaim: the provider didn't authenticate; ExpiredTokenException; InvalidIdentityToken: not yet
/// valid, not for AWS, no session name, a bad source identity; AccessDenied: the role isn't in it.
pub(crate) fn verified(cx: &Cx, i: &AssumeRoleWithSAMLRequest) -> Result<Saml, Fault> {
    let text = signature::decoded(&i.saml_assertion).and_then(|b| String::from_utf8(b).ok());
    let text = text.ok_or_else(|| err::invalid_token("Invalid base64 SAMLResponse"))?;
    let provider = provider(cx, i)?;
    let malformed = || err::invalid_token("Your request included an invalid SAML response");
    let root = Element::parse(&text).ok_or_else(malformed)?;
    let parts = response::parts(&root).map_err(|e| match e {
        Unreadable::Malformed => malformed(),
        Unreadable::Encrypted => err::not_built("AssumeRoleWithSAML", "EncryptedAssertion"),
    })?;
    let assertion = response::read(parts.assertion).ok_or_else(malformed)?;
    let known = metadata::read(&provider.metadata).filter(|known| known.entity_id == assertion.issuer);
    let known = known.ok_or_else(|| err::invalid_token("Issuer not present in specified provider"))?;
    let whole = signature::signed(parts.response, &[], &root, &known.keys);
    let own = signature::signed(parts.assertion, &[parts.response], &root, &known.keys);
    if whole == Signed::Badly || own == Signed::Badly || (whole, own) == (Signed::No, Signed::No) {
        return Err(err::invalid_token("Response signature invalid"));
    }
    if !parts.succeeded {
        return Err(err::rejected_by_provider());
    }
    in_time(cx, &assertion)?;
    for_aws(cx, &assertion)?;
    said(cx, i, &provider, assertion)
}

fn provider(cx: &Cx, i: &AssumeRoleWithSAMLRequest) -> Result<SamlProvider, Fault> {
    let none = || err::invalid_token("Specified provider doesn't exist");
    let prefix = cx.scope.global_arn("iam", "saml-provider/");
    let name = i.principal_arn.strip_prefix(&prefix).ok_or_else(none)?;
    let key = (cx.scope.partition.to_owned(), cx.scope.account.clone(), name.to_owned());
    cx.get::<SamlProviders>(&key)?.ok_or_else(none)
}

/// Texts reported by users of AWS.
fn in_time(cx: &Cx, a: &Assertion) -> Result<(), Fault> {
    if cx.now_ms >= a.issued_ms.saturating_add(REDEEM_MS) {
        return Err(err::assertion_expired("Token must be redeemed within 5 minutes of issuance"));
    }
    if a.not_on_or_after_ms.is_some_and(|t| cx.now_ms >= t) {
        return Err(err::assertion_expired("Response has expired"));
    }
    let latest = cx.now_ms.saturating_add(AHEAD_MS);
    match a.issued_ms > latest || a.not_before_ms.is_some_and(|t| t > latest) {
        true => Err(err::not_yet_valid()),
        false => Ok(()),
    }
}

/// The audience is AWS, and the recipient its sign-in endpoint: the global one or a region's, also with a provider's id
/// after `acs/`.
fn for_aws(cx: &Cx, a: &Assertion) -> Result<(), Fault> {
    let domain = match cx.scope.partition {
        "aws-cn" => "signin.amazonaws.cn/saml",
        "aws-us-gov" => "signin.amazonaws-us-gov.com/saml",
        _ => "signin.aws.amazon.com/saml",
    };
    let endpoint = |url: &str| {
        let url = url.strip_prefix("https://").unwrap_or_default();
        let (host_and_path, _) = url.split_once("/acs/").unwrap_or((url, ""));
        let region = host_and_path.strip_suffix(domain).and_then(|r| r.strip_suffix('.'));
        host_and_path == domain || region.is_some_and(|r| kernel::region(r).is_some())
    };
    let named = |audience: &String| audience.starts_with("urn:amazon:webservices") || endpoint(audience);
    if !a.audiences.iter().any(named) {
        return Err(err::invalid_token("Response does not contain the required audience"));
    }
    match endpoint(&a.recipient) {
        true => Ok(()),
        false => Err(err::invalid_token("Response is not for the required recipient")),
    }
}

fn said(
    cx: &Cx,
    i: &AssumeRoleWithSAMLRequest,
    provider: &SamlProvider,
    a: Assertion,
) -> Result<Saml, Fault> {
    let values = |name: &str| {
        let full = |n: &str| n.strip_prefix(ATTRIBUTES) == Some(name);
        a.attributes.iter().find(|(n, _)| full(n)).map_or(&[][..], |(_, v)| v.as_slice())
    };
    let session_name = match values("RoleSessionName") {
        [] => return Err(err::invalid_token("RoleSessionName is required in AuthnResponse")),
        [name, ..] if is_session_name(name) => name.clone(),
        _ => {
            return Err(err::invalid_token(
                "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}",
            ));
        }
    };
    let source_identity = values("SourceIdentity").first().cloned();
    check_source_identity(source_identity.as_deref())?;
    if !values("Role").iter().any(|pair| is_pair(pair, i)) {
        return Err(err::federated_not_authorized("sts:AssumeRoleWithSAML"));
    }
    let tags = a.attributes.iter().filter_map(|(n, v)| {
        let key = n.strip_prefix(ATTRIBUTES)?.strip_prefix("PrincipalTag:")?;
        Some(Tag { key: key.to_owned(), value: v.first().cloned().unwrap_or_default() })
    });
    let (tags, transitive) = (tags.collect(), values("TransitiveTagKeys").to_vec());
    let (account, name) = (cx.scope.account.as_str(), provider.name.as_str());
    let name_qualifier = keys::name_qualifier(&a.issuer, account, name);
    let (claims, kept) = keys::of(&a, account, name, &name_qualifier);
    let left_s = a.session_ends_ms.map(|t| (t - cx.now_ms).div_euclid(1_000));
    if left_s.is_some_and(|s| s < 1) {
        return Err(err::assertion_expired("Response has expired"));
    }
    Ok(Saml {
        vouched: Vouched {
            provider: i.principal_arn.clone(),
            claims,
            kept,
            tags,
            transitive,
            source_identity,
        },
        session_name,
        subject: a.subject,
        subject_type: a.subject_type,
        issuer: a.issuer,
        recipient: a.recipient,
        name_qualifier,
        at_most_s: left_s.map(|s| i32::try_from(s).unwrap_or(i32::MAX)),
    })
}

/// Role and provider of the call, with a comma between, in either order.
fn is_pair(pair: &str, i: &AssumeRoleWithSAMLRequest) -> bool {
    let named = [i.role_arn.as_str(), i.principal_arn.as_str()];
    RoleArn::parse(&i.role_arn).is_some()
        && pair.split_once(',').is_some_and(|(a, b)| {
            let pair = [a.trim(), b.trim()];
            pair == named || [pair[1], pair[0]] == named
        })
}
