//! The client's side of the RPC protocols (awsJson, awsQuery, ec2Query): for scenarios over HTTP and for round-trip tests.
//! No signatures, no retries, no connections; REST and CBOR are not spoken here.

mod form;
mod xml;

use http::{HeaderMap, HeaderName, HeaderValue};
use model::{Model, Operation, Protocol, Shape};

use crate::json;
use crate::record::{R, Wire as _, WireError};
use crate::validate::Checker;
use crate::value::Value;

/// A request to be signed and sent.
#[derive(Clone, Debug)]
pub struct ClientRequest {
    /// `POST`
    pub method: &'static str,
    /// Path and query.
    pub uri: String,
    /// Headers that the protocol asks for.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Body.
    pub body: Vec<u8>,
}

/// An error answer, as a client sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientError {
    /// Code, without namespace; `x-amzn-query-error`'s when there is one, as SDKs have it.
    pub code: String,
    /// Text, maybe empty.
    pub message: String,
    /// HTTP status.
    pub status: u16,
    /// Further members, as text.
    pub fields: Vec<(String, String)>,
}

/// Writes a call's request.
pub fn encode(
    model: &'static Model,
    operation: &'static Operation,
    protocol: Protocol,
    input: &Value,
) -> R<ClientRequest> {
    let shape = operation.input.map(|id| model.shape(id));
    let (content_type, body) = match protocol {
        Protocol::Json10 => ("application/x-amz-json-1.0", json_body(model, shape, input)?),
        Protocol::Json11 => ("application/x-amz-json-1.1", json_body(model, shape, input)?),
        Protocol::Query | Protocol::Ec2 => (
            "application/x-www-form-urlencoded; charset=utf-8",
            form::body(model, operation, shape, protocol == Protocol::Ec2, input)?,
        ),
        Protocol::RestJson | Protocol::RestXml | Protocol::Cbor => {
            return Err(WireError("this client speaks JSON and query only".into()));
        }
    };
    let mut headers = vec![(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type))];
    if matches!(protocol, Protocol::Json10 | Protocol::Json11) {
        let target = format!("{}.{}", model.target_prefix.unwrap_or(model.id), operation.name);
        let target = HeaderValue::from_str(&target).map_err(|e| WireError(e.to_string()))?;
        headers.push((HeaderName::from_static("x-amz-target"), target));
    }
    Ok(ClientRequest { method: "POST", uri: "/".into(), headers, body })
}

/// Reads an answer: the output, or the error that it says.
pub fn decode(
    model: &'static Model,
    operation: &'static Operation,
    protocol: Protocol,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, ClientError> {
    let garbled = |e: WireError| ClientError {
        code: "UnreadableAnswer".into(),
        message: e.0,
        status,
        fields: Vec::new(),
    };
    let query = matches!(protocol, Protocol::Query | Protocol::Ec2);
    if status >= 300 {
        let error = if query { xml::error(status, body) } else { json_error(status, headers, body) };
        return Err(error.unwrap_or_else(garbled));
    }
    let Some(shape) = operation.output.map(|id| model.shape(id)) else { return Ok(Value::record()) };
    if query {
        return xml::output(model, shape, operation, protocol, body).map_err(garbled);
    }
    let mut value = Value::record();
    json::read_body(model, shape, protocol, body, &mut value, &mut Checker::off()).map_err(garbled)?;
    value.settle(shape);
    Ok(value)
}

fn json_body(model: &'static Model, shape: Option<&'static Shape>, input: &Value) -> R<Vec<u8>> {
    match shape {
        Some(shape) => {
            let mut w = json::write::JsonWriter::new(model, shape);
            input.write(&mut w)?;
            Ok(w.finish())
        }
        None => Ok(b"{}".to_vec()),
    }
}

fn json_error(status: u16, headers: &HeaderMap, body: &[u8]) -> R<ClientError> {
    use crate::record::Document;
    let text = std::str::from_utf8(body).map_err(|_| WireError("not UTF-8".into()))?;
    let mut lexer = json::lex::Lexer::new(text);
    let document = if lexer.blank() { Document::Null } else { lexer.document()? };
    let mut error = ClientError { code: String::new(), message: String::new(), status, fields: Vec::new() };
    if let Document::Map(members) = document {
        for (name, value) in members {
            let text = match value {
                Document::String(s) => s,
                other => crate::plain::document_json(&other),
            };
            match name.as_str() {
                "__type" => error.code = text.rsplit('#').next().unwrap_or_default().to_owned(),
                "message" | "Message" => error.message = text,
                _ => error.fields.push((name, text)),
            }
        }
    }
    let compatible = headers.get("x-amzn-query-error").and_then(|v| v.to_str().ok());
    if let Some((code, _)) = compatible.and_then(|v| v.split_once(';')) {
        error.code = code.to_owned();
    }
    Ok(error)
}
