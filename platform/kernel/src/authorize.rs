//! The authorizer: puts a call's guard, its caller's compiled policies and the request's condition keys before the policy
//! engine, and words the denial. Which resources a call touches, services say; how policies combine, `authz` says.

use std::sync::Arc;

use authz::{
    Candidates, Decision, DenialDetail, Layer, LayerKind, Layers, NamedPolicy, PolicyKind, PolicySet,
    PrincipalKind, PrincipalRef, Request, denial_text, evaluate,
};
use codec::Fault;
use directory::{Directory, Identity, IdentityKind};
use store::Store;

use crate::context::CallContext;
use crate::cx::{RequestMeta, internal};
use crate::denial_message::{DenialMessage, MatchedStatement};
use crate::guard::{Guard, Target};
use crate::operation::Denial;
use crate::scope::Scope;

/// What is to be judged.
pub(crate) struct Question<'a> {
    pub(crate) store: &'a Store,
    pub(crate) directory: &'a Directory,
    pub(crate) caller: &'a Identity,
    pub(crate) scope: &'a Scope,
    pub(crate) meta: &'a RequestMeta,
    pub(crate) now_ms: i64,
    /// The operation's own action: `sqs:SendMessage`.
    pub(crate) action: &'a str,
    pub(crate) guard: &'a Guard,
    /// The denial names the action in lower case.
    pub(crate) denied_in_lower_case: bool,
}

/// A judgement: allowed or not, and which statement said so.
pub(crate) struct Judgement {
    pub(crate) denial: Option<Denial>,
    pub(crate) why: String,
}

/// Judges every target; the first one denied speaks.
pub(crate) fn judge(q: &Question<'_>, targets: &[Target]) -> Result<Judgement, Fault> {
    let mut why = String::new();
    for target in targets {
        for target in target.gate().iter().chain([target]) {
            let judgement = judge_one(q, target)?;
            if judgement.denial.is_some() {
                return Ok(judgement);
            }
            why = judgement.why;
        }
    }
    Ok(Judgement { denial: None, why })
}

fn judge_one(q: &Question<'_>, target: &Target) -> Result<Judgement, Fault> {
    let view = q.directory.view(q.store, q.caller).map_err(internal)?;
    let (principal_arn, parent) = (q.caller.principal_arn(), q.caller.parent_arn());
    let owner = if target.account.is_empty() { &q.scope.account } else { &target.account };
    let outside = target.policy_suffices && *owner != q.caller.account;
    let action_view = view.action(target.action.unwrap_or(q.action));
    let resource_set = resource_policy(q.directory, target);
    let identity = layer(&view.identity, &action_view.identity);
    let layers = Layers {
        identity: Some(identity),
        boundary: view.boundary.as_ref().map(|s| maybe_layer(s, action_view.boundary.as_ref())),
        session: view.session.as_ref().map(|s| maybe_layer(s, action_view.session.as_ref())),
        resource: resource_set.as_ref().map(Layer::new),
        resource_policy_required: target.policy_required || outside,
        trust_policy: target.trust,
        ..Layers::default()
    };
    let context = CallContext { q, target, tags: &view.tags, principal_arn: &principal_arn };
    let request = Request {
        principal: &principal(q, parent.as_deref()),
        action: &action_view.action,
        resource: &target.resource,
        // Judged as if within the account: what its policy grants then needs nobody else's leave.
        resource_account: Some(if outside { &q.caller.account } else { owner }),
        context: &context,
    };
    let decision = evaluate(&request, &layers);
    let why = explain(&decision, action_view.action.name(), &target.resource);
    let denial = (!decision.is_allowed()).then(|| Denial {
        text: denial(q, &decision, action_view.action.name(), target),
        message: message(q, &decision, action_view.action.name(), target),
    });
    Ok(Judgement { denial, why })
}

fn layer<'a>(set: &'a PolicySet, candidates: &'a Candidates) -> Layer<'a> {
    Layer { set, candidates: Some(candidates) }
}

fn maybe_layer<'a>(set: &'a PolicySet, candidates: Option<&'a Candidates>) -> Layer<'a> {
    Layer { set, candidates }
}

/// What the resource itself says: its policy, and its further grants.
fn resource_policy(directory: &Directory, target: &Target) -> Option<PolicySet> {
    let kind = if target.trust { PolicyKind::Trust } else { PolicyKind::Resource };
    let read = |text: &String| -> Option<NamedPolicy> {
        let document: Arc<_> = directory.document(kind, text)?;
        Some(NamedPolicy { name: target.resource.as_str().into(), document })
    };
    let all: Vec<NamedPolicy> = target.policy.iter().chain(&target.grants).filter_map(read).collect();
    (!all.is_empty()).then(|| PolicySet::new(all))
}

fn principal<'a>(q: &'a Question<'_>, parent: Option<&'a str>) -> PrincipalRef<'a> {
    let c = q.caller;
    if let Some(provider) = &q.guard.federated {
        return PrincipalRef::new(PrincipalKind::Federated, provider, "");
    }
    let kind = match c.kind {
        IdentityKind::Root => PrincipalKind::Root,
        IdentityKind::User => PrincipalKind::User,
        IdentityKind::AssumedRole => PrincipalKind::RoleSession,
        IdentityKind::Federated => PrincipalKind::FederatedUser,
        IdentityKind::Service => return PrincipalRef::new(PrincipalKind::Service, &c.arn, ""),
        IdentityKind::Anonymous => return PrincipalRef::new(PrincipalKind::Anonymous, "", ""),
    };
    let mut p = PrincipalRef::new(kind, &c.arn, &c.account);
    p.parent_arn = parent;
    // A federated user's id begins with the account, which is no unique id; the user behind them is named by ARN.
    let has_unique_id = kind != PrincipalKind::FederatedUser;
    p.unique_id = has_unique_id.then(|| c.user_id.split(':').next().unwrap_or_default());
    p
}

fn denial(q: &Question<'_>, decision: &Decision<'_>, action: &str, target: &Target) -> String {
    if q.guard.federated.is_some() {
        // Source: IAM user guide, "Troubleshoot SAML federation with IAM".
        return format!("Not authorized to perform {action}");
    }
    let owner = if target.account.is_empty() { &q.scope.account } else { &target.account };
    let detail = if *owner == q.caller.account { DenialDetail::ReasonAndArn } else { DenialDetail::Reason };
    if let (DenialDetail::Reason, Some(all)) = (detail, target.outsiders_read) {
        return all.to_owned();
    }
    let who = match q.caller.kind {
        IdentityKind::Anonymous => "",
        _ => &q.caller.arn,
    };
    let resource = (target.resource != "*" || action.starts_with("iam:"))
        .then_some(target.shown.as_deref().unwrap_or(&target.resource));
    let lower = q.denied_in_lower_case.then(|| action.to_ascii_lowercase());
    denial_text(decision, who, lower.as_deref().unwrap_or(action), resource, detail)
}

/// The denial as an encoded message tells it.
fn message(q: &Question<'_>, decision: &Decision<'_>, action: &str, target: &Target) -> DenialMessage {
    let matched = decision.matched.as_ref().map(|m| MatchedStatement {
        sid: m.sid().unwrap_or_default().to_owned(),
        actions: m.statement.actions().0.to_vec(),
        resources: m.statement.resources().map(|(r, _)| r.to_vec()).unwrap_or_default(),
    });
    let explicit_deny = decision.effect == authz::DecisionEffect::ExplicitDeny;
    let mut conditions = vec![("aws:Region".to_owned(), vec![q.scope.region.to_owned()])];
    conditions.extend(target.keys.iter().map(|(k, v)| ((*k).to_owned(), v.clone())));
    conditions.extend(target.tags.iter().map(|(k, v)| (format!("aws:ResourceTag/{k}"), vec![v.clone()])));
    let asked = target.request_tags.iter().flatten();
    conditions.extend(asked.map(|(k, v)| (format!("aws:RequestTag/{k}"), vec![v.clone()])));
    DenialMessage {
        explicit_deny,
        matched: matched.filter(|_| explicit_deny).into_iter().collect(),
        principal_id: q.caller.user_id.clone(),
        principal_arn: q.caller.arn.clone(),
        action: action.to_owned(),
        resource: target.resource.clone(),
        conditions,
    }
}

/// The decision in words, for the trail and `why`.
fn explain(d: &Decision<'_>, action: &str, resource: &str) -> String {
    let outcome = match d.effect {
        authz::DecisionEffect::Allow => "allowed",
        authz::DecisionEffect::ExplicitDeny => "explicitly denied",
        authz::DecisionEffect::ImplicitDeny => "implicitly denied",
    };
    let layer = d.layer.map_or("root of the account", layer_name);
    let mut s = [action, " on ", resource, ": ", outcome, " by ", layer].concat();
    if let Some(m) = &d.matched {
        s.push_str(&format!(", statement {} of {}", m.statement_index + 1, m.policy.name));
        if let Some(sid) = m.sid() {
            s.push_str(&format!(" (Sid {sid})"));
        }
    }
    s
}

fn layer_name(kind: LayerKind) -> &'static str {
    match kind {
        LayerKind::Scp => "service control policies",
        LayerKind::Rcp => "resource control policies",
        LayerKind::Resource => "the resource's policy",
        LayerKind::Trust => "the role's trust policy",
        LayerKind::Identity => "identity-based policies",
        LayerKind::Boundary => "the permissions boundary",
        LayerKind::Session => "session policies",
    }
}
