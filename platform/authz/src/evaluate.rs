//! The decision: what each layer says, and AWS's rules between layers.
//!
//! Source: IAM user guide, "How AWS enforcement code logic evaluates requests", "Policy evaluation for requests within
//! a single account", "Cross-account policy evaluation logic"; Organizations user guide, "SCP evaluation", "RCP
//! evaluation".

use crate::arn;
use crate::document::{Effect, Statement};
use crate::layers::{Decision, DecisionEffect, Layer, LayerKind, LayerResult, Layers, Matched, Request};
use crate::principal::{Grant, PrincipalKind};
use crate::set::PolicySet;

/// What the policies of one layer say.
#[derive(Clone, Copy, Default)]
struct Verdict<'a> {
    applies: bool,
    deny: Option<Matched<'a>>,
    allow: Option<(Matched<'a>, Grant)>,
}

impl Verdict<'_> {
    fn result(&self) -> LayerResult {
        match self {
            Self { applies: false, .. } => LayerResult::NotApplicable,
            Self { deny: Some(_), .. } => LayerResult::ExplicitDeny,
            Self { allow: Some(_), .. } => LayerResult::Allowed,
            _ => LayerResult::ImplicitDeny,
        }
    }

    /// A layer that is absent doesn't restrict.
    fn permits(&self) -> bool {
        !self.applies || self.allow.is_some()
    }
}

struct Verdicts<'a> {
    scp: Verdict<'a>,
    rcp: Verdict<'a>,
    resource: Verdict<'a>,
    identity: Verdict<'a>,
    boundary: Verdict<'a>,
    session: Verdict<'a>,
}

/// Decides on a request.
pub fn evaluate<'a>(request: &Request<'_>, layers: &Layers<'a>) -> Decision<'a> {
    let judge = Judge { request, arn: arn::split(request.resource) };
    let verdicts = judge.all(layers);
    let resource_kind = if layers.trust_policy { LayerKind::Trust } else { LayerKind::Resource };
    let (effect, layer, matched) = settle(request, layers, &verdicts, resource_kind);
    Decision {
        effect,
        layer,
        matched,
        scp: verdicts.scp.result(),
        rcp: verdicts.rcp.result(),
        resource: verdicts.resource.result(),
        identity: verdicts.identity.result(),
        boundary: verdicts.boundary.result(),
        session: verdicts.session.result(),
    }
}

/// Returns every statement of a set that applies to a request, allowing or denying, in order (for the simulators).
pub fn matched_statements<'a>(request: &Request<'_>, set: &'a PolicySet) -> Vec<Matched<'a>> {
    let judge = Judge { request, arn: arn::split(request.resource) };
    let mut found = Vec::new();
    set.visit(request.action, None, |policy, statement_index, statement| {
        if judge.applies(statement).is_some() {
            found.push(Matched { policy, statement_index, statement });
        }
        true
    });
    found
}

type Settled<'a> = (DecisionEffect, Option<LayerKind>, Option<Matched<'a>>);

fn settle<'a>(
    request: &Request<'_>,
    layers: &Layers<'a>,
    verdicts: &Verdicts<'a>,
    resource_kind: LayerKind,
) -> Settled<'a> {
    // An explicit deny wins wherever it is. If several layers deny AWS names one of them; this is the documented order
    // of evaluation.
    let denials = [
        (LayerKind::Scp, &verdicts.scp),
        (LayerKind::Rcp, &verdicts.rcp),
        (resource_kind, &verdicts.resource),
        (LayerKind::Identity, &verdicts.identity),
        (LayerKind::Boundary, &verdicts.boundary),
        (LayerKind::Session, &verdicts.session),
    ];
    for (kind, verdict) in denials {
        if let Some(matched) = verdict.deny {
            return (DecisionEffect::ExplicitDeny, Some(kind), Some(matched));
        }
    }
    if !verdicts.rcp.permits() {
        return implicit(LayerKind::Rcp);
    }
    if !verdicts.scp.permits() {
        return implicit(LayerKind::Scp);
    }
    let grant = verdicts.resource.allow;
    let principal = request.principal;
    let by_resource =
        |(matched, _): (Matched<'a>, Grant)| (DecisionEffect::Allow, Some(resource_kind), Some(matched));
    if matches!(principal.kind, PrincipalKind::Service | PrincipalKind::Federated | PrincipalKind::Anonymous)
    {
        // No account stands behind them: only the resource's policy can let them in.
        return grant.map_or(implicit(resource_kind), by_resource);
    }
    let same_account = request.resource_account.is_none_or(|account| account == principal.account);
    if same_account {
        let strength = grant.map(|(_, strength)| strength);
        if layers.resource_policy_required && strength.is_none() {
            return implicit(resource_kind);
        }
        match (grant, strength) {
            (Some(found), Some(Grant::Direct)) => return by_resource(found),
            (Some(found), Some(Grant::Role)) => {
                return limits(request, verdicts).map_or(by_resource(found), implicit);
            }
            _ => return own_side(request, verdicts),
        }
    }
    // Across accounts both sides must allow, however the resource's policy names the principal.
    let own = own_side(request, verdicts);
    if own.0 == DecisionEffect::Allow && grant.is_none() {
        return implicit(resource_kind);
    }
    own
}

fn implicit<'a>(layer: LayerKind) -> Settled<'a> {
    (DecisionEffect::ImplicitDeny, Some(layer), None)
}

/// What the principal's own account says: identity-based policies within boundary and session.
fn own_side<'a>(request: &Request<'_>, verdicts: &Verdicts<'a>) -> Settled<'a> {
    let root = request.principal.kind == PrincipalKind::Root;
    if !root && verdicts.identity.allow.is_none() {
        return implicit(LayerKind::Identity);
    }
    if let Some(layer) = limits(request, verdicts) {
        return implicit(layer);
    }
    match verdicts.identity.allow {
        Some((matched, _)) => (DecisionEffect::Allow, Some(LayerKind::Identity), Some(matched)),
        None => (DecisionEffect::Allow, None, None),
    }
}

/// The layer that limits the principal without granting anything, if one does. A federated user's session has no
/// permissions at all without session policies. Source: STS API reference, GetFederationToken.
fn limits(request: &Request<'_>, verdicts: &Verdicts<'_>) -> Option<LayerKind> {
    let needs_session = request.principal.kind == PrincipalKind::FederatedUser;
    if !verdicts.boundary.permits() {
        Some(LayerKind::Boundary)
    } else if !verdicts.session.permits() || needs_session && !verdicts.session.applies {
        Some(LayerKind::Session)
    } else {
        None
    }
}

struct Judge<'r, 'q> {
    request: &'r Request<'q>,
    arn: Option<arn::ArnParts<'q>>,
}

impl Judge<'_, '_> {
    fn all<'a>(&self, layers: &Layers<'a>) -> Verdicts<'a> {
        let kind = self.request.principal.kind;
        let has_account = !self.request.principal.account.is_empty();
        let exempt = layers.exempt;
        let scps_apply =
            has_account && !exempt.principal_in_management_account && !exempt.service_linked_role;
        let rcps_apply = !exempt.resource_in_management_account && !exempt.service_linked_role;
        let own = |layer: Option<Layer<'a>>| if has_account { self.one(layer) } else { Verdict::default() };
        Verdicts {
            scp: if scps_apply { self.levels(layers.scps) } else { Verdict::default() },
            rcp: if rcps_apply { self.levels(layers.rcps) } else { Verdict::default() },
            resource: self.one(layers.resource),
            identity: own(layers.identity),
            // Root has no boundary.
            boundary: if kind == PrincipalKind::Root { Verdict::default() } else { own(layers.boundary) },
            session: own(layers.session),
        }
    }

    fn one<'a>(&self, layer: Option<Layer<'a>>) -> Verdict<'a> {
        layer.map_or_else(Verdict::default, |layer| self.layer(layer))
    }

    /// Every level must allow; a deny at any of them denies.
    fn levels<'a>(&self, levels: &[Layer<'a>]) -> Verdict<'a> {
        let mut together = Verdict { applies: !levels.is_empty(), ..Verdict::default() };
        let mut all_allow = true;
        for level in levels {
            let verdict = self.layer(*level);
            together.deny = together.deny.or(verdict.deny);
            together.allow = verdict.allow;
            all_allow &= verdict.allow.is_some();
        }
        if !all_allow {
            together.allow = None;
        }
        together
    }

    fn layer<'a>(&self, layer: Layer<'a>) -> Verdict<'a> {
        let mut verdict = Verdict { applies: true, ..Verdict::default() };
        layer.set.visit(self.request.action, layer.candidates, |policy, statement_index, statement| {
            let best = verdict.allow.map(|(_, grant)| grant);
            if statement.effect == Effect::Allow && best == Some(Grant::Direct) {
                return true;
            }
            if let Some(grant) = self.applies(statement) {
                let matched = Matched { policy, statement_index, statement };
                match statement.effect {
                    Effect::Deny => {
                        verdict.deny = Some(matched);
                        return false;
                    }
                    Effect::Allow if best < Some(grant) => verdict.allow = Some((matched, grant)),
                    Effect::Allow => {}
                }
            }
            true
        });
        verdict
    }

    /// Whether a statement that covers the action applies to the request, and how it names the principal.
    fn applies(&self, statement: &Statement) -> Option<Grant> {
        let Request { principal, resource, context, .. } = *self.request;
        let grant = match (&statement.principal, statement.effect) {
            (None, _) => Grant::Direct,
            (Some(element), Effect::Allow) => element.grants(principal)?,
            (Some(element), Effect::Deny) => element.denies(principal).then_some(Grant::Direct)?,
        };
        if let Some(element) = &statement.resource
            && !element.covers(resource, self.arn.as_ref(), context)
        {
            return None;
        }
        statement.conditions.iter().all(|condition| condition.holds(context)).then_some(grant)
    }
}
