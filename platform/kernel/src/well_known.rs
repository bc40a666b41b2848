//! What an account's issuer of tokens publishes: `/.well-known/openid-configuration` and `/.well-known/jwks.json`, for
//! everybody. Under the issuer's own host, for whoever resolves that name to this machine, and under
//! `/_tabletop/issuers/ID` for whoever doesn't. Whose issuer it is and what it signs are the directory's.

use directory::{OutboundIssuer, outbound_issuer};
use edge::Outgoing;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use crate::kernel::Kernel;

const HERE: &str = "/_tabletop/issuers/";
const WELL_KNOWN: &str = "/.well-known/";
const DOMAIN: &str = ".tokens.sts.global.api.aws";

/// Answers a request for an issuer's documents; `None` for any other.
pub(crate) fn serve(kernel: &Kernel, head: &Parts, tls: bool) -> Option<Outgoing> {
    let path = head.uri.path();
    if !path.contains(WELL_KNOWN) {
        return None;
    }
    let named = head.headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let asked = named.or(head.uri.authority().map(|a| a.as_str())).unwrap_or("localhost");
    let host = asked.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let (id, document, base) = match path.strip_prefix(HERE) {
        Some(rest) => {
            let (id, document) = rest.split_once(WELL_KNOWN)?;
            let scheme = if tls { "https" } else { "http" };
            (id.to_owned(), document, format!("{scheme}://{asked}{HERE}{id}"))
        }
        None => {
            let id = host.strip_suffix(DOMAIN)?.to_owned();
            (id, path.strip_prefix(WELL_KNOWN)?, format!("https://{host}"))
        }
    };
    if !matches!(head.method, Method::GET | Method::HEAD) {
        return Some(answer(405, &json!({ "error": "an issuer's documents are only read" })));
    }
    let none = || answer(404, &json!({ "error": "there is no such document" }));
    let found = outbound_issuer(&kernel.store.tx(), &format!("{id}{DOMAIN}"));
    Some(match found {
        Ok(Some(issuer)) => shown(&issuer, document, &base).map_or_else(none, |v| answer(200, &v)),
        Ok(None) => none(),
        Err(e) => answer(500, &json!({ "error": e.to_string() })),
    })
}

fn shown(issuer: &OutboundIssuer, document: &str, base: &str) -> Option<Value> {
    match document {
        "openid-configuration" => Some(issuer.configuration(base)),
        "jwks.json" => issuer.jwks().ok(),
        _ => None,
    }
}

fn answer(status: u16, body: &Value) -> Outgoing {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut out = Outgoing::new(status, bytes::Bytes::from(body.to_string()));
    out.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    out
}
