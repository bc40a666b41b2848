//! Trail records of requests that were refused before they became calls: no route, no sound signature, nothing built, a
//! body that doesn't fit. Calls are recorded by `execute.rs`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use codec::{Fault, Route};
use directory::Identity;
use http::header;
use http::request::Parts;
use model::Model;

use crate::kernel::Kernel;
use crate::regions;
use crate::trail::Event;

/// Longest text of a stranger's that the trail takes.
const TEXT_BYTES: usize = 1_024;

/// What is known of a refused request.
pub(crate) struct Refused<'a> {
    pub(crate) model: Option<&'static Model>,
    pub(crate) route: Option<&'a Route>,
    pub(crate) caller: Option<&'a Arc<Identity>>,
    pub(crate) fault: &'a Fault,
}

/// Records a refusal. The access key and the region are those that the request claims, proven or not; the principal is
/// known only where the signature was sound.
pub(crate) fn record(kernel: &Kernel, r: &Refused<'_>, head: &Parts, peer: &SocketAddr, request_id: &str) {
    kernel.calls.fetch_add(1, Ordering::Relaxed);
    let claim = sigv4::parse(head).ok().flatten();
    let claimed = |of: fn(&sigv4::Claim) -> &str| claim.as_ref().map(|c| clipped(of(c))).unwrap_or_default();
    let region = match claimed(|c| &c.region) {
        none if none.is_empty() => kernel.region.name.to_owned(),
        region => region,
    };
    let partition = regions::region(&region).unwrap_or(kernel.region).partition;
    let built = r.route.and_then(|route| kernel.row(route.model.id, route.operation.name));
    let agent = head.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let event = Event {
        at_ms: kernel.clock.now_ms(),
        request_id: request_id.into(),
        service: r.model.map_or("", |m| m.id).into(),
        operation: r.route.map_or("", |route| route.operation.name).into(),
        partition: partition.into(),
        account: r.caller.map_or("", |c| &c.account).into(),
        region: region.into(),
        principal: r.caller.map_or("", |c| &c.arn).into(),
        access_key_id: claimed(|c| &c.access_key_id).into(),
        source_ip: peer.ip().to_canonical().to_string().into(),
        user_agent: clipped(agent).into(),
        error_code: r.fault.code().into(),
        error_message: clipped(r.fault.message()).into(),
        write: built.is_some_and(|(_, o)| o.writes),
        resources: Vec::new().into(),
        why: "refused before any policy was asked".into(),
    };
    if kernel.trail.record(&event) >= 1_024 {
        kernel.flush_wanted.notify_one();
    }
    if let Some(cause) = r.fault.cause() {
        eprintln!("tabletop: {request_id} failed: {cause}");
    }
}

fn clipped(text: &str) -> String {
    match text.char_indices().find(|(at, c)| at + c.len_utf8() > TEXT_BYTES) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
