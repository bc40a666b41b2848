//! `AssumeRoleWithWebIdentity`: temporary credentials of a role for whom an OpenID Connect provider vouches. Needs no
//! signature: the provider's token stands for it, and the role's trust policy must let the provider in.
//! Source: STS API reference, "AssumeRoleWithWebIdentity" (2026-11-22).

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_sts::{AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse};

use crate::federated::{self, Asked};
use crate::web_identity::{WebIdentity, verified};
use crate::{err, role};

/// The role with its trust policy, asked by the provider.
///
/// Errors: ValidationError: no role's ARN; and those of the token ([`verified`]).
pub(crate) fn guard(cx: &Cx, i: &AssumeRoleWithWebIdentityRequest) -> Result<Guard, Fault> {
    role::RoleArn::parse(&i.role_arn).ok_or_else(err::bad_role_arn)?;
    let who = verified(cx, i)?;
    federated::guard(cx, who.vouched, &i.role_arn, &i.role_session_name)
}

/// Makes the session.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &AssumeRoleWithWebIdentityRequest,
) -> Result<AssumeRoleWithWebIdentityResponse, Fault> {
    let WebIdentity { vouched, subject, audience } = verified(cx, i)?;
    let asked = Asked {
        role_arn: &i.role_arn,
        session_name: &i.role_session_name,
        policy: &i.policy,
        policy_arns: &i.policy_arns,
        duration_s: i.duration_seconds,
        at_most_s: None,
        minimum_token_size: i.minimum_session_token_size,
    };
    let (provider, source_identity) = (vouched.provider.clone(), vouched.source_identity.clone());
    let made = federated::make(cx, vouched, &asked, "sts:AssumeRoleWithWebIdentity")?;
    Ok(AssumeRoleWithWebIdentityResponse {
        credentials: Some(made.issued.credentials),
        subject_from_web_identity_token: Some(subject),
        assumed_role_user: Some(made.user),
        packed_policy_size: made.packed,
        provider: Some(provider),
        audience: Some(audience),
        source_identity,
        session_token_utilization: Some(made.issued.token_utilization),
        session_token_size: Some(made.issued.token_size),
    })
}
