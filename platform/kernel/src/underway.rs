//! A client's call from its decoding to its answer's last byte: how long it took and how it ended, for the service levels; and
//! clients that hang up midway, who are no failure of ours, for the trail. Calls from inside have no client.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use codec::Fault;
use directory::Identity;
use edge::{Ended, OutBody, Outgoing};
use tokio::time::Instant;

use crate::cx::RequestMeta;
use crate::kernel::Kernel;
use crate::operation::{Operation, Service};
use crate::regions::Region;
use crate::slo::{Of, Outcome};
use crate::trail::Event;

/// What the trail says of a client that went away; AWS records no such thing.
const HUNG_UP: &str = "ClientHungUp";

/// How long a call was parked: time that it waited for what it asked to wait for, and not for us.
#[derive(Debug, Default)]
pub(crate) struct Parked {
    us: AtomicU64,
}

impl Parked {
    /// All of it.
    pub(crate) fn total(&self) -> Duration {
        Duration::from_micros(self.us.load(Ordering::Relaxed))
    }

    pub(crate) fn add(&self, more: Duration) {
        self.us.fetch_add(more.as_micros() as u64, Ordering::Relaxed);
    }
}

/// Who asked for what.
pub(crate) struct Asked<'a> {
    pub(crate) kernel: &'a Arc<Kernel>,
    pub(crate) service: &'a Service,
    pub(crate) operation: &'a Operation,
    pub(crate) caller: &'a Arc<Identity>,
    pub(crate) account: &'a str,
    pub(crate) region: &'static Region,
    pub(crate) meta: &'a RequestMeta,
}

impl Asked<'_> {
    fn of(&self) -> Of<'_> {
        Of {
            account: self.account,
            region: self.region.name,
            service: self.service.id,
            operation: self.operation.name,
        }
    }

    /// The trail record of a client that went away.
    fn hung_up(&self, message: &'static str) -> Event<'_> {
        let (region, meta) = (self.region, self.meta);
        Event {
            at_ms: self.kernel.clock.now_ms(),
            request_id: (&*meta.request_id).into(),
            service: self.service.id.into(),
            operation: self.operation.name.into(),
            partition: region.partition.into(),
            account: self.account.into(),
            region: region.name.into(),
            principal: (&*self.caller.arn).into(),
            access_key_id: (&*self.caller.access_key_id).into(),
            source_ip: (&*meta.source_ip).into(),
            user_agent: (&*meta.user_agent).into(),
            error_code: HUNG_UP.into(),
            error_message: message.into(),
            write: self.operation.writes,
            ..Event::default()
        }
    }

    /// Looks after an answer that streams: a client that leaves it unread is noted, in the service levels and in the trail.
    pub(crate) fn watch(&self, answer: &mut Outgoing) {
        let is_head = self.meta.head.as_ref().is_some_and(|h| h.method == http::Method::HEAD);
        if is_head || !matches!(answer.body, OutBody::Stream(_)) {
            return;
        }
        let (kernel, of) = (self.kernel.clone(), self.of());
        let (account, region, service, operation) =
            (of.account.to_owned(), of.region, of.service, of.operation);
        let event = self.hung_up("The client closed the connection before it had the whole answer.").owned();
        answer.on_end(move |ended| {
            if ended == Ended::HungUp {
                let of = Of { account: &account, region, service, operation };
                kernel.slo.ended_early(kernel.clock.now_ms(), &of);
                kernel.trail.record(&Event { at_ms: kernel.clock.now_ms(), ..event });
            }
        });
    }
}

/// A call that has no answer yet. Dropped without one, its client hung up.
pub(crate) struct Underway<'a> {
    asked: &'a Asked<'a>,
    since: Instant,
    parked: &'a Parked,
    over: bool,
}

impl<'a> Underway<'a> {
    pub(crate) fn new(asked: &'a Asked<'a>, since: Instant, parked: &'a Parked) -> Underway<'a> {
        Underway { asked, since, parked, over: false }
    }

    /// Its answer is ready: an output, or this fault.
    pub(crate) fn answered(mut self, fault: Option<&Fault>) {
        let outcome = match fault.map(Fault::status) {
            None => Outcome::Answered,
            Some(501) => Outcome::Refused,
            Some(status) if status >= 500 => Outcome::Failed,
            Some(_) => Outcome::Refused,
        };
        self.ended(outcome);
    }

    fn ended(&mut self, outcome: Outcome) {
        self.over = true;
        let took = self.since.elapsed().saturating_sub(self.parked.total());
        let kernel = self.asked.kernel;
        kernel.slo.count(kernel.clock.now_ms(), &self.asked.of(), took, outcome);
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        // A panic is no client's doing; it is told where it happened.
        if self.over || std::thread::panicking() {
            return;
        }
        self.ended(Outcome::HungUp);
        let event = self.asked.hung_up("The client closed the connection before there was an answer.");
        self.asked.kernel.trail.record(&event);
    }
}
