//! What a request itself says about the operation it wants: a CBOR path, a JSON target, a query action, or only a path.

use http::HeaderName;
use http::header::CONTENT_TYPE;
use model::{Entry, Protocol};

use crate::reply::Request;
use crate::uri;

/// The most telling of the signs, in the order in which AWS looks at them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// `smithy-protocol: rpc-v2-cbor` and `/service/<Name>/operation/<Operation>`.
    Cbor { service: String, operation: String },
    /// `X-Amz-Target: <Prefix>.<Operation>`.
    Target { prefix: String, operation: String, protocol: Protocol },
    /// `Action` and maybe `Version`, in a form body or in the query string; no action in a form that has none.
    Action { action: Option<String>, version: Option<String>, is_form: bool },
    /// Method and path only.
    Path,
}

impl Evidence {
    /// Reads the signs.
    pub fn of(req: &Request) -> Evidence {
        if header(req, &PROTOCOL) == Some("rpc-v2-cbor") {
            let (service, operation) = cbor_path(req.path).unwrap_or_default();
            return Evidence::Cbor { service: service.to_owned(), operation: operation.to_owned() };
        }
        let media_type = media_type(req);
        if let Some(target) = header(req, &TARGET) {
            // A target without a dot, or an empty one, names no operation; it is still no path.
            let (prefix, operation) = target.rsplit_once('.').unwrap_or(("", target));
            let protocol = if media_type.ends_with("json-1.0") { Protocol::Json10 } else { Protocol::Json11 };
            return Evidence::Target { prefix: prefix.to_owned(), operation: operation.to_owned(), protocol };
        }
        let is_form = media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let action = parameter(req, "Action");
        if is_form || action.is_some() {
            return Evidence::Action { action, version: parameter(req, "Version"), is_form };
        }
        Evidence::Path
    }

    /// Whether a service speaks the protocol that this evidence belongs to.
    pub fn fits(&self, entry: &Entry) -> bool {
        match self {
            Evidence::Cbor { .. } => entry.protocols.contains(&Protocol::Cbor),
            Evidence::Target { .. } => {
                entry.protocols.iter().any(|p| matches!(p, Protocol::Json10 | Protocol::Json11))
            }
            Evidence::Action { .. } => query_protocol(entry).is_some(),
            Evidence::Path => {
                entry.protocols.iter().any(|p| matches!(p, Protocol::RestJson | Protocol::RestXml))
            }
        }
    }

    /// The operation's name, where it is one.
    pub fn operation(&self) -> Option<&str> {
        match self {
            Evidence::Cbor { operation, .. } | Evidence::Target { operation, .. } => Some(operation),
            Evidence::Action { action, .. } => action.as_deref(),
            Evidence::Path => None,
        }
    }
}

/// The query dialect of a service, if it has one. SQS has query besides JSON, which botocore's model doesn't list.
pub fn query_protocol(entry: &Entry) -> Option<Protocol> {
    let listed = entry.protocols.iter().copied().find(|p| matches!(p, Protocol::Query | Protocol::Ec2));
    listed.or((entry.id == "sqs").then_some(Protocol::Query))
}

/// A parameter of a query request: from the form, else from the query string.
pub fn parameter(req: &Request, name: &str) -> Option<String> {
    let is_named = |n: &str| n == name || uri::decode_query(n) == name;
    let find = |text: &str| {
        let (_, value) = uri::raw_pairs(text).find(|(n, _)| is_named(n))?;
        Some(uri::decode_query(value).into_owned())
    };
    let is_form = media_type(req).eq_ignore_ascii_case("application/x-www-form-urlencoded");
    let form = if is_form { std::str::from_utf8(req.body).ok() } else { None };
    form.and_then(find).or_else(|| find(req.query))
}

/// Content type without parameters.
fn media_type<'r>(req: &Request<'r>) -> &'r str {
    let value = req.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

static PROTOCOL: HeaderName = HeaderName::from_static("smithy-protocol");
static TARGET: HeaderName = HeaderName::from_static("x-amz-target");

fn header<'r>(req: &Request<'r>, name: &HeaderName) -> Option<&'r str> {
    req.headers.get(name).and_then(|v| v.to_str().ok())
}

/// Something may stand before `/service/`: an endpoint with a path of its own.
fn cbor_path(path: &str) -> Option<(&str, &str)> {
    let (rest, operation) = path.rsplit_once("/operation/")?;
    let (_, service) = rest.rsplit_once("/service/")?;
    // A service may be named by its full shape id's last part, after dots.
    Some((service.rsplit('.').next().unwrap_or(service), operation))
}
