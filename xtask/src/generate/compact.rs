//! Turns one service's botocore JSON and overlay into a blob: service facts and operations here, shapes in `shapes.rs`.
//! Documentation and examples are dropped.

use std::collections::HashMap;

use model::Flags;
use serde_json::{Map, Value};

use super::botocore::Source;
use super::overlay::Overlay;
use super::sink::Sink;
use crate::Outcome;

mod shapes;

/// What all steps need: where shapes stand, and the overlay.
struct Context<'a> {
    source: &'a Source,
    overlay: &'a Overlay,
    ids: HashMap<&'a str, u64>,
    protocols: Vec<&'a str>,
}

/// A service's blob.
pub fn blob(source: &Source, overlay: &Overlay) -> Outcome<Vec<u8>> {
    let shapes = object(&source.service["shapes"])?;
    let ids: HashMap<&str, u64> = shapes.keys().map(String::as_str).zip(0..).collect();
    if ids.len() > usize::from(u16::MAX) {
        return Err("more than 65,535 shapes".to_owned());
    }
    let cx = Context { source, overlay, ids, protocols: protocols(source, overlay) };
    cx.overlay_fits()?;
    let mut out = Sink::default();
    cx.service(&mut out)?;
    out.number(shapes.len() as u64);
    for (name, shape) in shapes {
        cx.shape(&mut out, name, shape)?;
    }
    let operations = object(&source.service["operations"])?;
    out.number(operations.len() as u64);
    for (name, op) in operations {
        cx.operation(&mut out, name, op)?;
    }
    Ok(out.finish())
}

/// botocore's protocols, the preferred one first, then the overlay's.
fn protocols<'a>(source: &'a Source, overlay: &'a Overlay) -> Vec<&'a str> {
    let meta = &source.service["metadata"];
    let preferred = meta["protocol"].as_str();
    let listed = meta["protocols"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut all: Vec<&str> = Vec::new();
    for p in preferred.into_iter().chain(listed).chain(overlay.protocols.iter().map(String::as_str)) {
        if !all.contains(&p) {
            all.push(p);
        }
    }
    all
}

/// In the order of `Cursor::protocol` in wire/model.
fn protocol_number(name: &str, json_version: Option<&str>) -> Outcome<u8> {
    match (name, json_version) {
        ("json", Some("1.0")) => Ok(0),
        ("json", Some("1.1")) => Ok(1),
        ("query", _) => Ok(2),
        ("ec2", _) => Ok(3),
        ("rest-json", _) => Ok(4),
        ("rest-xml", _) => Ok(5),
        ("smithy-rpc-v2-cbor", _) => Ok(6),
        _ => Err(format!("unknown protocol {name} {json_version:?}")),
    }
}

impl Context<'_> {
    /// Every name in the overlay must be there, so that an overlay cannot go stale silently.
    fn overlay_fits(&self) -> Outcome {
        let shape_members = |path: &str| {
            let (shape, member) = path.split_once('.')?;
            let shape = &self.source.service["shapes"][shape];
            let known = shape["members"].get(member).is_some() || shape.get(member).is_some();
            known.then_some(())
        };
        let o = self.overlay;
        let operations = &self.source.service["operations"];
        let members = o.query_names.keys().chain(&o.optional).filter(|p| shape_members(p).is_none());
        let shapes = o.enums.keys().chain(o.errors.keys()).filter(|s| !self.ids.contains_key(s.as_str()));
        let named = o.output_roots.keys().chain(&o.unwrapped_outputs);
        let unknown = members.chain(shapes).chain(named.filter(|op| operations.get(op.as_str()).is_none()));
        match unknown.map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => Ok(()),
            names => Err(format!("overlay: the model has no {}", names.join(", "))),
        }
    }

    fn service(&self, out: &mut Sink) -> Outcome {
        let meta = &self.source.service["metadata"];
        let endpoint = required(meta, "endpointPrefix")?;
        out.text(&self.source.id);
        out.text(required(meta, "serviceFullName")?);
        out.text(required(meta, "serviceId")?);
        out.text(required(meta, "apiVersion")?);
        out.text(text(meta, "signingName").unwrap_or(endpoint));
        out.text(endpoint);
        out.opt_text(text(meta, "targetPrefix"));
        out.opt_text(self.overlay.xml_namespace.as_deref().or(text(meta, "xmlNamespace")));
        out.number(self.protocols.len() as u64);
        for p in &self.protocols {
            out.byte(protocol_number(p, text(meta, "jsonVersion"))?);
        }
        out.byte(u8::from(meta.get("awsQueryCompatible").is_some()));
        self.validation(out)?;
        out.opt_text(self.overlay.error_namespace.as_deref());
        Ok(())
    }

    /// Style and code: the overlay's, else what most services of the preferred protocol do.
    fn validation(&self, out: &mut Sink) -> Outcome {
        let query = matches!(self.protocols.first(), Some(&"query") | Some(&"ec2"));
        let style = match self.overlay.validation.as_deref() {
            None | Some("coral") => 0,
            Some("query-missing") => 1,
            Some("own") => 2,
            Some("none") => 3,
            Some(other) => return Err(format!("unknown validation style {other}")),
        };
        out.byte(style);
        let usual = match (style, query) {
            (1, _) => "MissingParameter",
            (_, true) => "ValidationError",
            (_, false) => "ValidationException",
        };
        out.text(self.overlay.validation_code.as_deref().unwrap_or(usual));
        Ok(())
    }

    fn operation(&self, out: &mut Sink, name: &str, op: &Value) -> Outcome {
        let http = &op["http"];
        out.text(name);
        out.text(required(http, "method")?);
        out.text(required(http, "requestUri")?);
        out.number(http["responseCode"].as_u64().unwrap_or(200));
        out.opt_number(self.target(&op["input"])?);
        let output = self.target(&op["output"])?;
        out.opt_number(output);
        let usual_wrapper = format!("{name}Result");
        let usual_wrapper =
            (self.overlay.result_wrappers && output.is_some()).then_some(usual_wrapper.as_str());
        out.opt_text(text(&op["output"], "resultWrapper").or(usual_wrapper));
        out.opt_text(text(&op["input"], "locationName"));
        out.opt_text(text(&op["input"]["xmlNamespace"], "uri"));
        out.opt_text(self.overlay.output_roots.get(name).map(String::as_str));
        out.opt_text(text(&op["endpoint"], "hostPrefix"));
        out.number(u64::from(self.operation_flags(name, op)));
        let errors = op["errors"].as_array().map_or(&[][..], Vec::as_slice);
        out.number(errors.len() as u64);
        for e in errors {
            out.number(self.target(e)?.ok_or("an error without shape")?);
        }
        pagination(out, self.source.paginators.get(name))
    }

    fn operation_flags(&self, name: &str, op: &Value) -> u32 {
        let auth = op["auth"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let auth_type = text(op, "authtype");
        let facts = [
            (
                auth_type == Some("none") || auth.into_iter().next() == Some("smithy.api#noAuth"),
                Flags::NO_AUTH,
            ),
            (is(op, "unsignedPayload") || auth_type == Some("v4-unsigned-body"), Flags::UNSIGNED_PAYLOAD),
            (is(op, "deprecated"), Flags::DEPRECATED),
            (
                is(op, "httpChecksumRequired") || is(&op["httpChecksum"], "requestChecksumRequired"),
                Flags::CHECKSUM_REQUIRED,
            ),
            (self.overlay.unwrapped_outputs.iter().any(|o| o == name), Flags::UNWRAPPED_OUTPUT),
        ];
        flags(&facts)
    }

    /// Index of the shape that a reference names.
    fn target(&self, reference: &Value) -> Outcome<Option<u64>> {
        match text(reference, "shape") {
            None => Ok(None),
            Some(s) => self.ids.get(s).copied().map(Some).ok_or_else(|| format!("no shape {s}")),
        }
    }
}

fn pagination(out: &mut Sink, p: Option<&Value>) -> Outcome {
    let Some(p) = p else {
        out.byte(0);
        return Ok(());
    };
    out.byte(1);
    out.texts(&one_or_many(&p["input_token"]));
    out.texts(&one_or_many(&p["output_token"]));
    out.opt_text(text(p, "limit_key"));
    out.texts(&one_or_many(&p["result_key"]));
    out.opt_text(text(p, "more_results"));
    Ok(())
}

fn one_or_many(v: &Value) -> Vec<&str> {
    match v {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

fn flags(facts: &[(bool, u32)]) -> u32 {
    facts.iter().filter(|(holds, _)| *holds).fold(0, |all, (_, bit)| all | bit)
}

fn object(v: &Value) -> Outcome<&Map<String, Value>> {
    v.as_object().ok_or_else(|| "an object is missing".to_owned())
}

fn text<'a>(v: &'a Value, key: &str) -> Option<&'a str> {
    v.get(key).and_then(Value::as_str)
}

fn required<'a>(v: &'a Value, key: &str) -> Outcome<&'a str> {
    text(v, key).ok_or_else(|| format!("{key} is missing"))
}

fn is(v: &Value, key: &str) -> bool {
    v.get(key).and_then(Value::as_bool).unwrap_or(false)
}
