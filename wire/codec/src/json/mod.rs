//! awsJson 1.0 and 1.1: requests, answers and faults. The reader and the writer serve REST-JSON's bodies too.

pub(crate) mod lex;
pub(crate) mod read;
pub(crate) mod write;

use model::{Member, Model, Protocol, Shape};

use self::read::JsonReader;
use self::write::{JsonWriter, put_string};
use crate::fault::Fault;
use crate::record::{R, Reader as _, Record, Writer as _};
use crate::reply::{Reply, Request, Route};
use crate::validate::{Checker, Violations};
use crate::value::Value;

/// Reads a request's input.
pub(crate) fn decode(route: &Route, req: &Request, out: &mut dyn Record) -> Result<Violations, Fault> {
    let mut checker = Checker::new(route.model);
    read(route, req.body, out, &mut checker)?;
    checker.finish(route, |value, checker| read(route, req.body, value, checker))
}

fn read(route: &Route, body: &[u8], out: &mut dyn Record, checker: &mut Checker) -> Result<(), Fault> {
    let Some(shape) = route.input() else { return Ok(()) };
    read_body(route.model, shape, route.protocol, body, out, checker).map_err(|e| malformed(&e.0))
}

/// Reads one structure from a whole body. An empty body is an empty structure.
pub(crate) fn read_body(
    model: &'static Model,
    shape: &'static Shape,
    protocol: Protocol,
    body: &[u8],
    out: &mut dyn Record,
    checker: &mut Checker,
) -> R {
    let text =
        std::str::from_utf8(body).map_err(|_| crate::WireError("Invalid UTF-8 in the input".into()))?;
    let text = if lex::Lexer::new(text).blank() { "{}" } else { text };
    let mut reader = JsonReader::new(model, shape, protocol, text, checker);
    reader.record(out)?;
    reader.end()
}

/// The fault for a body that isn't what it should be.
pub(crate) fn malformed(why: &str) -> Fault {
    Fault::new("SerializationException", 400, why)
}

/// Writes an answer.
pub(crate) fn encode(route: &Route, out: &dyn Record, request_id: &str) -> R<Reply> {
    let body = match route.output() {
        Some(shape) => write_body(route.model, shape, out)?,
        None => b"{}".to_vec(),
    };
    Ok(finish(Some(route.model), route.protocol, 200, body, request_id))
}

/// One structure as a whole body.
pub(crate) fn write_body(model: &'static Model, shape: &'static Shape, out: &dyn Record) -> R<Vec<u8>> {
    let mut writer = JsonWriter::new(model, shape);
    writer.record(out)?;
    Ok(writer.finish())
}

fn finish(model: Option<&Model>, protocol: Protocol, status: u16, body: Vec<u8>, request_id: &str) -> Reply {
    let crc = model.is_some_and(|m| m.signing_name == "dynamodb").then(|| crc32fast::hash(&body));
    let content_type = match protocol {
        Protocol::Json10 => "application/x-amz-json-1.0",
        _ => "application/x-amz-json-1.1",
    };
    let mut reply = Reply::new(status, content_type, body);
    reply.request_id(request_id);
    if let Some(crc) = crc {
        reply.header("x-amz-crc32", &crc.to_string());
    }
    reply
}

/// Writes a fault: `__type`, the message under the name that the shape gives it, further members.
pub(crate) fn encode_fault(
    model: Option<&'static Model>,
    protocol: Protocol,
    fault: &Fault,
    request_id: &str,
) -> Reply {
    let mut body = b"{\"__type\":".to_vec();
    put_string(&mut body, &type_name(model, fault));
    write_fault_members(&mut body, model, fault);
    body.push(b'}');
    let mut reply = finish(model, protocol, fault.status(), body, request_id);
    if model.is_some_and(|m| m.query_compatible) {
        let side = if fault.sender() { "Sender" } else { "Receiver" };
        reply.header("x-amzn-query-error", &format!("{};{side}", fault.code()));
    }
    reply
}

/// Message and further members of a fault, each with a comma before it.
fn write_fault_members(body: &mut Vec<u8>, model: Option<&'static Model>, fault: &Fault) {
    let shape = fault_shape(model, fault);
    if !fault.message().is_empty() {
        body.push(b',');
        put_string(body, message_name(shape, fault.code()));
        body.push(b':');
        put_string(body, fault.message());
    }
    for (name, value) in fault.fields() {
        let member = shape.and_then(|s| s.member(name)).map(|(_, m)| m);
        body.push(b',');
        put_fault_field(body, model, member, name, value);
    }
}

/// Name and value of one further member of a fault, by its shape when the model has it.
pub(crate) fn put_fault_field(
    body: &mut Vec<u8>,
    model: Option<&'static Model>,
    member: Option<&Member>,
    name: &str,
    value: &Value,
) {
    put_string(body, member.map_or(name, |m| m.wire()));
    body.push(b':');
    let written = match (model, member) {
        (Some(model), Some(m)) => write_value(model, model.shape(m.target), value),
        _ => None,
    };
    match written {
        Some(bytes) => body.extend_from_slice(&bytes),
        None => crate::plain::put_untyped(body, value),
    }
}

fn write_value(model: &'static Model, shape: &'static Shape, value: &Value) -> Option<Vec<u8>> {
    use crate::record::Wire as _;
    let mut writer = JsonWriter::new(model, shape);
    value.write(&mut writer).ok()?;
    Some(writer.finish())
}

/// The exception's shape, when the model has it.
pub(crate) fn fault_shape(model: Option<&'static Model>, fault: &Fault) -> Option<&'static Shape> {
    let model = model?;
    let name = fault.shape().unwrap_or(fault.code());
    model.shape_index.get(name).map(|id| model.shape(*id))
}

/// Errors that come from the framework in front of a service, which has its own namespaces (recorded from DynamoDB).
const FRAMEWORK: [&str; 11] = [
    "AccessDeniedException",
    "IncompleteSignatureException",
    "InternalFailure",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "SerializationException",
    "ServiceUnavailableException",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
];

fn type_name(model: Option<&'static Model>, fault: &Fault) -> String {
    let name = fault.shape().unwrap_or(fault.code());
    match model.and_then(|m| m.error_namespace) {
        None => name.to_owned(),
        Some(_) if fault.shape().is_none() && FRAMEWORK.contains(&name) => {
            format!("com.amazon.coral.service#{name}")
        }
        Some(_) if fault.shape().is_none() && name == "ValidationException" => {
            format!("com.amazon.coral.validate#{name}")
        }
        Some(namespace) => format!("{namespace}#{name}"),
    }
}

/// `message` or `Message`, as the shape spells it; the framework's own errors are split the same way.
pub(crate) fn message_name(shape: Option<&Shape>, code: &str) -> &'static str {
    match shape {
        Some(shape) => {
            let own = shape.members.iter().find(|m| m.name.eq_ignore_ascii_case("message"));
            own.map_or("message", |m| m.wire())
        }
        None if matches!(code, "SerializationException" | "AccessDeniedException") => "Message",
        None => "message",
    }
}
