//! The admin API under `/_tabletop/`: small JSON requests that show and steer a running Tabletop. Loopback only, unless a
//! token is configured and sent. Documented in `docs/admin-api.md`. Verbs of the command line speak nothing else.

mod clock;
mod coverage;
mod stage;
mod state;
mod trail;

use std::collections::BTreeMap;
use std::sync::Arc;

use edge::{Incoming, Outgoing};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use crate::kernel::Kernel;

/// Largest admin request.
const BODY_BYTES: usize = 64 * 1024;

/// An admin request, taken apart.
pub(crate) struct Ask<'a> {
    pub(crate) kernel: &'a Arc<Kernel>,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) body: Value,
}

/// Outcome of an admin request: JSON, or a status and what is wrong.
pub(crate) type Said = Result<Value, (u16, String)>;

/// Answers one admin request.
pub(crate) async fn serve(kernel: &Arc<Kernel>, request: Incoming) -> Outgoing {
    let said = answer(kernel, request).await;
    let (status, body) = match said {
        Ok(v) => (200, v),
        Err((status, text)) => (status, json!({ "error": text })),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut out = Outgoing::new(status, bytes::Bytes::from(format!("{body}\n")));
    out.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    out
}

async fn answer(kernel: &Arc<Kernel>, request: Incoming) -> Said {
    let Incoming { parts, body, peer, .. } = request;
    let path = parts.uri.path().to_owned();
    if path == "/_tabletop/health" || path == "/_localstack/health" {
        return Ok(state::health(kernel));
    }
    admit(kernel, &peer.ip().to_canonical(), &parts.headers)?;
    let body = body.collect(BODY_BYTES).await.map_err(|e| (400, e.to_string()))?;
    let body = match body.is_empty() {
        true => json!({}),
        false => serde_json::from_slice(&body).map_err(|e| (400, format!("the body is not JSON: {e}")))?,
    };
    let query = read_query(parts.uri.query().unwrap_or_default());
    let ask = Ask { kernel, query, body };
    route(&parts.method, path.strip_prefix("/_tabletop/").unwrap_or_default(), &ask).await
}

async fn route(method: &Method, path: &str, ask: &Ask<'_>) -> Said {
    let mut segments = path.trim_end_matches('/').split('/');
    let (first, second, third) = (segments.next().unwrap_or_default(), segments.next(), segments.next());
    match (method.as_str(), first, second, third) {
        ("GET", "status", None, None) => Ok(state::status(ask.kernel)),
        ("POST", "reset", None, None) => state::reset(ask).await,
        ("GET", "clock", None, None) => Ok(clock::show(ask.kernel)),
        ("POST", "clock", Some(verb), None) => clock::turn(ask, verb).await,
        ("GET", "faults", None, None) => Ok(stage::faults(ask.kernel)),
        ("POST", "faults", None, None) => stage::add_fault(ask),
        ("DELETE", "faults", id, None) => stage::clear_faults(ask, id),
        ("GET", "throttles", None, None) => Ok(stage::throttles(ask.kernel)),
        ("POST", "throttles", None, None) => stage::set_throttle(ask),
        ("GET", "trail", None, None) => trail::list(ask),
        ("GET", "why", Some(id), None) => trail::why(ask, id),
        ("GET", "meter", None, None) => state::meter(ask),
        ("GET", "snapshots", None, None) => state::snapshots(ask.kernel),
        ("POST", "snapshots", Some(name), Some(verb)) => state::snapshot(ask, name, verb).await,
        ("GET", "coverage", service, None) => coverage::show(ask.kernel, service),
        _ => Err((404, format!("there is no {method} /_tabletop/{path}"))),
    }
}

/// Lets in who is on this machine and no page of a foreign site, or who has the token.
fn admit(kernel: &Kernel, peer: &std::net::IpAddr, headers: &HeaderMap) -> Result<(), (u16, String)> {
    let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    let token = text(header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer "));
    if let (Some(want), Some(got)) = (&kernel.config.admin_token, token)
        && want == got
    {
        return Ok(());
    }
    if !peer.is_loopback() {
        return Err((403, "the admin API is for this machine only, unless a token is configured".to_owned()));
    }
    let foreign = |v: &str| {
        let host = v.split("://").nth(1).unwrap_or(v);
        let name = host
            .rsplit_once(':')
            .map_or(host, |(h, p)| if p.bytes().all(|b| b.is_ascii_digit()) { h } else { host });
        !matches!(name, "localhost" | "127.0.0.1" | "[::1]")
    };
    if text(header::ORIGIN).is_some_and(foreign) || text(header::HOST).is_some_and(foreign) {
        return Err((403, "the admin API is not for pages of other sites".to_owned()));
    }
    Ok(())
}

fn read_query(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').filter(|p| !p.is_empty());
    pairs
        .map(|p| {
            let (k, v) = p.split_once('=').unwrap_or((p, ""));
            (percent_decoded(k), percent_decoded(v))
        })
        .collect()
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        match b {
            b'+' => out.push(b' '),
            b'%' => {
                let hex: Vec<u8> = bytes.by_ref().take(2).collect();
                let byte = std::str::from_utf8(&hex).ok().and_then(|h| u8::from_str_radix(h, 16).ok());
                out.push(byte.unwrap_or(b'?'));
            }
            _ => out.push(b),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

impl Ask<'_> {
    /// Refuses keys of the body that nobody reads.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), (u16, String)> {
        let Some(o) = self.body.as_object() else {
            return Err((400, "the body is a JSON object".to_owned()));
        };
        match o.keys().find(|k| !known.contains(&k.as_str())) {
            Some(k) => Err((400, crate::nearest::unknown("key", k, known))),
            None => Ok(()),
        }
    }

    /// A text of the body.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.body.get(key).and_then(Value::as_str)
    }
}
