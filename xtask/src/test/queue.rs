//! The steps that two workers take turns at, in order; those that use the release build wait until it is made.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard};

use super::{Part, Step};

/// Steps that nobody has begun.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

struct Waiting {
    steps: VecDeque<&'static Step>,
    /// Whether a step that makes the release build is waiting or runs.
    unbuilt: bool,
}

impl Waiting {
    /// The first step that may begin now.
    fn next(&mut self) -> Option<&'static Step> {
        let at = self.steps.iter().position(|s| !self.unbuilt || s.part != Part::Simulations)?;
        self.steps.remove(at)
    }
}

impl Queue {
    pub(super) fn new(steps: Vec<&'static Step>) -> Queue {
        let unbuilt = steps.iter().any(|s| s.part == Part::Release);
        Queue { waiting: Mutex::new(Waiting { steps: steps.into(), unbuilt }), changed: Condvar::new() }
    }

    /// The next step that may begin; waits for it. `None`: all have begun.
    pub(super) fn take(&self) -> Option<&'static Step> {
        let mut waiting = self.lock();
        loop {
            let next = waiting.next();
            if next.is_some() || waiting.steps.is_empty() {
                return next;
            }
            waiting = self.changed.wait(waiting).expect("no step panics while it looks at the queue");
        }
    }

    /// A step is over: the release build is made, or can't be (whoever needs it tells).
    pub(super) fn ended(&self, step: &Step) {
        if step.part == Part::Release {
            self.lock().unbuilt = false;
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().expect("no step panics while it looks at the queue")
    }
}

#[cfg(test)]
mod tests {
    use super::super::STEPS;
    use super::*;

    fn named(names: &[&str]) -> Vec<&'static Step> {
        STEPS.iter().filter(|s| names.contains(&s.name)).collect()
    }

    #[test]
    fn simulations_wait_for_the_build() {
        let queue = Queue::new(named(&["release", "e2e js", "sim disk"]));
        let release = queue.take().unwrap();
        assert_eq!((release.name, queue.take().unwrap().name), ("release", "e2e js"));
        assert!(queue.lock().next().is_none(), "the build isn't made");
        std::thread::scope(|scope| {
            let second = scope.spawn(|| queue.take().map(|s| s.name));
            queue.ended(release);
            assert_eq!(second.join().unwrap(), Some("sim disk"));
        });
        assert!(queue.take().is_none());
    }

    #[test]
    fn without_a_build_nothing_waits() {
        let queue = Queue::new(named(&["sim disk"]));
        assert_eq!(queue.take().map(|s| s.name), Some("sim disk"));
        assert!(queue.take().is_none());
    }
}
