//! `AssumeRoleWithSAML`: temporary credentials of a role for whom a SAML provider vouches. Needs no signature: the provider's
//! own stands for it, and the role's trust policy must let the provider in.
//! Source: STS API reference, "AssumeRoleWithSAML" (2026-11-22).

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_sts::{AssumeRoleWithSAMLRequest, AssumeRoleWithSAMLResponse};

use crate::federated::{self, Asked};
use crate::saml::verified;
use crate::{err, role};

/// The role with its trust policy, asked by the provider.
///
/// Errors: ValidationError: no role's ARN; and those of the assertion ([`verified`]).
pub(crate) fn guard(cx: &Cx, i: &AssumeRoleWithSAMLRequest) -> Result<Guard, Fault> {
    role::RoleArn::parse(&i.role_arn).ok_or_else(err::bad_role_arn)?;
    let who = verified(cx, i)?;
    federated::guard(cx, who.vouched, &i.role_arn, &who.session_name)
}

/// Makes the session.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &AssumeRoleWithSAMLRequest,
) -> Result<AssumeRoleWithSAMLResponse, Fault> {
    let who = verified(cx, i)?;
    let asked = Asked {
        role_arn: &i.role_arn,
        session_name: &who.session_name,
        policy: &i.policy,
        policy_arns: &i.policy_arns,
        duration_s: i.duration_seconds,
        at_most_s: who.at_most_s,
        minimum_token_size: i.minimum_session_token_size,
    };
    let source_identity = who.vouched.source_identity.clone();
    let made = federated::make(cx, who.vouched, &asked, "sts:AssumeRoleWithSAML")?;
    Ok(AssumeRoleWithSAMLResponse {
        credentials: Some(made.issued.credentials),
        assumed_role_user: Some(made.user),
        packed_policy_size: made.packed,
        subject: Some(who.subject),
        subject_type: Some(who.subject_type),
        issuer: Some(who.issuer),
        audience: Some(who.recipient),
        name_qualifier: Some(who.name_qualifier),
        source_identity,
        session_token_utilization: Some(made.issued.token_utilization),
        session_token_size: Some(made.issued.token_size),
    })
}
