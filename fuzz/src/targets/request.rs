//! Whole requests: a line `METHOD target`, lines `name: value`, an empty line, a body. The header `signs` stands for the
//! name that a signature would give. They are routed and read; `kernel.rs` answers them.

use codec::route::{Hints, RouteFault, find};
use codec::{Request, Value};
use http::request::Parts;
use http::{HeaderName, HeaderValue};

use super::readers::same_as_plain;

/// Words of requests.
pub const WORDS: &[&str] = &[
    "GET ",
    "PUT ",
    "POST ",
    "DELETE ",
    "HEAD ",
    "PATCH ",
    "OPTIONS ",
    "signs: s3\n",
    "signs: ses\n",
    "signs: execute-api\n",
    "host: b.s3.us-west-2.amazonaws.com\n",
    "host: localhost:4566\n",
    "host: [::1]\n",
    "x-amz-target: DynamoDB_20120810.PutItem\n",
    "content-type: application/x-amz-json-1.0\n",
    "content-type: application/x-www-form-urlencoded\n",
    "content-type: application/cbor\n",
    "content-type: application/xml\n",
    "smithy-protocol: rpc-v2-cbor\n",
    "x-amz-meta-a: b\n",
    "?list-type=2",
    "&uploadId=",
    "?tagging",
    "/service/CloudWatch/operation/PutMetricData",
    "/2015-03-31/functions/",
    "/v20180820/",
    "/2013-04-01/hostedzone",
    "Action=",
    "Version=2012-11-05",
    "<Delete><Object><Key>",
    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"",
    "xsi:type=\"CanonicalUser\"",
    "x-amz-date: 20260101T000000Z\n",
    "expires: Thu, 01 Jan 2026 00:00:00 GMT\n",
    "\u{7f}",
    "\x1a",
    "\u{bf}",
    "\u{5f}",
];

/// A request of the text form; none where HTTP itself would have refused it.
pub fn parse(data: &[u8]) -> Option<(Parts, Vec<u8>)> {
    let mut rest = data;
    let line = take_line(&mut rest);
    let line = std::str::from_utf8(line).ok()?;
    let (method, target) = line.split_once(' ')?;
    let mut parts = http::Request::builder().method(method).uri(target).body(()).ok()?.into_parts().0;
    loop {
        let line = take_line(&mut rest);
        if line.is_empty() {
            return Some((parts, rest.to_vec()));
        }
        let colon = line.iter().position(|b| *b == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        if parts.headers.len() >= 100 {
            return None;
        }
        parts.headers.append(name, value);
    }
}

fn take_line<'d>(data: &mut &'d [u8]) -> &'d [u8] {
    let end = data.iter().position(|b| *b == b'\n').unwrap_or(data.len());
    let line = &data[..end];
    *data = data.get(end + 1..).unwrap_or_default();
    line
}

/// Routes a request and reads it.
pub fn run(data: &[u8]) {
    let Some((parts, body)) = parse(data) else { return };
    let text = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok());
    let req = Request {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        body: &body,
    };
    let hints = Hints { signing_name: text("signs"), host: text("host") };
    match find(&req, &hints) {
        Ok(route) => {
            let mut value = Value::record();
            match codec::decode(&route, &req, &mut value) {
                Ok(_) => same_as_plain(&route, &value),
                Err(fault) => {
                    codec::encode_fault(
                        Some(route.model),
                        route.protocol,
                        Some(route.operation),
                        &fault,
                        "id",
                    );
                }
            }
        }
        Err(RouteFault { protocol, model, fault, .. }) => {
            codec::encode_fault(model, protocol, None, &fault, "id");
        }
    }
}
