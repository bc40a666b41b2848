//! Between the vectors' plain JSON values and [`Value`]s: blobs are texts, moments are seconds since 1970.

use std::collections::BTreeMap;

use codec::{Blob, Document, Timestamp, Value};
use model::{Flags, Kind, Member, Model, Shape};
use serde_json::{Map, Number, Value as Json, json};

/// The value that a vector's JSON stands for.
pub fn from_json(
    model: &'static Model,
    shape: &'static Shape,
    member: Option<&Member>,
    json: &Json,
) -> Value {
    if json.is_null() {
        return Value::Null;
    }
    match shape.kind {
        Kind::Structure => {
            let members = json.as_object().unwrap().iter().filter_map(|(name, v)| {
                let (_, m) = shape.member(name)?;
                Some((m.name, from_json(model, model.shape(m.target), Some(m), v)))
            });
            Value::of(shape, members)
        }
        Kind::List => {
            let m = &shape.members[0];
            let items = json.as_array().unwrap().iter();
            Value::List(items.map(|v| from_json(model, model.shape(m.target), Some(m), v)).collect())
        }
        Kind::Map => {
            let m = &shape.members[1];
            let entries = json.as_object().unwrap().iter();
            Value::Map(
                entries
                    .map(|(k, v)| (k.clone(), from_json(model, model.shape(m.target), Some(m), v)))
                    .collect(),
            )
        }
        Kind::String if member.is_some_and(|m| m.flags.has(Flags::JSON_VALUE)) => {
            Value::String(json_value(json))
        }
        Kind::String => Value::String(json.as_str().unwrap().to_owned()),
        Kind::Blob => Value::Blob(Blob(json.as_str().unwrap().as_bytes().to_vec())),
        Kind::Boolean => Value::Bool(json.as_bool().unwrap()),
        Kind::Integer | Kind::Long => Value::Integer(json.as_i64().unwrap()),
        Kind::Float | Kind::Double => Value::Double(match json.as_str() {
            Some(special) => special.parse().unwrap(),
            None => json.as_f64().unwrap(),
        }),
        Kind::Timestamp => {
            Value::Timestamp(Timestamp { epoch_ms: (json.as_f64().unwrap() * 1000.0).round() as i64 })
        }
        Kind::Document => Value::Document(document(json)),
    }
}

/// A `jsonvalue` member: its JSON, where the vector has it parsed.
pub fn json_value(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

fn document(json: &Json) -> Document {
    match json {
        Json::Null => Document::Null,
        Json::Bool(v) => Document::Bool(*v),
        Json::Number(n) => {
            n.as_i64().map_or_else(|| Document::Double(n.as_f64().unwrap()), Document::Integer)
        }
        Json::String(v) => Document::String(v.clone()),
        Json::Array(items) => Document::List(items.iter().map(document).collect()),
        Json::Object(entries) => {
            Document::Map(entries.iter().map(|(k, v)| (k.clone(), document(v))).collect::<BTreeMap<_, _>>())
        }
    }
}

/// A value as the vectors would write it.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(v) => json!(v),
        Value::Integer(v) => json!(v),
        Value::Double(v) => double(*v),
        Value::String(v) => json!(v),
        Value::Blob(v) => json!(String::from_utf8_lossy(&v.0)),
        Value::Timestamp(v) => json!(v.epoch_ms as f64 / 1000.0),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(entries) => Json::Object(entries.iter().map(|(k, v)| (k.clone(), to_json(v))).collect()),
        Value::Record(members) => {
            Json::Object(members.iter().map(|(_, k, v)| ((*k).to_owned(), to_json(v))).collect::<Map<_, _>>())
        }
        Value::Document(v) => document_json(v),
    }
}

fn double(v: f64) -> Json {
    match Number::from_f64(v) {
        Some(n) => Json::Number(n),
        None if v.is_nan() => json!("NaN"),
        None => json!(if v > 0.0 { "Infinity" } else { "-Infinity" }),
    }
}

fn document_json(v: &Document) -> Json {
    match v {
        Document::Null => Json::Null,
        Document::Bool(v) => json!(v),
        Document::Integer(v) => json!(v),
        Document::Double(v) => double(*v),
        Document::String(v) => json!(v),
        Document::List(items) => items.iter().map(document_json).collect(),
        Document::Map(entries) => {
            Json::Object(entries.iter().map(|(k, v)| (k.clone(), document_json(v))).collect())
        }
    }
}
