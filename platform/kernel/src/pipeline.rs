//! The life of a request, from its first byte to its answer's last: one readable function and its stages.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use codec::route::{Hints, RouteFault};
use codec::{Fault, Pages, Record, Reply, Request, Route};
use directory::Identity;
use edge::{Body, BodyError, ContentEncoding, Incoming, InflateError, Outgoing, inflate};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use model::{Flags, Kind, Location, Protocol};
use sigv4::{Claim, SigError};
use tokio::time::Instant;

use crate::authenticate::{AuthFailure, Authenticated, authenticate, refuse};
use crate::cx::RequestMeta;
use crate::execute::{Answer, Call, lost_reply, not_built};
use crate::flow;
use crate::kernel::Kernel;
use crate::lift;
use crate::listing::{Listing, PIECE_ITEMS};
use crate::operation::{Access, Act, Operation, Service};
use crate::plane::{self, Began, Told, ToldOnce};
use crate::refused::{self, Refused};
use crate::scope::Scope;
use crate::signed::SignedFor;
use crate::underway::{Asked, Parked, Underway};
use crate::upload::Upload;

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

/// A request whose head is here.
pub(crate) struct Arrival<'k> {
    pub(crate) kernel: &'k Arc<Kernel>,
    pub(crate) head: Arc<Parts>,
    pub(crate) peer: SocketAddr,
    pub(crate) tls: bool,
    pub(crate) request_id: String,
    pub(crate) told: ToldOnce<'k>,
}

impl<'k> Arrival<'k> {
    pub(crate) fn new(kernel: &'k Arc<Kernel>, parts: Parts, peer: SocketAddr, tls: bool) -> Arrival<'k> {
        let request_id = kernel.ids.uuid("kernel.request");
        Arrival { kernel, head: Arc::new(parts), peer, tls, request_id, told: ToldOnce::new() }
    }
}

/// A route to an operation that is built.
struct Found<'k> {
    route: Route,
    service: &'k Service,
    operation: &'k Operation,
    /// Since when it is up to us: the request is here, or as much of it as is waited for.
    since: Instant,
}

type Answered = Result<Option<Outgoing>, Box<Failed>>;

/// Answers one request of AWS's.
pub(crate) async fn serve(kernel: &Arc<Kernel>, incoming: Incoming) -> Outgoing {
    let Incoming { parts, body, peer, tls, .. } = incoming;
    let arrival = Arrival::new(kernel, parts, peer, tls);
    let began = Began::now(kernel);
    let (mut out, failed) = match answer(&arrival, body).await {
        Ok(out) => (out.unwrap_or_else(Outgoing::hang_up), None),
        Err(f) => {
            let request_id = codec::shown_request_id(f.model, &arrival.request_id);
            if !f.recorded {
                let (route, caller) = (f.route.as_ref(), f.caller.as_ref());
                let refusal = Refused { model: f.model, route, caller, fault: &f.fault };
                refused::record(kernel, &refusal, &arrival.head, &peer, &request_id);
            }
            let operation = f.route.as_ref().map(|r| r.operation);
            let reply = codec::encode_fault(f.model, f.protocol, operation, &f.fault, &request_id);
            (outgoing(reply), Some(f))
        }
    };
    let service = failed.as_ref().and_then(|f| kernel.service(f.model?.id));
    let operation = failed.as_ref().and_then(|f| f.route.as_ref()).map_or("", |r| r.operation.name);
    let code = failed.as_ref().map_or("", |f| f.fault.code());
    plane::finish(&arrival, service, operation, code, began, &mut out);
    out
}

async fn answer(arrival: &Arrival<'_>, body: Body) -> Answered {
    let Arrival { kernel, head, .. } = arrival;
    let claim = sigv4::parse(head);
    if let Some(found) = streamed(arrival, &claim) {
        // Boxed: every request's future would be as large as an upload's.
        return Box::pin(stream(arrival, found, claim, body)).await;
    }
    let sent = body.collect(BODY_BYTES).await.map_err(|e| unreadable(head, &e))?;
    let since = Instant::now();
    let body = decoded(&head.headers, &sent).map_err(|e| bad_encoding(head, &e))?;
    let request = request(head, &body);
    let hints = Hints { signing_name: signing_name(&claim), host: host(head) };
    let route = codec::route::find(&request, &hints).map_err(unrouted)?;
    let row = kernel.row(route.model.id, route.operation.name);
    let failed = |fault| Box::new(failure(&route, fault));

    // What AWS takes without a signature says that it isn't built, not that a signature is missing.
    let unbuilt = if route.operation.flags.has(Flags::NO_AUTH) { Access::Open } else { Access::Guarded };
    let access = row.map_or(unbuilt, |(_, o)| o.access);
    let lifted = lift::lifted(head, &claim);
    let request = Request { headers: lifted.as_ref().unwrap_or(&head.headers), ..request };
    let authenticated = authenticated(arrival, &route, &claim, access, Some(&sent)).map_err(failed)?;
    let Some((service, operation)) = row else {
        kernel.note_unimplemented(&format!("{}.{}", route.model.id, route.operation.name));
        let fault = not_built(route.model.id, route.operation.name);
        return Err(Box::new(Failed { caller: Some(authenticated.identity), ..failure(&route, fault) }));
    };
    let found = Found { route, service, operation, since };
    let signed_for = SignedFor::claimed(claim_of(&claim), authenticated.region);
    let meta = RequestMeta { body: sent.clone(), ..request_meta(arrival, &found.route, signed_for) };
    run(arrival, &found, &authenticated, &meta, &request, None).await
}

/// Reads the input, runs the call, writes the answer.
async fn run<'k>(
    arrival: &Arrival<'k>,
    found: &Found<'k>,
    who: &Authenticated,
    meta: &RequestMeta,
    request: &Request<'_>,
    upload: Option<&mut Upload>,
) -> Answered {
    let (kernel, route, identity) = (arrival.kernel, &found.route, &who.identity);
    let failed = |fault| Box::new(Failed { caller: Some(identity.clone()), ..failure(route, fault) });
    let mut input: Box<dyn Record> = (found.operation.new_input)();
    let violations = codec::decode(route, request, input.as_mut()).map_err(failed)?;
    let violation = (!violations.is_empty()).then(|| violations.into_fault(route.model, route.protocol));
    let scope = Scope::new(who.region, home(kernel, identity));
    let (input, place) = kernel.place(found.operation, input, scope, meta).map_err(failed)?;
    let (service, operation, parked) = (found.service, found.operation, &Parked::default());
    if service.plane.is_some() {
        let told = Told { service, operation: operation.name, caller: identity.clone() };
        drop(arrival.told.set(told));
    }
    let pages = Pages::of(route).filter(|pages| !pages.limited(input.as_ref()));
    let account = home(kernel, identity);
    let asked = Asked { kernel, service, operation, caller: identity, account, region: who.region, meta };
    let underway = Underway::new(&asked, found.since, parked);
    let call = Call { service, operation, caller: identity, place, meta, input, violation, parked };
    match kernel.execute(call, upload).await {
        Answer::Reply(Ok(out)) => {
            let mut answer = match pages.and_then(|p| Some((p.next(out.record.as_ref())?, p))) {
                Some((token, pages)) => {
                    let listing = listing(arrival, found, who, pages, meta, request).map_err(failed)?;
                    let (reply, body) = listing.begin(out.record.as_ref(), token).map_err(failed)?;
                    Outgoing { body, ..outgoing(reply) }
                }
                None => outgoing(codec::encode(route, out.record.as_ref(), &meta.request_id)),
            };
            if let Some(flow::Answered::Out(body)) = out.body {
                answer.body = body;
            }
            underway.answered(None);
            asked.watch(&mut answer);
            Ok(Some(answer))
        }
        Answer::Reply(Err(fault)) => {
            underway.answered(Some(&fault));
            Err(Box::new(Failed { recorded: true, ..failure(route, fault) }))
        }
        Answer::HangUp => {
            underway.answered(Some(&lost_reply()));
            Ok(None)
        }
    }
}

/// What follows the first page of a list that was asked for whole. Its input is read once more: the call has used it up.
fn listing(
    arrival: &Arrival<'_>,
    found: &Found<'_>,
    who: &Authenticated,
    pages: Pages,
    meta: &RequestMeta,
    request: &Request<'_>,
) -> Result<Listing, Fault> {
    let (kernel, route) = (arrival.kernel, &found.route);
    let mut input = (found.operation.new_input)();
    codec::decode(route, request, input.as_mut())?;
    let scope = Scope::new(who.region, home(kernel, &who.identity));
    let (input, place) = kernel.place(found.operation, input, scope, meta)?;
    let (kernel, route, caller) = (kernel.clone(), route.clone(), who.identity.clone());
    Ok(Listing { kernel, route, pages, caller, place, meta: meta.clone(), input })
}

/// The account in which a caller's calls are decided, unless they say another.
fn home<'a>(kernel: &'a Kernel, caller: &'a Identity) -> &'a str {
    if caller.account.is_empty() { &kernel.config.account } else { &caller.account }
}

/// The flow that a request means, if its head alone says so: its body is not collected, unless it is a document.
fn streamed<'k>(arrival: &Arrival<'k>, claim: &Result<Option<Claim>, SigError>) -> Option<Found<'k>> {
    let head = &arrival.head;
    // What the RPC protocols' requests have, none of which streams.
    static RPC: [HeaderName; 2] =
        [HeaderName::from_static("x-amz-target"), HeaderName::from_static("smithy-protocol")];
    let is_rpc = || RPC.iter().any(|name| head.headers.contains_key(name));
    if !matches!(head.method, Method::PUT | Method::POST) || is_rpc() {
        return None;
    }
    // Most services stream nothing: what is signed for them need not be routed twice.
    let named = model::by_signing_name(signing_name(claim).unwrap_or_default());
    if !named.is_empty() && !named.iter().any(|entry| arrival.kernel.streams(entry.id)) {
        return None;
    }
    let hints = Hints { signing_name: signing_name(claim), host: host(head) };
    let route = codec::route::find(&request(head, &[]), &hints).ok()?;
    let (service, operation) = arrival.kernel.row(route.model.id, route.operation.name)?;
    let since = Instant::now();
    let streams = matches!(operation.act, Act::Flow(_)) && !takes_document(&route);
    streams.then_some(Found { route, service, operation, since })
}

/// Whether members of an operation's input are in the body: to be decoded, it has to be there whole.
fn takes_document(route: &Route) -> bool {
    let Some(input) = route.operation.input.map(|id| route.model.shape(id)) else { return false };
    match input.payload.and_then(|name| input.member(name)) {
        Some((_, payload)) => route.model.shape(payload.target).kind == Kind::Structure,
        None => input.members.iter().any(|m| m.location == Location::Body),
    }
}

/// Runs a flow over a body that is still on its way.
async fn stream<'k>(
    arrival: &Arrival<'k>,
    found: Found<'k>,
    claim: Result<Option<Claim>, SigError>,
    body: Body,
) -> Answered {
    let head = &arrival.head;
    let lifted = lift::lifted(head, &claim);
    let mut upload = Upload::of_wire(body, &head.headers);
    let authenticated = authenticated(arrival, &found.route, &claim, found.operation.access, None);
    let outcome = match authenticated {
        Ok(who) => {
            upload.verify(claim_of(&claim), who.key.as_ref());
            let signed_for = SignedFor::claimed(claim_of(&claim), who.region);
            let meta = request_meta(arrival, &found.route, signed_for);
            let request = Request { headers: lifted.as_ref().unwrap_or(&head.headers), ..request(head, &[]) };
            run(arrival, &found, &who, &meta, &request, Some(&mut upload)).await
        }
        Err(fault) => Err(Box::new(failure(&found.route, fault))),
    };
    if outcome.is_err() {
        upload.drain(head.headers.contains_key(header::EXPECT)).await;
    }
    outcome
}

fn authenticated(
    arrival: &Arrival<'_>,
    route: &Route,
    claim: &Result<Option<Claim>, SigError>,
    access: Access,
    sent: Option<&[u8]>,
) -> Result<Authenticated, Fault> {
    let (kernel, head) = (arrival.kernel, &arrival.head);
    let outcome = claim
        .as_ref()
        .map_err(|e| AuthFailure::Signature(Box::new(e.clone())))
        .and_then(|claim| authenticate(kernel, claim.as_ref(), access, head, sent, route.model));
    outcome.map_err(|e| match e {
        AuthFailure::Signature(e) => refuse(&e, route.model, route.protocol),
        AuthFailure::Internal(fault) => fault,
    })
}

fn signing_name(claim: &Result<Option<Claim>, SigError>) -> Option<&str> {
    claim_of(claim).map(|c| c.service.as_str())
}

fn claim_of(claim: &Result<Option<Claim>, SigError>) -> Option<&Claim> {
    claim.as_ref().ok()?.as_ref()
}

/// What decisions see of a request.
pub(crate) fn request_meta(arrival: &Arrival<'_>, route: &Route, signed_for: SignedFor) -> RequestMeta {
    let head = &arrival.head;
    let text = |name| head.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let scheme = if arrival.tls { "https://" } else { "http://" };
    RequestMeta {
        request_id: codec::shown_request_id(Some(route.model), &arrival.request_id),
        source_ip: source_ip(arrival.peer),
        user_agent: text(header::USER_AGENT),
        referer: text(header::REFERER),
        secure: arrival.tls,
        base_url: [scheme, host(head).unwrap_or("localhost")].concat(),
        query_protocol: route.protocol == Protocol::Query,
        signed_for,
        head: Some(head.clone()),
        body: Bytes::new(),
        piece_items: Pages::of(route).map(|_| PIECE_ITEMS),
    }
}

/// A caller's address as answers and policies show it.
pub(crate) fn source_ip(peer: SocketAddr) -> String {
    match peer.ip().to_canonical() {
        ip if ip == Ipv4Addr::LOCALHOST => "127.0.0.1".to_owned(),
        ip => ip.to_string(),
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

/// The host that a request names.
pub(crate) fn host(head: &Parts) -> Option<&str> {
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

/// A codec's answer as the server writes it.
pub(crate) fn outgoing(reply: Reply) -> Outgoing {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut out = Outgoing::new(status, reply.body);
    out.headers.extend(reply.headers.into_iter().map(|(n, v)| (Some(n), v)));
    out
}
