//! Sessions that an identity provider vouches for: what tokens and assertions have in common once they are verified. How
//! they are verified is `web_identity.rs`'s and `saml/`'s.
//! Source: IAM user guide, "Pass session tags in AWS STS", "Monitor and control actions taken with assumed roles".

use codec::Fault;
use directory::{Role, Session, SessionKind};
use kernel::{Cx, Guard};
use shapes_sts::{AssumedRoleUser, PolicyDescriptorType, Tag};

use crate::issue::{Issued, issue};
use crate::ops::assume_role::{DEFAULT_S, trusting};
use crate::role::{self, RoleArn};
use crate::{err, session_policy, tags};

/// Tags of a session at most, and the characters of their keys and values. Source: IAM user guide, "Things to know about
/// session tags".
const TAGS: usize = 50;
const KEY_CHARS: usize = 128;
const VALUE_CHARS: usize = 256;

/// What a provider says about the session to be.
pub(crate) struct Vouched {
    /// As trust policies name the provider.
    pub(crate) provider: String,
    /// Condition keys of the call.
    pub(crate) claims: Vec<(String, Vec<String>)>,
    /// Condition keys that the session keeps.
    pub(crate) kept: Vec<(String, String)>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) transitive: Vec<String>,
    pub(crate) source_identity: Option<String>,
}

/// What a call asks for besides.
pub(crate) struct Asked<'a> {
    pub(crate) role_arn: &'a str,
    pub(crate) session_name: &'a str,
    pub(crate) policy: &'a Option<String>,
    pub(crate) policy_arns: &'a Option<Vec<PolicyDescriptorType>>,
    /// Seconds.
    pub(crate) duration_s: Option<i32>,
    /// Seconds that the session lasts at most, whatever the role allows: until the provider's own session ends.
    pub(crate) at_most_s: Option<i32>,
    pub(crate) minimum_token_size: Option<i32>,
}

/// A session that was made.
pub(crate) struct Made {
    pub(crate) issued: Issued,
    pub(crate) user: AssumedRoleUser,
    pub(crate) packed: Option<i32>,
}

/// Errors: InvalidIdentityToken. Source: IAM user guide, "Troubleshoot SAML federation with IAM".
pub(crate) fn check_source_identity(given: Option<&str>) -> Result<(), Fault> {
    let sound = |s: &str| is_session_name(s) && !s.starts_with("aws:");
    if given.is_none_or(sound) { Ok(()) } else { Err(err::bad_source_identity()) }
}

/// Two to 64 of the characters that AWS takes for names of sessions.
pub(crate) fn is_session_name(s: &str) -> bool {
    (2..=64).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
}

/// The role with its trust policy, once per action that the call needs; the caller is whom the provider vouches for.
pub(crate) fn guard(cx: &Cx, who: Vouched, role_arn: &str, session_name: &str) -> Result<Guard, Fault> {
    let arn = RoleArn::parse(role_arn).ok_or_else(err::bad_role_arn)?;
    let mut target =
        trusting(role::find(cx, &arn)?, role_arn).key("sts:RoleSessionName", vec![session_name.to_owned()]);
    target.claims.extend(who.claims);
    if let Some(identity) = &who.source_identity {
        target = target.key("sts:SourceIdentity", vec![identity.clone()]);
    }
    if !who.transitive.is_empty() {
        target = target.key("sts:TransitiveTagKeys", who.transitive);
    }
    let tagged = !who.tags.is_empty();
    if tagged {
        target = target.request_tags(tags::pairs(&who.tags));
    }
    let mut guard = Guard { federated: Some(who.provider), ..Guard::of(target.clone()) };
    if tagged {
        guard = guard.and(target.clone().action("sts:TagSession"));
    }
    if who.source_identity.is_some() {
        guard = guard.and(target.action("sts:SetSourceIdentity"));
    }
    Ok(guard)
}

/// Makes the session.
///
/// Errors, in this order: InvalidIdentityToken, InvalidParameterValue (tags); ValidationError (duration);
/// MalformedPolicyDocument, ValidationError, PackedPolicyTooLarge (session policies and tags).
pub(crate) fn make(cx: &mut Cx, who: Vouched, asked: &Asked<'_>, action: &str) -> Result<Made, Fault> {
    let arn = RoleArn::parse(asked.role_arn).ok_or_else(err::bad_role_arn)?;
    // A role that was deleted between the judgement and now.
    let role: Role = role::find(cx, &arn)?.ok_or_else(|| err::federated_not_authorized(action))?;
    check_tags(&who.tags)?;
    let tags = tags::checked(None, &who.tags, &who.transitive)?;
    let duration_s = asked.duration_s.unwrap_or(DEFAULT_S);
    if duration_s > role.max_session_s.max(DEFAULT_S) {
        return Err(err::longer_than_role_allows());
    }
    let duration_s = asked.at_most_s.map_or(duration_s, |most| duration_s.min(most));
    let policies = session_policy::checked(cx, asked.policy, asked.policy_arns)?;
    let packed = session_policy::packed_percent(&policies, &tags.tags)?;
    let session = Session {
        kind: SessionKind::AssumedRole,
        principal: role.name.clone(),
        principal_id: role.id.clone(),
        session_name: asked.session_name.to_owned(),
        policies: policies.inline,
        policy_arns: policies.arns,
        tags: tags.tags,
        transitive_tag_keys: tags.transitive,
        source_identity: who.source_identity,
        federated_provider: Some(who.provider),
        context: who.kept,
        ..Session::default()
    };
    let issued = issue(cx, session, duration_s, asked.minimum_token_size)?;
    let resource = format!("assumed-role/{}/{}", role.name, asked.session_name);
    let user = AssumedRoleUser {
        assumed_role_id: format!("{}:{}", role.id, asked.session_name),
        arn: cx.scope.global_arn("sts", &resource),
    };
    Ok(Made { issued, user, packed })
}

/// What the model checks of tags in a request, for tags that come in a token.
fn check_tags(tags: &[Tag]) -> Result<(), Fault> {
    let fits =
        |t: &Tag| (1..=KEY_CHARS).contains(&t.key.chars().count()) && t.value.chars().count() <= VALUE_CHARS;
    if tags.len() <= TAGS && tags.iter().all(fits) { Ok(()) } else { Err(err::bad_tags()) }
}
