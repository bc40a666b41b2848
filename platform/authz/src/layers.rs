//! The question and the answer of an evaluation: a request, the layers of policies that apply to it, a decision.
//! The rules between the layers are in `evaluate.rs`.

use crate::context::ContextKeys;
use crate::document::Statement;
use crate::elements::Action;
use crate::principal::PrincipalRef;
use crate::set::{Candidates, NamedPolicy, PolicySet};

/// A request to decide on.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: &'a PrincipalRef<'a>,
    /// What for.
    pub action: &'a Action,
    /// The resource's ARN, or `*` for actions without one.
    pub resource: &'a str,
    /// The account that owns the resource; `None` if that is the principal's own.
    pub resource_account: Option<&'a str>,
    /// What the condition keys hold.
    pub context: &'a dyn ContextKeys,
}

/// Policies that apply together, and the statements of theirs that cover the action if the caller kept them.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a> {
    /// The policies.
    pub set: &'a PolicySet,
    /// What [`PolicySet::candidates`] of this set said of this action.
    pub candidates: Option<&'a Candidates>,
}

impl<'a> Layer<'a> {
    /// Makes a layer without cached candidates.
    pub fn new(set: &'a PolicySet) -> Self {
        Self { set, candidates: None }
    }
}

/// What keeps organization policies from applying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exemptions {
    /// The principal belongs to the organization's management account: no SCP applies.
    pub principal_in_management_account: bool,
    /// The principal is a service-linked role: no SCP and no RCP applies.
    pub service_linked_role: bool,
    /// The resource belongs to the management account: no RCP applies.
    pub resource_in_management_account: bool,
}

/// Every policy that applies to a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layers<'a> {
    /// Policies of the user and its groups, or of the role.
    pub identity: Option<Layer<'a>>,
    /// The permissions boundary.
    pub boundary: Option<Layer<'a>>,
    /// The session policies.
    pub session: Option<Layer<'a>>,
    /// Service control policies, one layer per level from the root to the account; every level must allow.
    pub scps: &'a [Layer<'a>],
    /// Resource control policies of the resource's account, one layer per level; every level must allow.
    pub rcps: &'a [Layer<'a>],
    /// The policy of the resource.
    pub resource: Option<Layer<'a>>,
    /// Nobody gets in unless the resource's policy lets them, not even in the same account: roles (trust policies) and
    /// KMS keys.
    pub resource_policy_required: bool,
    /// The resource's policy is a role's trust policy (it only changes the text of denials).
    pub trust_policy: bool,
    /// What doesn't apply although it is attached.
    pub exempt: Exemptions,
}

/// A layer of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// Service control policies.
    Scp,
    /// Resource control policies.
    Rcp,
    /// The resource's policy.
    Resource,
    /// A role's trust policy.
    Trust,
    /// Identity-based policies.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// Session policies.
    Session,
}

/// What one layer says by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LayerResult {
    /// The layer has no policies or doesn't apply to this request.
    #[default]
    NotApplicable,
    /// A statement allows and none denies.
    Allowed,
    /// No statement allows.
    ImplicitDeny,
    /// A statement denies.
    ExplicitDeny,
}

/// The outcome of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionEffect {
    /// The request is allowed.
    Allow,
    /// A statement denies it.
    ExplicitDeny,
    /// Nothing that must allow it does.
    ImplicitDeny,
}

/// A statement that settled something.
#[derive(Clone, Copy, Debug)]
pub struct Matched<'a> {
    /// The policy it is in.
    pub policy: &'a NamedPolicy,
    /// Its index in the policy, from 0.
    pub statement_index: usize,
    /// The statement.
    pub statement: &'a Statement,
}

impl<'a> Matched<'a> {
    /// The statement's `Sid`, if it has one.
    pub fn sid(&self) -> Option<&'a str> {
        self.statement.sid()
    }
}

/// A decision, and why.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// The outcome.
    pub effect: DecisionEffect,
    /// The layer that settled it; `None` when root is allowed by being root.
    pub layer: Option<LayerKind>,
    /// The statement that allowed or denied; `None` for an implicit deny.
    pub matched: Option<Matched<'a>>,
    /// What each layer said: SCPs (all levels together).
    pub scp: LayerResult,
    /// What the RCPs said (all levels together).
    pub rcp: LayerResult,
    /// What the resource's policy said.
    pub resource: LayerResult,
    /// What the identity-based policies said.
    pub identity: LayerResult,
    /// What the permissions boundary said.
    pub boundary: LayerResult,
    /// What the session policies said.
    pub session: LayerResult,
}

impl Decision<'_> {
    /// Whether the request is allowed.
    pub fn is_allowed(&self) -> bool {
        self.effect == DecisionEffect::Allow
    }
}
