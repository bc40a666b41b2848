//! `GetWebIdentityToken`: a signed token that tells others who the caller is. IAM switches it on for an account; keys and
//! issuers are the directory's.
//! Source: STS API reference, "GetWebIdentityToken"; IAM user guide, "Understanding token claims" (2026-11-22).
//! Differs: no claims of organizations and of services that run code; the size of a token isn't limited, since AWS doesn't
//! say its limit.

use codec::{Fault, Timestamp};
use directory::{IdentityKind, OutboundIssuers, Roles, Users, entity_key};
use kernel::{Cx, Guard, Target};
use serde_json::{Map, Value, json};
use shapes_sts::{GetWebIdentityTokenRequest, GetWebIdentityTokenResponse, err as modelled};

use crate::{callers, err, tags};

const DEFAULT_S: i32 = 300;
const ALGORITHMS: [&str; 2] = ["RS256", "ES384"];
/// Claim that holds AWS's own.
const NAMESPACE: &str = "https://sts.amazonaws.com/";

/// Once per action that the call needs.
///
/// Errors: AccessDenied: sessions that may not call STS.
pub(crate) fn guard(cx: &Cx, i: &GetWebIdentityTokenRequest) -> Result<Guard, Fault> {
    callers::not_borrowed(cx.caller, "GetWebIdentityToken")?;
    let target = Target::on("*")
        .key("sts:IdentityTokenAudience", i.audience.clone())
        .key("sts:SigningAlgorithm", vec![i.signing_algorithm.clone()])
        .key("sts:DurationSeconds", vec![i.duration_seconds.unwrap_or(DEFAULT_S).to_string()]);
    let given = tags::pairs(i.tags.as_deref().unwrap_or_default());
    if given.is_empty() {
        return Ok(Guard::of(target));
    }
    let target = target.request_tags(given);
    Ok(Guard::of(target.clone()).and(target.action("sts:TagGetWebIdentityToken")))
}

/// Makes the token.
///
/// Errors, in this order: ValidationError: another algorithm; OutboundWebIdentityFederationDisabledException;
/// InvalidParameterValue (tags); SessionDurationEscalationException: it would outlive the calling session. Texts are the
/// descriptions of the errors in the model.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &GetWebIdentityTokenRequest,
) -> Result<GetWebIdentityTokenResponse, Fault> {
    if !ALGORITHMS.contains(&i.signing_algorithm.as_str()) {
        return Err(err::unknown_signing_algorithm(&i.signing_algorithm));
    }
    let home = (cx.scope.partition.to_owned(), cx.scope.account.clone());
    let issuer = cx.get::<OutboundIssuers>(&home)?.filter(|issuer| issuer.enabled).ok_or_else(|| {
        modelled::outbound_web_identity_federation_disabled_exception(
            "The outbound web identity federation feature is not enabled for this account. To use this feature, you \
             must first enable it through the Amazon Web Services Management Console or API.",
        )
    })?;
    let given = tags::checked(None, i.tags.as_deref().unwrap_or_default(), &[])?.tags;
    let now_s = cx.now_ms.div_euclid(1_000);
    let expires_s = now_s + i64::from(i.duration_seconds.unwrap_or(DEFAULT_S));
    if cx.caller.session.as_ref().is_some_and(|s| expires_s * 1_000 > s.expires_ms) {
        return Err(modelled::session_duration_escalation_exception(
            "The requested token duration would extend the session beyond its original expiration time. You cannot use \
             this operation to extend the lifetime of a session beyond what was granted when the session was \
             originally created.",
        ));
    }
    let mut own = Map::new();
    own.insert("aws_account".to_owned(), json!(cx.scope.account));
    own.insert("source_region".to_owned(), json!(cx.scope.region));
    for (name, tags) in [("principal_tags", principal_tags(cx)?), ("request_tags", given)] {
        if !tags.is_empty() {
            let tags: Map<String, Value> = tags.into_iter().map(|(k, v)| (k, Value::String(v))).collect();
            own.insert(name.to_owned(), Value::Object(tags));
        }
    }
    let audience = match &i.audience[..] {
        [one] => json!(one),
        all => json!(all),
    };
    let claims = json!({
        "iss": issuer.url(), "aud": audience, "sub": cx.caller.principal_arn(), "iat": now_s, "exp": expires_s,
        "jti": cx.ids.uuid("sts.token_id"), NAMESPACE: own,
    });
    let token = issuer.token(&i.signing_algorithm, &claims);
    let token = token.ok_or_else(|| Fault::internal("the issuer's keys can't sign"))?;
    Ok(GetWebIdentityTokenResponse {
        web_identity_token: Some(token),
        expiration: Some(Timestamp { epoch_ms: expires_s * 1_000 }),
    })
}

/// Tags of the user or role, under those of the session.
fn principal_tags(cx: &Cx) -> Result<Vec<(String, String)>, Fault> {
    let who = cx.caller;
    let key = entity_key(&who.partition, &who.account, &who.name);
    let mut tags = match who.kind {
        IdentityKind::User => cx.get::<Users>(&key)?.map(|u| u.tags),
        IdentityKind::AssumedRole => cx.get::<Roles>(&key)?.map(|r| r.tags),
        _ => None,
    }
    .unwrap_or_default();
    if let Some(session) = &who.session {
        tags.retain(|(k, _)| !session.tags.iter().any(|(s, _)| s.eq_ignore_ascii_case(k)));
        tags.extend(session.tags.iter().cloned());
    }
    Ok(tags)
}
