//! What the clock does in SQS. Few timers: visibility, delays and cool-downs are judged when somebody looks.
//!
//! | timer | subject | when |
//! | --- | --- | --- |
//! | retention | queue | the oldest message expires |
//! | sweep | | rows of purged and deleted queues remain |
//! | forget | queue | a deleted queue's name is free again |
//! | move | task | a move task takes its next step |

use codec::Fault;
use kernel::{Cx, Timer};
use store::{Scan, Table};

use crate::fifo::{Attempts, Deduplications};
use crate::move_task;
use crate::place::{ByGroup, ByVisibility, Heads, Moved};
use crate::queue::{self, Open};
use crate::state::{Deleted, Garbage, Messages};

/// Timer: the oldest message of a queue expires.
pub(crate) const RETENTION: &str = "retention";
/// Timer: rows wait to be swept.
pub(crate) const SWEEP: &str = "sweep";
/// Timer: a deleted queue's name is free again.
pub(crate) const FORGET: &str = "forget";
/// Timer: the next step of a move task.
pub(crate) const MOVE: &str = "move";

/// Rows removed by one firing at most: transactions stay small.
const STEP: usize = 2_000;

/// What happens when a timer falls due.
pub(crate) fn on_timer(cx: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    match timer.kind.as_str() {
        RETENTION => expire(cx, &timer.subject),
        SWEEP => sweep(cx),
        FORGET => {
            let key = queue::key(cx.scope, &timer.subject);
            cx.delete::<Deleted>(&key);
            Ok(())
        }
        MOVE => move_task::step(cx, &timer.subject),
        other => Err(Fault::internal(format!("SQS sets no timer of kind {other}"))),
    }
}

fn expire(cx: &mut Cx, name: &str) -> Result<(), Fault> {
    let Some(open) = Open::named(cx, name)? else { return Ok(()) };
    let mut backlog = open.backlog(cx)?;
    // The timer that fired is gone: whatever is due next is set anew.
    backlog.timer_fired();
    backlog.expire(cx, &open.q, STEP)?;
    backlog.save(cx, name)?;
    if open.q.fifo {
        cx.wake(open.wake_key());
    }
    Ok(())
}

fn sweep(cx: &mut Cx) -> Result<(), Fault> {
    let mut left = STEP;
    while left > 0 {
        let scope = (cx.scope.account.as_str(), cx.scope.region);
        let Some((key, _)) = cx.scan_prefix::<Garbage>(&scope)?.next() else { return Ok(()) };
        left = sweep_number(cx, key.2, left)?;
        if left > 0 {
            cx.delete::<Garbage>(&key);
        }
    }
    cx.timer_set(SWEEP, "", cx.now_ms)
}

/// Removes what lies under a number; tells how much of the limit is left, 0 when there may be more.
pub(crate) fn sweep_number(cx: &mut Cx, number: u64, limit: usize) -> Result<usize, Fault> {
    let mut left = limit;
    left = clear::<Messages>(cx, number, left)?;
    left = clear::<ByVisibility>(cx, number, left)?;
    left = clear::<Moved>(cx, number, left)?;
    left = clear::<ByGroup>(cx, number, left)?;
    left = clear::<Heads>(cx, number, left)?;
    left = clear::<Deduplications>(cx, number, left)?;
    clear::<Attempts>(cx, number, left)
}

fn clear<T: Table>(cx: &mut Cx, number: u64, limit: usize) -> Result<usize, Fault> {
    let keys: Vec<T::Key> = cx.scan::<T>(Scan::prefix(&(number,)))?.take(limit).map(|(key, _)| key).collect();
    keys.iter().for_each(|key| cx.delete::<T>(key));
    Ok(limit - keys.len())
}

/// Deletes everything of the account in the scope's region.
pub(crate) fn reset(cx: &mut Cx) -> Result<(), Fault> {
    let scope = (cx.scope.account.clone(), cx.scope.region.to_owned());
    let scope = (scope.0.as_str(), scope.1.as_str());
    let queues: Vec<_> = cx.scan_prefix::<crate::state::Queues>(&scope)?.collect();
    let mut numbers: Vec<u64> = cx.scan_prefix::<Garbage>(&scope)?.map(|(key, _)| key.2).collect();
    for (key, q) in &queues {
        cx.delete::<crate::state::Queues>(key);
        cx.delete::<crate::state::CountersTable>(&q.store);
        numbers.extend([q.store, q.id]);
    }
    for number in numbers {
        sweep_number(cx, number, usize::MAX)?;
        cx.delete::<Garbage>(&(scope.0.to_owned(), scope.1.to_owned(), number));
    }
    let deleted: Vec<_> = cx.scan_prefix::<Deleted>(&scope)?.map(|(key, _)| key).collect();
    deleted.iter().for_each(|key| cx.delete::<Deleted>(key));
    let tasks: Vec<_> = cx.scan_prefix::<move_task::MoveTasks>(&scope)?.map(|(key, _)| key).collect();
    tasks.iter().for_each(|key| cx.delete::<move_task::MoveTasks>(key));
    Ok(())
}
