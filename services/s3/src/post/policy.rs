//! The policy of a form: until when it holds, and what it demands of the fields. Every field needs a condition that covers it.
//! Source: S3 API reference, "POST Policy"; texts recorded 2026-02-21 (of malformed policies: documented in part).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codec::{Fault, Timestamp};
use serde_json::Value;

use super::Fields;

/// A policy, read.
#[derive(Debug)]
pub(super) struct Policy {
    expires_ms: i64,
    conditions: Vec<Condition>,
}

#[derive(Debug, PartialEq, Eq)]
struct Condition {
    operation: Operation,
    /// Without the dollar sign, in lower case; the least number of bytes, of a range.
    subject: String,
    value: String,
    /// As refusals show it.
    shown: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Equals,
    StartsWith,
    Range,
}

fn malformed(text: impl std::fmt::Display) -> Fault {
    Fault::new("InvalidPolicyDocument", 400, format!("Invalid Policy: {text}"))
}

fn against(text: impl std::fmt::Display) -> Fault {
    Fault::new("AccessDenied", 403, format!("Invalid according to Policy: {text}"))
}

impl Policy {
    /// Reads a policy, in base64.
    ///
    /// Errors: InvalidPolicyDocument.
    pub(super) fn read(text: &str) -> Result<Policy, Fault> {
        let json = STANDARD.decode(text.trim().as_bytes()).map_err(|_| malformed("Invalid JSON."))?;
        let document: Value = serde_json::from_slice(&json).map_err(|_| malformed("Invalid JSON."))?;
        let expiration = document.get("expiration").ok_or_else(|| malformed("Policy missing expiration."))?;
        let expires_ms = expiration.as_str().and_then(Timestamp::parse).ok_or_else(|| {
            malformed(format!("Invalid 'expiration' value: '{}'", expiration.as_str().unwrap_or_default()))
        })?;
        let conditions = document.get("conditions").ok_or_else(|| malformed("Policy missing conditions."))?;
        let conditions =
            conditions.as_array().ok_or_else(|| malformed("Invalid 'conditions' value: must be a List."))?;
        let conditions: Result<Vec<Vec<Condition>>, Fault> = conditions.iter().map(condition).collect();
        Ok(Policy {
            expires_ms: expires_ms.epoch_ms,
            conditions: conditions?.into_iter().flatten().collect(),
        })
    }

    /// Errors: AccessDenied: it holds no longer.
    pub(super) fn check_time(&self, is_past: impl Fn(i64) -> bool) -> Result<(), Fault> {
        if is_past(self.expires_ms) { Err(against("Policy expired.")) } else { Ok(()) }
    }

    /// Checks a form; tells how many bytes its file may have, if the policy says so.
    ///
    /// Errors: AccessDenied.
    pub(super) fn check(&self, fields: &Fields, bucket: &str) -> Result<Option<(u64, u64)>, Fault> {
        let mut limits: Option<(u64, u64)> = None;
        for condition in &self.conditions {
            let failed = || against(format!("Policy Condition failed: {}", condition.shown));
            let named = |name: &str| if name == "bucket" { Some(bucket) } else { fields.get(name) };
            let given = named(&condition.subject).unwrap_or_default();
            let holds = match condition.operation {
                Operation::Equals => given == condition.value,
                Operation::StartsWith if condition.subject == "content-type" => {
                    given.split(',').all(|kind| kind.trim().starts_with(&condition.value))
                }
                Operation::StartsWith => given.starts_with(&condition.value),
                Operation::Range => {
                    let range = condition.subject.parse().ok().zip(condition.value.parse().ok());
                    let (least, most) = range.ok_or_else(failed)?;
                    let (known_least, known_most) = limits.unwrap_or((0, u64::MAX));
                    limits = Some((known_least.max(least), known_most.min(most)));
                    true
                }
            };
            if !holds {
                return Err(failed());
            }
        }
        self.check_covered(fields)?;
        Ok(limits)
    }

    /// Every field but those of the signature itself must be one that a condition is about.
    fn check_covered(&self, fields: &Fields) -> Result<(), Fault> {
        let covers = |name: &str| {
            matches!(name, "policy" | "x-amz-signature" | "awsaccesskeyid" | "signature" | "bucket" | "file")
                || name.starts_with("x-ignore-")
                || self.conditions.iter().any(|c| c.operation != Operation::Range && c.subject == name)
        };
        let extra: Vec<&str> = fields.names().filter(|name| !covers(name)).collect();
        if extra.is_empty() {
            return Ok(());
        }
        Err(against(format!("Extra input fields: {}", extra.join(", "))))
    }
}

/// A text, or a number as one.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn condition(given: &Value) -> Result<Vec<Condition>, Fault> {
    if let Value::Object(properties) = given {
        if properties.len() != 1 {
            return Err(malformed(
                "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
            ));
        }
        return properties
            .iter()
            .map(|(name, value)| {
                let value = value
                    .as_str()
                    .ok_or_else(|| malformed("Invalid Simple-Condition: value must be a string."))?;
                Ok(new(Operation::Equals, &format!("${name}"), value, "eq"))
            })
            .collect();
    }
    let list =
        given.as_array().ok_or_else(|| malformed("Invalid Condition: must be a List or an Object."))?;
    let texts: Option<Vec<String>> = list.iter().map(text).collect();
    let texts = texts.ok_or_else(|| malformed("Invalid Condition: values must be strings."))?;
    let [name, subject, value] = &texts[..] else {
        return Err(malformed("Invalid Condition: wrong number of arguments."));
    };
    let operation = match name.to_ascii_lowercase().as_str() {
        "eq" => Operation::Equals,
        "starts-with" => Operation::StartsWith,
        "content-length-range" => Operation::Range,
        _ => return Err(malformed(format!("Invalid Condition: unknown operation '{name}'."))),
    };
    if operation != Operation::Range && !subject.starts_with('$') {
        return Err(malformed(format!("Invalid {name}-Condition: '{subject}' must begin with '$'.")));
    }
    Ok(vec![new(operation, subject, value, name)])
}

fn new(operation: Operation, subject: &str, value: &str, name: &str) -> Condition {
    Condition {
        operation,
        shown: format!("[\"{name}\", \"{subject}\", \"{value}\"]"),
        subject: subject.trim_start_matches('$').to_ascii_lowercase(),
        value: value.to_owned(),
    }
}
