//! One request in, one answer out: what the codecs need of a request, what they make of an answer, and the choice of
//! codec by protocol. How a request finds its route is not here.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use model::{Model, Operation, Protocol, Shape};

use crate::record::Record;
use crate::validate::Violations;
use crate::value::Value;
use crate::{Fault, cbor, json, query, rest};

/// A request as the codecs see it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `POST`
    pub method: &'a str,
    /// Raw path.
    pub path: &'a str,
    /// Raw query string, without the question mark.
    pub query: &'a str,
    /// Headers.
    pub headers: &'a HeaderMap,
    /// Body, already free of transfer and content encodings.
    pub body: &'a [u8],
}

/// Where a request goes: service, operation, protocol, and the labels of its path.
#[derive(Clone, Debug)]
pub struct Route {
    /// Service.
    pub model: &'static Model,
    /// Operation.
    pub operation: &'static Operation,
    /// Protocol of this request; its answer speaks the same.
    pub protocol: Protocol,
    /// Member names and raw (still percent-encoded) values of the path's labels, in REST protocols.
    pub labels: Vec<(&'static str, String)>,
}

impl Route {
    /// Shape of the input, if any.
    pub fn input(&self) -> Option<&'static Shape> {
        self.operation.input.map(|id| self.model.shape(id))
    }

    /// Shape of the output, if any.
    pub fn output(&self) -> Option<&'static Shape> {
        self.operation.output.map(|id| self.model.shape(id))
    }
}

/// An answer, ready for HTTP.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Headers, the request's id among them.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Body.
    pub body: Bytes,
}

impl Reply {
    /// An answer with a status, a body and its content type.
    pub(crate) fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Reply {
        let mut headers = Vec::with_capacity(4);
        headers.push((http::header::CONTENT_TYPE, HeaderValue::from_static(content_type)));
        Reply { status, headers, body: body.into() }
    }

    /// Adds the request's id under the name that most services use.
    pub(crate) fn request_id(&mut self, id: &str) {
        const NAME: HeaderName = HeaderName::from_static("x-amzn-requestid");
        if let Ok(value) = HeaderValue::from_str(id) {
            self.headers.push((NAME, value));
        }
    }

    /// Adds a header; a value that HTTP can't carry is left out.
    pub(crate) fn header(&mut self, name: &'static str, value: &str) {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
        {
            self.headers.push((name, value));
        }
    }
}

/// Reads a request's input. `Err` is a malformed request; violations of the model's constraints come back apart, since
/// authorization may have to speak first.
pub fn decode(route: &Route, req: &Request, out: &mut dyn Record) -> Result<Violations, Fault> {
    let outcome = match route.protocol {
        Protocol::Json10 | Protocol::Json11 => json::decode(route, req, out),
        Protocol::Query | Protocol::Ec2 => query::decode(route, req, out),
        Protocol::RestJson | Protocol::RestXml => rest::decode(route, req, out),
        Protocol::Cbor => cbor::decode(route, req, out),
    };
    if let (Some(shape), Some(value)) =
        (route.input(), (out as &mut dyn std::any::Any).downcast_mut::<Value>())
    {
        value.settle(shape);
    }
    outcome
}

/// Writes an operation's output as its protocol's answer.
pub fn encode(route: &Route, out: &dyn Record, request_id: &str) -> Reply {
    let reply = match route.protocol {
        Protocol::Json10 | Protocol::Json11 => json::encode(route, out, request_id),
        Protocol::Query | Protocol::Ec2 => query::encode(route, out, request_id),
        Protocol::RestJson | Protocol::RestXml => rest::encode(route, out, request_id),
        Protocol::Cbor => cbor::encode(route, out, request_id),
    };
    reply.unwrap_or_else(|e| {
        let fault = Fault::internal(e.0);
        encode_fault(Some(route.model), route.protocol, Some(route.operation), &fault, request_id)
    })
}

/// Writes a fault as that protocol's error answer.
pub fn encode_fault(
    model: Option<&'static Model>,
    protocol: Protocol,
    operation: Option<&'static Operation>,
    fault: &Fault,
    request_id: &str,
) -> Reply {
    let mut reply = match protocol {
        Protocol::Json10 | Protocol::Json11 => json::encode_fault(model, protocol, fault, request_id),
        Protocol::Query | Protocol::Ec2 => query::encode_fault(model, protocol, fault, request_id),
        Protocol::RestJson | Protocol::RestXml => {
            rest::encode_fault(model, protocol, operation, fault, request_id)
        }
        Protocol::Cbor => cbor::encode_fault(model, fault, request_id),
    };
    for (name, value) in fault.headers() {
        reply.header(name, value);
    }
    reply
}
