//! Words violations as AWS does, from an untyped input: `Value 'V' at 'path' failed to satisfy constraint: C`, in the
//! model's order. What counts as a violation is decided by the predicates of `validate.rs`.
//!
//! Sources: AWS's answers recorded in LocalStack's snapshots (Apache-2.0), see `tests/it/validation.rs`.

use model::{Flags, Kind, Model, Shape, ValidationStyle};

use crate::query;
use crate::validate::{Violations, double_ok, enum_ok, integer_ok, length_ok, scalar, text_length_ok};
use crate::value::Value;
use crate::{java, pattern, words};

/// How many violations keep their text; the rest are only counted.
const KEPT: usize = 100;
/// Text of one violation's value at most; AWS's own answers stay under a few kilobytes.
const SHOWN_BYTES: usize = 64 * 1024;

const PATTERN: &str = "Member must satisfy regular expression pattern: ";
const NOT_NULL: &str = "Member must not be null";

/// IAM shows no value, and no set, at these shapes (recorded 2025-03-06).
const CONCEALED: [(&str, &str); 2] = [("iam", "serviceSpecificCredentialId"), ("iam", "statusType")];

/// Every violation of `value` against `shape`.
pub(crate) fn violations(model: &'static Model, shape: &'static Shape, value: &Value) -> Violations {
    let mut d = Describer { model, path: Vec::new(), found: Violations::default() };
    match model.validation {
        ValidationStyle::Coral => d.structure(shape, value),
        ValidationStyle::QueryMissing => d.missing(shape, value, ""),
        ValidationStyle::Own | ValidationStyle::None => {}
    }
    d.found
}

struct Describer {
    model: &'static Model,
    path: Vec<String>,
    found: Violations,
}

impl Describer {
    fn structure(&mut self, shape: &'static Shape, value: &Value) {
        let Value::Record(members) = value else { return };
        for (i, m) in shape.members.iter().enumerate() {
            let target = self.model.shape(m.target);
            self.path.push(java::lower_first(m.name));
            match members.iter().find(|(index, _, _)| usize::from(*index) == i) {
                Some((_, _, Value::Null)) | None if m.flags.has(Flags::REQUIRED) => self.null(),
                Some((_, _, v)) => self.any(target, v),
                None => {}
            }
            self.path.pop();
        }
    }

    fn any(&mut self, shape: &'static Shape, value: &Value) {
        match (shape.kind, value) {
            (_, Value::Null) => {}
            (Kind::Structure, _) => self.structure(shape, value),
            (Kind::List, Value::List(items)) => self.list(shape, value, items),
            (Kind::Map, Value::Map(entries)) => self.map(shape, value, entries),
            _ => {
                let own = match &self.path[..] {
                    [name] => words::own(self.model, shape, name),
                    _ => None,
                };
                for constraint in failed(self.model, shape, value) {
                    match &own {
                        Some(text) if constraint.starts_with(PATTERN) => {
                            self.found.own.get_or_insert_with(|| text.clone());
                        }
                        _ => self.push(shape, value, &constraint),
                    }
                }
            }
        }
    }

    fn list(&mut self, shape: &'static Shape, value: &Value, items: &[Value]) {
        for constraint in length_failed(shape, items.len()) {
            self.push(shape, value, &constraint);
        }
        let Some(m) = shape.members.first() else { return };
        let item = self.model.shape(m.target);
        let nullable = shape.flags.has(Flags::SPARSE);
        if items.iter().any(|v| !item_ok(self.model, item, v, nullable)) {
            let inner = inner_constraints(item, nullable);
            self.push(shape, value, &format!("Member must satisfy constraint: {inner}"));
        }
        if !scalar(item.kind) {
            for (i, v) in items.iter().enumerate() {
                self.within([(i + 1).to_string(), "member".to_owned()], item, v);
            }
        }
    }

    fn map(&mut self, shape: &'static Shape, value: &Value, entries: &[(String, Value)]) {
        for constraint in length_failed(shape, entries.len()) {
            self.push(shape, value, &constraint);
        }
        let [key, item] = &*shape.members else { return };
        let (key, item) = (self.model.shape(key.target), self.model.shape(item.target));
        let nullable = shape.flags.has(Flags::SPARSE);
        if entries.iter().any(|(k, _)| !crate::validate::text_ok(key, k)) {
            let inner = inner_constraints(key, true);
            self.push(shape, value, &format!("Map keys must satisfy constraint: {inner}"));
        }
        if entries.iter().any(|(_, v)| !item_ok(self.model, item, v, nullable)) {
            let inner = inner_constraints(item, nullable);
            self.push(shape, value, &format!("Map value must satisfy constraint: {inner}"));
        }
        if !scalar(item.kind) {
            for (k, v) in entries {
                self.within([k.clone(), "member".to_owned()], item, v);
            }
        }
    }

    fn within(&mut self, steps: [String; 2], shape: &'static Shape, value: &Value) {
        self.path.extend(steps);
        self.any(shape, value);
        self.path.truncate(self.path.len() - 2);
    }

    fn null(&mut self) {
        let path = self.path.join(".");
        self.keep(|| format!("Value null at '{path}' failed to satisfy constraint: {NOT_NULL}"));
    }

    fn push(&mut self, shape: &'static Shape, value: &Value, constraint: &str) {
        let path = self.path.join(".");
        let model = self.model;
        let concealed = CONCEALED.contains(&(model.id, shape.name));
        self.keep(|| {
            let constraint = match constraint.split_once(": [") {
                Some((bare, _)) if concealed && !shape.enum_values.is_empty() => bare,
                _ => constraint,
            };
            if concealed || shape.flags.has(Flags::SENSITIVE) {
                return format!("Value at '{path}' failed to satisfy constraint: {constraint}");
            }
            let shown = java::show(model, shape, value, SHOWN_BYTES);
            format!("Value '{shown}' at '{path}' failed to satisfy constraint: {constraint}")
        });
    }

    fn keep(&mut self, text: impl FnOnce() -> String) {
        if self.found.items.len() < KEPT {
            self.found.items.push(text());
        } else {
            self.found.more += 1;
        }
    }

    /// Names of required members that are missing, as query parameters.
    fn missing(&mut self, shape: &'static Shape, value: &Value, prefix: &str) {
        let Value::Record(members) = value else { return };
        for (i, m) in shape.members.iter().enumerate() {
            let target = self.model.shape(m.target);
            let name = format!("{prefix}{}", query::parameter_name(self.model, m, target));
            match members.iter().find(|(index, _, _)| usize::from(*index) == i) {
                None if m.flags.has(Flags::REQUIRED) => self.keep(|| name),
                None => {}
                Some((_, _, v)) => self.missing_in(target, v, &name),
            }
        }
    }

    fn missing_in(&mut self, shape: &'static Shape, value: &Value, name: &str) {
        match (shape.kind, value) {
            (Kind::Structure, _) => self.missing(shape, value, &format!("{name}.")),
            (Kind::List, Value::List(items)) => {
                let Some(m) = shape.members.first() else { return };
                for (i, v) in items.iter().enumerate() {
                    self.missing_in(self.model.shape(m.target), v, &format!("{name}.{}", i + 1));
                }
            }
            (Kind::Map, Value::Map(entries)) => {
                let [_, m] = &*shape.members else { return };
                for (i, (_, v)) in entries.iter().enumerate() {
                    let name = format!("{name}.{}.{}", i + 1, m.wire());
                    self.missing_in(self.model.shape(m.target), v, &name);
                }
            }
            _ => {}
        }
    }
}

/// Whether an item of a list or map satisfies its own shape; items with a path of their own count as fine.
fn item_ok(model: &'static Model, shape: &'static Shape, value: &Value, nullable: bool) -> bool {
    match value {
        Value::Null => nullable,
        _ if !scalar(shape.kind) => true,
        _ => failed(model, shape, value).is_empty(),
    }
}

/// The constraints that one scalar fails. Order as recorded (EventBridge): pattern, length, enum.
fn failed(model: &'static Model, shape: &'static Shape, value: &Value) -> Vec<String> {
    let _ = model;
    match value {
        Value::String(v) => {
            let mut out = Vec::new();
            if let Some(p) = shape.pattern.filter(|p| !pattern::matches(p, v)) {
                out.push(pattern_text(p));
            }
            if !text_length_ok(shape, v) {
                out.extend(length_failed(shape, crate::validate::chars(v)));
            }
            if !enum_ok(shape, v) {
                out.push(enum_text(shape));
            }
            out
        }
        Value::Blob(v) => length_failed(shape, v.0.len()),
        Value::Integer(v) if !integer_ok(shape, *v) => {
            let below = shape.min.is_some_and(|min| *v < min);
            vec![bound_text(shape, "value", below)]
        }
        Value::Double(v) if !double_ok(shape, *v) => {
            let below = shape.min.is_some_and(|min| *v < min as f64);
            vec![bound_text(shape, "value", below)]
        }
        _ => Vec::new(),
    }
}

fn length_failed(shape: &Shape, n: usize) -> Vec<String> {
    if length_ok(shape, n) {
        return Vec::new();
    }
    let below = shape.min.is_some_and(|min| (n as i64) < min);
    vec![bound_text(shape, "length", below)]
}

/// All constraints of an item's shape, failed or not: AWS lists them so. Order as recorded (Lambda, API Gateway).
fn inner_constraints(shape: &Shape, nullable: bool) -> String {
    let word = if matches!(shape.kind, Kind::Integer | Kind::Long | Kind::Float | Kind::Double) {
        "value"
    } else {
        "length"
    };
    let mut all = Vec::new();
    if scalar(shape.kind) {
        all.extend(shape.max.map(|_| bound_text(shape, word, false)));
        all.extend(shape.min.map(|_| bound_text(shape, word, true)));
        all.extend(shape.pattern.map(pattern_text));
        if !shape.enum_values.is_empty() {
            all.push(enum_text(shape));
        }
    }
    if !nullable {
        all.push(NOT_NULL.to_owned());
    }
    format!("[{}]", all.join(", "))
}

fn bound_text(shape: &Shape, word: &str, below: bool) -> String {
    let (side, bound) = if below { ("greater", shape.min) } else { ("less", shape.max) };
    let bound = bound.unwrap_or_default();
    let fraction = if matches!(shape.kind, Kind::Float | Kind::Double) { ".0" } else { "" };
    format!("Member must have {word} {side} than or equal to {bound}{fraction}")
}

fn pattern_text(pattern: &str) -> String {
    format!("{PATTERN}{pattern}")
}

fn enum_text(shape: &Shape) -> String {
    format!("Member must satisfy enum value set: [{}]", shape.enum_values.join(", "))
}
