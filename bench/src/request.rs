//! Signed requests as bytes: what the load is made of. Nothing is sent here.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use sigv4::{Credentials, Payload, Rules, SigningScope};

/// An operation of AWS's as a client would call it.
#[derive(Clone, Debug)]
pub struct Call {
    /// The name that signs.
    pub service: &'static str,
    /// The type of the body, which tells the protocol.
    pub content_type: &'static str,
    /// The header that names the operation, where the protocol has one.
    pub target: Option<&'static str>,
    /// The body.
    pub body: String,
}

impl Call {
    /// A call of SQS's JSON protocol.
    pub fn sqs(target: &'static str, body: serde_json::Value) -> Call {
        Call {
            service: "sqs",
            content_type: "application/x-amz-json-1.0",
            target: Some(target),
            body: body.to_string(),
        }
    }

    /// A call of DynamoDB's, or of its streams'.
    pub fn dynamodb(target: &'static str, body: serde_json::Value) -> Call {
        Call { service: "dynamodb", ..Call::sqs(target, body) }
    }

    /// A call of the query protocol; the body is a form.
    pub fn query(service: &'static str, body: String) -> Call {
        let content_type = "application/x-www-form-urlencoded; charset=utf-8";
        Call { service, content_type, target: None, body }
    }

    /// `sts:GetCallerIdentity`.
    pub fn who_am_i() -> Call {
        Call::query("sts", "Action=GetCallerIdentity&Version=2011-06-15".to_owned())
    }

    /// The request, signed as `test`.
    pub fn bytes(&self, host: &str) -> Vec<u8> {
        self.bytes_as(host, "test", "test")
    }

    /// The request, signed with an access key.
    pub fn bytes_as(&self, host: &str, key_id: &str, secret: &str) -> Vec<u8> {
        let mut builder =
            http::Request::post("/").header("host", host).header("content-type", self.content_type);
        if let Some(t) = self.target {
            builder = builder.header("x-amz-target", t);
        }
        let payload = Payload::Bytes(self.body.as_bytes());
        let mut out =
            signed(builder, payload, (key_id, secret), (self.service, Rules::COMMON), self.body.len());
        out.extend_from_slice(self.body.as_bytes());
        out
    }
}

/// A request of S3's, signed as `test`, up to its body of `length` bytes.
pub fn s3_head(
    host: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    payload: Payload<'_>,
    length: usize,
) -> Vec<u8> {
    let mut builder = http::Request::builder().method(method).uri(target).header("host", host);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    signed(builder, payload, ("test", "test"), ("s3", Rules::S3), length)
}

/// `Content-MD5` of a body: S3 deletes no objects without it.
pub fn content_md5(body: &[u8]) -> String {
    STANDARD.encode(Md5::digest(body))
}

/// The head of a signed request.
fn signed(
    builder: http::request::Builder,
    payload: Payload<'_>,
    (key_id, secret): (&str, &str),
    (service, rules): (&str, Rules),
    length: usize,
) -> Vec<u8> {
    let (mut head, ()) = builder.body(()).expect("the target and the headers are sound").into_parts();
    let who = Credentials {
        access_key_id: key_id.to_owned(),
        secret_access_key: secret.to_owned(),
        session_token: None,
    };
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_millis() as i64;
    sigv4::sign(&mut head, payload, &who, SigningScope { region: "us-east-1", service, now_ms, rules });
    let mut out = format!("{} {} HTTP/1.1\r\n", head.method, head.uri).into_bytes();
    for (name, value) in &head.headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("content-length: {length}\r\n\r\n").as_bytes());
    out
}
