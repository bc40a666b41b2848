//! Routes, requests and random values for the other tests.

use codec::{Fault, Reply, Request, Route, Value, Violations};
use http::HeaderMap;
use model::{Flags, Kind, Model, Protocol, Shape};

/// The model of a service that must be there.
pub fn service(id: &str) -> &'static Model {
    model::service(id).unwrap_or_else(|| panic!("no model {id}"))
}

/// A route to an operation without path labels.
pub fn route(service_id: &str, operation: &str, protocol: Protocol) -> Route {
    let model = service(service_id);
    let operation = model.operation(operation).unwrap_or_else(|| panic!("no operation {operation}"));
    Route { model, operation, protocol, labels: Vec::new() }
}

/// Decodes a body into an untyped value.
pub fn decode(route: &Route, body: &[u8]) -> Result<(Value, Violations), Fault> {
    let headers = HeaderMap::new();
    let req = Request { method: "POST", path: "/", query: "", headers: &headers, body };
    let mut value = Value::record();
    let violations = codec::decode(route, &req, &mut value)?;
    Ok((value, violations))
}

/// A valid body's value as plain JSON.
pub fn decoded(route: &Route, body: &str) -> String {
    let (value, _) = decode(route, body.as_bytes()).unwrap_or_else(|f| panic!("{body}: {f:?}"));
    let shape = route.input().expect("the operation has an input");
    codec::to_json(route.model, shape, &value, codec::Spelling::Model)
}

/// A value of an operation's output from plain JSON.
pub fn output(route: &Route, json: &str) -> Value {
    let shape = route.output().expect("the operation has an output");
    codec::from_json(route.model, shape, json).unwrap_or_else(|e| panic!("{json}: {e:?}"))
}

/// A reply's body as text.
pub fn body(reply: &Reply) -> String {
    String::from_utf8(reply.body.to_vec()).unwrap()
}

/// A reply's header.
pub fn header<'r>(reply: &'r Reply, name: &str) -> Option<&'r str> {
    reply.headers.iter().find(|(n, _)| n.as_str() == name).map(|(_, v)| v.to_str().unwrap())
}

/// A small seeded generator (xorshift64*): the same seed, the same values.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 16) % n
    }

    pub fn text(&mut self) -> String {
        const PARTS: [&str; 16] =
            ["a", "Z", "0", " ", "é", "😀", "\"", "\\", "&", "<", ">", "\r\n", "\t", "+", "%41", "="];
        let n = 1 + self.below(6);
        (0..n).map(|_| PARTS[self.below(16) as usize]).collect()
    }
}

/// What a protocol can't tell apart, and values therefore avoid.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Empty structures vanish (forms).
    pub no_empty_structures: bool,
    /// Empty lists and maps vanish (flattened XML).
    pub no_empty_collections: bool,
}

/// A random value of that shape; none when nothing can be said within the depth.
pub fn random(
    r: &mut Random,
    model: &'static Model,
    shape: &'static Shape,
    depth: u32,
    l: Limits,
) -> Option<Value> {
    let target = |i: usize| model.shape(shape.members[i].target);
    let count = |r: &mut Random| if l.no_empty_collections { 1 + r.below(3) } else { r.below(4) };
    Some(match shape.kind {
        Kind::Structure => structure(r, model, shape, depth, l)?,
        Kind::List | Kind::Map if depth == 0 => return None,
        Kind::List => {
            let n = count(r);
            let items: Option<Vec<Value>> =
                (0..n).map(|_| random(r, model, target(0), depth - 1, l)).collect();
            Value::List(items?)
        }
        Kind::Map => {
            let n = count(r);
            let entry = |i| Some((format!("{i}{}", r.text()), random(r, model, target(1), depth - 1, l)?));
            let entries: Option<Vec<(String, Value)>> = (0..n).map(entry).collect();
            Value::Map(entries?)
        }
        Kind::String => Value::String(r.text()),
        Kind::Blob => Value::Blob(codec::Blob(r.text().into_bytes())),
        Kind::Boolean => Value::Bool(r.below(2) == 0),
        Kind::Integer => Value::Integer(r.next() as i64 >> 33),
        Kind::Long => Value::Integer(r.next() as i64),
        Kind::Float | Kind::Double => Value::Double((r.next() as i64 >> 40) as f64 / 8.0),
        Kind::Timestamp => Value::Timestamp(codec::Timestamp::from_epoch_s(r.below(4_000_000_000) as i64)),
        Kind::Document => return None,
    })
}

fn structure(
    r: &mut Random,
    model: &'static Model,
    shape: &'static Shape,
    depth: u32,
    l: Limits,
) -> Option<Value> {
    let mut members = Vec::new();
    if depth > 0 && !shape.flags.has(Flags::EVENT_STREAM) {
        for (i, m) in shape.members.iter().enumerate() {
            if r.below(3) == 0 {
                continue;
            }
            if let Some(v) = random(r, model, model.shape(m.target), depth - 1, l) {
                members.push((i as u16, m.name, v));
            }
        }
    }
    if members.is_empty() && l.no_empty_structures {
        return None;
    }
    Some(Value::Record(members))
}
