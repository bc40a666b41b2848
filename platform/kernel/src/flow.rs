//! Flows: operations that stream a body or wait for something between two decisions. A flow is a thin async function of a
//! service that strings decisions, calls and bytes together. It holds no state of its own: whatever a crash between two of
//! its steps leaves behind, a sweep clears. Its trail record follows it, as with every data event.

use std::future::Future;
use std::sync::Arc;

use blobs::{Blobs, MasterKey, Pin};
use bytes::Bytes;
use codec::{Blob, Fault, Op, Record, Value};
use directory::Identity;
use edge::{BodySender, OutBody};

use crate::authorize::{Question, judge};
use crate::clock::Clock;
use crate::cx::{Cx, RequestMeta};
use crate::decide::{Case, Step};
use crate::guard::{Guard, Target};
use crate::healing::Alarm;
use crate::ids::Ids;
use crate::kernel::Kernel;
use crate::ledger::Fresh;
use crate::place::Place;
use crate::profile::Profile;
use crate::scope::Scope;
use crate::trail::Event;
use crate::upload::Upload;

/// Pieces of a streamed answer that wait for the client at most.
const ROOM: usize = 2;
/// The longest answer that is given whole to a call from inside.
const INSIDE_BYTES: u64 = 64 * 1024 * 1024;

/// What a flow returns.
pub type Flowing<'f, T> = std::pin::Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'f>>;

/// What a flow sees and may do. Between two decisions anything may happen; what one decision must see whole, it does whole.
pub struct Flow<'a> {
    kernel: &'a Kernel,
    case: Case<'a>,
    upload: Option<&'a mut Upload>,
    answer: Option<Answered>,
}

/// The body of a flow's answer.
pub(crate) enum Answered {
    /// On its way to a client.
    Out(OutBody),
    /// For a call from inside.
    Inside(Bytes),
}

impl<'a> Flow<'a> {
    pub(crate) fn new(kernel: &'a Kernel, case: Case<'a>, upload: Option<&'a mut Upload>) -> Flow<'a> {
        Flow { kernel, case, upload, answer: None }
    }

    /// Virtual now, milliseconds since the epoch.
    pub fn now_ms(&self) -> i64 {
        self.kernel.clock.now_ms()
    }

    /// The clock, to wait by.
    pub fn clock(&self) -> &'a Clock {
        &self.kernel.clock
    }

    /// Where the call happens.
    pub fn scope(&self) -> &'a Scope {
        &self.case.place.scope
    }

    /// Who calls.
    pub fn caller(&self) -> &'a Identity {
        self.case.caller
    }

    /// The request.
    pub fn request(&self) -> &'a RequestMeta {
        self.case.meta
    }

    /// Ids and randomness.
    pub fn ids(&self) -> &'a Ids {
        &self.kernel.ids
    }

    /// Bytes of large objects.
    pub fn blobs(&self) -> &'a Blobs {
        &self.kernel.config.blobs
    }

    /// Holds a blob that this flow wrote: unless a decision keeps it, it goes with what is answered here.
    pub fn fresh(&self, pin: Pin) -> Fresh {
        self.kernel.fresh(pin)
    }

    /// With which what turns out to be corrupt while an answer is under way is reported, to be healed afterwards.
    pub fn alarm(&self) -> Alarm {
        self.kernel.alarm(self.case.service.id)
    }

    /// The key that wraps data keys of what rests encrypted.
    pub fn master_key(&self) -> Arc<MasterKey> {
        self.kernel.master_key.read().clone()
    }

    /// `dev` or `real`.
    pub fn profile(&self) -> Profile {
        self.kernel.config.profile
    }

    /// Looks at the state, on a snapshot of its own.
    ///
    /// Errors: those of `f`; `InternalFailure` when the store failed below it, or when `f` wrote.
    pub fn read<T>(&self, f: impl FnOnce(&mut Cx) -> Result<T, Fault>) -> Result<T, Fault> {
        match self.kernel.decide_as(self.case, false, None::<fn(i64) -> Event<'static>>, f) {
            Step::Done(out, _) => Ok(out),
            Step::Refused(fault) => Err(fault),
            Step::Parked(..) => Err(Fault::internal("a flow's decision parked")),
        }
    }

    /// Decides: runs `f` in the lanes of the call, and returns once what it wrote is as durable as was asked for.
    ///
    /// Errors: those of `f`, after which nothing changed; `InternalFailure` when the store failed.
    pub async fn decide<T>(&self, f: impl FnOnce(&mut Cx) -> Result<T, Fault>) -> Result<T, Fault> {
        self.decide_at(self.case.place, f).await
    }

    /// As [`Flow::decide`], at a place of its own choice: between its decisions a flow holds no lane.
    pub async fn decide_at<T>(
        &self,
        place: &Place,
        f: impl FnOnce(&mut Cx) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let case = Case { place, ..self.case };
        match self.kernel.decide_as(case, true, None::<fn(i64) -> Event<'static>>, f) {
            Step::Done(out, committed) => {
                self.kernel.settled(committed.commit).await?;
                Ok(out)
            }
            Step::Refused(fault) => Err(fault),
            Step::Parked(..) => Err(Fault::internal("a flow's decision parked")),
        }
    }

    /// Calls an operation, as the caller, through all the stages of a request.
    pub async fn call<O: Op>(&self, input: O::Input) -> Result<O::Output, Fault> {
        self.kernel.call::<O>(self.case.caller, self.case.place.scope.clone(), input).await
    }

    /// Calls an operation of another service in the name of a service (`s3.amazonaws.com`), on behalf of a resource, in that
    /// scope, through all the stages of a request.
    pub async fn call_as_service<O: Op>(
        &self,
        principal: &str,
        source_arn: &str,
        scope: Scope,
        input: O::Input,
    ) -> Result<O::Output, Fault> {
        let own = &self.case.place.scope;
        let caller = Identity::service(own.partition, principal, &own.account, Some(source_arn));
        self.kernel.call::<O>(&caller, scope, input).await
    }

    /// Who holds those credentials, which another service gave out just now.
    ///
    /// Errors: as a request that was signed with them would be refused.
    pub fn bearer(&self, access_key_id: &str, secret: &str, token: Option<&str>) -> Result<Identity, Fault> {
        let who = self.kernel.identify(self.case.place.scope.partition, access_key_id, secret, token)?;
        Ok(Identity::clone(&who))
    }

    /// Calls an operation as somebody whom [`Flow::bearer`] told, through all the stages of a request.
    pub async fn call_as<O: Op>(
        &self,
        who: &Identity,
        scope: Scope,
        input: O::Input,
    ) -> Result<O::Output, Fault> {
        self.kernel.call::<O>(who, scope, input).await
    }

    /// Asks whether somebody whom [`Flow::bearer`] told may do something that no operation does, to what the targets name.
    ///
    /// Errors: `AccessDenied`, in the authorizer's words.
    pub fn ask(&self, who: &Identity, action: &str, targets: Vec<Target>) -> Result<(), Fault> {
        let guard = Guard { targets, ..Guard::default() };
        let question = Question {
            store: &self.kernel.store,
            directory: &self.kernel.directory,
            caller: who,
            scope: self.scope(),
            meta: self.request(),
            now_ms: self.now_ms(),
            action,
            guard: &guard,
            denied_in_lower_case: false,
        };
        let denial = judge(&question, &guard.targets)?.denial;
        denial.map_or(Ok(()), |denial| Err(Fault::new("AccessDenied", 403, denial.text)))
    }

    /// The request's body as a stream, once. Calls from inside have it in the payload member, which is given here.
    pub fn upload(&mut self, payload: &Option<Blob>) -> FlowUpload<'a> {
        match self.upload.take() {
            Some(upload) => FlowUpload::Wire(upload),
            None => {
                let bytes = payload.as_ref().map(|b| Bytes::copy_from_slice(&b.0)).unwrap_or_default();
                FlowUpload::Inside(Box::new(Upload::of_bytes(bytes)))
            }
        }
    }

    /// Answers with these bytes as the body.
    pub fn answer(&mut self, body: Bytes) {
        self.answer = Some(match self.case.meta.head {
            Some(_) => Answered::Out(body.into()),
            None => Answered::Inside(body),
        });
    }

    /// Answers with a body of that length that `source` gives piece by piece, while the client takes it. An `Err` in the
    /// middle, of which the text is for the log, cuts the connection: a client never takes a part for the whole.
    ///
    /// Errors: to calls from inside, `InternalFailure` for what failed, or an answer that is too long to be given whole.
    pub async fn answer_with<S: Source>(&mut self, length: u64, mut source: S) -> Result<(), Fault> {
        if self.case.meta.head.is_none() {
            if length > INSIDE_BYTES {
                return Err(Fault::internal("an answer is too long for a call from inside"));
            }
            let mut all = Vec::with_capacity(length as usize);
            while let Some(piece) = source.next().await.map_err(Fault::internal)? {
                all.extend_from_slice(&piece);
            }
            self.answer = Some(Answered::Inside(all.into()));
            return Ok(());
        }
        self.answer = Some(Answered::Out(streamed(source, Some(length), self.case.meta.request_id.clone())));
        Ok(())
    }

    pub(crate) fn into_answer(self) -> Option<Answered> {
        self.answer
    }
}

/// A flow's upload, from the wire or from inside.
pub enum FlowUpload<'a> {
    /// From the wire.
    Wire(&'a mut Upload),
    /// From inside.
    Inside(Box<Upload>),
}

impl std::ops::Deref for FlowUpload<'_> {
    type Target = Upload;
    fn deref(&self) -> &Upload {
        match self {
            FlowUpload::Wire(u) => u,
            FlowUpload::Inside(u) => u,
        }
    }
}

impl std::ops::DerefMut for FlowUpload<'_> {
    fn deref_mut(&mut self) -> &mut Upload {
        match self {
            FlowUpload::Wire(u) => u,
            FlowUpload::Inside(u) => u,
        }
    }
}

/// Where a streamed answer comes from.
pub trait Source: Send + 'static {
    /// The next piece; `None` at the end. The error is for the log.
    fn next(&mut self) -> impl Future<Output = Result<Option<Bytes>, String>> + Send;
}

/// A body that a source gives while the client takes it, of that length if it is known.
pub(crate) fn streamed(source: impl Source, length: Option<u64>, request_id: String) -> OutBody {
    let (sender, body) = OutBody::channel(ROOM, length);
    tokio::spawn(pump(source, sender, request_id));
    body
}

async fn pump(mut source: impl Source, sender: BodySender, request_id: String) {
    loop {
        match source.next().await {
            Ok(Some(piece)) => {
                if !sender.send(piece).await {
                    return;
                }
            }
            Ok(None) => return sender.end().await,
            Err(cause) => {
                eprintln!("tabletop: {request_id}: the answer was cut: {cause}");
                return;
            }
        }
    }
}

/// The place and the rest of what a flow's decisions run for.
impl std::fmt::Debug for Flow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Place { scope, lanes, .. } = self.case.place;
        f.debug_struct("Flow").field("scope", scope).field("lanes", lanes).finish_non_exhaustive()
    }
}

/// An output with the body of its flow's answer in its payload member, for calls from inside.
pub(crate) fn whole(
    service: &str,
    operation: &str,
    mut record: Box<dyn Record>,
    body: Option<Answered>,
) -> Result<Box<dyn Record>, Fault> {
    let Some(Answered::Inside(bytes)) = body else { return Ok(record) };
    let modelled = model::service(service).and_then(|m| Some((m, m.operation(operation)?.output?)));
    let payload = modelled.and_then(|(m, id)| Some((m, m.shape(id), m.shape(id).payload?)));
    let (model, shape, name) =
        payload.ok_or_else(|| Fault::internal("a flow answered a body without a member for it"))?;
    let value = Value::of(shape, [(name, Value::Blob(Blob(bytes.into())))]);
    codec::from_value(model, shape, &value, record.as_mut()).map_err(|e| Fault::internal(e.0))?;
    Ok(record)
}
