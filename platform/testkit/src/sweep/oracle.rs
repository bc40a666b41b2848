//! What AWS says to an input, worked out from the model's tables a second time: the codec's own wording is not asked. Sources:
//! the texts recorded from AWS in LocalStack's snapshots (Apache-2.0), restated in `wire/codec/tests/it/validation.rs`.

use codec::Value;
use model::{Flags, Kind, Member, Model, Operation, Protocol, Shape, ValidationStyle};

use super::pattern::Pattern;

/// A refusal: code and text. Its status is always 400.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) text: String,
}

/// The refusal of an operation's input; `None` when the model has nothing against it.
pub(crate) fn refusal(
    model: &'static Model,
    operation: &'static Operation,
    value: &Value,
) -> Option<Refusal> {
    let shape = model.shape(operation.input?);
    let found = violations(model, shape, value);
    let (own, found): (Vec<String>, Vec<String>) = found.into_iter().partition(|v| v.starts_with(OWN));
    if let (true, Some(text)) = (found.is_empty(), own.first()) {
        return Some(Refusal { code: model.validation_code.to_owned(), text: text.clone() });
    }
    let first = found.first()?;
    if model.validation == ValidationStyle::QueryMissing {
        let stop = if model.protocols.contains(&Protocol::Ec2) { "" } else { "." };
        let text = format!("The request must contain the parameter {first}{stop}");
        return Some(Refusal { code: "MissingParameter".to_owned(), text });
    }
    let errors = if found.len() == 1 { "error" } else { "errors" };
    let text = format!("{} validation {errors} detected: {}", found.len(), found.join("; "));
    Some(Refusal { code: model.validation_code.to_owned(), text })
}

/// Every violation, in the model's order: texts, or names of missing parameters where the service knows only those.
pub(crate) fn violations(model: &'static Model, shape: &'static Shape, value: &Value) -> Vec<String> {
    let mut out = Vec::new();
    match model.validation {
        ValidationStyle::Coral => Walk { model, out: &mut out }.visit(shape, value, ""),
        ValidationStyle::QueryMissing => missing(model, shape, value, "", &mut out),
        ValidationStyle::Own | ValidationStyle::None => {}
    }
    out
}

/// Members of IAM whose refusals show neither value nor set (recorded 2025-03-06).
const SILENT: [&str; 2] = ["serviceSpecificCredentialId", "statusType"];

/// How IAM's words about its names and paths begin; they come when the model has nothing else to say. Sources: as in the
/// codec's `words.rs`.
const OWN: &str = "The specified value for ";

fn own_words(model: &Model, shape: &Shape, path: &str) -> Option<String> {
    if path.contains('.') {
        return None;
    }
    let letters = "alphanumeric characters and/or";
    let rule = match (model.id, shape.pattern?, path) {
        ("iam", r"\u002F[\u0021-\u007F]*", _) | ("iam", _, "pathPrefix") => {
            format!("begin with the / character and contain only {letters} / characters.")
        }
        ("iam", p, _) if p.starts_with(r"(\u002F)|") || p.starts_with("((/[") => {
            format!("begin and end with / and contain only {letters} / characters.")
        }
        ("iam", r"[\w+=,.@-]+", _)
            if !["serviceCredentialAlias", "customSuffixType", "entityNameType"].contains(&shape.name) =>
        {
            format!("contain only {letters} the following: +=,.@_-")
        }
        _ => return None,
    };
    Some(format!("{OWN}{path} is invalid. It must {rule}"))
}

struct Walk<'a> {
    model: &'static Model,
    out: &'a mut Vec<String>,
}

impl Walk<'_> {
    fn visit(&mut self, shape: &'static Shape, value: &Value, path: &str) {
        let target = |i: usize| self.model.shape(shape.members[i].target);
        match value {
            Value::Record(_) => self.members(shape, value, path),
            Value::List(items) => {
                self.size(shape, value, items.len(), path);
                let item = target(0);
                if items.iter().any(|v| !fits(item, v)) {
                    self.say(
                        shape,
                        value,
                        path,
                        &format!("Member must satisfy constraint: [{}]", all(item, true)),
                    );
                }
                for (i, v) in items.iter().enumerate().filter(|(_, v)| has_parts(v)) {
                    self.visit(item, v, &format!("{path}.{}.member", i + 1));
                }
            }
            Value::Map(entries) => {
                self.size(shape, value, entries.len(), path);
                let (key, item) = (target(0), target(1));
                if entries.iter().any(|(k, _)| !fits(key, &Value::String(k.clone()))) {
                    self.say(
                        shape,
                        value,
                        path,
                        &format!("Map keys must satisfy constraint: [{}]", all(key, false)),
                    );
                }
                if entries.iter().any(|(_, v)| !fits(item, v)) {
                    self.say(
                        shape,
                        value,
                        path,
                        &format!("Map value must satisfy constraint: [{}]", all(item, true)),
                    );
                }
                for (k, v) in entries.iter().filter(|(_, v)| has_parts(v)) {
                    self.visit(item, v, &format!("{path}.{k}.member"));
                }
            }
            _ => {
                for c in missed(shape, value) {
                    match own_words(self.model, shape, path) {
                        Some(text) if c.contains("pattern: ") => self.out.push(text),
                        _ => self.say(shape, value, path, &c),
                    }
                }
            }
        }
    }

    fn members(&mut self, shape: &'static Shape, value: &Value, path: &str) {
        for m in &shape.members {
            let name = format!("{}{}", m.name[..1].to_lowercase(), &m.name[1..]);
            let path = if path.is_empty() { name } else { format!("{path}.{name}") };
            match value.get(m.name) {
                None | Some(Value::Null) if m.flags.has(Flags::REQUIRED) => self.out.push(format!(
                    "Value null at '{path}' failed to satisfy constraint: Member must not be null"
                )),
                None | Some(Value::Null) => {}
                Some(v) => self.visit(self.model.shape(m.target), v, &path),
            }
        }
    }

    fn size(&mut self, shape: &'static Shape, value: &Value, n: usize, path: &str) {
        if let Some(c) = bound(shape, n as f64, "length") {
            self.say(shape, value, path, &c);
        }
    }

    fn say(&mut self, shape: &'static Shape, value: &Value, path: &str, constraint: &str) {
        let silent = self.model.id == "iam" && SILENT.contains(&shape.name);
        let constraint =
            if silent { constraint.split(" set: [").next().unwrap_or_default() } else { constraint };
        let set = if silent && constraint.ends_with("enum value") { " set" } else { "" };
        let shown = match silent || shape.flags.has(Flags::SENSITIVE) {
            true => String::new(),
            false => format!(" '{}'", cut(show(self.model, shape, value))),
        };
        self.out.push(format!("Value{shown} at '{path}' failed to satisfy constraint: {constraint}{set}"));
    }
}

/// Longer values are cut off. This is ours: how far AWS goes isn't known.
const SHOWN_BYTES: usize = 64 * 1024;

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(SHOWN_BYTES));
    text
}

fn has_parts(v: &Value) -> bool {
    matches!(v, Value::Record(_) | Value::List(_) | Value::Map(_))
}

/// Whether a list's item or a map's key or value is fine in itself; those with parts answer for themselves.
fn fits(shape: &Shape, v: &Value) -> bool {
    *v != Value::Null && (has_parts(v) || missed(shape, v).is_empty())
}

/// Whether a list could hold the value without a word about it.
pub(crate) fn item_ok(model: &'static Model, shape: &'static Shape, v: &Value) -> bool {
    if has_parts(v) { violations(model, shape, v).is_empty() } else { fits(shape, v) }
}

/// The constraints that a value without parts misses: pattern, length, enum.
fn missed(shape: &Shape, value: &Value) -> Vec<String> {
    match value {
        Value::String(v) => {
            let pattern = shape.pattern.filter(|p| Pattern::of(p).is_some_and(|p| !p.matches(v)));
            let outside = !shape.enum_values.is_empty() && !shape.enum_values.contains(&v.as_str());
            let mut out: Vec<String> = pattern.map(regex).into_iter().collect();
            out.extend(bound(shape, v.chars().count() as f64, "length"));
            out.extend(outside.then(|| set(shape)));
            out
        }
        Value::Blob(v) => bound(shape, v.0.len() as f64, "length").into_iter().collect(),
        Value::Integer(v) => bound(shape, *v as f64, "value").into_iter().collect(),
        Value::Double(v) => bound(shape, *v, "value").into_iter().collect(),
        _ => Vec::new(),
    }
}

fn bound(shape: &Shape, n: f64, what: &str) -> Option<String> {
    if shape.min.is_some_and(|min| n < min as f64) {
        return least(shape, what);
    }
    if shape.max.is_some_and(|max| n > max as f64) { most(shape, what) } else { None }
}

fn least(shape: &Shape, what: &str) -> Option<String> {
    shape.min.map(|n| format!("Member must have {what} greater than or equal to {n}{}", tail(shape)))
}

fn most(shape: &Shape, what: &str) -> Option<String> {
    shape.max.map(|n| format!("Member must have {what} less than or equal to {n}{}", tail(shape)))
}

fn tail(shape: &Shape) -> &'static str {
    if matches!(shape.kind, Kind::Float | Kind::Double) { ".0" } else { "" }
}

fn regex(pattern: &str) -> String {
    format!("Member must satisfy regular expression pattern: {pattern}")
}

/// A Java hash set of 32 buckets: by bucket, within a bucket the model's last first. The model's order is lost here, so
/// only the buckets are checked, by the sweep; the text takes the table's order.
fn set(shape: &Shape) -> String {
    format!("Member must satisfy enum value set: [{}]", shape.enum_values.join(", "))
}

/// Bucket of a word in a Java hash set of 32.
pub(crate) fn bucket(word: &str) -> u32 {
    word.encode_utf16().fold(0u32, |h, c| h.wrapping_mul(31).wrapping_add(u32::from(c))) & 31
}

/// All constraints of an item's shape.
fn all(shape: &Shape, not_null: bool) -> String {
    let number = matches!(shape.kind, Kind::Integer | Kind::Long | Kind::Float | Kind::Double);
    let what = if number { "value" } else { "length" };
    let mut out = Vec::new();
    if !matches!(shape.kind, Kind::Structure | Kind::List | Kind::Map) {
        out.extend(most(shape, what));
        out.extend(least(shape, what));
        out.extend(shape.pattern.map(regex));
        out.extend((!shape.enum_values.is_empty()).then(|| set(shape)));
    }
    out.extend(not_null.then(|| "Member must not be null".to_owned()));
    out.join(", ")
}

/// As Java prints it.
fn show(model: &'static Model, shape: &'static Shape, value: &Value) -> String {
    let target = |i: usize| model.shape(shape.members[i].target);
    if shape.flags.has(Flags::SENSITIVE) {
        return "***Sensitive Data Redacted***".to_owned();
    }
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(v) => v.to_string(),
        Value::Integer(v) => v.to_string(),
        Value::Double(v) => format!("{v:?}"),
        Value::String(v) => v.clone(),
        Value::Blob(v) => format!("java.nio.HeapByteBuffer[pos=0 lim={0} cap={0}]", v.0.len()),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|v| show(model, target(0), v)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(k, v)| format!("{k}={}", show(model, target(1), v))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Record(_) => {
            let part = |(i, m): (usize, &Member)| {
                let v = value.get(m.name).unwrap_or(&Value::Null);
                let shown = if *v == Value::Null { "null".to_owned() } else { show(model, target(i), v) };
                format!("{}{}={shown}", m.name[..1].to_lowercase(), &m.name[1..])
            };
            let parts: Vec<String> = shape.members.iter().enumerate().map(part).collect();
            format!("{}({})", shape.name, parts.join(", "))
        }
        Value::Timestamp(_) | Value::Document(_) => "?".to_owned(),
    }
}

/// Names of required members that are not there, as parameters of the query protocol: `Entry.1.Id`.
fn missing(model: &'static Model, shape: &'static Shape, value: &Value, name: &str, out: &mut Vec<String>) {
    match value {
        Value::Record(_) => {
            for m in &shape.members {
                let own = m.query_name.map_or_else(|| parameter(model, m), str::to_owned);
                let path = if name.is_empty() { own } else { format!("{name}.{own}") };
                match value.get(m.name) {
                    None | Some(Value::Null) if m.flags.has(Flags::REQUIRED) => out.push(path),
                    None | Some(Value::Null) => {}
                    Some(v) => missing(model, model.shape(m.target), v, &path, out),
                }
            }
        }
        Value::List(items) => {
            for (i, v) in items.iter().enumerate() {
                missing(model, model.shape(shape.members[0].target), v, &format!("{name}.{}", i + 1), out);
            }
        }
        Value::Map(entries) => {
            let m = &shape.members[1];
            for (i, (_, v)) in entries.iter().enumerate() {
                let path = format!("{name}.{}.{}", i + 1, m.wire());
                missing(model, model.shape(m.target), v, &path, out);
            }
        }
        _ => {}
    }
}

/// The name of a parameter without one of its own: EC2 writes it with a capital.
fn parameter(model: &Model, member: &Member) -> String {
    let wire = member.wire();
    match wire.split_at_checked(1) {
        Some((head, tail)) if model.protocols.contains(&Protocol::Ec2) => head.to_uppercase() + tail,
        _ => wire.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer to an input in plain JSON.
    fn answer(service: &str, operation: &str, input: &str) -> String {
        let model = model::service(service).expect("it is there");
        let operation = model.operation(operation).expect("it is there");
        let shape = model.shape(operation.input.expect("it takes input"));
        let value = codec::from_json(model, shape, input).expect("it fits the model");
        refusal(model, operation, &value).map_or_else(String::new, |r| format!("{}: {}", r.code, r.text))
    }

    /// Recorded from AWS: events, SNS, IAM, Lambda, KMS, SQS, in LocalStack's snapshots (Apache-2.0).
    #[test]
    fn recorded_refusals_are_foretold() {
        let long = "A".repeat(5_464);
        let cases = [
            (
                "events",
                "PutTargets",
                r#"{"Rule":"r","Targets":[{"Id":"!@#$@!#$","Arn":"arn:aws:sqs:us-east-1:111111111111:q"}]}"#,
                r"ValidationException: 1 validation error detected: Value '!@#$@!#$' at 'targets.1.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+",
            ),
            (
                "sns",
                "Publish",
                r#"{"Message":"m","MessageAttributes":{"attr1":{"StringValue":"x"}}}"#,
                "ValidationError: 1 validation error detected: Value null at 'messageAttributes.attr1.member.dataType' failed to satisfy constraint: Member must not be null",
            ),
            (
                "iam",
                "UpdateServiceSpecificCredential",
                r#"{"ServiceSpecificCredentialId":"ABCDEFGHIJKLMNOPQRSTU","Status":"Invalid"}"#,
                "ValidationError: 1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
            ),
            (
                "lambda",
                "UpdateFunctionCode",
                r#"{"FunctionName":"f","Architectures":["X86_64"]}"#,
                "1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
            ),
            (
                "kms",
                "Encrypt",
                &format!(r#"{{"KeyId":"k","Plaintext":"{long}"}}"#),
                "ValidationException: 1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
            ),
            (
                "sqs",
                "SendMessage",
                r#"{"QueueUrl":"http://localhost/q"}"#,
                "MissingParameter: The request must contain the parameter MessageBody.",
            ),
        ];
        for (service, operation, input, text) in cases {
            let found = answer(service, operation, input);
            assert!(found.ends_with(text), "{service} {operation}: {found}");
        }
        assert_eq!(answer("sqs", "SendMessage", r#"{"QueueUrl":"q","MessageBody":"b"}"#), "");
    }
}
