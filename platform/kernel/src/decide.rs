//! The life of a decision: enter the lane, run it on a transaction, commit what it wrote together with its effects and
//! its trail record, leave the lane, tell whoever waits. Everything here is synchronous: a client that goes away cannot
//! stop it halfway.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use codec::{Fault, Record};
use directory::Identity;
use store::{Commit, Durability};
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

use crate::cx::{Cx, RequestMeta, internal};
use crate::effects::{Outbox, Queued};
use crate::kernel::Kernel;
use crate::operation::{DecideFn, Operation, Service};
use crate::parking::{self, Park};
use crate::place::Place;
use crate::scope::Scope;
use crate::trail::Event;

/// What a decision runs for.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) service: &'a Service,
    pub(crate) place: &'a Place,
    pub(crate) caller: &'a Identity,
    pub(crate) meta: &'a RequestMeta,
    pub(crate) last_chance: bool,
    /// What the authorizer says of the guard's questions.
    pub(crate) asked: &'a [Option<Fault>],
}

/// How a decision ended.
pub(crate) enum Step<'k, T> {
    /// Committed.
    Done(T, Committed),
    /// Refused; nothing changed.
    Refused(Fault),
    /// Waits; nothing changed.
    Parked(Park, parking::Place<'k>, Pin<Box<OwnedNotified>>),
}

/// What remains to be done after a commit.
pub(crate) struct Committed {
    /// What the answer must wait for (`--durability power`).
    pub(crate) commit: Commit,
    /// Whether the trail record went with the commit.
    pub(crate) recorded: bool,
}

impl Kernel {
    /// A context for a decision, on a fresh snapshot.
    pub(crate) fn cx<'a>(&'a self, case: Case<'a>) -> Cx<'a> {
        let [now_ms, real_now_ms] = self.clock.virtual_and_real_ms();
        Cx {
            now_ms,
            real_now_ms,
            scope: &case.place.scope,
            lanes: &case.place.lanes,
            via: case.place.via.as_deref(),
            caller: case.caller,
            request: case.meta,
            ids: &self.ids,
            directory: &self.directory,
            profile: self.config.profile,
            master_key: self.master_key.read().clone(),
            last_chance: case.last_chance,
            asked: case.asked,
            service: case.service.id,
            global: case.service.global,
            page_key: &self.page_key,
            buckets: &self.buckets,
            faults: &self.faults,
            tx: self.store.tx(),
            effects: Vec::new(),
            dropped: Vec::new(),
            usage: Vec::new(),
            wakes: Vec::new(),
            timer_due_ms: i64::MAX,
            park: None,
        }
    }

    /// Runs one decision of a row. `event` makes the trail record of its success, at its time.
    pub(crate) fn decide<'e>(
        &self,
        case: Case<'_>,
        operation: &Operation,
        decide: &DecideFn,
        input: &dyn Record,
        event: impl FnOnce(i64) -> Event<'e>,
    ) -> Step<'_, Box<dyn Record>> {
        let event = (!operation.data_event).then_some(event);
        self.decide_as(case, operation.writes, event, |cx| decide(cx, input))
    }

    /// Runs one decision: in its lanes, if it `writes`. `event` makes the trail record that goes with its commit.
    pub(crate) fn decide_as<'e, T>(
        &self,
        case: Case<'_>,
        writes: bool,
        event: Option<impl FnOnce(i64) -> Event<'e>>,
        f: impl FnOnce(&mut Cx) -> Result<T, Fault>,
    ) -> Step<'_, T> {
        let lane = writes.then(|| self.lanes.enter(case.service.iam_prefix, case.place, case.service.global));
        let mut cx = self.cx(case);
        let out = match f(&mut cx) {
            Ok(out) => out,
            Err(fault) => {
                return match cx.park.take() {
                    Some(park) => self.parked(park),
                    None => Step::Refused(fault),
                };
            }
        };
        if let Err(e) = cx.tx.check() {
            return Step::Refused(internal(e));
        }
        if cx.tx.is_empty() && cx.effects.is_empty() {
            drop(lane);
            let commit = self.store.last_commit();
            self.meter.count(cx.now_ms, &case.place.scope, case.service.id, &cx.usage);
            self.wake_all(&cx.wakes);
            return Step::Done(out, Committed { commit, recorded: false });
        }
        if !writes {
            return Step::Refused(Fault::internal("what was said to read wrote"));
        }
        let recorded = event.is_some();
        if let Some(event) = event {
            self.trail.record_in(&mut cx.tx, &event(cx.now_ms));
        }
        match self.commit(cx, case) {
            Ok(commit) => Step::Done(out, Committed { commit, recorded }),
            Err(fault) => Step::Refused(fault),
        }
    }

    /// Runs a piece of a service's code outside a request, as the service itself, while nobody else decides, and commits
    /// what it wrote: for tools and tests.
    pub fn within(
        &self,
        service: &str,
        scope: &Scope,
        f: impl FnOnce(&mut Cx<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let service = self.service(service).ok_or_else(|| Fault::internal("there is no such service"))?;
        let caller = Identity::service(scope.partition, service.id, &scope.account, None);
        let meta = RequestMeta { base_url: self.base_url(), ..RequestMeta::default() };
        let place = Place::at(scope.clone());
        let case =
            Case { service, place: &place, caller: &caller, meta: &meta, last_chance: true, asked: &[] };
        let _lanes = self.lanes.enter_all();
        let mut cx = self.cx(case);
        f(&mut cx)?;
        let commit = self.commit(cx, case)?;
        self.store.flush(commit).map_err(internal)
    }

    /// Commits a context's writes, effects and timers, and tells whoever waits. The lane is the caller's to hold; so is the
    /// duty to flush before anything is answered.
    pub(crate) fn commit(&self, mut cx: Cx<'_>, case: Case<'_>) -> Result<Commit, Fault> {
        let now_ms = cx.now_ms;
        let effects = std::mem::take(&mut cx.effects);
        for effect in &effects {
            let n = self.next_effect.fetch_add(1, Ordering::Relaxed);
            cx.tx.put::<Outbox>(&n, &Queued { effect: effect.clone(), attempts: 0, not_before_ms: now_ms });
        }
        let Cx { tx, usage, wakes, timer_due_ms, dropped, .. } = cx;
        let commit = self.store.commit_unflushed(tx).map_err(internal)?;
        self.dropped.add(commit, &dropped);
        if case.service.writes_directory {
            self.directory.changed(&case.place.scope.account);
        }
        self.meter.count(now_ms, &case.place.scope, case.service.id, &usage);
        if !effects.is_empty() {
            self.effects_added.notify_one();
        }
        if timer_due_ms < self.next_due_ms.fetch_min(timer_due_ms, Ordering::AcqRel) {
            self.timers_changed.notify_one();
        }
        self.wake_all(&wakes);
        Ok(commit)
    }

    fn wake_all(&self, keys: &[String]) {
        for key in keys {
            self.parking.wake(key);
        }
    }

    /// Takes a place in the parking while the lane is still held, so that no wake is lost.
    fn parked<T>(&self, park: Park) -> Step<'_, T> {
        let place = self.parking.enter(&park);
        let woken: Arc<Notify> = place.woken.clone();
        let mut notified = Box::pin(woken.notified_owned());
        notified.as_mut().enable();
        Step::Parked(park, place, notified)
    }

    /// Waits until a commit is as durable as was asked for.
    pub(crate) async fn settled(&self, commit: Commit) -> Result<(), Fault> {
        if self.store.durability() != Durability::Power {
            if self.store.is_flushed(commit) {
                return Ok(());
            }
            // Whatever else is ready commits first: one write then serves all of it.
            tokio::task::yield_now().await;
            if self.store.is_flushing() && !self.store.is_flushed(commit) {
                // Somebody else is at it: rather than wait for a lock, do something else meanwhile.
                tokio::task::yield_now().await;
            }
            return self.store.flush(commit).map_err(internal);
        }
        let (tell, told) = tokio::sync::oneshot::channel();
        self.store.on_durable(commit, Box::new(move |outcome| drop(tell.send(outcome))));
        match told.await {
            Ok(outcome) => outcome.map_err(internal),
            Err(_) => Err(Fault::internal("the store stopped before the commit was durable")),
        }
    }
}
