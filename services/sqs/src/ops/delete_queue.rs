//! `DeleteQueue`: the queue is gone at once, with its messages. Its name is free again after 60 seconds.
//! Errors: NonExistentQueue. Source: SQS API reference, "DeleteQueue" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_sqs::DeleteQueueRequest;

use crate::queue::{self, Open, meter};
use crate::state::{Deleted, Moment, Queues};

const COOL_DOWN_MS: i64 = 60_000;

/// Deletes the queue.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteQueueRequest) -> Result<Empty, Fault> {
    let open = Open::of_url(cx, &i.queue_url)?;
    let key = queue::key(cx.scope, &open.name);
    open.drop_messages(cx)?;
    queue::discard(cx, open.q.id)?;
    cx.delete::<Queues>(&key);
    cx.put::<Deleted>(&key, &Moment { at_ms: cx.now_ms });
    cx.timer_set(crate::time::FORGET, &open.name, cx.now_ms + COOL_DOWN_MS)?;
    meter(cx, open.usage_type(), 0);
    cx.wake(open.wake_key());
    Ok(Empty::default())
}
