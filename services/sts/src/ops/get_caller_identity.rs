//! `GetCallerIdentity`: who signed this request. Needs no permission; an explicit deny doesn't keep anybody from it.
//! Source: STS API reference, "GetCallerIdentity" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_sts::{GetCallerIdentityRequest, GetCallerIdentityResponse};

/// Answers account, ARN and user id of the caller.
pub(crate) fn decide(cx: &mut Cx, _: &GetCallerIdentityRequest) -> Result<GetCallerIdentityResponse, Fault> {
    Ok(GetCallerIdentityResponse {
        user_id: Some(cx.caller.user_id.clone()),
        account: Some(cx.caller.account.clone()),
        arn: Some(cx.caller.arn.clone()),
    })
}
