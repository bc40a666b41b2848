//! The life of a request, from its first byte to its answer's last: one readable function and its stages.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use codec::route::{Hints, RouteFault};
use codec::{Fault, Record, Reply, Request, Route};
use directory::Identity;
use edge::{Body, BodyError, ContentEncoding, Incoming, InflateError, Outgoing, inflate};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};
use model::{Flags, Protocol};

use crate::authenticate::{AuthFailure, Authenticated, authenticate, refuse};
use crate::cx::RequestMeta;
use crate::execute::{Answer, Call, not_built};
use crate::kernel::Kernel;
use crate::operation::Access;
use crate::refused::{self, Refused};
use crate::scope::Scope;

/// Largest request body, after decoding. SQS takes a MiB, which a form may triple.
const BODY_BYTES: usize = 16 * 1024 * 1024;

/// A fault and what is known for spelling it.
struct Failed {
    route: Option<Route>,
    protocol: Protocol,
    model: Option<&'static model::Model>,
    fault: Fault,
    /// Who asked, once that is known.
    caller: Option<Arc<Identity>>,
    /// The trail has it already.
    recorded: bool,
}

impl Failed {
    /// A fault before anything is known.
    fn new(fault: Fault) -> Failed {
        Failed { route: None, protocol: Protocol::Json10, model: None, fault, caller: None, recorded: false }
    }
}

/// Answers one request of AWS's.
pub(crate) async fn serve(kernel: &Kernel, incoming: Incoming) -> Outgoing {
    let request_id = kernel.ids.uuid("kernel.request");
    let Incoming { parts: head, body, peer, tls, .. } = incoming;
    match answer(kernel, &head, body, peer, tls, &request_id).await {
        Ok(Some(reply)) => outgoing(reply),
        Ok(None) => Outgoing::hang_up(),
        Err(f) => {
            if !f.recorded {
                let (route, caller) = (f.route.as_ref(), f.caller.as_ref());
                let refusal = Refused { model: f.model, route, caller, fault: &f.fault };
                refused::record(kernel, &refusal, &head, &peer, &request_id);
            }
            let operation = f.route.as_ref().map(|r| r.operation);
            outgoing(codec::encode_fault(f.model, f.protocol, operation, &f.fault, &request_id))
        }
    }
}

async fn answer(
    kernel: &Kernel,
    head: &Parts,
    body: Body,
    peer: SocketAddr,
    tls: bool,
    request_id: &str,
) -> Result<Option<Reply>, Box<Failed>> {
    let sent = body.collect(BODY_BYTES).await.map_err(|e| unreadable(head, &e))?;
    let claim = sigv4::parse(head);
    let signing_name = claim.as_ref().ok().and_then(|c| c.as_ref()).map(|c| c.service.as_str());
    let is_signed = signing_name.is_some();
    let body = decoded(&head.headers, &sent).map_err(|e| bad_encoding(head, &e))?;
    let request = request(head, &body);
    let host = host(head);
    let route = codec::route::find(&request, &Hints { signing_name, host }).map_err(unrouted)?;
    let row = kernel.row(route.model.id, route.operation.name);
    let failed = |fault| Box::new(failure(&route, fault));

    // What AWS takes without a signature says that it isn't built, not that a signature is missing.
    let unbuilt = if route.operation.flags.has(Flags::NO_AUTH) { Access::Open } else { Access::Guarded };
    let access = row.map_or(unbuilt, |(_, o)| o.access);
    let authenticated = claim
        .map_err(|e| AuthFailure::Signature(Box::new(e)))
        .and_then(|claim| authenticate(kernel, claim.as_ref(), access, head, &sent, route.model));
    let Authenticated { identity, region } = match authenticated {
        Ok(a) => a,
        Err(AuthFailure::Signature(e)) => return Err(failed(refuse(&e, route.model, route.protocol))),
        Err(AuthFailure::Internal(fault)) => return Err(failed(fault)),
    };
    let failed = |fault| Box::new(Failed { caller: Some(identity.clone()), ..failure(&route, fault) });
    let Some((service, operation)) = row else {
        kernel.note_unimplemented(&format!("{}.{}", route.model.id, route.operation.name));
        return Err(failed(not_built(route.model.id, route.operation.name)));
    };

    let mut input: Box<dyn Record> = (operation.new_input)();
    let violations = codec::decode(&route, &request, input.as_mut()).map_err(failed)?;
    let violation = (!violations.is_empty()).then(|| violations.into_fault(route.model, route.protocol));
    let mut meta = request_meta(request_id, head, &peer, tls, host, route.protocol);
    meta.signed_region = if is_signed { region.name } else { "" };
    let account = if identity.account.is_empty() { &kernel.config.account } else { &identity.account };
    let place = kernel.place(operation, input.as_ref(), Scope::new(region, account)).map_err(failed)?;
    let call = Call { service, operation, caller: &identity, place, meta: &meta, input, violation };
    match kernel.execute(call).await {
        Answer::Reply(Ok(out)) => Ok(Some(codec::encode(&route, out.as_ref(), request_id))),
        Answer::Reply(Err(fault)) => Err(Box::new(Failed { recorded: true, ..failure(&route, fault) })),
        Answer::HangUp => Ok(None),
    }
}

fn request_meta(
    request_id: &str,
    head: &Parts,
    peer: &SocketAddr,
    tls: bool,
    host: Option<&str>,
    protocol: Protocol,
) -> RequestMeta {
    let text = |name| head.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let scheme = if tls { "https" } else { "http" };
    RequestMeta {
        request_id: request_id.to_owned(),
        source_ip: peer.ip().to_canonical().to_string(),
        user_agent: text(header::USER_AGENT),
        referer: text(header::REFERER),
        secure: tls,
        base_url: format!("{scheme}://{}", host.unwrap_or("localhost")),
        query_protocol: protocol == Protocol::Query,
        signed_region: "",
    }
}

fn request<'r>(head: &'r Parts, body: &'r [u8]) -> Request<'r> {
    Request {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &head.headers,
        body,
    }
}

fn host(head: &Parts) -> Option<&str> {
    let named = head.headers.get(header::HOST).and_then(|h| h.to_str().ok());
    named.or(head.uri.authority().map(|a| a.as_str()))
}

/// The body without its content encoding. Signatures cover the body as sent.
fn decoded(headers: &HeaderMap, sent: &Bytes) -> Result<Bytes, InflateError> {
    if !headers.contains_key(header::CONTENT_ENCODING) {
        return Ok(sent.clone());
    }
    inflate(ContentEncoding::of(headers)?, sent.clone(), BODY_BYTES)
}

/// The protocol that a request whose body can't be read speaks, and the service it means, as far as its head tells. An
/// unsigned form that is posted names its service in the body alone: whichever it is, it speaks query XML.
fn protocol_of(head: &Parts) -> (Protocol, Option<&'static model::Model>) {
    let claim = sigv4::parse(head).ok().flatten();
    let hints = Hints { signing_name: claim.as_ref().map(|c| c.service.as_str()), host: host(head) };
    let (protocol, model) = match codec::route::find(&request(head, &[]), &hints) {
        Ok(route) => (route.protocol, Some(route.model)),
        Err(e) => (e.protocol, e.model),
    };
    let content_type = head.headers.get(header::CONTENT_TYPE).map_or(&[][..], |v| v.as_bytes());
    let is_form = content_type.to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded");
    match claim {
        None if is_form && head.method == Method::POST && protocol == Protocol::RestXml => {
            (Protocol::Query, None)
        }
        _ => (protocol, model),
    }
}

/// A refusal of a request whose body can't be read.
fn early(head: &Parts, fault: Fault) -> Box<Failed> {
    let (protocol, model) = protocol_of(head);
    Box::new(Failed { protocol, model, ..Failed::new(fault) })
}

fn bad_encoding(head: &Parts, e: &InflateError) -> Box<Failed> {
    let fault = match e {
        InflateError::TooLarge => too_large(),
        _ => {
            Fault::new("InvalidRequest", 400, "The request body's content encoding is unknown or malformed.")
        }
    };
    early(head, fault)
}

fn unreadable(head: &Parts, e: &BodyError) -> Box<Failed> {
    let fault = match e {
        BodyError::TooLarge => too_large(),
        BodyError::Timeout => Fault::new("RequestTimeout", 408, "The request body did not arrive in time."),
        BodyError::Broken => {
            Fault::new("IncompleteBody", 400, "The request body ended early or is malformed.")
        }
    };
    early(head, fault)
}

fn too_large() -> Fault {
    Fault::new("RequestEntityTooLarge", 413, "The request body is too large.")
}

fn unrouted(e: RouteFault) -> Box<Failed> {
    Box::new(Failed { protocol: e.protocol, model: e.model, ..Failed::new(e.fault) })
}

fn failure(route: &Route, fault: Fault) -> Failed {
    Failed {
        protocol: route.protocol,
        model: Some(route.model),
        route: Some(route.clone()),
        ..Failed::new(fault)
    }
}

fn outgoing(reply: Reply) -> Outgoing {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut out = Outgoing::new(status, reply.body);
    out.headers.extend(reply.headers.into_iter().map(|(n, v)| (Some(n), v)));
    out
}
