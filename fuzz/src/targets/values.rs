//! Random values of a model's shapes, and their spelling in the bodies that `codec::client` does not write: CBOR and
//! REST-XML. Good enough to begin from; nothing here is held to be right.

use codec::{Blob, Timestamp, Value};
use model::{Flags, Kind, Location, Model, Shape};

use crate::random::Random;

/// A value of that shape, down to a depth; none where nothing can be said.
pub fn random(r: &mut Random, model: &'static Model, shape: &'static Shape, depth: u32) -> Option<Value> {
    let target = |i: usize| model.shape(shape.members[i].target);
    Some(match shape.kind {
        Kind::Structure => {
            let mut members = Vec::new();
            if depth > 0 && !shape.flags.has(Flags::EVENT_STREAM) {
                for (i, m) in shape.members.iter().enumerate() {
                    let wanted = m.flags.has(Flags::REQUIRED) || shape.members.len() < 4 || r.one_in(3);
                    let value =
                        if wanted { random(r, model, model.shape(m.target), depth - 1) } else { None };
                    members.extend(value.map(|v| (i as u16, m.name, v)));
                }
            }
            Value::Record(members)
        }
        Kind::List | Kind::Map if depth == 0 => return None,
        Kind::List => {
            Value::List((0..1 + r.below(2)).filter_map(|_| random(r, model, target(0), depth - 1)).collect())
        }
        Kind::Map => Value::Map(
            (0..1 + r.below(2))
                .filter_map(|i| Some((format!("k{i}"), random(r, model, target(1), depth - 1)?)))
                .collect(),
        ),
        Kind::String => Value::String(text(r, shape)),
        Kind::Blob => Value::Blob(Blob(vec![0x68; r.below(5)])),
        Kind::Boolean => Value::Bool(r.one_in(2)),
        Kind::Integer => Value::Integer(r.below(300) as i64),
        Kind::Long => Value::Integer(r.next_u64() as i64 >> r.below(60)),
        Kind::Float | Kind::Double => Value::Double((r.next_u64() as i64 >> 40) as f64 / 8.0),
        Kind::Timestamp => Value::Timestamp(Timestamp::from_epoch_s(r.below(4_000_000_000) as i64)),
        Kind::Document => return None,
    })
}

fn text(r: &mut Random, shape: &Shape) -> String {
    const TEXTS: [&str; 6] =
        ["a", "aZ-09", "é😀", "a b&c<d>\"e\\", "arn:aws:sqs:us-east-1:000000000000:q", "1"];
    match shape.enum_values.len() {
        0 => (*r.pick(&TEXTS)).to_owned(),
        _ => (*r.pick(&shape.enum_values)).to_owned(),
    }
}

/// A value as CBOR, by model name.
pub fn put_cbor(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null | Value::Document(_) => out.push(0xf6),
        Value::Bool(b) => out.push(0xf4 + u8::from(*b)),
        Value::Integer(n) if *n < 0 => cbor_head(out, 1, !*n as u64),
        Value::Integer(n) => cbor_head(out, 0, *n as u64),
        Value::Double(d) => {
            out.push(0xfb);
            out.extend_from_slice(&d.to_be_bytes());
        }
        Value::String(s) => put_cbor_text(out, s),
        Value::Blob(b) => {
            cbor_head(out, 2, b.0.len() as u64);
            out.extend_from_slice(&b.0);
        }
        Value::Timestamp(t) => {
            out.push(0xc1);
            put_cbor(out, &Value::Integer(t.epoch_ms / 1000));
        }
        Value::List(items) => {
            cbor_head(out, 4, items.len() as u64);
            items.iter().for_each(|item| put_cbor(out, item));
        }
        Value::Map(entries) => {
            cbor_head(out, 5, entries.len() as u64);
            for (key, value) in entries {
                put_cbor_text(out, key);
                put_cbor(out, value);
            }
        }
        Value::Record(members) => {
            cbor_head(out, 5, members.len() as u64);
            for (_, name, value) in members {
                put_cbor_text(out, name);
                put_cbor(out, value);
            }
        }
    }
}

fn put_cbor_text(out: &mut Vec<u8>, text: &str) {
    cbor_head(out, 3, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn cbor_head(out: &mut Vec<u8>, major: u8, n: u64) {
    match n {
        0..=23 => out.push(major << 5 | n as u8),
        24..=255 => out.extend_from_slice(&[major << 5 | 24, n as u8]),
        _ => {
            out.push(major << 5 | 27);
            out.extend_from_slice(&n.to_be_bytes());
        }
    }
}

/// A value as an XML element, with those members of structures that travel in the body.
pub fn put_xml(out: &mut String, model: &'static Model, shape: &'static Shape, name: &str, value: &Value) {
    match value {
        Value::List(items) if !shape.members.is_empty() => {
            let inner = &shape.members[0];
            let flat = shape.flags.has(Flags::FLATTENED);
            let item_name = if flat { name } else { inner.wire_name.unwrap_or("member") };
            let put = |out: &mut String| {
                items.iter().for_each(|item| put_xml(out, model, model.shape(inner.target), item_name, item));
            };
            if flat { put(out) } else { element(out, name, put) }
        }
        Value::Record(members) => element(out, name, |out| {
            for (index, _, value) in members {
                let m = &shape.members[usize::from(*index)];
                if m.location == Location::Body {
                    put_xml(out, model, model.shape(m.target), m.wire(), value);
                }
            }
        }),
        other => element(out, name, |out| out.push_str(&escaped(&scalar(other)))),
    }
}

fn element(out: &mut String, name: &str, inner: impl FnOnce(&mut String)) {
    out.push_str(&format!("<{name}>"));
    inner(out);
    out.push_str(&format!("</{name}>"));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A scalar as text; empty for anything else.
pub fn scalar(value: &Value) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Integer(n) => n.to_string(),
        Value::Double(d) => d.to_string(),
        Value::String(s) => s.clone(),
        Value::Timestamp(t) => t.iso8601(false),
        _ => String::new(),
    }
}
