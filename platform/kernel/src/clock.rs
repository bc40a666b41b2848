//! The virtual clock: the only clock for whatever AWS shows. It runs with real time, faster or slower, stands still, or
//! is set; it never runs backwards by itself. Firing what is due is not its business (`timers.rs`); it only tells who
//! waits that the time jumped.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering, fence};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::sync::watch;

/// How the clock stands, as stored and as shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockState {
    /// Virtual milliseconds since the epoch at `base_real_ms`.
    pub base_virtual_ms: i64,
    /// Real milliseconds since the epoch when this state was set.
    pub base_real_ms: i64,
    /// Virtual seconds per real second; 0 is frozen.
    pub scale: f64,
}

/// The clock. Share it by reference.
#[derive(Debug)]
pub struct Clock {
    state: Shown,
    started: Instant,
    started_real_ms: i64,
    changed: watch::Sender<u64>,
}

impl Clock {
    /// A clock that starts in that state, or with real time.
    pub fn new(state: Option<ClockState>) -> Clock {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let real_ms = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        let state =
            state.unwrap_or(ClockState { base_virtual_ms: real_ms, base_real_ms: real_ms, scale: 1.0 });
        Clock {
            state: Shown::new(state),
            started: Instant::now(),
            started_real_ms: real_ms,
            changed: watch::Sender::new(0),
        }
    }

    /// Virtual now, milliseconds since the epoch.
    pub fn now_ms(&self) -> i64 {
        self.virtual_and_real_ms()[0]
    }

    /// Virtual now and real now, of one moment.
    pub fn virtual_and_real_ms(&self) -> [i64; 2] {
        let (state, real_ms) = (self.state.read(), self.real_now_ms());
        [virtual_at(state, real_ms), real_ms]
    }

    /// Real now, milliseconds since the epoch: for signatures, and for I/O alone.
    pub fn real_now_ms(&self) -> i64 {
        self.started_real_ms + i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// How it stands.
    pub fn state(&self) -> ClockState {
        self.state.read()
    }

    /// Stops at the present moment.
    pub fn freeze(&self) -> ClockState {
        self.rebase(|now, _| (now, 0.0))
    }

    /// Runs at `scale` virtual seconds per real second from the present moment on.
    pub fn scale(&self, scale: f64) -> ClockState {
        self.rebase(|now, _| (now, scale))
    }

    /// Jumps to a moment, keeping its pace.
    pub fn set(&self, to_ms: i64) -> ClockState {
        self.rebase(|_, scale| (to_ms, scale))
    }

    /// Goes on from a state that was stored, wherever that is: the whole state was replaced.
    pub(crate) fn restore(&self, state: ClockState) {
        self.state.change(|_| state);
        self.changed.send_modify(|n| *n += 1);
    }

    fn rebase(&self, f: impl FnOnce(i64, f64) -> (i64, f64)) -> ClockState {
        let after = self.state.change(|s| {
            let base_real_ms = self.real_now_ms();
            let (base_virtual_ms, scale) = f(virtual_at(s, base_real_ms), s.scale);
            ClockState { base_virtual_ms, base_real_ms, scale }
        });
        self.changed.send_modify(|n| *n += 1);
        after
    }

    /// A receiver that hears every jump and change of pace.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Real time until the virtual moment, or `None` while the clock stands still before it.
    pub fn real_until(&self, at_ms: i64) -> Option<Duration> {
        let s = self.state.read();
        let missing = at_ms.saturating_sub(virtual_at(s, self.real_now_ms()));
        if missing <= 0 {
            return Some(Duration::ZERO);
        }
        (s.scale > 0.0).then(|| Duration::from_millis((missing as f64 / s.scale).ceil() as u64))
    }

    /// Waits until the virtual moment, however the clock gets there.
    pub async fn wait_until(&self, at_ms: i64) {
        let mut changes = self.changes();
        loop {
            match self.real_until(at_ms) {
                Some(Duration::ZERO) => return,
                Some(d) => {
                    let jumped = tokio::time::timeout(d, changes.changed()).await;
                    debug_assert!(!matches!(jumped, Ok(Err(_))), "the clock outlives who waits for it");
                }
                None => {
                    if changes.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// The state, shown to readers who take no lock: every request asks several times, and hardly anything ever changes it. A
/// writer makes the version odd, writes, and makes it even again; a reader who met an odd one, or another one at the end
/// than at the start, reads again.
#[derive(Debug)]
struct Shown {
    version: AtomicU64,
    base_virtual_ms: AtomicI64,
    base_real_ms: AtomicI64,
    scale_bits: AtomicU64,
    changing: Mutex<()>,
}

impl Shown {
    fn new(s: ClockState) -> Shown {
        Shown {
            version: AtomicU64::new(0),
            base_virtual_ms: AtomicI64::new(s.base_virtual_ms),
            base_real_ms: AtomicI64::new(s.base_real_ms),
            scale_bits: AtomicU64::new(s.scale.to_bits()),
            changing: Mutex::new(()),
        }
    }

    fn read(&self) -> ClockState {
        loop {
            let version = self.version.load(Ordering::Acquire);
            let state = ClockState {
                base_virtual_ms: self.base_virtual_ms.load(Ordering::Relaxed),
                base_real_ms: self.base_real_ms.load(Ordering::Relaxed),
                scale: f64::from_bits(self.scale_bits.load(Ordering::Relaxed)),
            };
            fence(Ordering::Acquire);
            if version.is_multiple_of(2) && self.version.load(Ordering::Relaxed) == version {
                return state;
            }
            spin_loop();
        }
    }

    fn change(&self, f: impl FnOnce(ClockState) -> ClockState) -> ClockState {
        let _alone = self.changing.lock();
        let state = f(self.read());
        let version = self.version.load(Ordering::Relaxed);
        self.version.store(version + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        self.base_virtual_ms.store(state.base_virtual_ms, Ordering::Relaxed);
        self.base_real_ms.store(state.base_real_ms, Ordering::Relaxed);
        self.scale_bits.store(state.scale.to_bits(), Ordering::Relaxed);
        self.version.store(version + 2, Ordering::Release);
        state
    }
}

fn virtual_at(s: ClockState, real_ms: i64) -> i64 {
    let elapsed = real_ms - s.base_real_ms;
    if s.scale == 1.0 {
        return s.base_virtual_ms + elapsed;
    }
    s.base_virtual_ms + (elapsed as f64 * s.scale) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frozen_stands_still_and_set_moves_it() {
        let c = Clock::new(None);
        let s = c.freeze();
        assert_eq!(c.now_ms(), s.base_virtual_ms);
        c.set(s.base_virtual_ms + 86_400_000);
        assert_eq!(c.now_ms(), s.base_virtual_ms + 86_400_000);
        assert_eq!(c.real_until(c.now_ms() + 1), None);
        assert_eq!(c.real_until(c.now_ms()), Some(Duration::ZERO));
    }

    #[test]
    fn a_stored_state_goes_on_where_it_would_be() {
        let s = ClockState { base_virtual_ms: 1_000, base_real_ms: 0, scale: 2.0 };
        assert_eq!(virtual_at(s, 500), 2_000);
        let s = ClockState { scale: 0.0, ..s };
        assert_eq!(virtual_at(s, 500), 1_000);
    }

    #[test]
    fn readers_never_see_half_a_change() {
        let state = |n: i64| ClockState { base_virtual_ms: n, base_real_ms: -n, scale: n as f64 };
        let shown = Shown::new(state(0));
        std::thread::scope(|scope| {
            let count = || {
                for _ in 0..20_000 {
                    shown.change(|s| state(s.base_virtual_ms + 1));
                }
            };
            scope.spawn(count);
            scope.spawn(count);
            let mut last = 0;
            while last < 40_000 {
                let s = shown.read();
                assert_eq!(s, state(s.base_virtual_ms));
                assert!(s.base_virtual_ms >= last, "a change is never taken back");
                last = s.base_virtual_ms;
            }
        });
    }
}
