//! Faults of the REST protocols: a typed header and a JSON body; `ErrorResponse` around `Error`; S3's bare `Error`.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use model::{Location, Member, Model, Operation, Protocol};

use super::{finish, header, host_id};
use crate::fault::Fault;
use crate::json::{fault_shape, message_name};
use crate::reply::Reply;
use crate::value::Value;
use crate::xml_writer::{Dialect, XmlWriter};

/// Writes a fault.
pub(crate) fn encode_fault(
    model: Option<&'static Model>,
    protocol: Protocol,
    operation: Option<&'static Operation>,
    fault: &Fault,
    request_id: &str,
) -> Reply {
    let is_s3 = model.is_some_and(|m| m.id == "s3");
    let (content_type, body) = match protocol {
        Protocol::RestXml if is_s3 => ("application/xml", s3_body(fault, request_id)),
        Protocol::RestXml => ("text/xml", crate::query::error_response(model, fault, request_id)),
        _ => ("application/json", json_body(model, fault)),
    };
    let mut reply = Reply { status: fault.status(), headers: Vec::new(), body: Bytes::new() };
    if protocol != Protocol::RestXml {
        reply.header("x-amzn-errortype", fault.shape().unwrap_or(fault.code()));
    }
    for (member, value) in header_fields(model, fault) {
        reply.headers.extend(header(member.wire(), &text(value)));
    }
    let is_bare = fault.status() == 304 || operation.is_some_and(|o| o.http.method == "HEAD");
    if !is_bare {
        reply.headers.push((CONTENT_TYPE, HeaderValue::from_static(content_type)));
        reply.body = body;
    }
    finish(model, &mut reply, request_id);
    reply
}

/// Fields of the fault whose members travel in headers (`Retry-After`).
fn header_fields<'f>(
    model: Option<&'static Model>,
    fault: &'f Fault,
) -> impl Iterator<Item = (&'static Member, &'f Value)> {
    let shape = fault_shape(model, fault);
    fault.fields().iter().filter_map(move |(name, value)| {
        let (_, member) = shape?.member(name)?;
        (member.location == Location::Header).then_some((member, value))
    })
}

fn text(value: &Value) -> String {
    match value {
        Value::String(v) => v.clone(),
        Value::Integer(v) => v.to_string(),
        Value::Bool(v) => v.to_string(),
        Value::Double(v) => v.to_string(),
        Value::Timestamp(v) => v.http_date(),
        _ => String::new(),
    }
}

fn json_body(model: Option<&'static Model>, fault: &Fault) -> Bytes {
    let mut body = b"{".to_vec();
    let shape = fault_shape(model, fault);
    if !fault.message().is_empty() {
        crate::json::write::put_string(&mut body, message_name(shape, fault.code()));
        body.push(b':');
        crate::json::write::put_string(&mut body, fault.message());
    }
    for (name, value) in fault.fields() {
        let member = shape.and_then(|s| s.member(name)).map(|(_, m)| m);
        if member.is_some_and(|m| m.location != Location::Body) {
            continue;
        }
        if body.len() > 1 {
            body.push(b',');
        }
        crate::json::put_fault_field(&mut body, model, member, name, value);
    }
    body.push(b'}');
    body.into()
}

/// S3's form: no namespace, extras beside code and message (`BucketName`, `Key`, …).
fn s3_body(fault: &Fault, request_id: &str) -> Bytes {
    let mut w = XmlWriter::plain(Dialect::RestXml);
    w.declaration();
    w.open("Error", None);
    w.leaf("Code", fault.code());
    w.leaf("Message", fault.message());
    for (name, value) in fault.fields() {
        w.untyped(name, value);
    }
    w.leaf("RequestId", request_id);
    w.leaf("HostId", &host_id(request_id));
    w.close("Error");
    w.finish()
}
