//! Values and names as Java prints them, since AWS's validation texts quote `toString()`.

use std::fmt::Write as _;

use model::{Flags, Kind, Model, Shape};

use crate::value::Value;

/// `QueueUrl` → `queueUrl`; only the first letter changes (`SAMLAssertion` → `sAMLAssertion`).
pub(crate) fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// The value's `toString()`, cut off at about `limit` bytes.
pub(crate) fn show(model: &'static Model, shape: &'static Shape, value: &Value, limit: usize) -> String {
    let mut out = String::new();
    put(&mut out, model, shape, value, limit);
    if out.len() > limit {
        let mut end = limit;
        while !out.is_char_boundary(end) {
            end -= 1;
        }
        out.truncate(end);
    }
    out
}

fn put(out: &mut String, model: &'static Model, shape: &'static Shape, value: &Value, limit: usize) {
    if out.len() > limit {
        return;
    }
    if shape.flags.has(Flags::SENSITIVE) {
        out.push_str("***Sensitive Data Redacted***");
        return;
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(v) => out.push_str(if *v { "true" } else { "false" }),
        Value::Integer(v) => drop(write!(out, "{v}")),
        Value::Double(v) => drop(write!(out, "{v:?}")),
        Value::String(v) => out.push_str(v),
        Value::Blob(b) => {
            let n = b.0.len();
            let _ = write!(out, "java.nio.HeapByteBuffer[pos=0 lim={n} cap={n}]");
        }
        Value::Timestamp(t) => out.push_str(&t.iso8601(true)),
        Value::Document(d) => out.push_str(&crate::plain::document_json(d)),
        Value::List(items) => put_list(out, model, shape, items, limit),
        Value::Map(entries) => put_map(out, model, shape, entries, limit),
        Value::Record(_) => put_record(out, model, shape, value, limit),
    }
}

fn put_list(out: &mut String, model: &'static Model, shape: &'static Shape, items: &[Value], limit: usize) {
    let Some(m) = shape.members.first() else { return };
    let item = model.shape(m.target);
    out.push('[');
    for (i, v) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        put(out, model, item, v, limit);
        if out.len() > limit {
            return;
        }
    }
    out.push(']');
}

fn put_map(
    out: &mut String,
    model: &'static Model,
    shape: &'static Shape,
    entries: &[(String, Value)],
    limit: usize,
) {
    let [_, m] = &*shape.members else { return };
    let item = model.shape(m.target);
    out.push('{');
    for (i, (k, v)) in entries.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        out.push_str(k);
        out.push('=');
        put(out, model, item, v, limit);
        if out.len() > limit {
            return;
        }
    }
    out.push('}');
}

fn put_record(out: &mut String, model: &'static Model, shape: &'static Shape, value: &Value, limit: usize) {
    debug_assert_eq!(shape.kind, Kind::Structure);
    out.push_str(shape.name);
    out.push('(');
    for (i, m) in shape.members.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        out.push_str(&lower_first(m.name));
        out.push('=');
        put(out, model, model.shape(m.target), value.get(m.name).unwrap_or(&Value::Null), limit);
        if out.len() > limit {
            return;
        }
    }
    out.push(')');
}
