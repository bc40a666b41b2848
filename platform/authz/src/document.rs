//! The parsed policy: what a text says once its grammar has been accepted. Not the text itself (callers keep that) and
//! not the set of policies of a principal (`set.rs`).

use crate::checks;
use crate::elements::{ActionElement, ResourceElement};
use crate::error::PolicyError;
use crate::grammar;
use crate::operators::Condition;
use crate::principal::PrincipalElement;

/// What a policy is attached to. It decides which elements the text may and must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// An inline policy of a user, group or role.
    Identity,
    /// A customer managed policy: as [`PolicyKind::Identity`], but only in version 2012-10-17.
    Managed,
    /// A policy attached to a resource (queue, bucket, key).
    Resource,
    /// A role's trust policy.
    Trust,
    /// A permissions boundary.
    Boundary,
    /// A session policy passed to STS.
    Session,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
}

impl PolicyKind {
    /// Whether the policy says who may come. AWS reads these with another parser than identity-based policies, which
    /// complains in other words.
    pub(crate) fn names_principals(self) -> bool {
        matches!(self, Self::Resource | Self::Trust)
    }
}

/// Whether a statement allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Grants what it matches.
    Allow,
    /// Refuses what it matches, whatever else allows it.
    Deny,
}

/// A place in a policy text, lines and columns from 1.
///
/// AWS reports the place *after* the brace in question: a statement whose `{` is the 40th character starts at column
/// 41, and one whose `}` is the 112th ends at column 113.
/// Source: recorded, SimulatePrincipalPolicy 2025-04-21.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One statement of a policy.
#[derive(Debug)]
pub struct Statement {
    pub(crate) sid: Option<String>,
    pub(crate) effect: Effect,
    pub(crate) principal: Option<PrincipalElement>,
    pub(crate) action: ActionElement,
    pub(crate) resource: Option<ResourceElement>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) start: Position,
    pub(crate) end: Position,
}

impl Statement {
    /// The `Sid`, if the statement has one.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Whether it allows or denies.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Where the statement begins in the text.
    pub fn start(&self) -> Position {
        self.start
    }

    /// Where the statement ends in the text.
    pub fn end(&self) -> Position {
        self.end
    }

    /// Returns the action patterns as written, and whether the element is `NotAction`.
    pub fn actions(&self) -> (&[String], bool) {
        (&self.action.written, self.action.negated)
    }

    /// Returns the resource patterns as written, and whether the element is `NotResource`; `None` without the element.
    pub fn resources(&self) -> Option<(&[String], bool)> {
        self.resource.as_ref().map(|element| (element.written.as_slice(), element.negated))
    }

    /// Returns the principals named, as (type, value) pairs: (`AWS`, `111122223333`), (`*`, `*`).
    pub fn principals(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.principal.iter().flat_map(PrincipalElement::named)
    }
}

/// A policy whose grammar has been accepted, compiled for evaluation. Immutable; share it by `Arc`.
#[derive(Debug)]
pub struct PolicyDocument {
    pub(crate) kind: PolicyKind,
    pub(crate) id: Option<String>,
    pub(crate) variables: bool,
    pub(crate) statements: Vec<Statement>,
}

impl PolicyDocument {
    /// Reads a policy text.
    ///
    /// Errors: AWS's first complaint, in AWS's order (JSON, grammar, version, values that fail to parse, statement ids,
    /// missing elements, resource formats, action formats, rules of the kind). Length limits and the existence of the
    /// principals named are the caller's to check.
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, PolicyError> {
        let draft = grammar::read(text, kind)?;
        checks::check(&draft, kind)?;
        Ok(grammar::compile(draft, kind))
    }

    /// What kind of policy it was read as.
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// The `Id` element.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether the version is 2012-10-17, in which `${…}` are variables.
    pub fn has_variables(&self) -> bool {
        self.variables
    }

    /// The statements in order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Returns the condition keys that the policy reads, in conditions and variables, as first written, once each.
    /// Source: GetContextKeysForCustomPolicy.
    pub fn context_keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        let mut add = |key: &str| {
            if !keys.iter().any(|known| known.eq_ignore_ascii_case(key)) {
                keys.push(key.to_owned());
            }
        };
        for statement in &self.statements {
            for condition in &statement.conditions {
                add(&condition.written_key);
                condition.variables().for_each(&mut add);
            }
            if let Some(resource) = &statement.resource {
                resource.variables().for_each(&mut add);
            }
        }
        keys
    }
}

/// Returns the size of a policy text as AWS counts it against quotas: characters without white space.
/// Source: IAM user guide, "IAM and AWS STS quotas".
pub fn policy_size(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}
