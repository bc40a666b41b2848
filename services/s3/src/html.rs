//! Refusals as pages: what the address of a web site answers to a browser.
//! Source: pages recorded 2026-02-21; S3 user guide, "Configuring a custom error document".

use std::fmt::Write;

use codec::{Fault, Value};
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use kernel::{Outgoing, Visit};

use crate::website::redirect;

/// The page of a refusal; `second`: of the site's own page for such, too.
pub(crate) fn refusal(visit: &Visit<'_>, fault: &Fault, second: Option<&Fault>) -> Outgoing {
    let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status == StatusCode::NOT_MODIFIED {
        return with_headers(Outgoing::new(status, ""), fault);
    }
    let second = second.map(|fault| {
        let list = items(&said(fault));
        format!(
            "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n{list}</ul>\n"
        )
    });
    let mut out = page(visit, status, &said(fault), &second.unwrap_or_default());
    explain(&mut out, fault);
    with_headers(out, fault)
}

/// The page that leads to a folder.
pub(crate) fn found(visit: &Visit<'_>, to: &str) -> Outgoing {
    let to = redirect(302, to);
    let what = [("Code", "Found".to_owned()), ("Message", "Resource Found".to_owned())];
    let mut out = page(visit, StatusCode::FOUND, &what, "");
    out.headers.extend(to.headers);
    header(&mut out, "x-amz-error-code", "Found");
    header(&mut out, "x-amz-error-message", "Resource Found");
    out
}

fn page(visit: &Visit<'_>, status: StatusCode, what: &[(&str, String)], more: &str) -> Outgoing {
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    let id = visit.request_id();
    let ids = items(&[("RequestId", id.clone()), ("HostId", codec::host_id(&id))]);
    let what = items(what);
    let html = format!(
        "<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n<ul>\n{what}{ids}</ul>\n{more}<hr/>\n</body>\n</html>\n"
    );
    let mut out = Outgoing::new(status, html);
    out.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    out
}

/// Code, text and what else a refusal says.
fn said(fault: &Fault) -> Vec<(&'static str, String)> {
    let mut all = vec![("Code", fault.code().to_owned()), ("Message", fault.message().to_owned())];
    all.extend(fault.fields().iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some((*name, text.clone())),
        _ => None,
    }));
    all
}

fn items(all: &[(&str, String)]) -> String {
    let mut out = String::new();
    for (name, value) in all {
        writeln!(out, "<li>{name}: {}</li>", escaped(value)).expect("a text takes all");
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Says in headers what was refused.
pub(crate) fn explain(out: &mut Outgoing, fault: &Fault) {
    for (name, value) in said(fault) {
        match name {
            "Code" => header(out, "x-amz-error-code", &value),
            "Message" => header(out, "x-amz-error-message", &value),
            "Key" => header(out, "x-amz-error-detail-Key", &value),
            _ => {}
        }
    }
}

fn with_headers(mut out: Outgoing, fault: &Fault) -> Outgoing {
    for (name, value) in fault.headers() {
        header(&mut out, name, value);
    }
    out
}

fn header(out: &mut Outgoing, name: &str, value: &str) {
    let name = HeaderName::from_bytes(name.as_bytes());
    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
        out.headers.insert(name, value);
    }
}
