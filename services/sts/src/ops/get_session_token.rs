//! `GetSessionToken`: temporary credentials of the caller itself, with MFA if a code comes along. Needs no permission.
//! Source: STS API reference, "GetSessionToken" (2026-11-22).

use codec::Fault;
use directory::{IdentityKind, Session, SessionKind};
use kernel::{Cx, Guard};
use shapes_sts::{GetSessionTokenRequest, GetSessionTokenResponse};

use crate::issue::issue;
use crate::{callers, mfa};

const DEFAULT_S: i32 = 43_200;
/// Default and most of an account's root: longer is cut to it.
const ROOT_S: i32 = 3_600;

/// Errors: AccessDenied: the caller's credentials are temporary.
pub(crate) fn guard(cx: &Cx, _: &GetSessionTokenRequest) -> Result<Guard, Fault> {
    callers::long_term(cx.caller, "GetSessionToken")?;
    Ok(Guard::any())
}

/// How long the session of that caller lasts. Shared by GetFederationToken, whose limits are the same.
pub(crate) fn duration_s(kind: IdentityKind, asked: Option<i32>) -> i32 {
    match kind {
        IdentityKind::Root => asked.unwrap_or(ROOT_S).min(ROOT_S),
        _ => asked.unwrap_or(DEFAULT_S),
    }
}

/// Makes the session.
///
/// Errors: AccessDenied: a wrong MFA code.
pub(crate) fn decide(cx: &mut Cx, i: &GetSessionTokenRequest) -> Result<GetSessionTokenResponse, Fault> {
    let code = mfa::given(cx, &i.serial_number, &i.token_code)?;
    let mfa_at_ms = code.as_ref().map(|_| cx.now_ms);
    mfa::spend(cx, code);
    let session = Session {
        kind: SessionKind::SessionToken,
        principal: cx.caller.name.clone(),
        principal_id: cx.caller.user_id.clone(),
        mfa_at_ms,
        ..Session::default()
    };
    let duration_s = duration_s(cx.caller.kind, i.duration_seconds);
    let issued = issue(cx, session, duration_s, i.minimum_session_token_size)?;
    Ok(GetSessionTokenResponse {
        credentials: Some(issued.credentials),
        session_token_utilization: Some(issued.token_utilization),
        session_token_size: Some(issued.token_size),
    })
}
