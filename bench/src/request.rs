//! Signed requests as bytes: what the load is made of.

use std::time::{SystemTime, UNIX_EPOCH};

use sigv4::{Credentials, Payload, Rules, SigningScope};

/// An operation of AWS's as a client would call it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) service: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) target: Option<&'static str>,
    pub(crate) body: String,
}

impl Call {
    /// A call of SQS's JSON protocol.
    pub(crate) fn sqs(target: &'static str, body: serde_json::Value) -> Call {
        Call {
            service: "sqs",
            content_type: "application/x-amz-json-1.0",
            target: Some(target),
            body: body.to_string(),
        }
    }

    /// `sts:GetCallerIdentity`.
    pub(crate) fn who_am_i() -> Call {
        Call {
            service: "sts",
            content_type: "application/x-www-form-urlencoded; charset=utf-8",
            target: None,
            body: "Action=GetCallerIdentity&Version=2011-06-15".to_owned(),
        }
    }

    /// The request, signed as `test`.
    pub(crate) fn bytes(&self, host: &str) -> Vec<u8> {
        let mut builder =
            http::Request::post("/").header("host", host).header("content-type", self.content_type);
        if let Some(t) = self.target {
            builder = builder.header("x-amz-target", t);
        }
        let (mut head, ()) = builder.body(()).expect("the headers are sound").into_parts();
        let who = Credentials {
            access_key_id: "test".to_owned(),
            secret_access_key: "test".to_owned(),
            session_token: None,
        };
        let now_ms =
            SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_millis() as i64;
        let scope = SigningScope { region: "us-east-1", service: self.service, now_ms, rules: Rules::COMMON };
        sigv4::sign(&mut head, Payload::Bytes(self.body.as_bytes()), &who, scope);
        let mut out = b"POST / HTTP/1.1\r\n".to_vec();
        for (name, value) in &head.headers {
            out.extend_from_slice(name.as_str().as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(format!("content-length: {}\r\n\r\n", self.body.len()).as_bytes());
        out.extend_from_slice(self.body.as_bytes());
        out
    }
}
