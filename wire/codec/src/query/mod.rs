//! awsQuery and ec2Query: form parameters in, XML out.

pub(crate) mod name;
pub(crate) mod params;
mod read;

use bytes::Bytes;
use model::{Location, Model, Protocol};

pub(crate) use self::name::parameter_name;
use self::read::QueryReader;
use crate::fault::Fault;
use crate::pages::Cut;
use crate::record::{R, Reader as _, Record, WireError};
use crate::reply::{Reply, Request, Route};
use crate::validate::{Checker, Violations};
use crate::xml_writer::{Dialect, XmlWriter};

/// Reads a request's input from its query string and its form body.
pub(crate) fn decode(route: &Route, req: &Request, out: &mut dyn Record) -> Result<Violations, Fault> {
    let mut checker = Checker::new(route.model);
    read(route, req, out, &mut checker)?;
    checker.finish(route, |value, checker| read(route, req, value, checker))
}

fn read(route: &Route, req: &Request, out: &mut dyn Record, checker: &mut Checker) -> Result<(), Fault> {
    let Some(shape) = route.input() else { return Ok(()) };
    let garbled = |e: WireError| Fault::new("MalformedQueryString", 400, e.0);
    let body =
        std::str::from_utf8(req.body).map_err(|_| garbled(WireError("The body is not UTF-8".into())))?;
    let body = body.trim_end_matches(['\r', '\n']);
    let labels = path_parameters(route, &[req.query, body]);
    let params = params::parse(&[req.query, body, &labels]).map_err(garbled)?;
    let ec2 = route.protocol == Protocol::Ec2;
    let mut reader = QueryReader::new(route.model, shape, params, ec2, checker);
    reader.record(out).map_err(|e| malformed(route, e))
}

/// What the path says (SQS at a queue's own URL), as a parameter, unless the request says it itself.
fn path_parameters(route: &Route, given: &[&str]) -> String {
    let is_given =
        |name: &str| given.iter().flat_map(|text| crate::uri::raw_pairs(text)).any(|(n, _)| n == name);
    let missing = route.labels.iter().filter(|(name, _)| !is_given(name));
    missing.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// A value of the wrong type: a framework error at the Coral services, an ordinary refusal at EC2 and SQS.
fn malformed(route: &Route, e: WireError) -> Fault {
    match route.model.validation {
        model::ValidationStyle::Coral => Fault::new("MalformedInput", 400, e.0),
        _ => Fault::modelled("InvalidParameterValueException", "InvalidParameterValue", 400, e.0),
    }
}

/// Writes an answer.
pub(crate) fn encode(route: &Route, out: &dyn Record, request_id: &str) -> R<Reply> {
    let mut w = writer(route);
    document(&mut w, route, out, request_id)?;
    Ok(reply(200, route.protocol, w.finish(), request_id))
}

/// Writes a page of an answer, and says where its items are.
pub(crate) fn encode_page(
    route: &Route,
    out: &dyn Record,
    request_id: &str,
    cut: Cut,
) -> R<(Reply, Option<std::ops::Range<usize>>)> {
    let mut w = writer(route);
    w.cut(cut);
    document(&mut w, route, out, request_id)?;
    let items = w.items();
    Ok((reply(200, route.protocol, w.finish(), request_id), items))
}

fn writer(route: &Route) -> XmlWriter {
    let dialect = if route.protocol == Protocol::Ec2 { Dialect::Ec2 } else { Dialect::Query };
    XmlWriter::new(route.model, dialect)
}

fn document(w: &mut XmlWriter, route: &Route, out: &dyn Record, request_id: &str) -> R {
    let operation = route.operation.name;
    let ec2 = route.protocol == Protocol::Ec2;
    w.declaration();
    w.open(&format!("{operation}Response"), route.model.xml_namespace);
    if ec2 {
        w.leaf("requestId", request_id);
    }
    if let Some(shape) = route.output() {
        match route.operation.result_wrapper.filter(|_| !ec2) {
            Some(wrapper) => {
                w.open(wrapper, None);
                w.members(shape, out)?;
                w.close(wrapper);
            }
            None => w.members(shape, out)?,
        }
    }
    if !ec2 {
        w.open("ResponseMetadata", None);
        w.leaf("RequestId", request_id);
        w.close("ResponseMetadata");
    }
    w.close(&format!("{operation}Response"));
    Ok(())
}

/// Writes a fault.
pub(crate) fn encode_fault(
    model: Option<&'static Model>,
    protocol: Protocol,
    fault: &Fault,
    request_id: &str,
) -> Reply {
    let body = match protocol {
        Protocol::Ec2 => ec2_fault(model, fault, request_id),
        _ => error_response(model, fault, request_id),
    };
    reply(fault.status(), protocol, body, request_id)
}

/// `ErrorResponse`, as awsQuery and the wrapping restXml services write it.
pub(crate) fn error_response(model: Option<&'static Model>, fault: &Fault, request_id: &str) -> Bytes {
    let mut w = XmlWriter::plain(Dialect::Query);
    w.declaration();
    w.open("ErrorResponse", model.and_then(crate::rest::namespace));
    w.open("Error", None);
    w.leaf("Type", if fault.sender() { "Sender" } else { "Receiver" });
    w.leaf("Code", fault.code());
    detail(&mut w, model, fault);
    if model.is_some_and(|m| m.id == "sqs") {
        w.empty("Detail");
    }
    w.close("Error");
    w.leaf("RequestId", request_id);
    w.close("ErrorResponse");
    w.finish()
}

/// Message and further members of a fault, by its shape when the model has it. Those of restXml that travel in headers
/// are left out.
fn detail(w: &mut XmlWriter, model: Option<&'static Model>, fault: &Fault) {
    if !fault.message().is_empty() {
        w.leaf("Message", fault.message());
    }
    let shape = crate::json::fault_shape(model, fault);
    for (name, value) in fault.fields() {
        match (model, shape.and_then(|s| s.member(name))) {
            (_, Some((_, m))) if m.location != Location::Body => {}
            (Some(model), Some((_, m))) => {
                // What can't be written is left out: a fault must always be answerable.
                let _ = w.value_member(model, m, value);
            }
            _ => w.untyped(name, value),
        }
    }
}

fn ec2_fault(model: Option<&'static Model>, fault: &Fault, request_id: &str) -> Bytes {
    let mut w = XmlWriter::plain(Dialect::Ec2);
    w.declaration();
    w.open("Response", None);
    w.open("Errors", None);
    w.open("Error", None);
    w.leaf("Code", fault.code());
    detail(&mut w, model, fault);
    w.close("Error");
    w.close("Errors");
    w.leaf("RequestID", request_id);
    w.close("Response");
    w.finish()
}

fn reply(status: u16, protocol: Protocol, body: Bytes, request_id: &str) -> Reply {
    let content_type = if protocol == Protocol::Ec2 { "text/xml;charset=UTF-8" } else { "text/xml" };
    let mut reply = Reply::new(status, content_type, body);
    reply.request_id(request_id);
    reply
}
