//! What the clock does: expired sessions answer `ExpiredToken` for a day, as AWS's answer long after their time; then
//! their rows are swept. One timer per account and hour, however many sessions end in it.

use codec::Fault;
use directory::Sessions;
use kernel::{Cx, Timer};
use store::Scan;

use crate::state::{Ending, Endings, Mark};

const HOUR_MS: i64 = 3_600_000;
/// How long an expired session is remembered.
const REMEMBERED_MS: i64 = 24 * HOUR_MS;
/// Sessions swept in one transaction.
const BATCH: usize = 1_000;
const SWEEP: &str = "sweep";

/// Notes when a session's row may go.
pub(crate) fn remember(cx: &mut Cx, access_key_id: &str, expires_ms: i64) -> Result<(), Fault> {
    let hour = (expires_ms + REMEMBERED_MS).div_euclid(HOUR_MS) + 1;
    cx.put::<Endings>(&ending(cx, hour, access_key_id), &Mark);
    cx.timer_set(SWEEP, &hour.to_string(), hour * HOUR_MS)
}

fn ending(cx: &Cx, hour: i64, access_key_id: &str) -> Ending {
    (cx.scope.partition.to_owned(), cx.scope.account.clone(), hour, access_key_id.to_owned())
}

/// Sweeps the sessions whose hour has come.
pub(crate) fn on_timer(cx: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    if timer.kind != SWEEP {
        return Err(Fault::internal(format!("STS sets no timer of kind {}", timer.kind)));
    }
    let here = (cx.scope.partition.to_owned(), cx.scope.account.clone());
    let due = cx.now_ms.div_euclid(HOUR_MS);
    let ended: Vec<Ending> = cx
        .scan::<Endings>(Scan::prefix(&here))?
        .map(|(key, _)| key)
        .take_while(|(_, _, hour, _)| *hour <= due)
        .take(BATCH)
        .collect();
    for key in &ended {
        cx.delete::<Sessions>(&key.3);
        cx.delete::<Endings>(key);
    }
    if ended.len() == BATCH {
        cx.timer_set(SWEEP, &timer.subject, timer.due_ms)?;
    }
    Ok(())
}
