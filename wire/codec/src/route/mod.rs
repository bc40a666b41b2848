//! From a request to its service, protocol and operation. The signing name narrows the services down; what the request
//! itself says (`evidence.rs`) decides among them, or among all when it isn't signed. REST paths are `template.rs`'s.
//! No signature is checked here and no input is read.

mod evidence;
mod fault;
mod host;
#[cfg(test)]
mod sweep;
mod template;
#[cfg(test)]
mod tests;

use model::{Entry, Model, Operation, Protocol};

use crate::reply::{Request, Route};
use evidence::Evidence;
pub use fault::RouteFault;

/// What is known of a request before its route.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hints<'a> {
    /// Service name of the SigV4 credential scope, from the header or the query string.
    pub signing_name: Option<&'a str>,
    /// The `Host` header.
    pub host: Option<&'a str>,
}

/// Signing names that mean another service's model.
const SIGNING_ALIASES: [(&str, &str); 4] =
    [("s3express", "s3"), ("s3-object-lambda", "s3"), ("s3-outposts", "s3"), ("iotdevicegateway", "iotdata")];

/// Services whose query API takes any version that ever was; the others answer to today's only.
const ANY_VERSION: [&str; 2] = ["ec2", "sqs"];

/// Finds the route of a request.
pub fn find(req: &Request, hints: &Hints) -> Result<Route, RouteFault> {
    let evidence = Evidence::of(req);
    let said = host::read(hints.host.unwrap_or_default(), model::entries());
    let candidates = match is_s3_control(req, &said) {
        true => model::entry("s3control").into_iter().collect(),
        false => candidates(req, hints, &evidence, said.endpoint_prefix)?,
    };
    let fitting: Vec<&'static Entry> = candidates.iter().copied().filter(|e| evidence.fits(e)).collect();
    if fitting.is_empty() {
        // A form may be sent to a REST service, whose body it then is.
        return by_path(req, &candidates, &said);
    }
    match &evidence {
        Evidence::Cbor { service, operation } => {
            let named = |e: &&&'static Entry| e.target_prefix == Some(service) || e.service_id == service;
            let entry = fitting.iter().find(named).unwrap_or(&fitting[0]);
            by_name(entry, Protocol::Cbor, operation, req)
        }
        Evidence::Target { prefix, operation, protocol } => {
            match fitting.iter().find(|e| e.target_prefix == Some(prefix)) {
                Some(entry) => by_name(entry, *protocol, operation, req),
                None => Err(fault::unknown_operation(fitting[0].model(), *protocol, Some(operation), req)),
            }
        }
        Evidence::Action { action, version, .. } => {
            by_action(req, &fitting, action.as_deref(), version.as_deref())
        }
        Evidence::Path => by_path(req, &fitting, &said),
    }
}

/// S3 and S3 Control sign alike and are told apart by host: behind one endpoint, by what S3 Control's requests have in common, a
/// version before their paths and the account in a header, which also stands before its hosts.
fn is_s3_control(req: &Request, said: &host::Said) -> bool {
    if !req.path.starts_with("/v20180820/") {
        return false;
    }
    let account = req.headers.get("x-amz-account-id").and_then(|v| v.to_str().ok());
    let fits = |bucket: &str| account == Some(bucket);
    account.is_some() && matches!(said.endpoint_prefix, None | Some("s3")) && said.bucket.is_none_or(fits)
}

/// The bucket that a host names, where it names S3 or nothing else.
pub fn bucket_in_host(host: &str) -> Option<&str> {
    host::read(host, model::entries()).bucket
}

/// The endpoint prefix of the service that a host names, if it names one.
pub fn service_in_host(host: &str) -> Option<&'static str> {
    host::read(host, model::entries()).endpoint_prefix
}

/// Finds the operation of one model's REST API by method and path alone.
pub fn find_rest(model: &'static Model, protocol: Protocol, req: &Request) -> Option<Route> {
    let found = template::find(model, req, req.path)?;
    Some(Route { model, operation: found.operation, protocol, labels: found.labels })
}

/// Services that the request may mean, by what is most certain: signing name, host, the request itself. S3 is what
/// remains, since it alone is called without any of them.
fn candidates(
    req: &Request,
    hints: &Hints,
    evidence: &Evidence,
    endpoint_prefix: Option<&'static str>,
) -> Result<Vec<&'static Entry>, RouteFault> {
    let signing_name = hints.signing_name.map(|name| {
        SIGNING_ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, today)| *today)
    });
    let mut signed = model::by_signing_name(signing_name.unwrap_or_default()).to_vec();
    if !signed.is_empty() {
        prefer(&mut signed, endpoint_prefix);
        return Ok(signed);
    }
    let entries = model::entries().iter();
    if let Some(prefix) = endpoint_prefix {
        return Ok(entries.filter(|e| e.endpoint_prefix == prefix).collect());
    }
    let guess = match evidence {
        Evidence::Cbor { .. } => Protocol::Cbor,
        Evidence::Target { protocol, .. } => *protocol,
        Evidence::Action { .. } => Protocol::Query,
        Evidence::Path => Protocol::RestXml,
    };
    let found: Vec<&'static Entry> = match evidence {
        Evidence::Cbor { service, .. } => entries.filter(|e| e.target_prefix == Some(service)).collect(),
        Evidence::Target { prefix, .. } => entries.filter(|e| e.target_prefix == Some(prefix)).collect(),
        Evidence::Action { action: Some(action), version, .. } => {
            let fits = |e: &&Entry| evidence.fits(e) && version.as_ref().is_none_or(|v| takes_version(e, v));
            entries.filter(fits).filter(|e| e.model().operation(action).is_some()).collect()
        }
        Evidence::Action { action: None, .. } | Evidence::Path => versioned_path(req.path),
    };
    match (found.is_empty(), signing_name) {
        (false, _) => Ok(found),
        (true, Some(name)) => Err(fault::unknown_service(
            &format!("the service that signs as '{name}'"),
            guess,
            evidence.operation(),
        )),
        (true, None) if matches!(evidence, Evidence::Path) || evidence.operation().is_none() => {
            Ok(model::entry("s3").into_iter().collect())
        }
        (true, None) => {
            let name = evidence.operation().unwrap_or_default();
            Err(fault::unknown_service(&format!("a service with the operation '{name}'"), guess, Some(name)))
        }
    }
}

/// Among services of one signing name: those at the endpoint that the host names (Lex), then by [`rank_among_equals`].
fn prefer(candidates: &mut Vec<&'static Entry>, endpoint_prefix: Option<&'static str>) {
    if candidates.iter().any(|e| Some(e.endpoint_prefix) == endpoint_prefix) {
        candidates.retain(|e| Some(e.endpoint_prefix) == endpoint_prefix);
    }
    candidates.sort_by_key(|e| rank_among_equals(e));
}

/// Neptune and DocumentDB are RDS under the same name, version and mostly the same operations.
fn rank_among_equals(entry: &Entry) -> u8 {
    u8::from(matches!(entry.id, "neptune" | "docdb"))
}

/// REST services whose paths begin with a version of their own (`/2015-03-31/…`, `/v20180820/…`), and no other service's.
fn versioned_path(path: &str) -> Vec<&'static Entry> {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let looks_like_version = first.len() == 10
        && first
            .bytes()
            .enumerate()
            .all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    let starts = |o: &Operation| o.http.uri.split('/').nth(1) == Some(first);
    let rest = model::entries().iter().filter(|e| e.id != "s3" && Evidence::Path.fits(e));
    match first {
        "v20180820" | "v2" => rest.filter(|e| e.model().operations.iter().any(starts)).collect(),
        _ if looks_like_version => rest.filter(|e| e.model().operations.iter().any(starts)).collect(),
        _ => Vec::new(),
    }
}

fn takes_version(entry: &Entry, version: &str) -> bool {
    entry.api_version == version || ANY_VERSION.contains(&entry.id)
}

fn by_action(
    req: &Request,
    fitting: &[&'static Entry],
    action: Option<&str>,
    version: Option<&str>,
) -> Result<Route, RouteFault> {
    let of_version = |e: &&Entry| version.is_none_or(|v| takes_version(e, v));
    let versioned: Vec<&'static Entry> = fitting.iter().copied().filter(of_version).collect();
    let entry = versioned.first().or(fitting.first()).copied().expect("callers pass at least one");
    let protocol = evidence::query_protocol(entry).unwrap_or(Protocol::Query);
    let Some(action) = action else { return Err(fault::missing_action(entry.model(), protocol)) };
    let engine = if versioned.len() > 1 { evidence::parameter(req, "Engine") } else { None };
    let knows = |e: &&&'static Entry| e.model().operation(action).is_some();
    let by_engine = versioned.iter().filter(knows).find(|e| engine.as_deref() == Some(e.id));
    match by_engine.or_else(|| versioned.iter().find(knows)) {
        Some(entry) => by_name(entry, evidence::query_protocol(entry).unwrap_or(protocol), action, req),
        None => Err(fault::unknown_operation(entry.model(), protocol, Some(action), req)),
    }
}

/// RPC protocols: the operation is named.
fn by_name(entry: &Entry, protocol: Protocol, name: &str, req: &Request) -> Result<Route, RouteFault> {
    let model = entry.model();
    let Some(operation) = model.operation(name) else {
        return Err(fault::unknown_operation(model, protocol, Some(name), req));
    };
    let labels = queue_url(model, operation, protocol, req).into_iter().collect();
    Ok(Route { model, operation, protocol, labels })
}

/// SQS's query API may be called at a queue's own URL, which then is the queue's name.
/// Source: SQS developer guide, "Making Query API requests" (`https://sqs.us-east-2.amazonaws.com/123456789012/MyQueue/`).
fn queue_url(
    model: &'static Model,
    operation: &'static Operation,
    protocol: Protocol,
    req: &Request,
) -> Option<(&'static str, String)> {
    if model.id != "sqs" || protocol != Protocol::Query {
        return None;
    }
    let path = req.path.trim_end_matches('/');
    let takes_url = operation.input.is_some_and(|id| model.shape(id).member("QueueUrl").is_some());
    (takes_url && !path.is_empty()).then(|| ("QueueUrl", path.to_owned()))
}

/// REST: the path decides, among services by how much of it their templates spell out.
fn by_path(req: &Request, candidates: &[&'static Entry], said: &host::Said) -> Result<Route, RouteFault> {
    let first = candidates.first().copied().expect("callers pass at least one");
    let mut best: Option<(&'static Entry, template::Match)> = None;
    // A bucket's host has S3 behind it, unless S3 Control is all that it can be.
    let is_of_bucket = |e: &Entry| e.id == "s3control" && said.bucket.is_some() && candidates.len() > 1;
    for entry in candidates.iter().filter(|e| Evidence::Path.fits(e) && !is_of_bucket(e)) {
        let path = if entry.id == "s3" { s3_path(req.path, said) } else { req.path.into() };
        let Some(found) = template::find(entry.model(), req, &path) else { continue };
        if best.as_ref().is_none_or(|(_, best)| found.rank > best.rank) && !is_other_lex(entry, &found) {
            best = Some((entry, found));
        }
    }
    match best {
        Some((entry, found)) => Ok(Route {
            model: entry.model(),
            operation: found.operation,
            protocol: rest_protocol(entry),
            labels: found.labels,
        }),
        None if Evidence::Path.fits(first) => {
            Err(fault::unknown_operation(first.model(), rest_protocol(first), None, req))
        }
        None => Err(nothing_named(first, req)),
    }
}

/// An RPC service was called without a sign of any operation.
fn nothing_named(entry: &'static Entry, req: &Request) -> RouteFault {
    match evidence::query_protocol(entry) {
        Some(protocol) => fault::missing_action(entry.model(), protocol),
        None => {
            let protocol = entry.protocols.first().copied().unwrap_or(Protocol::Json11);
            fault::unknown_operation(entry.model(), protocol, None, req)
        }
    }
}

fn rest_protocol(entry: &Entry) -> Protocol {
    let rest = entry.protocols.iter().copied().find(|p| matches!(p, Protocol::RestJson | Protocol::RestXml));
    rest.unwrap_or(Protocol::RestXml)
}

/// A virtual-host style request names the bucket in its host; templates want it in the path.
fn s3_path<'r>(path: &'r str, said: &host::Said) -> std::borrow::Cow<'r, str> {
    match said.bucket {
        Some(bucket) => format!("/{bucket}{}", if path.is_empty() { "/" } else { path }).into(),
        None => path.into(),
    }
}

/// Both Lex model services have `/tags/{resourceArn}`; ARNs of version 2 have a slash where version 1 has a colon
/// (`bot/ID`, `bot-alias/ID`). Source: "Actions, resources, and condition keys" of both, Service Authorization Reference.
fn is_other_lex(entry: &Entry, found: &template::Match) -> bool {
    let arn = found.labels.iter().find(|(name, _)| name.eq_ignore_ascii_case("resourceArn"));
    let has_slash = arn.map(|(_, value)| crate::uri::decode_path(value).contains('/'));
    match entry.id {
        "lex-models" => has_slash == Some(true),
        "lexv2-models" => has_slash == Some(false),
        _ => false,
    }
}
