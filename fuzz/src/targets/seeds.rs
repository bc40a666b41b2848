//! Requests to begin with: operations of the models with random inputs, in the text form of `request.rs`.

use codec::{Spelling, Value};
use model::{Flags, Kind, Location, Model, Operation, Protocol, Shape};

use super::values::{self, put_cbor, put_xml, scalar};
use crate::random::Random;

/// REST-JSON.
pub fn rest_json() -> Vec<Vec<u8>> {
    of(
        &["lambda", "apigateway", "apigatewayv2", "efs", "batch", "iot", "scheduler", "pipes"],
        Protocol::RestJson,
        8,
    )
}

/// REST-XML.
pub fn rest_xml() -> Vec<Vec<u8>> {
    let mut all = of(&["s3", "s3control", "route53", "cloudfront"], Protocol::RestXml, 12);
    all.push(b"PUT /b?acl\nsigns: s3\n\n<AccessControlPolicy><AccessControlList><Grant><Grantee xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='CanonicalUser'><ID>1</ID></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>".to_vec());
    all.push(b"POST /b?delete\nsigns: s3\n\n<?xml version=\"1.0\"?><Delete xmlns='u'><Object><Key>a &amp; b</Key></Object><Quiet>true</Quiet><Object><Key><![CDATA[c]]></Key></Object></Delete>".to_vec());
    all
}

/// RPC v2 CBOR.
pub fn cbor() -> Vec<Vec<u8>> {
    let mut all = of(&["cloudwatch"], Protocol::Cbor, 40);
    all.extend(of(&["arc-region-switch", "dynamodb", "logs"], Protocol::Cbor, 8));
    all
}

/// A little of everything.
pub fn every_service() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for entry in model::entries() {
        let protocol = *entry.model().protocols.first().expect("every service speaks something");
        all.extend(of(&[entry.id], protocol, 2));
    }
    all
}

/// Requests to `n` operations of each service that there is.
fn of(services: &[&str], protocol: Protocol, n: usize) -> Vec<Vec<u8>> {
    let mut r = Random::new(2);
    let mut all = Vec::new();
    for model in services.iter().filter_map(|id| model::service(id)) {
        for i in 0..n.min(model.operations.len()) {
            let at = if i < 2 { i } else { r.below(model.operations.len()) };
            all.push(request(&mut r, model, &model.operations[at], protocol));
        }
    }
    all
}

fn request(
    r: &mut Random,
    model: &'static Model,
    operation: &'static Operation,
    protocol: Protocol,
) -> Vec<u8> {
    let shape = operation.input.map(|id| model.shape(id));
    let depth = 2 + r.below(4) as u32;
    let value = shape.and_then(|shape| values::random(r, model, shape, depth)).unwrap_or_else(Value::record);
    let signs = format!("signs: {}\nhost: localhost:4566\n", model.signing_name);
    match (protocol, shape) {
        (Protocol::RestJson | Protocol::RestXml, _) => {
            rest(model, operation, shape, protocol, &value, &signs)
        }
        (Protocol::Cbor, _) => {
            let service = model.target_prefix.unwrap_or(model.service_id);
            let head = format!(
                "POST /service/{service}/operation/{}\nsmithy-protocol: rpc-v2-cbor\ncontent-type: application/cbor\n{signs}\n",
                operation.name
            );
            let mut all = head.into_bytes();
            put_cbor(&mut all, &value);
            all
        }
        _ => rpc(model, operation, protocol, &value, &signs),
    }
}

fn rpc(
    model: &'static Model,
    operation: &'static Operation,
    protocol: Protocol,
    value: &Value,
    signs: &str,
) -> Vec<u8> {
    let Ok(request) = codec::client::encode(model, operation, protocol, value) else {
        return format!("POST /\n{signs}\n").into_bytes();
    };
    let mut all = format!("POST {}\n{signs}", request.uri).into_bytes();
    for (name, value) in &request.headers {
        all.extend_from_slice(name.as_str().as_bytes());
        all.extend_from_slice(b": ");
        all.extend_from_slice(value.as_bytes());
        all.push(b'\n');
    }
    all.push(b'\n');
    all.extend_from_slice(&request.body);
    all
}

fn rest(
    model: &'static Model,
    operation: &'static Operation,
    shape: Option<&'static Shape>,
    protocol: Protocol,
    value: &Value,
    signs: &str,
) -> Vec<u8> {
    let mut target = filled(operation.http.uri);
    let mut headers = signs.to_owned();
    let Value::Record(members) = value else { return Vec::new() };
    let mut body_members = Vec::new();
    for (index, name, value) in members {
        let m = &shape.expect("a value with members has a shape").members[usize::from(*index)];
        let text = scalar(value);
        match m.location {
            Location::Body => body_members.push((*index, *name, value.clone())),
            Location::QueryString if !text.is_empty() => {
                target.push(if target.contains('?') { '&' } else { '?' });
                target.push_str(&format!("{}={}", m.wire(), encoded(&text)));
            }
            Location::Header if text.is_ascii() && !text.is_empty() => {
                headers.push_str(&format!("{}: {text}\n", m.wire()));
            }
            Location::Headers => headers.push_str(&format!("{}a: b\n", m.wire())),
            _ => {}
        }
    }
    let mut all = format!("{} {target}\n{headers}\n", operation.http.method).into_bytes();
    if let Some(shape) = shape {
        all.extend_from_slice(&body(model, operation, shape, protocol, &Value::Record(body_members)));
    }
    all
}

fn body(
    model: &'static Model,
    operation: &'static Operation,
    shape: &'static Shape,
    protocol: Protocol,
    value: &Value,
) -> Vec<u8> {
    let payload = shape.payload.and_then(|name| Some((shape.member(name)?.1, value.get(name)?)));
    let (shape, value, root) = match payload {
        None => (shape, value, operation.input_root.unwrap_or("Root")),
        Some((member, value)) => (model.shape(member.target), value, member.wire()),
    };
    match (shape.kind, protocol) {
        (Kind::Blob | Kind::String, _) => b"hello".to_vec(),
        _ if shape.flags.has(Flags::EVENT_STREAM) => Vec::new(),
        (_, Protocol::RestXml) => {
            let mut text = String::new();
            put_xml(&mut text, model, shape, root, value);
            text.into_bytes()
        }
        _ => codec::to_json(model, shape, value, Spelling::Model).into_bytes(),
    }
}

/// A template with its labels filled in.
fn filled(template: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (label, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(if label.ends_with('+') { "a/b%2Fc" } else { "x1" });
        rest = after;
    }
    out + rest
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
