//! REST-JSON and REST-XML: requests, answers and faults. Paths are `route`'s, bodies are written by `json` and
//! `xml_writer` and read by `json` and `xml`. Streamed payloads are taken and given whole.

mod decode;
mod encode;
mod fault;
mod lists;
mod values;

use bytes::Bytes;
use http::header::{CONTENT_RANGE, CONTENT_TYPE, HeaderName, HeaderValue};
use model::{Flags, Location, Model, Protocol, Shape};

pub(crate) use decode::decode;
use encode::Payload;
pub(crate) use fault::encode_fault;

use crate::json::write::JsonWriter;
use crate::record::{R, Record, Writer as _};
use crate::reply::{Reply, Route};
use crate::xml_writer::{Dialect, XmlWriter};

/// Writes an answer.
pub(crate) fn encode(route: &Route, out: &dyn Record, request_id: &str) -> R<Reply> {
    let mut reply = Reply { status: route.operation.http.status, headers: Vec::new(), body: Bytes::new() };
    if reply.status == 0 {
        reply.status = 200;
    }
    if let Some(shape) = route.output() {
        let head = encode::head(route.model, route.protocol, shape, out)?;
        reply.status = head.status.unwrap_or(reply.status);
        reply.headers = head.headers;
        // What is a part of something says so. Source: RFC 9110, section 15.3.7.
        if reply.status == 200 && reply.headers.iter().any(|(name, _)| name == CONTENT_RANGE) {
            reply.status = 206;
        }
        let body = match head.payload {
            Some(payload) => Some(payload),
            None => body(route, shape, out)?,
        };
        let may_have_body = !matches!(reply.status, 204 | 205 | 304) && route.operation.http.method != "HEAD";
        if let Some(body) = body.filter(|_| may_have_body) {
            fill(&mut reply, body);
        }
    }
    finish(Some(route.model), &mut reply, request_id);
    Ok(reply)
}

/// A content type that a member set stays.
fn fill(reply: &mut Reply, payload: Payload) {
    if !reply.headers.iter().any(|(name, _)| name == CONTENT_TYPE) {
        reply.headers.push((CONTENT_TYPE, HeaderValue::from_static(payload.content_type)));
    }
    reply.body = payload.body;
}

/// Whether a member of an output travels in the body. Answers have neither path nor query.
pub(crate) fn in_answer_body(location: Location) -> bool {
    !matches!(location, Location::Header | Location::Headers | Location::StatusCode)
}

/// The members that travel in the body as one document. None where the answer has no body.
fn body(route: &Route, shape: &'static Shape, out: &dyn Record) -> R<Option<Payload>> {
    if let Some((_, payload)) = shape.payload.and_then(|name| shape.member(name)) {
        // A payload that isn't there is an empty body; of a stream of events, the edge writes the frames.
        let is_stream = route.model.shape(payload.target).flags.has(Flags::EVENT_STREAM);
        let content_type = "application/vnd.amazon.eventstream";
        return Ok(is_stream.then(|| Payload { content_type, body: Bytes::new() }));
    }
    let in_body = shape.members.iter().any(|m| in_answer_body(m.location));
    match route.protocol {
        Protocol::RestXml if in_body => xml_document(route, shape, out).map(Some),
        Protocol::RestJson if in_body || shape.members.is_empty() => {
            let mut w = JsonWriter::new(route.model, shape).body_only();
            w.record(out)?;
            Ok(Some(Payload { content_type: "application/json", body: w.finish().into() }))
        }
        _ => Ok(None),
    }
}

fn xml_document(route: &Route, shape: &'static Shape, out: &dyn Record) -> R<Payload> {
    let operation = route.operation;
    let mut w = XmlWriter::new(route.model, Dialect::RestXml);
    w.declaration();
    let root = operation.output_root.or(shape.wire_name).unwrap_or(shape.name);
    let namespace = shape.xml_namespace.map(|(uri, _)| uri).or(namespace(route.model));
    if operation.flags.has(Flags::UNWRAPPED_OUTPUT) {
        unwrapped(&mut w, route.model, (root, namespace), shape, out);
    } else {
        w.document_of(root, namespace.map(|uri| (uri, None)), shape, out)?;
    }
    Ok(Payload { content_type: "application/xml", body: w.finish() })
}

/// S3's GetBucketLocation: the only member is the root itself, empty when absent.
fn unwrapped(
    w: &mut XmlWriter,
    model: &'static Model,
    (root, namespace): (&str, Option<&str>),
    shape: &'static Shape,
    out: &dyn Record,
) {
    let text = shape.members.first().and_then(|m| crate::peek(model, shape, out, m.name));
    w.open(root, namespace);
    if let Some(text) = text {
        w.text_of(&text);
    }
    w.close(root);
}

/// Namespaces of restXml's answers, which botocore's models name only for requests.
/// Source: "Response syntax" of the API references of S3, S3 Control, Route 53 and CloudFront.
const NAMESPACES: [(&str, &str); 4] = [
    ("s3", "http://s3.amazonaws.com/doc/2006-03-01/"),
    ("s3control", "http://awss3control.amazonaws.com/doc/2018-08-20/"),
    ("route53", "https://route53.amazonaws.com/doc/2013-04-01/"),
    ("cloudfront", "http://cloudfront.amazonaws.com/doc/2020-05-31/"),
];

/// Namespace of a service's XML answers.
pub(crate) fn namespace(model: &Model) -> Option<&'static str> {
    let listed = NAMESPACES.iter().find(|(id, _)| *id == model.id).map(|(_, uri)| *uri);
    model.xml_namespace.or(listed)
}

/// Request ids and what else every answer carries.
pub(crate) fn finish(model: Option<&'static Model>, reply: &mut Reply, request_id: &str) {
    if model.is_some_and(|m| matches!(m.id, "s3" | "s3control")) {
        reply.header("x-amz-request-id", request_id);
        reply.header("x-amz-id-2", &host_id(request_id));
    } else {
        reply.header("x-amzn-requestid", request_id);
    }
}

/// A request's id as a service of that model shows it: S3's has 16 hexadecimal digits in upper case, made of ours.
pub fn shown_request_id(model: Option<&'static Model>, id: &str) -> String {
    if !model.is_some_and(|m| matches!(m.id, "s3" | "s3control")) || id.len() < 36 {
        return id.to_owned();
    }
    // The digit of a UUID's version says nothing.
    let digits = id.bytes().enumerate().filter(|(at, b)| *at != 14 && b.is_ascii_hexdigit());
    let mut shown = String::with_capacity(16);
    shown.extend(digits.take(16).map(|(_, b)| char::from(b.to_ascii_uppercase())));
    shown
}

/// S3's second id: opaque text in base64's alphabet, here made of the first.
pub fn host_id(request_id: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode([request_id, request_id, request_id].concat())
}

/// A header's name and value, if HTTP can carry them.
pub(crate) fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
}
