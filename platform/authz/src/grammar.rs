//! From text to a draft of the policy (the shape of the JSON), and from an accepted draft to the compiled document.
//! What the strings may say is checked in between, in `checks.rs`.

use crate::document::{Effect, PolicyDocument, PolicyKind, Position, Statement};
use crate::elements::{ActionElement, ResourceElement};
use crate::error::{PolicyError, PolicyErrorKind};
use crate::json::{self, Json, JsonError, Node};
use crate::operators::{Condition, Operator};
use crate::principal::PrincipalElement;

/// A policy whose JSON has the right shape.
#[derive(Debug)]
pub(crate) struct Draft {
    pub version: Option<Version>,
    pub id: Option<String>,
    pub statements: Vec<StatementDraft>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V2008,
    V2012,
}

/// A list element that comes plain or as `Not…`.
#[derive(Debug)]
pub(crate) struct Listed {
    pub negated: bool,
    pub values: Vec<String>,
}

/// A `Principal` element as (type, value) pairs; `"*"` is (`AWS`, `*`).
#[derive(Debug)]
pub(crate) struct PrincipalDraft {
    pub negated: bool,
    pub pairs: Vec<(String, String)>,
}

#[derive(Debug)]
pub(crate) struct ConditionDraft {
    /// `None` where the operator is unknown, which is an error unless it tests nothing.
    pub operator: Option<Operator>,
    pub key: String,
    pub values: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct StatementDraft {
    pub sid: Option<String>,
    pub effect: String,
    pub principal: Option<PrincipalDraft>,
    pub action: Option<Listed>,
    pub resource: Option<Listed>,
    pub conditions: Vec<ConditionDraft>,
    pub start: Position,
    pub end: Position,
}

/// Reads the JSON and its shape.
pub(crate) fn read(text: &str, kind: PolicyKind) -> Result<Draft, PolicyError> {
    let root = json::parse(text).map_err(|error| match error {
        JsonError::Invalid => PolicyError::new(PolicyErrorKind::InvalidJson, invalid_json(kind)),
        JsonError::DuplicateKey => PolicyError::syntax(),
    })?;
    let mut draft = Draft { version: None, id: None, statements: Vec::new() };
    let mut seen_statement = false;
    for (name, node) in object(root)? {
        match name.as_str() {
            "Version" => draft.version = Some(version(node, kind)?),
            "Id" => draft.id = Some(string(node)?),
            "Statement" => {
                seen_statement = true;
                draft.statements = statements(node, kind)?;
            }
            _ => return Err(PolicyError::syntax()),
        }
    }
    if !seen_statement || draft.statements.is_empty() {
        return Err(empty_statement(kind));
    }
    Ok(draft)
}

/// What each API says of a text that isn't JSON.
/// Source: recorded for trust policies (CreateRole 2025-03-06), reported by users of CreatePolicy, inferred for the others.
fn invalid_json(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Trust => "This policy contains invalid Json",
        PolicyKind::Session => "The policy is not in the valid JSON format.",
        PolicyKind::Resource => "Policies must be valid JSON and the first byte must be '{'",
        PolicyKind::Scp | PolicyKind::Rcp => {
            "The provided policy document does not meet the requirements of the \
             specified policy type."
        }
        PolicyKind::Identity | PolicyKind::Managed | PolicyKind::Boundary => "Syntax errors in policy.",
    }
}

fn empty_statement(kind: PolicyKind) -> PolicyError {
    complaint(kind, "Could not parse the policy: Statement is empty!")
}

/// A syntax error, in the words of the parser that reads this kind of policy.
fn complaint(kind: PolicyKind, words: impl Into<String>) -> PolicyError {
    if kind.names_principals() {
        return PolicyError::new(PolicyErrorKind::Syntax, words);
    }
    PolicyError::syntax()
}

fn object(node: Node) -> Result<Vec<(String, Node)>, PolicyError> {
    match node.value {
        Json::Object(members) => Ok(members),
        _ => Err(PolicyError::syntax()),
    }
}

fn string(node: Node) -> Result<String, PolicyError> {
    match node.value {
        Json::String(text) => Ok(text),
        _ => Err(PolicyError::syntax()),
    }
}

/// A string or a list of strings.
fn strings(node: Node) -> Result<Vec<String>, PolicyError> {
    match node.value {
        Json::String(text) => Ok(vec![text]),
        Json::Array(items) => items.into_iter().map(string).collect(),
        _ => Err(PolicyError::syntax()),
    }
}

fn version(node: Node, kind: PolicyKind) -> Result<Version, PolicyError> {
    match string(node)?.as_str() {
        "2008-10-17" => Ok(Version::V2008),
        "2012-10-17" => Ok(Version::V2012),
        _ => Err(complaint(kind, "The policy must contain a valid version string")),
    }
}

fn statements(node: Node, kind: PolicyKind) -> Result<Vec<StatementDraft>, PolicyError> {
    match node.value {
        Json::Array(items) => items.into_iter().map(|item| statement(item, kind)).collect(),
        Json::Object(_) => Ok(vec![statement(node, kind)?]),
        _ => Err(PolicyError::syntax()),
    }
}

fn statement(node: Node, kind: PolicyKind) -> Result<StatementDraft, PolicyError> {
    let (start, end) = (node.start, node.end);
    let (mut sid, mut effect, mut principal, mut action, mut resource) = (None, None, None, None, None);
    let mut conditions = Vec::new();
    for (name, node) in object(node)? {
        match name.as_str() {
            "Sid" => sid = Some(string(node)?),
            "Effect" => effect = Some(string(node)?),
            "Principal" | "NotPrincipal" => {
                once(&mut principal, principal_draft(node, name.starts_with("Not"))?)?
            }
            "Action" | "NotAction" => once(&mut action, listed(node, name.starts_with("Not"))?)?,
            "Resource" | "NotResource" => once(&mut resource, listed(node, name.starts_with("Not"))?)?,
            "Condition" => conditions = condition_block(node)?,
            _ => return Err(PolicyError::syntax()),
        }
    }
    let effect = effect.ok_or_else(|| complaint(kind, "Missing required field Effect"))?;
    let known = effect.eq_ignore_ascii_case("allow") || effect.eq_ignore_ascii_case("deny");
    if !known || kind.names_principals() && effect != "Allow" && effect != "Deny" {
        return Err(complaint(kind, format!("Invalid effect: {effect}")));
    }
    Ok(StatementDraft { sid, effect, principal, action, resource, conditions, start, end })
}

/// An element comes plain or as `Not…`, never both.
fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), PolicyError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(PolicyError::syntax()),
    }
}

fn listed(node: Node, negated: bool) -> Result<Listed, PolicyError> {
    Ok(Listed { negated, values: strings(node)? })
}

fn principal_draft(node: Node, negated: bool) -> Result<PrincipalDraft, PolicyError> {
    if let Json::String(text) = &node.value {
        if text == "*" {
            return Ok(PrincipalDraft { negated, pairs: vec![("AWS".into(), "*".into())] });
        }
        return Err(PolicyError::new(
            PolicyErrorKind::InvalidPrincipal,
            format!("Invalid principal in policy: \"{text}\""),
        ));
    }
    let mut pairs = Vec::new();
    for (kind, node) in object(node)? {
        for value in strings(node)? {
            pairs.push((kind.clone(), value));
        }
    }
    Ok(PrincipalDraft { negated, pairs })
}

fn condition_block(node: Node) -> Result<Vec<ConditionDraft>, PolicyError> {
    let mut drafts = Vec::new();
    for (name, node) in object(node)? {
        let operator = Operator::parse(&name);
        for (key, node) in object(node)? {
            if operator.is_none() {
                return Err(PolicyError::syntax());
            }
            drafts.push(ConditionDraft { operator, key, values: condition_values(node)? });
        }
    }
    Ok(drafts)
}

/// Quotation marks are optional for numbers and booleans. Source: IAM user guide, "Grammar of the IAM JSON policy
/// language".
fn condition_values(node: Node) -> Result<Vec<String>, PolicyError> {
    let scalar = |value: Json| match value {
        Json::String(text) | Json::Number(text) => Ok(text),
        Json::Bool(value) => Ok(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => Err(PolicyError::syntax()),
    };
    match node.value {
        Json::Array(items) => items.into_iter().map(|item| scalar(item.value)).collect(),
        value => Ok(vec![scalar(value)?]),
    }
}

/// Compiles a draft that the checks have accepted.
pub(crate) fn compile(draft: Draft, kind: PolicyKind) -> PolicyDocument {
    // Without a version a policy is in the first one, which has no variables.
    let variables = draft.version == Some(Version::V2012);
    let statements = draft.statements.into_iter().map(|draft| compile_statement(draft, variables)).collect();
    PolicyDocument { kind, id: draft.id, variables, statements }
}

fn compile_statement(draft: StatementDraft, variables: bool) -> Statement {
    let conditions = draft.conditions.iter().filter_map(|condition| {
        Some(Condition::new(condition.operator?, &condition.key, &condition.values, variables))
    });
    let conditions = conditions.collect();
    let action = draft.action.unwrap_or(Listed { negated: false, values: Vec::new() });
    Statement {
        sid: draft.sid,
        effect: if draft.effect == "Allow" { Effect::Allow } else { Effect::Deny },
        principal: draft.principal.map(|draft| PrincipalElement::new(&draft.pairs, draft.negated)),
        action: ActionElement::new(action.values, action.negated),
        resource: draft.resource.map(|draft| ResourceElement::new(draft.values, draft.negated, variables)),
        conditions,
        start: draft.start,
        end: draft.end,
    }
}
