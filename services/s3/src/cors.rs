//! Cross-origin requests by a bucket's own rules: which rule lets one through, and what its answer says. Keeping the rules is
//! `ops/settings/cors.rs`'s.
//! Source: S3 user guide, "Using cross-origin resource sharing (CORS)"; answers recorded 2023-07-31, 2025-03-17.

use codec::{Fault, Value};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use kernel::{Cx, Look, Outgoing};
use shapes_s3::{CORSConfiguration, CORSRule};

use crate::address::Address;
use crate::{buckets, settings};

const VARIES: HeaderValue =
    HeaderValue::from_static("Origin, Access-Control-Request-Headers, Access-Control-Request-Method");

/// What was put, if anything.
pub(crate) fn config(cx: &Cx, bucket: &str) -> Result<Option<CORSConfiguration>, Fault> {
    settings::get(cx, &buckets::find(cx, bucket, None)?, settings::CORS, "")
}

/// What a request asks the rules.
struct Question<'a> {
    origin: &'a str,
    method: &'a str,
    /// Headers that a preflight announces.
    headers: Vec<&'a str>,
}

impl Question<'_> {
    fn of(head: &Parts) -> Option<Question<'_>> {
        let text = |name: HeaderName| head.headers.get(name).and_then(|v| v.to_str().ok());
        let headers = text(ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default().split(',');
        Some(Question {
            origin: text(ORIGIN)?,
            method: text(ACCESS_CONTROL_REQUEST_METHOD).unwrap_or(head.method.as_str()),
            headers: headers.map(str::trim).filter(|h| !h.is_empty()).collect(),
        })
    }

    fn passes(&self, rule: &CORSRule) -> bool {
        let allowed = rule.allowed_headers.as_deref().unwrap_or_default();
        let fits = |h: &&str| {
            allowed.iter().any(|pattern| matches(&pattern.to_ascii_lowercase(), &h.to_ascii_lowercase()))
        };
        rule.allowed_origins.iter().any(|pattern| matches(pattern, self.origin))
            && rule.allowed_methods.iter().any(|m| m == self.method)
            && self.headers.iter().all(fits)
    }

    /// Says what a rule gives.
    fn answer(&self, rule: &CORSRule, out: &mut HeaderMap) {
        let everybody = rule.allowed_origins.iter().any(|o| o == "*");
        let mut put = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                out.insert(name, value);
            }
        };
        put(ACCESS_CONTROL_ALLOW_ORIGIN, if everybody { "*" } else { self.origin });
        if !everybody {
            put(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        put(ACCESS_CONTROL_ALLOW_METHODS, &rule.allowed_methods.join(", "));
        if !self.headers.is_empty() {
            put(ACCESS_CONTROL_ALLOW_HEADERS, &self.headers.join(", ").to_ascii_lowercase());
        }
        if let Some(exposed) = rule.expose_headers.as_ref().filter(|e| !e.is_empty()) {
            put(ACCESS_CONTROL_EXPOSE_HEADERS, &exposed.join(", "));
        }
        if let Some(seconds) = rule.max_age_seconds {
            put(ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
        }
        out.insert(VARY, VARIES);
    }
}

/// Whether a pattern with at most one `*` matches.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => {
            text.len() >= before.len() + after.len() && text.starts_with(before) && text.ends_with(after)
        }
    }
}

/// Adds what the rules of a bucket say to an answer; none of them may fit.
pub(crate) fn allow(look: &Look<'_>, address: &Address, head: &Parts, out: &mut HeaderMap) {
    let config = look.read(|cx| config(cx, &address.bucket)).ok().flatten();
    let Some((config, question)) = config.zip(Question::of(head)) else { return };
    if let Some(rule) = config.cors_rules.iter().find(|rule| question.passes(rule)) {
        question.answer(rule, out);
    }
}

/// Answers a preflight.
///
/// Errors: BadRequest; AccessForbidden.
pub(crate) fn preflight(look: &Look<'_>, address: &Address, head: &Parts) -> Result<Outgoing, Fault> {
    let Some(question) = Question::of(head) else {
        let text = "Insufficient information. Origin request header needed.";
        return Err(Fault::new("BadRequest", 400, text));
    };
    let forbidden = |text: &str, resource_type: &str| {
        Fault::new("AccessForbidden", 403, format!("CORSResponse: {text}"))
            .with_field("Method", Value::String(question.method.to_owned()))
            .with_field("ResourceType", Value::String(resource_type.to_owned()))
    };
    let config = look.read(|cx| config(cx, &address.bucket)).map_err(|fault| match fault.code() {
        "NoSuchBucket" => forbidden("Bucket not found", "BUCKET"),
        _ => fault,
    })?;
    let config = config.ok_or_else(|| forbidden("CORS is not enabled for this bucket.", "BUCKET"))?;
    let rule = config.cors_rules.iter().find(|rule| question.passes(rule)).ok_or_else(|| {
        let text = "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
        forbidden(text, if address.key.is_empty() { "BUCKET" } else { "OBJECT" })
    })?;
    let mut out = Outgoing::new(http::StatusCode::OK, bytes::Bytes::new());
    question.answer(rule, &mut out.headers);
    Ok(out)
}
