//! The admin API under `/_tabletop/`: small JSON requests that show and steer a running Tabletop. Loopback only, unless a
//! token is configured and sent. Documented in `docs/admin-api.md`. Verbs of the command line speak nothing else.

mod clock;
mod coverage;
mod oidc;
mod quotas;
mod scrub;
mod slo;
mod stage;
mod state;
mod trail;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use edge::{Incoming, Outgoing};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use crate::kernel::Kernel;

/// Largest admin request.
const BODY_BYTES: usize = 64 * 1024;

/// An admin request, taken apart.
pub(crate) struct Ask {
    pub(crate) kernel: Arc<Kernel>,
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
        return match parts.method {
            Method::GET | Method::HEAD => Ok(state::health(kernel)),
            method => Err((405, format!("there is no {method} {path}"))),
        };
    }
    admit(kernel.config.admin_token.as_deref(), &peer.ip().to_canonical(), &parts)?;
    let body = body.collect(BODY_BYTES).await.map_err(|e| (400, e.to_string()))?;
    let body = match body.is_empty() {
        true => json!({}),
        false => serde_json::from_slice(&body).map_err(|e| (400, format!("the body is not JSON: {e}")))?,
    };
    let query = read_query(parts.uri.query().unwrap_or_default());
    let ask = Ask { kernel: kernel.clone(), query, body };
    let (method, path) = (parts.method, path.strip_prefix("/_tabletop/").unwrap_or_default().to_owned());
    // A task of its own: a client that goes away must not leave a clock half advanced or a state half replaced.
    let done = tokio::spawn(async move { route(&method, &path, &ask).await });
    done.await.unwrap_or_else(|_| Err((500, "the request failed inside; the log says more".to_owned())))
}

async fn route(method: &Method, path: &str, ask: &Ask) -> Said {
    let mut segments = path.trim_end_matches('/').split('/');
    let (first, second, third) = (segments.next().unwrap_or_default(), segments.next(), segments.next());
    match (method.as_str(), first, second, third) {
        ("GET", "status", None, None) => Ok(state::status(&ask.kernel)),
        ("GET", "check", None, None) => state::check(&ask.kernel).await,
        ("POST", "reset", None, None) => state::reset(ask).await,
        ("GET", "clock", None, None) => Ok(clock::show(&ask.kernel)),
        ("POST", "clock", Some(verb), None) => clock::turn(ask, verb).await,
        ("GET", "faults", None, None) => Ok(stage::faults(&ask.kernel)),
        ("POST", "faults", None, None) => stage::add_fault(ask),
        ("DELETE", "faults", id, None) => stage::clear_faults(ask, id),
        ("GET", "throttles", None, None) => Ok(stage::throttles(&ask.kernel)),
        ("POST", "throttles", None, None) => stage::set_throttle(ask),
        ("GET", "oidc", None, None) => oidc::list(ask),
        ("PUT", "oidc", None, None) => oidc::set(ask),
        ("DELETE", "oidc", None, None) => oidc::clear(ask),
        ("GET", "quotas", None, None) => quotas::list(ask),
        ("POST", "quotas", None, None) => quotas::set(ask),
        ("GET", "trail", None, None) => trail::list(ask),
        ("GET", "why", Some(id), None) => trail::why(ask, id),
        ("GET", "scrub", None, None) => Ok(ask.kernel.scrubbed()),
        ("POST", "scrub", None, None) => scrub::run(ask).await,
        ("GET", "meter", None, None) => state::meter(ask),
        ("GET", "slo", None, None) => slo::report(ask),
        ("GET", "snapshots", None, None) => state::snapshots(&ask.kernel),
        ("POST", "snapshots", Some(name), Some(verb)) => state::snapshot(ask, name, verb).await,
        ("GET", "coverage", service, None) => coverage::show(&ask.kernel, service),
        _ => Err((404, format!("there is no {method} /_tabletop/{path}"))),
    }
}

/// Lets in who is on this machine and no page of a foreign site, or who has the token.
fn admit(token: Option<&str>, peer: &IpAddr, head: &Parts) -> Result<(), (u16, String)> {
    let text = |name| head.headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    let sent = text(header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer "));
    if let (Some(want), Some(got)) = (token, sent) {
        return match same(want, got) {
            true => Ok(()),
            false => Err((403, "the token is not the one that was configured".to_owned())),
        };
    }
    if !peer.is_loopback() {
        return Err((403, "the admin API is for this machine only, unless a token is configured".to_owned()));
    }
    let host = text(header::HOST).or(head.uri.authority().map(|a| a.as_str()));
    if text(header::ORIGIN).is_some_and(foreign) || host.is_some_and(foreign) {
        return Err((403, "the admin API is not for pages of other sites".to_owned()));
    }
    Ok(())
}

/// Whether an origin or a host is another than this machine: a page from there may reach us through the user's browser,
/// under a name of its own that leads here.
fn foreign(origin: &str) -> bool {
    let host = origin.split("://").nth(1).unwrap_or(origin);
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    !matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

/// Compares in a time that tells nothing of where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differ, (x, y)| differ | (x ^ y)) == 0
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

impl Ask {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn head(headers: &[(&'static str, &str)]) -> Parts {
        let mut request = http::Request::get("/_tabletop/status");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn only_this_machine_and_no_foreign_page_or_the_token() {
        let (here, there) = ("127.0.0.1".parse().unwrap(), "10.0.0.7".parse().unwrap());
        let ok = |token, peer: &IpAddr, headers: &[(&'static str, &str)]| {
            admit(token, peer, &head(headers)).is_ok()
        };
        assert!(ok(None, &here, &[("host", "localhost:4566")]));
        assert!(ok(None, &here, &[("host", "[::1]:4566"), ("origin", "http://127.0.0.1:3000")]));
        assert!(ok(None, &here, &[("host", "[::1]")]));
        for (name, value) in [
            ("host", "evil.example:4566"),
            ("host", "localhost.evil.example"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://localhost@evil.example"),
        ] {
            assert!(!ok(None, &here, &[(name, value)]), "{name}: {value}");
        }
        assert!(!ok(None, &there, &[("host", "localhost")]));
        assert!(!ok(Some("t"), &there, &[("host", "localhost")]));
        assert!(ok(Some("t"), &there, &[("host", "box:4566"), ("authorization", "Bearer t")]));
        assert!(!ok(Some("t"), &there, &[("authorization", "Bearer x")]));
        assert!(!ok(Some("t"), &here, &[("authorization", "Bearer tt")]), "a wrong token is wrong here too");
    }

    #[test]
    fn queries_are_read() {
        let q = read_query("a=1&b=x%20y+z&c&%zz=%e4");
        let want = [("?", "\u{fffd}"), ("a", "1"), ("b", "x y z"), ("c", "")];
        let want: BTreeMap<String, String> = want.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        assert_eq!(q, want);
    }
}
