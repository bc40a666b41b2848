//! What a service answers over HTTP beside its API: web sites, forms of browsers, preflights by rules of its own; and what it
//! wants to hear of every request that was for it. Whatever it does for a visitor it does through operations of its own, called
//! as that visitor, through all the stages of a request.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use codec::{Fault, Op, Record, Request, Route};
use directory::Identity;
use edge::{Body, Incoming, Outgoing, cors};
use http::HeaderMap;
use http::header::{self, HeaderValue};
use http::request::Parts;
use model::{Model, Protocol};

use crate::authenticate::{AuthFailure, Authenticated, authenticate_text, refuse, unsigned};
use crate::cx::{Cx, RequestMeta};
use crate::decide::{Case, Step};
use crate::execute::{Answer, Call, not_built, violations};
use crate::flow;
use crate::form::{self, Form, FormFile};
use crate::kernel::Kernel;
use crate::operation::{Access, Service};
use crate::pipeline::{Arrival, outgoing, request_meta, source_ip};
use crate::place::Place;
use crate::refused::{self, Refused};
use crate::scope::Scope;
use crate::signed::SignedFor;
use crate::trail::Event;
use crate::underway::Parked;
use crate::upload::{Upload, UploadError};

/// A service's own HTTP.
pub struct Plane {
    /// Whether the service itself answers requests with such a head, and not its API.
    pub claims: fn(&Look<'_>, &Parts) -> bool,
    /// Answers one. The error is spelt as the API's are.
    pub serve: for<'v> fn(&'v mut Visit<'_>) -> Serving<'v>,
    /// Rules of the service's own on who may read an answer from another origin: adds the headers that they give. `false`: it has none
    /// for this request, and the general ones hold.
    pub cross_origin: fn(&Look<'_>, &Parts, &mut HeaderMap) -> bool,
    /// Where it keeps what it wants to know of a finished request, which may be in several places; nowhere, and quickly, if nothing.
    pub hears: fn(&Cx, &Finished<'_>) -> Vec<Place>,
    /// Keeps it, in one of those places, before the answer goes out. It is not waited for until that is durable.
    pub hear: fn(&mut Cx, &Finished<'_>) -> Result<(), Fault>,
}

/// An answer on its way.
pub type Serving<'v> = Pin<Box<dyn Future<Output = Result<Outgoing, Fault>> + Send + 'v>>;

/// A request that was answered.
#[derive(Debug)]
pub struct Finished<'a> {
    /// Its head.
    pub head: &'a Parts,
    /// AWS's name of the operation; empty where none was found.
    pub operation: &'a str,
    /// Who asked, where that was found out.
    pub caller: Option<&'a Identity>,
    /// Its id, as shown.
    pub request_id: &'a str,
    /// Address of the caller.
    pub source_ip: &'a str,
    /// Over TLS.
    pub secure: bool,
    /// When it came, milliseconds since the epoch.
    pub began_ms: i64,
    /// Real milliseconds until the answer's first byte.
    pub took_ms: i64,
    /// The answer's status.
    pub status: u16,
    /// The answer's headers.
    pub headers: &'a HeaderMap,
    /// Code of the error that was answered; empty for none.
    pub error_code: &'a str,
    /// Length of the answer's body, as far as it is known when it begins.
    pub sent_bytes: u64,
}

/// What is known of a call when it has been made: for whoever hears of it afterwards.
pub(crate) struct Told<'k> {
    pub(crate) service: &'k Service,
    pub(crate) operation: &'static str,
    pub(crate) caller: Arc<Identity>,
}

/// Looks at the state, before anybody is known to ask.
pub struct Look<'k> {
    kernel: &'k Kernel,
    service: &'k Service,
}

impl Look<'_> {
    /// Looks at the state, on a snapshot of its own.
    ///
    /// Errors: those of `f`; `InternalFailure` when the store failed below it, or when `f` wrote.
    pub fn read<T>(&self, f: impl FnOnce(&mut Cx) -> Result<T, Fault>) -> Result<T, Fault> {
        let Look { kernel, service } = self;
        let place = Place::at(Scope::new(kernel.region, &kernel.config.account));
        let caller = Identity::anonymous(kernel.region.partition);
        let meta = RequestMeta::default();
        let case =
            Case { service, place: &place, caller: &caller, meta: &meta, last_chance: true, asked: &[] };
        match kernel.decide_as(case, false, None::<fn(i64) -> Event<'static>>, f) {
            Step::Done(out, _) => Ok(out),
            Step::Refused(fault) => Err(fault),
            Step::Parked(..) => Err(Fault::internal("a look parked")),
        }
    }
}

/// Somebody who came, as whom calls are made.
pub struct Visitor(Authenticated, bool);

impl Visitor {
    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }
}

/// A text that a caller signed, outside of a request's head: a form's policy.
#[derive(Clone, Copy, Debug)]
pub struct SignedText<'a> {
    /// What was signed.
    pub text: &'a str,
    /// With whose key.
    pub access_key_id: &'a str,
    /// `date/region/service/aws4_request`; `None` for signature version 2.
    pub scope: Option<&'a str>,
    /// The signature.
    pub signature: &'a str,
    /// The session's token, if the key is one of a session.
    pub token: Option<&'a str>,
}

/// A request that a service answers itself.
pub struct Visit<'k> {
    arrival: Arrival<'k>,
    service: &'k Service,
    model: &'static Model,
    body: Option<Body>,
    upload: Option<Upload>,
}

impl Visit<'_> {
    /// The request's head.
    pub fn head(&self) -> &Parts {
        &self.arrival.head
    }

    /// The request's id, as shown.
    pub fn request_id(&self) -> String {
        codec::shown_request_id(Some(self.model), &self.arrival.request_id)
    }

    /// Whether it came over TLS.
    pub fn is_secure(&self) -> bool {
        self.arrival.tls
    }

    /// Whether a time that a client set is past: by the virtual clock and by the real one, which clients know.
    pub fn is_past(&self, at_ms: i64) -> bool {
        self.arrival.kernel.clock.virtual_and_real_ms().iter().all(|now_ms| *now_ms > at_ms)
    }

    /// To look at the state.
    pub fn look(&self) -> Look<'_> {
        Look { kernel: self.arrival.kernel, service: self.service }
    }

    /// Somebody who signed nothing.
    ///
    /// Errors: as a request without a signature is refused.
    pub fn unsigned(&self) -> Result<Visitor, Fault> {
        let found = unsigned(self.arrival.kernel, Access::Anonymous);
        found.map(|who| Visitor(who, false)).map_err(|e| self.refused(e))
    }

    /// Whoever signed that text.
    ///
    /// Errors: as a request with such a signature is refused.
    pub fn signed(&self, text: &SignedText<'_>) -> Result<Visitor, Fault> {
        let found = authenticate_text(self.arrival.kernel, text, self.model);
        found.map(|who| Visitor(who, text.scope.is_some())).map_err(|e| self.refused(e))
    }

    fn refused(&self, e: AuthFailure) -> Fault {
        match e {
            AuthFailure::Signature(e) => refuse(&e, self.model, Protocol::RestXml),
            AuthFailure::Internal(fault) => fault,
        }
    }

    /// Reads the request's body as a form, up to its file, which is then the next call's body.
    ///
    /// Errors: why it is none; a body that was read before is.
    pub async fn form(&mut self, boundary: &str, most_bytes: usize) -> Result<Form, UploadError> {
        let body = self.body.as_mut().ok_or(UploadError::Form)?;
        let (form, decoder) = form::read(body, boundary, most_bytes).await?;
        if form.file.is_some() {
            self.upload = self.body.take().map(|body| Upload::of_form(FormFile::new(body, decoder)));
        }
        Ok(form)
    }

    /// Limits the form's file to that many bytes; the call that reads another number is refused.
    pub fn limit_file(&mut self, least: u64, most: u64) {
        if let Some(upload) = &mut self.upload {
            upload.limit(least, most);
        }
    }

    /// Reads an operation's input from labels, headers and body, as its API does.
    ///
    /// Errors: those of the codec; the first violation of the model.
    pub fn input<O: Op>(
        &self,
        labels: Vec<(&'static str, String)>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<O::Input, Fault> {
        let route = self.route::<O>(labels)?;
        let request = Request { method: "PUT", path: "/", query: "", headers, body };
        let mut input = O::Input::default();
        let found = codec::decode(&route, &request, &mut input)?;
        match found.is_empty() {
            true => Ok(input),
            false => Err(found.into_fault(self.model, Protocol::RestXml)),
        }
    }

    fn route<O: Op>(&self, labels: Vec<(&'static str, String)>) -> Result<Route, Fault> {
        let operation = self.model.operation(O::NAME).ok_or_else(|| not_built(O::SERVICE, O::NAME))?;
        Ok(Route { model: self.model, operation, protocol: Protocol::RestXml, labels })
    }

    /// Calls an operation as that visitor, through all the stages of a request; the form's file is its body. The answer is the API's,
    /// or none if a fault took it ([`Outgoing::hang_up`]).
    ///
    /// Errors: whatever the operation answers.
    pub async fn call<O: Op>(&mut self, who: &Visitor, input: O::Input) -> Result<Outgoing, Fault> {
        let kernel = self.arrival.kernel;
        let route = self.route::<O>(Vec::new())?;
        let (service, operation) =
            kernel.row(O::SERVICE, O::NAME).ok_or_else(|| not_built(O::SERVICE, O::NAME))?;
        let Visitor(who, is_signed) = who;
        let signed_for = if *is_signed { SignedFor::Region(who.region.name) } else { SignedFor::Nothing };
        let meta = request_meta(&self.arrival, &route, signed_for);
        let input: Box<dyn Record> = Box::new(input);
        let account = Some(&who.identity.account).filter(|a| !a.is_empty()).unwrap_or(&kernel.config.account);
        let (input, place) = kernel.place(operation, input, Scope::new(who.region, account), &meta)?;
        let violation = violations(O::SERVICE, O::NAME, input.as_ref());
        let told = Told { service, operation: operation.name, caller: who.identity.clone() };
        // Of several calls for one visitor the first one tells.
        drop(self.arrival.told.set(told));
        let parked = &Parked::default();
        let caller = &who.identity;
        let call = Call { service, operation, caller, place, meta: &meta, input, violation, parked };
        match kernel.execute(call, self.upload.as_mut()).await {
            Answer::Reply(outcome) => {
                let out = outcome?;
                let mut answer = outgoing(codec::encode(&route, out.record.as_ref(), &meta.request_id));
                if let Some(flow::Answered::Out(body)) = out.body {
                    answer.body = body;
                }
                Ok(answer)
            }
            Answer::HangUp => Ok(Outgoing::hang_up()),
        }
    }
}

/// The service that answers requests with such a head itself, if one does.
pub(crate) fn claimant<'k>(kernel: &'k Kernel, head: &Parts) -> Option<&'k Service> {
    kernel
        .services()
        .find(|service| service.plane.is_some_and(|plane| (plane.claims)(&Look { kernel, service }, head)))
}

/// Has a service answer a request itself.
pub(crate) async fn serve(kernel: &Arc<Kernel>, service: &Service, incoming: Incoming) -> Outgoing {
    let (Some(plane), Some(model)) = (service.plane, model::service(service.id)) else {
        return Outgoing::hang_up();
    };
    let Incoming { parts, body, peer, tls, .. } = incoming;
    let arrival = Arrival::new(kernel, parts, peer, tls);
    let began = Began::now(kernel);
    let mut visit = Visit { arrival, service, model, body: Some(body), upload: None };
    let outcome = (plane.serve)(&mut visit).await;
    let Visit { arrival, body, upload, .. } = visit;
    let request_id = codec::shown_request_id(Some(model), &arrival.request_id);
    let mut fault_code = "";
    let mut out = match &outcome {
        Ok(_) => Outgoing::hang_up(),
        Err(fault) => {
            fault_code = fault.code();
            if arrival.told.get().is_none() {
                let refusal = Refused { model: Some(model), route: None, caller: None, fault };
                refused::record(kernel, &refusal, &arrival.head, &peer, &request_id);
            }
            let upload = upload.or(body.map(|body| Upload::of_wire(body, &HeaderMap::new())));
            if let Some(upload) = upload {
                upload.drain(arrival.head.headers.contains_key(header::EXPECT)).await;
            }
            outgoing(codec::encode_fault(Some(model), Protocol::RestXml, None, fault, &request_id))
        }
    };
    let fault_code = fault_code.to_owned();
    if let Ok(answered) = outcome {
        out = answered;
    }
    finish(&arrival, Some(service), "", &fault_code, began, &mut out);
    out
}

/// When a request came.
#[derive(Clone, Copy)]
pub(crate) struct Began {
    at_ms: i64,
    real: Instant,
}

impl Began {
    pub(crate) fn now(kernel: &Kernel) -> Began {
        Began { at_ms: kernel.clock.now_ms(), real: Instant::now() }
    }
}

/// What remains to be done about an answer: who may read it from another origin, and who wants to hear of it.
pub(crate) fn finish(
    arrival: &Arrival<'_>,
    service: Option<&Service>,
    operation: &str,
    fault_code: &str,
    began: Began,
    out: &mut Outgoing,
) {
    let (kernel, head) = (arrival.kernel, &arrival.head);
    let told = arrival.told.get();
    let service = service.or(told.map(|t| t.service));
    let planned = service.and_then(|s| Some((s, s.plane?)));
    let origin = head.headers.get(header::ORIGIN);
    let own = origin.is_some()
        && planned.is_some_and(|(service, plane)| {
            (plane.cross_origin)(&Look { kernel, service }, head, &mut out.headers)
        });
    if !own {
        cors::allow(origin, &mut out.headers);
    }
    let Some((service, plane)) = planned.filter(|_| !out.hang_up) else { return };
    let request_id = codec::shown_request_id(model::service(service.id), &arrival.request_id);
    let said = |name| out.headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    let finished = Finished {
        head,
        operation: told.map_or(operation, |t| t.operation),
        caller: told.map(|t| t.caller.as_ref()),
        request_id: &request_id,
        source_ip: &source_ip(arrival.peer),
        secure: arrival.tls,
        began_ms: began.at_ms,
        took_ms: began.real.elapsed().as_millis() as i64,
        status: out.status.as_u16(),
        error_code: if fault_code.is_empty() {
            said("x-amz-error-code").unwrap_or_default()
        } else {
            fault_code
        },
        headers: &out.headers,
        sent_bytes: sent_bytes(out),
    };
    if let Err(fault) = kernel.heard(service, plane, &finished) {
        eprintln!("tabletop: {request_id}: {} didn't hear of it: {fault:?}", service.id);
    }
}

fn sent_bytes(out: &Outgoing) -> u64 {
    let said = out.headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    out.body.length().or(said).unwrap_or(0)
}

impl Kernel {
    /// Tells a service of a request that is answered.
    fn heard(&self, service: &Service, plane: &Plane, finished: &Finished<'_>) -> Result<(), Fault> {
        let here = Place::at(Scope::new(self.region, &self.config.account));
        let caller = Identity::service(self.region.partition, service.id, &here.scope.account, None);
        let meta = RequestMeta::default();
        let case =
            Case { service, place: &here, caller: &caller, meta: &meta, last_chance: true, asked: &[] };
        for place in (plane.hears)(&self.cx(case), finished) {
            let case = Case { place: &place, ..case };
            let hear = |cx: &mut Cx<'_>| (plane.hear)(cx, finished);
            if let Step::Refused(fault) = self.decide_as(case, true, None::<fn(i64) -> Event<'static>>, hear)
            {
                return Err(fault);
            }
        }
        Ok(())
    }
}

/// What an arrival knows of the call that came of it.
pub(crate) type ToldOnce<'k> = OnceLock<Told<'k>>;
