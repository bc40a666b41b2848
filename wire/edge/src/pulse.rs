//! The life signs of one connection, and the watch over them.
//!
//! Requests and the stream leave marks here with plain relaxed stores; one timer per connection, moved only when it
//! fires or when something is found slow, compares them with the limits. So a request in the ordinary course arms no
//! timer at all.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::limits::Limits;

/// The life signs of one connection.
pub(crate) struct Pulse {
    born: Instant,
    in_flight: AtomicU32,
    /// Bytes came since the last request head was complete.
    unparsed: AtomicBool,
    quiet_since_ms: AtomicU64,
    /// When a write first could not go on, plus one; zero while writes go on.
    stalled_since_ms: AtomicU64,
    /// Nothing waits to be written.
    flushed: AtomicBool,
    /// The client is to be told to continue, before anything else.
    owes_leave: AtomicBool,
}

impl Pulse {
    pub(crate) fn new() -> Pulse {
        Pulse {
            born: Instant::now(),
            in_flight: AtomicU32::new(0),
            unparsed: AtomicBool::new(false),
            quiet_since_ms: AtomicU64::new(0),
            stalled_since_ms: AtomicU64::new(0),
            flushed: AtomicBool::new(true),
            owes_leave: AtomicBool::new(false),
        }
    }

    pub(crate) fn request_began(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.unparsed.store(false, Ordering::Relaxed);
    }

    pub(crate) fn request_ended(&self) {
        if self.in_flight.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.quiet_since_ms.store(self.now_ms(), Ordering::Relaxed);
        }
    }

    pub(crate) fn read(&self) {
        self.unparsed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn wrote(&self, went_on: bool) {
        let stalled = self.stalled_since_ms.load(Ordering::Relaxed) != 0;
        if stalled == went_on {
            let mark = if went_on { 0 } else { self.now_ms() + 1 };
            self.stalled_since_ms.store(mark, Ordering::Relaxed);
        }
    }

    /// Notes whether what was to be written so far is written.
    pub(crate) fn flushed(&self, all: bool) {
        self.flushed.store(all, Ordering::Relaxed);
    }

    /// Has the client told to continue, ahead of the answer; not while an earlier answer still waits to be written.
    pub(crate) fn owe_leave(&self) {
        self.owes_leave.store(self.flushed.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Whether the client is to be told to continue, once.
    pub(crate) fn take_leave(&self) -> bool {
        self.owes_leave.load(Ordering::Relaxed) && self.owes_leave.swap(false, Ordering::Relaxed)
    }

    fn now_ms(&self) -> u64 {
        self.born.elapsed().as_millis() as u64
    }

    fn at(&self, ms: u64) -> Instant {
        self.born + Duration::from_millis(ms)
    }
}

/// Tells every connection that the server stops, and then that it has stopped.
#[derive(Default)]
pub(crate) struct Control {
    /// Zero while the server runs.
    phase: AtomicU8,
    changed: Notify,
}

pub(crate) const STOPPING: u8 = 1;
pub(crate) const STOPPED: u8 = 2;

impl Control {
    pub(crate) fn enter(&self, phase: u8) {
        self.phase.store(phase, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// Waits until the server stops.
    pub(crate) async fn stopping(&self) {
        loop {
            let changed = self.changed.notified();
            if self.phase() >= STOPPING {
                return;
            }
            changed.await;
        }
    }

    fn phase(&self) -> u8 {
        self.phase.load(Ordering::SeqCst)
    }
}

/// How a connection's protocol is watched.
#[derive(Clone, Copy)]
pub(crate) struct Manners {
    /// Unparsed bytes are part of a request head, so that it may be called slow (HTTP/1).
    pub heads_are_bytes: bool,
    /// Say goodbye before closing (HTTP/2).
    pub polite: bool,
}

/// Runs a connection until it ends, is told to, or takes too long over something; `true` in the last case.
pub(crate) async fn watch<C: Future>(
    connection: C,
    say_goodbye: impl Fn(Pin<&mut C>),
    manners: Manners,
    pulse: &Pulse,
    limits: &Limits,
    control: &Control,
) -> bool {
    let mut connection = pin!(connection);
    let mut watch = Watch { pulse, limits, manners, head_since: None, closing_at: None };
    let mut timer = pin!(tokio::time::sleep_until(watch.deadline()));
    let mut changed = pin!(control.changed.notified());
    let mut seen = None;
    poll_fn(|cx| {
        if connection.as_mut().poll(cx).is_ready() {
            return Poll::Ready(false);
        }
        while seen != Some(control.phase()) {
            let phase = control.phase();
            changed.set(control.changed.notified());
            // The first poll leaves the waker; what it returns is read from the phase.
            let _ = changed.as_mut().poll(cx).is_ready();
            seen = Some(phase);
            if phase == STOPPED {
                return Poll::Ready(false);
            }
            if phase == STOPPING {
                say_goodbye(connection.as_mut());
                cx.waker().wake_by_ref();
            }
        }
        if watch.found_slow() && watch.deadline() < timer.deadline() {
            timer.as_mut().reset(watch.deadline());
        }
        while timer.as_mut().poll(cx).is_ready() {
            let deadline = watch.deadline();
            if deadline > Instant::now() {
                timer.as_mut().reset(deadline);
            } else if manners.polite && watch.closing_at.is_none() {
                let closing_at = Instant::now() + ms(limits.header_timeout_ms);
                watch.closing_at = Some(closing_at);
                say_goodbye(connection.as_mut());
                cx.waker().wake_by_ref();
                timer.as_mut().reset(closing_at);
            } else {
                return Poll::Ready(true);
            }
        }
        Poll::Pending
    })
    .await
}

struct Watch<'a> {
    pulse: &'a Pulse,
    limits: &'a Limits,
    manners: Manners,
    head_since: Option<Instant>,
    closing_at: Option<Instant>,
}

impl Watch<'_> {
    /// Called after each poll: whether a head or a write is under way that did not complete in it.
    fn found_slow(&mut self) -> bool {
        let quiet = self.pulse.in_flight.load(Ordering::Relaxed) == 0;
        let in_head = self.manners.heads_are_bytes && quiet && self.pulse.unparsed.load(Ordering::Relaxed);
        if !in_head {
            self.head_since = None;
        } else if self.head_since.is_none() {
            self.head_since = Some(Instant::now());
        }
        in_head || self.pulse.stalled_since_ms.load(Ordering::Relaxed) != 0
    }

    /// When the connection will have taken too long, as things stand.
    fn deadline(&self) -> Instant {
        let limits = self.limits;
        if let Some(closing_at) = self.closing_at {
            return closing_at;
        }
        let stalled = self.pulse.stalled_since_ms.load(Ordering::Relaxed);
        if stalled != 0 {
            return self.pulse.at(stalled - 1) + ms(limits.body_timeout_ms);
        }
        if self.pulse.in_flight.load(Ordering::Relaxed) > 0 {
            return Instant::now() + ms(limits.idle_timeout_ms);
        }
        match self.head_since {
            Some(since) => since + ms(limits.header_timeout_ms),
            None => {
                let quiet_since = self.pulse.quiet_since_ms.load(Ordering::Relaxed);
                self.pulse.at(quiet_since) + ms(limits.idle_timeout_ms)
            }
        }
    }
}

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}
