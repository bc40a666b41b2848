//! RPC v2 over CBOR: requests, answers and faults.
//! Source: Smithy's "RPC v2 CBOR protocol" specification (smithy.io).

mod read;
mod token;
mod write;

use model::{Model, Shape};

use crate::fault::Fault;
use crate::record::{R, Reader as _, Record, WireError, Writer as _};
use crate::reply::{Reply, Request, Route};
use crate::validate::{Checker, Violations};
use read::CborReader;
use write::CborWriter;

const CONTENT_TYPE: &str = "application/cbor";

/// Reads a request's input. An empty body is an empty structure.
pub(crate) fn decode(route: &Route, req: &Request, out: &mut dyn Record) -> Result<Violations, Fault> {
    let mut checker = Checker::new(route.model);
    read_body(route, req.body, out, &mut checker)?;
    checker.finish(route, |value, checker| read_body(route, req.body, value, checker))
}

fn read_body(route: &Route, body: &[u8], out: &mut dyn Record, checker: &mut Checker) -> Result<(), Fault> {
    let Some(shape) = route.input() else { return Ok(()) };
    let body = if body.is_empty() { &[0xa0][..] } else { body };
    let mut reader = CborReader::new(route.model, shape, body, checker);
    let read = reader.record(out).and_then(|()| reader.end());
    read.map_err(|WireError(why)| Fault::new("SerializationException", 400, why))
}

/// Writes an answer; an operation without output has neither body nor content type.
pub(crate) fn encode(route: &Route, out: &dyn Record, request_id: &str) -> R<Reply> {
    let Some(shape) = route.output() else {
        let mut reply = finish(200, Vec::new(), request_id);
        reply.headers.retain(|(name, _)| name != http::header::CONTENT_TYPE);
        return Ok(reply);
    };
    Ok(finish(200, write_body(route.model, shape, out)?, request_id))
}

/// One structure as a whole body.
pub(crate) fn write_body(model: &'static Model, shape: &'static Shape, out: &dyn Record) -> R<Vec<u8>> {
    let mut writer = CborWriter::new(model, shape);
    writer.record(out)?;
    Ok(writer.finish())
}

/// Writes a fault: `__type`, message, further members.
pub(crate) fn encode_fault(model: Option<&'static Model>, fault: &Fault, request_id: &str) -> Reply {
    let mut reply = finish(fault.status(), write::fault(model, fault), request_id);
    if model.is_some_and(|m| m.query_compatible) {
        let side = if fault.sender() { "Sender" } else { "Receiver" };
        reply.header("x-amzn-query-error", &format!("{};{side}", fault.code()));
    }
    reply
}

fn finish(status: u16, body: Vec<u8>, request_id: &str) -> Reply {
    let mut reply = Reply::new(status, CONTENT_TYPE, body);
    reply.header("smithy-protocol", "rpc-v2-cbor");
    reply.header("x-amzn-requestid", request_id);
    reply
}
