//! Values as plain JSON, by model name: for scenarios, the trail, the outbox, and for showing records to people. Not a
//! wire protocol: names are the model's, moments ISO 8601.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Flags, Model, Protocol, Shape};

use crate::java::lower_first;
use crate::json::read::JsonReader;
use crate::json::write::{put_document, put_double, put_integer, put_string};
use crate::record::{Document, R, Reader as _, Record, WireError};
use crate::validate::Checker;
use crate::value::Value;
use crate::value_io::to_value;

/// How names and secrets are rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// Names as in the model, everything shown: reads back as the same value.
    #[default]
    Model,
    /// CloudTrail's: first letters lower, sensitive members as `HIDDEN_DUE_TO_SECURITY_REASONS`.
    Trail,
}

const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Renders a value of that shape as JSON.
pub fn to_json(model: &'static Model, shape: &'static Shape, value: &Value, spelling: Spelling) -> String {
    let mut out = Vec::with_capacity(128);
    put(&mut out, model, shape, value, spelling);
    text(out)
}

/// Reads what [`to_json`] rendered with [`Spelling::Model`]; unknown members are refused by name.
pub fn from_json(model: &'static Model, shape: &'static Shape, text: &str) -> R<Value> {
    let mut checker = Checker::off();
    let mut reader = JsonReader::new(model, shape, Protocol::Json11, text, &mut checker).strict();
    let mut value = Value::record();
    reader.record(&mut value)?;
    reader.end()?;
    value.settle(shape);
    Ok(value)
}

/// A record for people's eyes: model names, sensitive members hidden.
pub fn show(model: &'static Model, shape: &'static Shape, record: &dyn Record) -> String {
    match to_value(model, shape, record) {
        Ok(value) => {
            let mut out = Vec::new();
            put(&mut out, model, shape, &value, Spelling::Trail);
            format!("{} {}", shape.name, text(out))
        }
        Err(WireError(why)) => format!("{} ({why})", shape.name),
    }
}

/// A document as JSON text.
pub(crate) fn document_json(v: &Document) -> String {
    let mut out = Vec::new();
    put_document(&mut out, v);
    text(out)
}

/// A value without a shape: extra members of faults.
pub(crate) fn put_untyped(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::List(items) => sequence(out, items, put_untyped),
        Value::Map(entries) => {
            object(out, entries, |(k, _)| k.clone(), |out, (_, v)| put_untyped(out, v));
        }
        Value::Record(members) => {
            object(out, members, |(_, name, _)| (*name).to_owned(), |out, (_, _, v)| put_untyped(out, v));
        }
        _ => put_scalar(out, value),
    }
}

fn put(out: &mut Vec<u8>, model: &'static Model, shape: &'static Shape, value: &Value, spelling: Spelling) {
    if spelling == Spelling::Trail && shape.flags.has(Flags::SENSITIVE) && *value != Value::Null {
        return put_string(out, HIDDEN);
    }
    let target = |i: usize| shape.members.get(i).map_or(shape, |m| model.shape(m.target));
    match value {
        Value::List(items) => sequence(out, items, |out, v| put(out, model, target(0), v, spelling)),
        Value::Map(entries) => {
            object(out, entries, |(k, _)| k.clone(), |out, (_, v)| put(out, model, target(1), v, spelling));
        }
        Value::Record(members) => object(
            out,
            members,
            |(_, name, _)| match spelling {
                Spelling::Model => (*name).to_owned(),
                Spelling::Trail => lower_first(name),
            },
            |out, (i, _, v)| put(out, model, target(usize::from(*i)), v, spelling),
        ),
        _ => put_scalar(out, value),
    }
}

fn put_scalar(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Bool(v) => out.extend_from_slice(if *v { b"true" } else { b"false" }),
        Value::Integer(v) => put_integer(out, *v),
        Value::Double(v) => put_double(out, *v),
        Value::String(v) => put_string(out, v),
        Value::Blob(v) => put_string(out, &STANDARD.encode(&v.0)),
        Value::Timestamp(t) => put_string(out, &t.iso8601(t.epoch_ms % 1000 != 0)),
        Value::Document(v) => put_document(out, v),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Record(_) => out.extend_from_slice(b"null"),
    }
}

fn sequence<T>(out: &mut Vec<u8>, items: &[T], each: impl Fn(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        each(out, item);
    }
    out.push(b']');
}

fn object<T>(out: &mut Vec<u8>, items: &[T], name: impl Fn(&T) -> String, each: impl Fn(&mut Vec<u8>, &T)) {
    out.push(b'{');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        put_string(out, &name(item));
        out.push(b':');
        each(out, item);
    }
    out.push(b'}');
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("only whole strings were written")
}
