//! One simulation: an action on a resource, judged by all layers, with the statements that settled it.

use std::collections::BTreeMap;

use authz::{
    Action, Decision, DecisionEffect, Effect, Layer, LayerResult, Layers, Matched, PolicySet, PrincipalKind,
    PrincipalRef, Request, evaluate, matched_statements,
};
use codec::Fault;
use kernel::Cx;

use super::Question;
use super::context::{Keys, Known};
use super::policies::Policies;
use crate::err;

/// A simulation, ready to run.
pub(super) struct Simulation<'a> {
    identity: PolicySet,
    policies: &'a Policies,
    keys: Keys,
    caller_arn: String,
    caller_account: String,
    role_arn: Option<String>,
    resource_account: String,
    account_given: bool,
}

impl<'a> Simulation<'a> {
    /// Errors: InvalidInput: an action, a resource, the caller or the owner is none; a resource's policy is judged for
    /// nobody.
    pub(super) fn new(
        cx: &Cx,
        q: &Question<'_>,
        policies: &'a Policies,
        known: Known,
    ) -> Result<Simulation<'a>, Fault> {
        check_names(q)?;
        if q.resource_policy.is_some() && q.caller_arn.is_none() {
            return Err(err::invalid_input("CallerArn must be provided when ResourcePolicy is provided."));
        }
        let home = cx.scope.global_arn("iam", "root");
        let caller_arn = q.caller_arn.clone().unwrap_or(home);
        let caller_account = match caller_arn.splitn(6, ':').collect::<Vec<_>>()[..] {
            ["arn", _, "iam" | "sts", "", account, _] => account.to_owned(),
            _ => return Err(err::invalid_input(format!("Invalid CallerArn: {caller_arn}"))),
        };
        let owner = q.resource_owner.as_deref().map(account_of);
        Ok(Simulation {
            identity: policies.identity(),
            policies,
            keys: Keys::new(cx, &known, q.entries)?,
            role_arn: role_of(&caller_arn),
            resource_account: owner.unwrap_or(&caller_account).to_owned(),
            caller_arn,
            caller_account,
            account_given: q.caller_arn.is_some(),
        })
    }

    /// Judges one action on one resource.
    pub(super) fn run(&self, action: &str, resource: &str) -> shapes_iam::EvaluationResult {
        let action_name = Action::new(action);
        let principal = self.principal();
        let request = Request {
            principal: &principal,
            action: &action_name,
            resource,
            resource_account: Some(&self.resource_account),
            context: &self.keys,
        };
        let scps: Vec<Layer<'_>> = self.policies.organization.iter().map(Layer::new).collect();
        let layers = Layers {
            identity: Some(Layer::new(&self.identity)),
            boundary: self.policies.boundary.as_ref().map(Layer::new),
            resource: self.policies.resource.as_ref().map(Layer::new),
            scps: &scps,
            ..Layers::default()
        };
        let decision = evaluate(&request, &layers);
        let missing = self.missing(&action_name);
        self.result(&request, &decision, missing)
    }

    fn principal(&self) -> PrincipalRef<'_> {
        match &self.role_arn {
            Some(role) => PrincipalRef::role_session(&self.caller_arn, role, &self.caller_account),
            // Identity-based policies decide whoever calls, so the root is judged like a user here.
            None => PrincipalRef::new(PrincipalKind::User, &self.caller_arn, &self.caller_account),
        }
    }

    fn result(
        &self,
        request: &Request<'_>,
        decision: &Decision<'_>,
        missing: Vec<String>,
    ) -> shapes_iam::EvaluationResult {
        let everything = request.resource == "*";
        let word = word(decision.effect).to_owned();
        let matched = self.matched(request, decision);
        let details = self.details(decision);
        let boundary = self.boundary(decision);
        let specific = shapes_iam::ResourceSpecificResult {
            eval_resource_name: request.resource.to_owned(),
            eval_resource_decision: word.clone(),
            matched_statements: Some(matched.clone()),
            missing_context_values: Some(missing.clone()),
            eval_decision_details: (!details.is_empty()).then(|| details.clone()),
            permissions_boundary_decision_detail: boundary.clone(),
        };
        let organization = !self.policies.organization.is_empty();
        shapes_iam::EvaluationResult {
            eval_action_name: request.action.name().to_owned(),
            eval_resource_name: Some(request.resource.to_owned()),
            eval_decision: word,
            matched_statements: Some(matched),
            missing_context_values: Some(if everything { missing } else { Vec::new() }),
            organizations_decision_detail: organization.then(|| shapes_iam::OrganizationsDecisionDetail {
                allowed_by_organizations: Some(decision.scp == LayerResult::Allowed),
            }),
            permissions_boundary_decision_detail: boundary,
            // Documented: absent for all resources, empty within one account, filled across accounts.
            eval_decision_details: (!everything).then_some(details),
            resource_specific_results: Some(if everything { Vec::new() } else { vec![specific] }),
        }
    }

    /// The statements that settle it: a deny stands alone.
    fn matched(&self, request: &Request<'_>, decision: &Decision<'_>) -> Vec<shapes_iam::Statement> {
        let wanted = match decision.effect {
            DecisionEffect::ExplicitDeny => Effect::Deny,
            _ => Effect::Allow,
        };
        let layers = [
            (Some(&self.identity), "IAM Policy"),
            (
                self.policies.boundary.as_ref().filter(|_| wanted == Effect::Deny),
                "Permissions Boundary Policy",
            ),
            (self.policies.resource.as_ref(), "Resource Policy"),
        ];
        let mut all = Vec::new();
        for (set, source) in layers.into_iter().filter_map(|(set, source)| Some((set?, source))) {
            let found = matched_statements(request, set);
            all.extend(found.iter().filter(|m| m.statement.effect() == wanted).map(|m| statement(m, source)));
        }
        all
    }

    fn details(&self, decision: &Decision<'_>) -> BTreeMap<String, String> {
        if !self.account_given || self.caller_account == self.resource_account {
            return BTreeMap::new();
        }
        let layers = [("IAM Policy", decision.identity), ("Resource Policy", decision.resource)];
        let said =
            layers.into_iter().filter_map(|(name, r)| Some((name.to_owned(), layer_word(r)?.to_owned())));
        said.collect()
    }

    fn boundary(&self, d: &Decision<'_>) -> Option<shapes_iam::PermissionsBoundaryDecisionDetail> {
        self.policies.boundary.as_ref().map(|_| shapes_iam::PermissionsBoundaryDecisionDetail {
            allowed_by_permissions_boundary: Some(d.boundary == LayerResult::Allowed),
        })
    }

    /// Keys that policies about the action read and nobody gave.
    fn missing(&self, action: &Action) -> Vec<String> {
        let sets = [Some(&self.identity), self.policies.boundary.as_ref(), self.policies.resource.as_ref()];
        let mut all: Vec<String> = Vec::new();
        for policy in sets.into_iter().flatten().flat_map(PolicySet::policies) {
            let alone = PolicySet::single(&policy.name, policy.document.clone());
            if alone.candidates(action).is_empty() {
                continue;
            }
            for key in policy.document.context_keys() {
                if !self.keys.has(&key) && !all.iter().any(|k| k.eq_ignore_ascii_case(&key)) {
                    all.push(key);
                }
            }
        }
        all
    }
}

fn statement(m: &Matched<'_>, source: &str) -> shapes_iam::Statement {
    let position = |p: authz::Position| shapes_iam::Position {
        line: i32::try_from(p.line).ok(),
        column: i32::try_from(p.column).ok(),
    };
    shapes_iam::Statement {
        source_policy_id: Some(m.policy.name.to_string()),
        source_policy_type: Some(source.to_owned()),
        start_position: Some(position(m.statement.start())),
        end_position: Some(position(m.statement.end())),
    }
}

fn word(effect: DecisionEffect) -> &'static str {
    match effect {
        DecisionEffect::Allow => "allowed",
        DecisionEffect::ExplicitDeny => "explicitDeny",
        DecisionEffect::ImplicitDeny => "implicitDeny",
    }
}

fn layer_word(result: LayerResult) -> Option<&'static str> {
    match result {
        LayerResult::NotApplicable => None,
        LayerResult::Allowed => Some("allowed"),
        LayerResult::ExplicitDeny => Some("explicitDeny"),
        LayerResult::ImplicitDeny => Some("implicitDeny"),
    }
}

/// The role behind `arn:aws:sts::111122223333:assumed-role/name/session`, or a role's own ARN.
fn role_of(caller_arn: &str) -> Option<String> {
    let (head, resource) = caller_arn.rsplit_once(':')?;
    if resource.starts_with("role/") {
        return Some(caller_arn.to_owned());
    }
    let name = resource.strip_prefix("assumed-role/")?.split('/').next()?;
    Some(format!("{}:role/{name}", head.replacen(":sts:", ":iam:", 1)))
}

/// The account of `111122223333` or of an ARN.
fn account_of(owner: &str) -> &str {
    owner.split(':').nth(4).unwrap_or(owner)
}

/// Texts inferred: AWS documents only that wildcards in actions and resources that are no ARNs are refused.
fn check_names(q: &Question<'_>) -> Result<(), Fault> {
    for action in q.actions {
        let fine =
            action.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
        if !fine || action.contains(['*', '?']) {
            return Err(err::invalid_input(format!("Invalid action name: {action}")));
        }
    }
    for resource in &q.resources {
        let is_arn = resource.starts_with("arn:") && resource.splitn(6, ':').count() == 6;
        if resource != "*" && !is_arn {
            return Err(err::invalid_input(format!("Invalid resource ARN: {resource}")));
        }
    }
    Ok(())
}
