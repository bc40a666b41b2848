//! `GetFederationToken`: temporary credentials for somebody whom the caller vouches for: what both the caller's policies and
//! the session policies allow, so nothing without session policies.
//! Source: STS API reference, "GetFederationToken" (2026-11-22).

use codec::Fault;
use directory::{Session, SessionKind};
use kernel::{Cx, Guard, Target};
use shapes_sts::{FederatedUser, GetFederationTokenRequest, GetFederationTokenResponse};

use super::get_session_token::duration_s;
use crate::issue::issue;
use crate::{callers, session_policy, tags};

/// The federated user to be, once per action that the call needs.
///
/// Errors: AccessDenied: the caller's credentials are temporary.
pub(crate) fn guard(cx: &Cx, i: &GetFederationTokenRequest) -> Result<Guard, Fault> {
    callers::long_term(cx.caller, "GetFederationToken")?;
    let target = Target::on(arn(cx, &i.name));
    let tags = tags::pairs(i.tags.as_deref().unwrap_or_default());
    if tags.is_empty() {
        return Ok(Guard::of(target));
    }
    let target = target.request_tags(tags);
    Ok(Guard::of(target.clone()).and(target.action("sts:TagSession")))
}

fn arn(cx: &Cx, name: &str) -> String {
    cx.scope.global_arn("sts", &format!("federated-user/{name}"))
}

/// Makes the session.
///
/// Errors, in this order: InvalidParameterValue (tags); MalformedPolicyDocument, ValidationError, PackedPolicyTooLarge
/// (session policies and tags).
pub(crate) fn decide(
    cx: &mut Cx,
    i: &GetFederationTokenRequest,
) -> Result<GetFederationTokenResponse, Fault> {
    let tags = tags::checked(cx.caller.session.as_deref(), i.tags.as_deref().unwrap_or_default(), &[])?;
    let policies = session_policy::checked(cx, &i.policy, &i.policy_arns)?;
    // Without policies and tags AWS answers 0 here, and nothing in AssumeRole. Source: recorded 2024-06-05.
    let packed = session_policy::packed_percent(&policies, &tags.tags)?.unwrap_or(0);
    let session = Session {
        kind: SessionKind::Federated,
        principal: cx.caller.name.clone(),
        principal_id: cx.caller.user_id.clone(),
        session_name: i.name.clone(),
        policies: policies.inline,
        policy_arns: policies.arns,
        tags: tags.tags,
        ..Session::default()
    };
    let duration_s = duration_s(cx.caller.kind, i.duration_seconds);
    let issued = issue(cx, session, duration_s, i.minimum_session_token_size)?;
    Ok(GetFederationTokenResponse {
        credentials: Some(issued.credentials),
        federated_user: Some(FederatedUser {
            federated_user_id: format!("{}:{}", cx.scope.account, i.name),
            arn: arn(cx, &i.name),
        }),
        packed_policy_size: Some(packed),
        session_token_utilization: Some(issued.token_utilization),
        session_token_size: Some(issued.token_size),
    })
}
