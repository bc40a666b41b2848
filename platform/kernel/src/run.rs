//! What goes on beside the requests: timers that fall due, effects that wait to run, records that wait to be written.
//! Also the jump: advancing the clock fires everything due on the way, in order, and returns only then.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use codec::Fault;
use directory::Identity;
use store::{Scan, StoreError, Tx};

use crate::cx::{RequestMeta, internal};
use crate::decide::Case;
use crate::effects::{Effect, ITSELF, Outbox, Queued};
use crate::execute::not_built;
use crate::flow::Flow;
use crate::kernel::Kernel;
use crate::place::Place;
use crate::scope::Scope;
use crate::timers::{self, Pending};

/// Real time between two flushes.
const FLUSH_EVERY: Duration = Duration::from_millis(500);
/// Timers read at once.
const BATCH: usize = 256;
/// Virtual time after which a timer whose handler failed fires again.
const RETRY_MS: i64 = 60_000;
/// Longest virtual time between two tries of an effect.
const EFFECT_RETRY_MAX_MS: i64 = 60_000;

/// Whether trying again is pointless: whoever was called said no, and not because of its load.
fn is_final(fault: &Fault) -> bool {
    let refused = (400..500).contains(&fault.status()) && fault.status() != 429 || fault.status() == 501;
    refused
        && fault.cause().is_none()
        && !["Throttl", "LimitExceeded", "SlowDown"].iter().any(|t| fault.code().contains(t))
}

impl Kernel {
    /// Starts the loops; they run until the runtime stops.
    pub fn spawn(self: &Arc<Kernel>) {
        let (timers, effects, flusher, blobs) = (self.clone(), self.clone(), self.clone(), self.clone());
        tokio::spawn(async move { timers.timer_loop().await });
        tokio::spawn(async move { effects.effect_loop().await });
        tokio::spawn(async move { flusher.flush_loop().await });
        tokio::spawn(async move { blobs.blob_loop().await });
        let scrubber = self.clone();
        tokio::spawn(async move { scrubber.scrub_loop().await });
        let healer = self.clone();
        tokio::spawn(async move { healer.heal_loop().await });
    }

    async fn timer_loop(&self) {
        loop {
            let due = self.next_due_ms.load(Ordering::Acquire);
            tokio::select! {
                () = self.timers_changed.notified() => continue,
                () = self.clock.wait_until(due) => {}
            }
            let _firing = self.firing.lock().await;
            let fired = self.fire_due(self.clock.now_ms(), false);
            if let Err(e) = fired.and_then(|_| self.store.flush(self.store.last_commit())) {
                eprintln!("tabletop: timers: {e}");
                tokio::time::sleep(FLUSH_EVERY).await;
            }
        }
    }

    /// Fires what is due up to that time, in order; with `step`, moves the clock to each due time first, and returns early
    /// when a timer wanted effects, so that they happen at its time. Tells how many.
    fn fire_due(&self, until_ms: i64, step: bool) -> Result<u64, StoreError> {
        let mut fired = 0;
        loop {
            let batch = timers::first(&self.store.tx(), BATCH)?;
            let next = batch.first().map_or(i64::MAX, |p| p.timer.due_ms);
            self.next_due_ms.store(next, Ordering::Release);
            if next > until_ms {
                return Ok(fired);
            }
            for p in batch.iter().take_while(|p| p.timer.due_ms <= until_ms) {
                if self.next_due_ms.load(Ordering::Acquire) < p.timer.due_ms {
                    // A handler set an earlier one: read again.
                    break;
                }
                if step && p.timer.due_ms > self.clock.now_ms() {
                    self.clock.set(p.timer.due_ms);
                }
                self.next_due_ms.store(i64::MAX, Ordering::Release);
                let effects = self.next_effect.load(Ordering::Relaxed);
                self.fire(p)?;
                fired += 1;
                if step && self.next_effect.load(Ordering::Relaxed) != effects {
                    return Ok(fired);
                }
            }
        }
    }

    /// Fires one timer in its lane. A handler that fails is tried again later.
    fn fire(&self, p: &Pending) -> Result<(), StoreError> {
        let known = self.service(&p.service).zip(Scope::from_path(&p.scope_path));
        let Some((service, scope)) = known else {
            let mut tx = self.store.tx();
            timers::take(&mut tx, p)?;
            return self.store.commit(tx).map(drop);
        };
        let meta = RequestMeta { base_url: self.base_url(), ..RequestMeta::default() };
        let place = Place { lanes: p.lanes.clone(), ..Place::at(scope) };
        let scope = &place.scope;
        let caller = Identity::service(scope.partition, service.id, &scope.account, None);
        let case =
            Case { service, place: &place, caller: &caller, meta: &meta, last_chance: true, asked: &[] };
        let _lanes = self.lanes.enter(service.iam_prefix, &place, service.global);
        let mut cx = self.cx(case);
        if !timers::take(&mut cx.tx, p)? {
            return Ok(());
        }
        let fault = match (service.on_timer)(&mut cx, &p.timer).and_then(|()| self.commit(cx, case)) {
            Ok(_) => return Ok(()),
            Err(fault) => fault,
        };
        eprintln!("tabletop: timer {} of {}: {fault:?}", p.timer.kind, p.service);
        let mut tx = self.store.tx();
        let again = self.clock.now_ms() + RETRY_MS;
        timers::set(&mut tx, service.id, place, &p.timer.kind, &p.timer.subject, again)?;
        self.store.commit(tx).map(drop)
    }

    /// Moves the clock forward to that time: everything due on the way happens, in order, each at its own time. Returns
    /// when nothing is due any more, no effect waits and nobody parked has still to look. Tells how many timers fired.
    ///
    /// Errors: `InternalFailure` when the store fails; the clock then stands where it got to.
    pub async fn advance_to(&self, to_ms: i64) -> Result<u64, Fault> {
        let _firing = self.firing.lock().await;
        let pace = self.clock.state().scale;
        self.clock.freeze();
        let mut fired = 0;
        let outcome = loop {
            match self.advance_some(to_ms, &mut fired).await {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(e) => break Err(internal(e)),
            }
        };
        let state = self.clock.scale(pace);
        self.keep_clock(state).map_err(internal)?;
        self.quiet(to_ms).await;
        outcome.map(|()| fired)
    }

    /// Runs the effects that wait, fires timers until one wants effects, and moves the clock there; at the end, to that
    /// time. Tells whether there is more to do.
    async fn advance_some(&self, to_ms: i64, fired: &mut u64) -> Result<bool, StoreError> {
        while self.run_effects().await? > 0 {}
        let effects = self.next_effect.load(Ordering::Relaxed);
        *fired += self.fire_due(to_ms, true)?;
        if self.next_effect.load(Ordering::Relaxed) != effects {
            return Ok(true);
        }
        if self.clock.now_ms() < to_ms {
            self.clock.set(to_ms);
        }
        Ok(self.run_effects().await? > 0)
    }

    /// Waits until nobody parked has still to look at the state as of that time.
    async fn quiet(&self, now_ms: i64) {
        for _ in 0..10_000 {
            if !self.parking.overdue(now_ms) {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn effect_loop(self: &Arc<Kernel>) {
        loop {
            match self.run_effects().await {
                Ok(_) => {}
                Err(e) => eprintln!("tabletop: outbox: {e}"),
            }
            let next = self.next_effect_due().unwrap_or(i64::MAX);
            tokio::select! {
                () = self.effects_added.notified() => {}
                () = self.clock.wait_until(next) => {}
            }
        }
    }

    fn next_effect_due(&self) -> Option<i64> {
        let tx = self.store.tx();
        let rows = tx.scan::<Outbox>(Scan::all()).ok()?;
        rows.map(|(_, q)| q.not_before_ms).min()
    }

    /// Runs the effects that are due, in order. Tells how many were done with.
    pub(crate) async fn run_effects(&self) -> Result<usize, StoreError> {
        let _effecting = self.effecting.lock().await;
        let now_ms = self.clock.now_ms();
        let due: Vec<(u64, Queued)> = {
            let tx = self.store.tx();
            let rows = tx.scan::<Outbox>(Scan::all())?;
            rows.filter(|(_, q)| q.not_before_ms <= now_ms).take(BATCH).collect()
        };
        let mut done = 0;
        for (n, mut queued) in due {
            let outcome = self.run_effect(&queued.effect).await;
            let mut tx = self.store.tx();
            match outcome {
                Ok(None) => {
                    tx.delete::<Outbox>(&n);
                    done += 1;
                }
                Ok(Some(after_ms)) => {
                    done += usize::from(after_ms == 0);
                    (queued.attempts, queued.not_before_ms) = (0, now_ms + after_ms);
                    tx.put::<Outbox>(&n, &queued);
                }
                Err(fault) if is_final(&fault) => {
                    eprintln!("tabletop: effect {n} was refused: {fault:?}");
                    tx.delete::<Outbox>(&n);
                    done += 1;
                }
                Err(fault) => {
                    eprintln!("tabletop: effect {n}, try {}: {fault:?}", queued.attempts + 1);
                    let wait = 1_000i64 << queued.attempts.min(16);
                    queued.attempts += 1;
                    queued.not_before_ms = now_ms + wait.min(EFFECT_RETRY_MAX_MS);
                    tx.put::<Outbox>(&n, &queued);
                }
            }
            self.store.commit(tx)?;
        }
        Ok(done)
    }

    /// Runs one effect. Tells when it is to be run again, if it isn't done.
    async fn run_effect(&self, effect: &Effect) -> Result<Option<i64>, Fault> {
        let meta = self.inner_meta();
        let no_scope = || Fault::internal("an effect names no scope");
        match effect {
            Effect::Call { service, operation, scope_path, principal, source_arn, input } => {
                let scope = Scope::from_path(scope_path).ok_or_else(no_scope)?;
                let caller = Identity::service(scope.partition, principal, &scope.account, Some(source_arn));
                self.call_json(&caller, scope, &meta, service, operation, input).await.map(|_| None)
            }
            Effect::Work {
                service,
                operation,
                scope_path,
                lanes,
                subject,
                access_key_id,
                caller_account,
            } => {
                let scope = Scope::from_path(scope_path).ok_or_else(no_scope)?;
                let row = self.row(service, operation);
                let Some((service, work)) = row.and_then(|(s, o)| Some((s, o.work?))) else {
                    return Err(not_built(service, operation));
                };
                let caller = match caller_account == ITSELF {
                    true => Arc::new(Identity::service(scope.partition, service.id, &scope.account, None)),
                    false => self.stored_caller(&scope, access_key_id, caller_account)?,
                };
                let place = Place { lanes: lanes.clone(), ..Place::at(scope) };
                let case = Case {
                    service,
                    place: &place,
                    caller: &caller,
                    meta: &meta,
                    last_chance: true,
                    asked: &[],
                };
                let flow = Flow::new(self, case, None);
                work(&flow, subject).await
            }
        }
    }

    /// Who a stored caller is now; nobody, if their key is gone. What they began goes on though the key has expired.
    fn stored_caller(
        &self,
        scope: &Scope,
        access_key_id: &str,
        account: &str,
    ) -> Result<Arc<Identity>, Fault> {
        let partition = scope.partition;
        match (access_key_id, account) {
            (_, "") => return Ok(Arc::new(Identity::anonymous(partition))),
            ("", account) => return Ok(Arc::new(Identity::root(partition, account))),
            _ => {}
        }
        let default = &self.config.account;
        let found = self.directory.credential(&self.store, access_key_id, default, partition);
        Ok(match found.map_err(internal)? {
            Some(credential) => credential.identity.clone(),
            None if self.config.guest => Arc::new(Identity::root(partition, account)),
            None => Arc::new(Identity::anonymous(partition)),
        })
    }

    async fn flush_loop(&self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(FLUSH_EVERY) => {}
                () = self.flush_wanted.notified() => {}
            }
            if let Err(e) = self.flush_all(false) {
                eprintln!("tabletop: trail and meter: {e}");
            }
        }
    }

    /// Reads again when the first timer is due, and who was last used when: the state was replaced.
    pub(crate) fn rescan(&self) -> Result<(), StoreError> {
        self.directory.last_uses.load(&self.store.tx())?;
        let next = timers::first(&self.store.tx(), 1)?.first().map_or(i64::MAX, |p| p.timer.due_ms);
        self.next_due_ms.store(next, Ordering::Release);
        self.timers_changed.notify_one();
        self.effects_added.notify_one();
        Ok(())
    }

    /// Removes the timers of chosen services and scopes.
    pub(crate) fn forget_timers(
        &self,
        tx: &mut Tx,
        chosen: impl Fn(&str, &str) -> bool,
    ) -> Result<(), StoreError> {
        let all = timers::first(tx, usize::MAX)?;
        for p in all.iter().filter(|p| chosen(&p.service, &p.scope_path)) {
            timers::take(tx, p)?;
        }
        Ok(())
    }

    /// Writes down what the trail, the meter, the service levels and the directory's last uses still hold in memory.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.flush_all(true)
    }

    /// The service levels, which are many rows, only every few seconds unless they are wanted too.
    fn flush_all(&self, levels_too: bool) -> Result<(), StoreError> {
        let _flushing = self.flushing.lock();
        let mut tx = self.store.tx();
        let usage = self.meter.drain(&mut tx)?;
        let events = self.trail.drain(&mut tx)?;
        let levels = self.slo.drain(&mut tx, levels_too)?;
        let uses = self.directory.last_uses.drain(&mut tx);
        if tx.is_empty() {
            return self.store.flush(self.store.last_commit());
        }
        self.store.commit(tx).map(drop).inspect_err(|_| {
            self.meter.restore(usage);
            self.trail.restore(events);
            self.slo.restore(levels);
            self.directory.last_uses.restore(uses);
        })
    }
}
