//! A request and every policy that applies to it, as JSON: the common ground of the evaluator under test and of the
//! reference evaluator. Neither's rules are here.

use std::sync::Arc;

use authz::{
    Action, ContextMap, Decision, DecisionEffect, Exemptions, Layer, LayerKind, Layers, NamedPolicy,
    PolicyDocument, PolicyKind, PolicySet, PrincipalKind, PrincipalRef, Request, evaluate,
};
use serde_json::Value;

/// A principal, owned.
#[derive(Clone, Debug)]
pub struct Who {
    pub kind: PrincipalKind,
    pub arn: String,
    pub account: String,
    pub parent: Option<String>,
    pub unique_id: Option<String>,
    pub canonical: Option<String>,
}

impl Who {
    pub fn as_ref(&self) -> PrincipalRef<'_> {
        PrincipalRef {
            kind: self.kind,
            arn: &self.arn,
            account: &self.account,
            parent_arn: self.parent.as_deref(),
            unique_id: self.unique_id.as_deref(),
            canonical_user: self.canonical.as_deref(),
        }
    }
}

/// Policies of one layer: (name, JSON).
pub type Policies = Vec<(String, Value)>;

#[derive(Clone, Debug)]
pub struct World {
    pub who: Who,
    pub action: String,
    pub resource: String,
    pub owner: Option<String>,
    /// Keys and their values; more or less than one value makes the key multivalued.
    pub context: Vec<(String, Vec<String>)>,
    pub identity: Option<Policies>,
    pub boundary: Option<Policies>,
    pub session: Option<Policies>,
    pub scps: Vec<Policies>,
    pub rcps: Vec<Policies>,
    pub resource_policy: Option<Policies>,
    pub required: bool,
    pub trust: bool,
    pub exempt: Exemptions,
}

impl World {
    pub fn new(who: Who, action: &str, resource: &str) -> Self {
        Self {
            who,
            action: action.into(),
            resource: resource.into(),
            owner: None,
            context: Vec::new(),
            identity: None,
            boundary: None,
            session: None,
            scps: Vec::new(),
            rcps: Vec::new(),
            resource_policy: None,
            required: false,
            trust: false,
            exempt: Exemptions::default(),
        }
    }
}

/// Decides with the evaluator under test and hands the decision to `look`.
pub fn decide<T>(world: &World, look: impl FnOnce(&Decision<'_>) -> T) -> T {
    let identity = world.identity.as_ref().map(|p| compile(p, PolicyKind::Identity));
    let boundary = world.boundary.as_ref().map(|p| compile(p, PolicyKind::Boundary));
    let session = world.session.as_ref().map(|p| compile(p, PolicyKind::Session));
    let resource_kind = if world.trust { PolicyKind::Trust } else { PolicyKind::Resource };
    let resource = world.resource_policy.as_ref().map(|p| compile(p, resource_kind));
    let scps: Vec<PolicySet> = world.scps.iter().map(|p| compile(p, PolicyKind::Scp)).collect();
    let rcps: Vec<PolicySet> = world.rcps.iter().map(|p| compile(p, PolicyKind::Rcp)).collect();
    let scp_layers: Vec<Layer<'_>> = scps.iter().map(Layer::new).collect();
    let rcp_layers: Vec<Layer<'_>> = rcps.iter().map(Layer::new).collect();
    let layers = Layers {
        identity: identity.as_ref().map(Layer::new),
        boundary: boundary.as_ref().map(Layer::new),
        session: session.as_ref().map(Layer::new),
        scps: &scp_layers,
        rcps: &rcp_layers,
        resource: resource.as_ref().map(Layer::new),
        resource_policy_required: world.required,
        trust_policy: world.trust,
        exempt: world.exempt,
    };
    let context = context(&world.context);
    let action = Action::new(&world.action);
    let principal = world.who.as_ref();
    let request = Request {
        principal: &principal,
        action: &action,
        resource: &world.resource,
        resource_account: world.owner.as_deref(),
        context: &context,
    };
    let decision = evaluate(&request, &layers);
    look(&decision)
}

pub fn context(keys: &[(String, Vec<String>)]) -> ContextMap {
    let mut map = ContextMap::new();
    for (key, values) in keys {
        match values.as_slice() {
            [one] => map.set(key, one.clone()),
            many => map.set_many(key, many.to_vec()),
        }
    }
    map
}

pub fn compile(policies: &Policies, kind: PolicyKind) -> PolicySet {
    let named = policies.iter().map(|(name, value)| {
        let text = value.to_string();
        let document =
            PolicyDocument::parse(&text, kind).unwrap_or_else(|error| panic!("{kind:?} {text}: {error}"));
        NamedPolicy { name: name.as_str().into(), document: Arc::new(document) }
    });
    PolicySet::new(named.collect())
}

pub fn effect_word(effect: DecisionEffect) -> &'static str {
    match effect {
        DecisionEffect::Allow => "allow",
        DecisionEffect::ExplicitDeny => "explicit",
        DecisionEffect::ImplicitDeny => "implicit",
    }
}

pub fn layer_word(layer: Option<LayerKind>) -> &'static str {
    match layer {
        None => "root",
        Some(LayerKind::Scp) => "scp",
        Some(LayerKind::Rcp) => "rcp",
        Some(LayerKind::Resource) => "resource",
        Some(LayerKind::Trust) => "trust",
        Some(LayerKind::Identity) => "identity",
        Some(LayerKind::Boundary) => "boundary",
        Some(LayerKind::Session) => "session",
    }
}
