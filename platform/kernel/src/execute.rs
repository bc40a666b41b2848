//! A call from the throttle to the trail: the part of a request's life that has nothing to do with the wire. Requests
//! enter it through `pipeline.rs`, calls between services through [`Kernel::call`]; the rules are the same.

use std::borrow::Cow;
use std::sync::atomic::Ordering;
use std::time::Duration;

use codec::{Fault, Op, Record, Spelling, WireError};
use directory::{Identity, IdentityKind};
use tokio::time::{Instant, sleep, sleep_until};

use crate::authorize::Judgement;
use crate::cx::RequestMeta;
use crate::decide::{Case, Step};
use crate::flow::{self, Answered, Flow};
use crate::guard::{Guard, Target};
use crate::kernel::Kernel;
use crate::operation::{Access, Act, DecideFn, Operation, Service};
use crate::place::Place;
use crate::scope::Scope;
use crate::stage::faults::{FaultEffect, Seen};
use crate::stage::throttles::Draw;
use crate::trail::Event;
use crate::underway::Parked;
use crate::upload::Upload;

/// Rounds that a call makes way for others before it waits for its lane.
const LANE_ROUNDS: usize = 4;

/// A call, ready to be judged and decided.
pub(crate) struct Call<'a> {
    pub(crate) service: &'a Service,
    pub(crate) operation: &'a Operation,
    pub(crate) caller: &'a Identity,
    pub(crate) place: Place,
    pub(crate) meta: &'a RequestMeta,
    pub(crate) input: Box<dyn Record>,
    /// The fault for violations of the model's constraints, spoken after authorization.
    pub(crate) violation: Option<Fault>,
    /// Takes up how long the call was parked.
    pub(crate) parked: &'a Parked,
}

/// What the caller gets to see.
pub(crate) enum Answer {
    /// An output or a fault.
    Reply(Result<Out, Fault>),
    /// Nothing: the connection is cut.
    HangUp,
}

/// What an operation gave.
pub(crate) struct Out {
    pub(crate) record: Box<dyn Record>,
    /// The body of a flow's answer.
    pub(crate) body: Option<Answered>,
}

/// Faults that wait until after the decision.
#[derive(Default)]
struct Later {
    lose_reply: bool,
    twice: bool,
}

impl Kernel {
    /// Runs a call and records it. `upload` is its body, where that is streamed.
    pub(crate) async fn execute(&self, call: Call<'_>, upload: Option<&mut Upload>) -> Answer {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let now_ms = self.clock.now_ms();
        self.note_use(&call, now_ms);
        let mut notes = Notes::default();
        let mut later = Later::default();
        let outcome = match self.before(&call, now_ms, None, &mut later).await {
            Ok(None) => self.judged(&call, upload, &mut notes, &mut later).await,
            other => other.map(|cut| cut.expect("without an answer the call went on")),
        };
        let outcome = match outcome {
            Ok(Answer::HangUp) => {
                notes.why = "a fault cut the connection instead".to_owned();
                self.record(&call, &notes, Some(&lost_reply()));
                return Answer::HangUp;
            }
            Ok(Answer::Reply(r)) => r,
            Err(fault) => Err(fault),
        };
        if !notes.recorded {
            self.record(&call, &notes, outcome.as_ref().err());
        }
        if later.lose_reply { Answer::HangUp } else { Answer::Reply(outcome) }
    }

    /// Notes that its access key and its principal were used: for the access advisor, attempts count, allowed or not.
    fn note_use(&self, call: &Call<'_>, now_ms: i64) {
        let (who, region) = (call.caller, call.place.scope.region);
        if matches!(who.kind, IdentityKind::Service | IdentityKind::Anonymous) {
            return;
        }
        let uses = &self.directory.last_uses;
        if who.session.is_none() && !who.access_key_id.is_empty() {
            uses.note(&who.access_key_id, now_ms, call.service.id, region);
        }
        let subject = [&who.principal_arn(), "|", call.service.iam_prefix].concat();
        uses.note(&subject, now_ms, call.service.id, region);
    }

    /// Throttle, guard, faults by resource, authorization, violations, decision.
    async fn judged(
        &self,
        call: &Call<'_>,
        upload: Option<&mut Upload>,
        notes: &mut Notes,
        later: &mut Later,
    ) -> Result<Answer, Fault> {
        let now_ms = self.clock.now_ms();
        self.throttles.draw(&draw(call, call.service.id, ""), now_ms)?;
        if let Some(admit) = call.operation.admit {
            admit(call.caller)?;
        }
        self.found(call)?;
        let guard = {
            let cx = self.cx(call.case(false, &[]));
            // What a guard can't make sense of mostly violates the model too, and that AWS says first.
            let refused = |fault| call.violation.clone().unwrap_or(fault);
            (call.operation.guard)(&cx, call.input.as_ref()).map_err(refused)?
        };
        notes.resources = guard
            .targets
            .iter()
            .flat_map(Target::resources)
            .filter(|r| *r != "*")
            .map(str::to_owned)
            .collect();
        let resources: Vec<&str> = guard.targets.iter().flat_map(Target::resources).collect();
        if let Some(answer) = self.before(call, now_ms, Some(&resources), later).await? {
            return Ok(answer);
        }
        self.authorize(call, &guard, now_ms, notes)?;
        let asked = self.asked(call, &guard, now_ms)?;
        for target in &guard.targets {
            if let Some(class) = target.throttle_class {
                self.throttles.draw(&draw(call, class, &target.resource), now_ms)?;
            }
        }
        if let Some(fault) = &call.violation {
            return Err(fault.clone());
        }
        if let Some(check) = call.operation.check_request {
            check(call.meta)?;
        }
        if let Some(check) = &call.operation.check {
            check(call.input.as_ref())?;
        }
        let out = match &call.operation.act {
            Act::Decide(decide) => {
                if later.twice {
                    self.decided(call, decide, &asked, notes).await?;
                }
                Out { record: self.decided(call, decide, &asked, notes).await?, body: None }
            }
            Act::Flow(flow) => {
                // A body that streams by can't come twice.
                if later.twice && upload.is_none() {
                    let mut first = Flow::new(self, call.case(true, &asked), None);
                    flow(&mut first, call.input.as_ref()).await?;
                }
                let mut cx = Flow::new(self, call.case(true, &asked), upload);
                let record = flow(&mut cx, call.input.as_ref()).await?;
                Out { record, body: cx.into_answer() }
            }
        };
        Ok(Answer::Reply(Ok(out)))
    }

    /// Makes what the scope has before anybody makes anything there.
    fn found(&self, call: &Call<'_>) -> Result<(), Fault> {
        let Some(founding) = call.operation.founding else { return Ok(()) };
        if (founding.done)(&self.cx(call.case(false, &[])))? {
            return Ok(());
        }
        // Two first calls at once: the second one finds it done once it has the lanes.
        self.within(call.service.id, &call.place.scope, |cx| match (founding.done)(cx)? {
            true => Ok(()),
            false => (founding.make)(cx),
        })
    }

    /// Faults before the decision; `Some` when there is nothing left to do.
    async fn before(
        &self,
        call: &Call<'_>,
        now_ms: i64,
        resources: Option<&[&str]>,
        later: &mut Later,
    ) -> Result<Option<Answer>, Fault> {
        let seen = Seen {
            partition: call.place.scope.partition,
            account: &call.place.scope.account,
            region: call.place.scope.region,
            service: call.service.id,
            operation: call.operation.name,
            principal: &call.caller.arn,
            resources,
            zones: &[],
        };
        for effect in self.faults.strike(&self.store, &seen, now_ms, &self.ids) {
            match effect {
                FaultEffect::Error { code, status, message } => {
                    return Err(Fault::new(code, status, message));
                }
                FaultEffect::Throttle => return Err(self.throttles.fault(call.service.id)),
                FaultEffect::Latency { ms } => sleep(Duration::from_millis(ms)).await,
                FaultEffect::LostReply => later.lose_reply = true,
                FaultEffect::Cut => return Ok(Some(Answer::HangUp)),
                FaultEffect::Duplicate => later.twice = true,
                FaultEffect::Lag { .. } | FaultEffect::Capacity => {}
            }
        }
        Ok(None)
    }

    fn authorize(&self, call: &Call<'_>, guard: &Guard, now_ms: i64, notes: &mut Notes) -> Result<(), Fault> {
        let open = call.operation.access == Access::Open && guard.targets.is_empty();
        if open || call.operation.access == Access::Signed {
            notes.why = "needs no permission".to_owned();
            return Ok(());
        }
        let Judgement { denial, why } = self.judged_as(call, guard, &guard.targets, now_ms)?;
        notes.why = why;
        denial.map_or(Ok(()), |denial| Err(self.denied(call, denial)))
    }

    /// Decides, waiting for as long as the decision parks.
    async fn decided(
        &self,
        call: &Call<'_>,
        decide: &DecideFn,
        asked: &[Option<Fault>],
        notes: &mut Notes,
    ) -> Result<Box<dyn Record>, Fault> {
        // Both deadlines are the first park's: a decision that is woken in vain doesn't wait longer for it.
        let mut real_deadline: Option<Instant> = None;
        let mut deadline_ms: Option<i64> = None;
        let mut last_chance = false;
        loop {
            self.lane_free(call).await;
            let event = |now_ms| event(call, notes, None, now_ms);
            let step = self.decide(
                call.case(last_chance, asked),
                call.operation,
                decide,
                call.input.as_ref(),
                event,
            );
            let (park, place, woken) = match step {
                Step::Done(out, committed) => {
                    notes.recorded |= committed.recorded;
                    self.settled(committed.commit).await?;
                    return Ok(out);
                }
                Step::Refused(fault) => {
                    // What it was refused for may have been read before it was flushed.
                    self.settled(self.store.last_commit()).await?;
                    return Err(fault);
                }
                Step::Parked(park, place, woken) => (park, place, woken),
            };
            if self.parking.closing() {
                last_chance = true;
                tokio::task::yield_now().await;
                continue;
            }
            let now_ms = self.clock.now_ms();
            let deadline_ms = *deadline_ms.get_or_insert(park.deadline_ms);
            let wait = Duration::from_millis(u64::try_from(deadline_ms - now_ms).unwrap_or(0));
            let real = *real_deadline.get_or_insert_with(|| Instant::now() + wait);
            let since = Instant::now();
            tokio::select! {
                () = woken => {}
                () = self.clock.wait_until(park.until_ms.min(deadline_ms)) => {}
                () = sleep_until(real) => last_chance = true,
            }
            call.parked.add(since.elapsed());
            last_chance |= self.clock.now_ms() >= deadline_ms;
            drop(place);
        }
    }

    /// While others decide in the call's lane, lets this thread serve other calls: a wait on a lock would cost both
    /// threads more than the decision does. Gives up after a few rounds, so that nobody is passed over forever.
    async fn lane_free(&self, call: &Call<'_>) {
        let (service, place) = (call.service, &call.place);
        let taken =
            || call.operation.writes && self.lanes.is_taken(service.iam_prefix, place, service.global);
        for _ in 0..LANE_ROUNDS {
            if !taken() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Records a call that changed nothing, or failed.
    fn record(&self, call: &Call<'_>, notes: &Notes, fault: Option<&Fault>) {
        if self.trail.record(&event(call, notes, fault, self.clock.now_ms())) >= 1_024 {
            self.flush_wanted.notify_one();
        }
        if let Some(cause) = fault.and_then(Fault::cause) {
            eprintln!(
                "tabletop: {} {}.{} failed: {cause}",
                call.meta.request_id, call.service.id, call.operation.name
            );
        }
    }

    /// Calls an operation from inside, as that identity, through the same stages as a request.
    ///
    /// Errors: whatever the operation answers; `NotImplemented` for an operation without a row.
    pub async fn call<O: Op>(
        &self,
        caller: &Identity,
        scope: Scope,
        input: O::Input,
    ) -> Result<O::Output, Fault> {
        let (service, operation) =
            self.row(O::SERVICE, O::NAME).ok_or_else(|| not_built(O::SERVICE, O::NAME))?;
        let meta = self.inner_meta();
        let input: Box<dyn Record> = Box::new(input);
        let violation = violations(O::SERVICE, O::NAME, input.as_ref());
        let (input, place) = self.place(operation, input, scope, &meta)?;
        let parked = &Parked::default();
        let call = Call { service, operation, caller, place, meta: &meta, input, violation, parked };
        match self.execute(call, None).await {
            Answer::Reply(Ok(out)) => {
                let record = flow::whole(O::SERVICE, O::NAME, out.record, out.body)?;
                let out = record.into_any().downcast::<O::Output>();
                out.map(|o| *o).map_err(|_| Fault::internal("an operation answered another's output"))
            }
            Answer::Reply(Err(fault)) => Err(fault),
            Answer::HangUp => Err(lost_reply()),
        }
    }

    /// As [`Kernel::call`], by names, with input and output as plain JSON by the model (members by model name).
    ///
    /// Errors: as there; `SerializationException` for an input that doesn't fit the model.
    pub async fn call_json(
        &self,
        caller: &Identity,
        scope: Scope,
        meta: &RequestMeta,
        service: &str,
        operation: &str,
        input: &str,
    ) -> Result<String, Fault> {
        let model = model::service(service).ok_or_else(|| not_built(service, operation))?;
        let modelled = model.operation(operation).ok_or_else(|| not_built(service, operation))?;
        let built = self.row(service, operation).ok_or_else(|| not_built(service, operation))?;
        let malformed = |e: WireError| Fault::new("SerializationException", 400, e.0);
        let mut typed = (built.1.new_input)();
        let mut violation = None;
        if let Some(id) = modelled.input {
            let value = codec::from_json(model, model.shape(id), input).map_err(malformed)?;
            codec::from_value(model, model.shape(id), &value, typed.as_mut()).map_err(malformed)?;
            // The typed record no longer knows a required text that was left out from an empty one.
            violation = violations(service, operation, &value);
        }
        let (typed, place) = self.place(built.1, typed, scope, meta)?;
        let parked = &Parked::default();
        let call = Call {
            service: built.0,
            operation: built.1,
            caller,
            place,
            meta,
            input: typed,
            violation,
            parked,
        };
        let out = match self.execute(call, None).await {
            Answer::Reply(outcome) => {
                let out = outcome?;
                flow::whole(service, operation, out.record, out.body)?
            }
            Answer::HangUp => return Err(lost_reply()),
        };
        let Some(id) = modelled.output else { return Ok("{}".to_owned()) };
        let value =
            codec::to_value(model, model.shape(id), out.as_ref()).map_err(|e| Fault::internal(e.0))?;
        Ok(codec::to_json(model, model.shape(id), &value, Spelling::Model))
    }

    pub(crate) fn inner_meta(&self) -> RequestMeta {
        RequestMeta {
            request_id: self.ids.uuid("kernel.request"),
            base_url: self.base_url(),
            ..RequestMeta::default()
        }
    }
}

impl Call<'_> {
    pub(crate) fn case<'c>(&'c self, last_chance: bool, asked: &'c [Option<Fault>]) -> Case<'c> {
        let Call { service, place, caller, meta, .. } = self;
        Case { service, place, caller, meta, last_chance, asked }
    }
}

/// A call as its trail record.
fn event<'e>(call: &'e Call<'_>, notes: &'e Notes, fault: Option<&'e Fault>, at_ms: i64) -> Event<'e> {
    let scope = &call.place.scope;
    let text = Cow::Borrowed::<'e, str>;
    Event {
        at_ms,
        request_id: text(&call.meta.request_id),
        service: text(call.service.id),
        operation: text(call.operation.name),
        partition: text(scope.partition),
        account: text(&scope.account),
        region: text(scope.region),
        principal: text(&call.caller.arn),
        access_key_id: text(&call.caller.access_key_id),
        source_ip: text(&call.meta.source_ip),
        user_agent: text(&call.meta.user_agent),
        error_code: text(fault.map_or("", Fault::code)),
        error_message: text(fault.map_or("", Fault::message)),
        write: call.operation.writes,
        resources: Cow::Borrowed(&notes.resources),
        why: text(&notes.why),
    }
}

/// What becomes known of a call on its way, for its trail record.
#[derive(Default)]
struct Notes {
    resources: Vec<String>,
    why: String,
    recorded: bool,
}

/// The fault for violations of the model's constraints by an input that was on no wire.
pub(crate) fn violations(service: &str, operation: &str, input: &dyn Record) -> Option<Fault> {
    let model = model::service(service)?;
    let shape = model.shape(model.operation(operation)?.input?);
    let violations = codec::validate(model, shape, input);
    (!violations.is_empty()).then(|| violations.into_fault(model, model.protocols[0]))
}

/// The fault for a modelled operation that isn't built.
pub(crate) fn not_built(service: &str, operation: &str) -> Fault {
    Fault::new("NotImplemented", 501, format!("{service}.{operation} is not implemented by Tabletop yet."))
        .with_header("x-tabletop-unimplemented", format!("{service}.{operation}"))
}

/// The fault that stands for a lost answer where there is no connection to cut.
pub(crate) fn lost_reply() -> Fault {
    Fault::new("ServiceUnavailable", 503, "The connection was closed before an answer came.")
}

fn draw<'a>(call: &'a Call<'_>, class: &'a str, subject: &'a str) -> Draw<'a> {
    let account = if call.caller.kind == IdentityKind::Anonymous {
        &call.place.scope.account
    } else {
        &call.caller.account
    };
    Draw { class, operation: call.operation.name, account, region: call.place.scope.region, subject }
}
