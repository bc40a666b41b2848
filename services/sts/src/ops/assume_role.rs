//! `AssumeRole`: temporary credentials that act as a role. The role's trust policy must let the caller in, and across
//! accounts the caller's own policies must too.
//! Source: STS API reference, "AssumeRole"; IAM user guide, "Pass session tags in AWS STS", "Monitor and control actions
//! taken with assumed roles" (2026-11-22).

use codec::Fault;
use directory::{IdentityKind, Role, Session, SessionKind};
use kernel::{Cx, Guard, Target};
use shapes_sts::{AssumeRoleRequest, AssumeRoleResponse, AssumedRoleUser};

use crate::issue::{Issued, issue};
use crate::role::{self, RoleArn};
use crate::{callers, err, mfa, session_policy, tags};

pub(crate) const DEFAULT_S: i32 = 3_600;
/// Longest session that a session may make. Source: IAM user guide, "Role chaining".
const CHAINED_MAX_S: i32 = 3_600;
/// The model's least length of an ARN.
const ARN_CHARS: usize = 20;

/// The role with its trust policy, once per action that the call needs.
///
/// Errors: AccessDenied: root, a federated user, or a wrong MFA code; ValidationError: no role's ARN.
pub(crate) fn guard(cx: &Cx, i: &AssumeRoleRequest) -> Result<Guard, Fault> {
    if cx.caller.kind == IdentityKind::Root {
        return Err(err::root_may_not_assume());
    }
    if i.role_arn.chars().count() < ARN_CHARS {
        // The model says it better; nothing is decided after that.
        return Ok(Guard::default());
    }
    let arn = RoleArn::parse(&i.role_arn).ok_or_else(err::bad_role_arn)?;
    callers::may_assume(cx.caller, &i.role_arn)?;
    let role = role::find(cx, &arn)?;
    let code = mfa::given(cx, &i.serial_number, &i.token_code)?;
    let asked = tags::asked(cx.caller.session.as_deref(), given(&i.tags), given(&i.transitive_tag_keys));
    let source_identity = source_identity(cx, &i.source_identity)?;
    let mut target =
        trusting(role, &i.role_arn).key("sts:RoleSessionName", vec![i.role_session_name.clone()]);
    if let Some(id) = &i.external_id {
        target = target.key("sts:ExternalId", vec![id.clone()]);
    }
    if let Some(identity) = &source_identity {
        target = target.key("sts:SourceIdentity", vec![identity.clone()]);
    }
    if !asked.transitive.is_empty() {
        target = target.key("sts:TransitiveTagKeys", asked.transitive);
    }
    if code.is_some() {
        target = target
            .key("aws:MultiFactorAuthPresent", vec!["true".to_owned()])
            .key("aws:MultiFactorAuthAge", vec!["0".to_owned()]);
    }
    let tagged = !asked.tags.is_empty();
    if tagged {
        target = target.request_tags(asked.tags);
    }
    let mut guard = Guard::of(target.clone());
    if tagged {
        guard = guard.and(target.clone().action("sts:TagSession"));
    }
    if source_identity.is_some() {
        guard = guard.and(target.action("sts:SetSourceIdentity"));
    }
    Ok(guard)
}

/// A role that lets in whom its trust policy names, and nobody if it isn't there.
pub(crate) fn trusting(role: Option<Role>, arn: &str) -> Target {
    let (trust, tags) = match role {
        Some(role) => (Some(role.trust), role.tags),
        None => (None, Vec::new()),
    };
    let under_iam = |(k, v): &(String, String)| (format!("iam:ResourceTag/{k}"), vec![v.clone()]);
    Target {
        policy_required: true,
        trust: true,
        policy: trust,
        claims: tags.iter().map(under_iam).collect(),
        tags,
        ..Target::on(arn)
    }
}

fn given<T>(list: &Option<Vec<T>>) -> &[T] {
    list.as_deref().unwrap_or_default()
}

/// The source identity of the session to be: given once, it stays for the whole chain. Inferred text; the rule is the IAM
/// user guide's.
fn source_identity(cx: &Cx, asked: &Option<String>) -> Result<Option<String>, Fault> {
    let set = cx.caller.session.as_deref().and_then(|s| s.source_identity.as_ref());
    match (set, asked) {
        (Some(set), Some(asked)) if set != asked => Err(err::access_denied(
            "The SourceIdentity of the calling session is already set and can't be changed.",
        )),
        (Some(set), _) => Ok(Some(set.clone())),
        (None, asked) => Ok(asked.clone()),
    }
}

/// Makes the session.
///
/// Errors, in this order: InvalidParameterValue (tags); ValidationError (duration); MalformedPolicyDocument,
/// ValidationError, PackedPolicyTooLarge (session policies and tags); AccessDenied (MFA).
pub(crate) fn decide(cx: &mut Cx, i: &AssumeRoleRequest) -> Result<AssumeRoleResponse, Fault> {
    if i.provided_contexts.as_ref().is_some_and(|c| !c.is_empty()) {
        return Err(err::not_built("AssumeRole", "ProvidedContexts"));
    }
    let arn = RoleArn::parse(&i.role_arn).ok_or_else(err::bad_role_arn)?;
    let role = role::find(cx, &arn)?.ok_or_else(|| {
        // Deleted between the judgement and now.
        err::not_authorized(&cx.caller.arn, "sts:AssumeRole", &i.role_arn)
    })?;
    let tags = tags::checked(cx.caller.session.as_deref(), given(&i.tags), given(&i.transitive_tag_keys))?;
    let chained = cx.caller.session.is_some();
    let duration_s = i.duration_seconds.unwrap_or(DEFAULT_S);
    if chained && duration_s > CHAINED_MAX_S {
        return Err(err::chained_too_long());
    }
    if duration_s > role.max_session_s.max(DEFAULT_S) {
        return Err(err::longer_than_role_allows());
    }
    let policies = session_policy::checked(cx, &i.policy, &i.policy_arns)?;
    let packed = session_policy::packed_percent(&policies, &tags.tags)?;
    let code = mfa::given(cx, &i.serial_number, &i.token_code)?;
    mfa::spend(cx, code);
    let session = Session {
        kind: SessionKind::AssumedRole,
        principal: role.name.clone(),
        principal_id: role.id.clone(),
        session_name: i.role_session_name.clone(),
        policies: policies.inline,
        policy_arns: policies.arns,
        tags: tags.tags,
        transitive_tag_keys: tags.transitive,
        source_identity: source_identity(cx, &i.source_identity)?,
        chained,
        ..Session::default()
    };
    let source_identity = session.source_identity.clone();
    let Issued { credentials, token_size, token_utilization } =
        issue(cx, session, duration_s, i.minimum_session_token_size)?;
    let resource = format!("assumed-role/{}/{}", role.name, i.role_session_name);
    Ok(AssumeRoleResponse {
        credentials: Some(credentials),
        assumed_role_user: Some(AssumedRoleUser {
            assumed_role_id: format!("{}:{}", role.id, i.role_session_name),
            arn: cx.scope.global_arn("sts", &resource),
        }),
        packed_policy_size: packed,
        source_identity,
        session_token_utilization: Some(token_utilization),
        session_token_size: Some(token_size),
    })
}
