//! `PurgeQueue`: every message is gone at once, where AWS takes up to 60 seconds; once in 60 seconds.
//! Errors: NonExistentQueue, PurgeQueueInProgress. Source: SQS API reference, "PurgeQueue" (2026-11-22); text recorded 2024.

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_sqs::{PurgeQueueRequest, err};

use crate::queue::{self, Open, meter};
use crate::state::{Counters, CountersTable};

const COOL_DOWN_MS: i64 = 60_000;

/// Empties the queue.
pub(crate) fn decide(cx: &mut Cx, i: &PurgeQueueRequest) -> Result<Empty, Fault> {
    let mut open = Open::of_url(cx, &i.queue_url)?;
    if open.q.purged_ms.is_some_and(|at| (0..COOL_DOWN_MS).contains(&(cx.now_ms - at))) {
        return Err(err::purge_queue_in_progress(format!(
            "Only one PurgeQueue operation on {} is allowed every 60 seconds.",
            open.name
        )));
    }
    // Sequence numbers go on ascending.
    let last_seq = open.backlog(cx)?.counters.last_seq;
    open.drop_messages(cx)?;
    open.change().store = queue::new_number(cx);
    cx.put::<CountersTable>(&open.q.store, &Counters { last_seq, ..Counters::default() });
    open.change().purged_ms = Some(cx.now_ms);
    open.save(cx);
    meter(cx, open.usage_type(), 0);
    Ok(Empty::default())
}
