//! Web identities: whom a token is of, who issued it, and what it says about the session to be. Keys of issuers are the
//! directory's; nothing is fetched.
//! Source: STS API reference, "AssumeRoleWithWebIdentity"; IAM user guide, "Available keys for AWS OIDC federation",
//! "Passing session tags using AssumeRoleWithWebIdentity". Texts: answers of AWS quoted in public issues where `err.rs`
//! doesn't say otherwise.

use codec::Fault;
use directory::{OidcProvider, OidcProviders, Verdict, issuer_keys, issuer_url};
use kernel::Cx;
use serde_json::Value;
use shapes_sts::{AssumeRoleWithWebIdentityRequest, Tag};
use sts_tokens::jwt::{Jwt, texts};

use crate::err;
use crate::federated::{Vouched, check_source_identity};

/// Seconds by which an issuer's clock may run ahead of ours.
const AHEAD_S: i64 = 300;
/// Claim that holds session tags, whole or one claim a tag.
const TAGS: &str = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";

/// Providers that every account has: issuer, and the condition keys of audience and subject.
const BUILT_IN: [(&str, &str, &str); 4] = [
    ("accounts.google.com", "aud", "sub"),
    ("cognito-identity.amazonaws.com", "aud", "sub"),
    ("graph.facebook.com", "app_id", "id"),
    ("www.amazon.com", "app_id", "user_id"),
];
/// Those whose tokens name no issuer: the call names it.
const NAMED_BY_CALL: [&str; 2] = ["graph.facebook.com", "www.amazon.com"];

const GITHUB: &[&str] = &[
    "actor",
    "actor_id",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "repository_owner_id",
    "workflow",
];
const GITLAB: &[&str] = &[
    "namespace_id",
    "pipeline_source",
    "project_id",
    "ref_protected",
    "runner_environment",
    "user_access_level",
    "user_email",
    "user_id",
    "user_login",
];
const BUILDKITE: &[&str] = &[
    "build_branch",
    "cluster_id",
    "cluster_name",
    "organization_id",
    "organization_slug",
    "pipeline_id",
    "pipeline_slug",
];

/// Claims of an issuer (what its URL begins and ends with) that AWS takes for condition keys beyond everybody's.
/// Source: service authorization reference, condition keys of AWS STS (2026-10-27).
const OWN_CLAIMS: [(&str, &str, &[&str]); 10] = [
    ("token.actions.githubusercontent.com", "", GITHUB),
    ("token.actions.", ".ghe.com", GITHUB),
    ("github.com/enterprises/", "", GITHUB),
    ("gitlab.com", "", GITLAB),
    ("agent.buildkite.com", "", BUILDKITE),
    ("agent.", ".buildkite.dev", BUILDKITE),
    ("agent.", ".buildkite.site", BUILDKITE),
    ("oidc.circleci.com/org/", "", &["oidc.circleci.com/project-id"]),
    ("idcs-", ".identity.oraclecloud.com", &["rpst_id"]),
    ("accounts.google.com", "", &["google/organization_number"]),
];

fn own_claims(url: &str) -> &'static [&'static str] {
    let fits = |(start, end, _): &&(&str, &str, &[&str])| match url.strip_prefix(start) {
        // A host stands for itself and for what lies under it.
        Some(rest) if end.is_empty() => rest.is_empty() || start.ends_with('/') || rest.starts_with('/'),
        Some(rest) => rest.len() > end.len() && rest.ends_with(end),
        None => false,
    };
    OWN_CLAIMS.iter().find(fits).map_or(&[], |(_, _, own)| own)
}

/// A token that its issuer signed, and that is good for this account now.
pub(crate) struct WebIdentity {
    pub(crate) vouched: Vouched,
    pub(crate) subject: String,
    pub(crate) audience: String,
}

/// Who vouches: a provider of the role's account, or one that every account has.
struct Issued<'a> {
    /// Issuer's URL without scheme: what condition keys begin with.
    url: String,
    /// As trust policies name it.
    principal: String,
    /// Audiences that it may have tokens for; a built-in provider leaves that to trust policies.
    provider: Option<OidcProvider>,
    /// Names of the condition keys of audience and subject.
    keys: (&'a str, &'a str),
}

/// Verifies the token of a call.
///
/// Errors, in this order: InvalidIdentityToken: no JWT, a claim that lacks, no provider of that issuer in the role's
/// account, another audience; ExpiredTokenException; InvalidIdentityToken: not yet valid, no key of the issuer, not its
/// signature; IDPCommunicationError: a built-in provider without keys.
pub(crate) fn verified(cx: &Cx, i: &AssumeRoleWithWebIdentityRequest) -> Result<WebIdentity, Fault> {
    let by_call = match i.provider_id.as_deref() {
        Some(id) if NAMED_BY_CALL.contains(&id) => Some(id),
        Some(_) => return Err(err::unknown_provider_id()),
        None => None,
    };
    if let Some(id) = by_call
        && issuer_keys(cx.tx(), id).map_err(Fault::internal)?.is_none()
    {
        return Err(err::provider_unreachable());
    }
    let token = Jwt::parse(&i.web_identity_token).ok_or_else(err::no_jwt)?;
    let issued = issued(cx, &token, by_call)?;
    let audiences = audiences(&token)?;
    let audience = match &issued.provider {
        None => audiences[0].clone(),
        Some(p) => {
            let known = audiences.iter().find(|a| p.client_ids.contains(a));
            known.cloned().ok_or_else(err::wrong_audience)?
        }
    };
    let subject = required(&token, "sub")?.to_owned();
    in_time(cx, &token)?;
    signed(cx, &token, &issued.url)?;
    let (tags, transitive) = session_tags(&token)?;
    let source_identity = token.text(SOURCE_IDENTITY).map(str::to_owned);
    check_source_identity(source_identity.as_deref())?;
    let (asked, kept) = claims(&token, &issued, &audiences, &subject);
    let vouched =
        Vouched { provider: issued.principal, claims: asked, kept, tags, transitive, source_identity };
    Ok(WebIdentity { vouched, subject, audience })
}

fn issued<'a>(cx: &Cx, token: &Jwt<'_>, by_call: Option<&str>) -> Result<Issued<'a>, Fault> {
    let iss = match by_call {
        Some(id) => id,
        None => required(token, "iss")?,
    };
    let none = || err::no_provider(iss);
    let url = issuer_url(iss).ok_or_else(none)?;
    if let Some((name, aud, sub)) = BUILT_IN.iter().find(|(name, ..)| *name == url) {
        return Ok(Issued { url, principal: (*name).to_owned(), provider: None, keys: (aud, sub) });
    }
    let key = (cx.scope.partition.to_owned(), cx.scope.account.clone(), url.clone());
    let provider = cx.get::<OidcProviders>(&key)?.filter(|_| iss.starts_with("https://")).ok_or_else(none)?;
    let principal = cx.scope.global_arn("iam", &format!("oidc-provider/{url}"));
    Ok(Issued { url, principal, provider: Some(provider), keys: ("aud", "sub") })
}

fn required<'t>(token: &'t Jwt<'_>, claim: &str) -> Result<&'t str, Fault> {
    token.text(claim).ok_or_else(|| err::missing_claim(claim))
}

/// Whom the token is for: the authorized party, if it names one. Source: IAM user guide (`azp` stands before `aud`);
/// aws/aws-sdk-net#3071 shows that client ids are compared with it.
fn audiences(token: &Jwt<'_>) -> Result<Vec<String>, Fault> {
    let named = match token.texts("azp") {
        azp if azp.is_empty() => token.texts("aud"),
        azp => azp,
    };
    if named.is_empty() { Err(err::missing_claim("aud")) } else { Ok(named) }
}

fn in_time(cx: &Cx, token: &Jwt<'_>) -> Result<(), Fault> {
    let now_s = cx.now_ms.div_euclid(1_000);
    let expires_s = token.time_s("exp").ok_or_else(|| err::missing_claim("exp"))?;
    token.time_s("iat").ok_or_else(|| err::missing_claim("iat"))?;
    if now_s >= expires_s {
        return Err(err::token_expired(now_s, expires_s));
    }
    let early = |claim: &str| token.time_s(claim).is_some_and(|t| t > now_s.saturating_add(AHEAD_S));
    if early("iat") || early("nbf") { Err(err::not_yet_valid()) } else { Ok(()) }
}

fn signed(cx: &Cx, token: &Jwt<'_>, url: &str) -> Result<(), Fault> {
    let keys = issuer_keys(cx.tx(), url).map_err(Fault::internal)?.ok_or_else(err::no_verification_key)?;
    match keys.verify(&token.alg, token.kid.as_deref(), token.signed.as_bytes(), &token.signature) {
        Verdict::Good => Ok(()),
        Verdict::Bad => Err(err::bad_signature()),
        Verdict::NoKey => Err(err::no_verification_key()),
        Verdict::UnknownAlgorithm => Err(err::no_jwt()),
    }
}

/// Condition keys of the call, and those of them that the session keeps: audience, subject, methods of authentication.
fn claims(
    token: &Jwt<'_>,
    issued: &Issued<'_>,
    audiences: &[String],
    subject: &str,
) -> (Vec<(String, Vec<String>)>, Vec<(String, String)>) {
    let key = |name: &str| format!("{}:{name}", issued.url);
    let (aud, sub) = issued.keys;
    let mut asked = vec![
        (key(aud), audiences.to_vec()),
        (key(sub), vec![subject.to_owned()]),
        (key("amr"), token.texts("amr")),
    ];
    let kept = asked.iter().flat_map(|(k, all)| all.iter().map(|v| (k.clone(), v.clone()))).collect();
    asked.push((key("email"), token.texts("email")));
    asked.push((key("oaud"), token.texts("aud")));
    asked.extend(own_claims(&issued.url).iter().map(|name| (key(name), token.texts(name))));
    asked.retain(|(_, values)| !values.is_empty());
    (asked, kept)
}

/// Tags that the token gives the session: `{"principal_tags": {"k": ["v"]}, "transitive_tag_keys": ["k"]}`, or the same
/// flattened into claims of their own.
fn session_tags(token: &Jwt<'_>) -> Result<(Vec<Tag>, Vec<String>), Fault> {
    let nested = token.claim(TAGS);
    let flat = format!("{TAGS}/principal_tags/");
    let whole = nested.and_then(|n| n.get("principal_tags")).and_then(Value::as_object);
    let pairs = whole.into_iter().flatten().map(|(k, v)| (k.as_str(), v)).chain(token.under(&flat));
    let mut tags = Vec::new();
    for (key, value) in pairs {
        let values = texts(value);
        let [value] = &values[..] else { return Err(err::bad_tags()) };
        tags.push(Tag { key: key.to_owned(), value: value.clone() });
    }
    let listed = nested.and_then(|n| n.get("transitive_tag_keys"));
    let listed = listed.or_else(|| token.claim("https://aws.amazon.com/tags/transitive_tag_keys"));
    Ok((tags, listed.map(texts).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_with_claims_of_their_own() {
        for (url, want) in [
            ("token.actions.githubusercontent.com", GITHUB),
            ("token.actions.githubusercontent.com/octo", GITHUB),
            ("token.actions.octo.ghe.com", GITHUB),
            ("gitlab.com", GITLAB),
            ("agent.octo.buildkite.dev", BUILDKITE),
            ("oidc.circleci.com/org/1", &["oidc.circleci.com/project-id"][..]),
            ("gitlab.com.example.com", &[]),
            ("token.actions..ghe.com.example.com", &[]),
            ("example.com", &[]),
        ] {
            assert_eq!(own_claims(url), want, "{url}");
        }
    }
}
