//! `SetQueueAttributes`: in force at once, where AWS takes up to 60 seconds.
//! Errors: NonExistentQueue, InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue, OverLimit.
//! Source: SQS API reference, "SetQueueAttributes" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_sqs::SetQueueAttributesRequest;

use crate::attributes;
use crate::queue::{Open, meter};

/// Sets attributes.
pub(crate) fn decide(cx: &mut Cx, i: &SetQueueAttributesRequest) -> Result<Empty, Fault> {
    let mut open = Open::of_url(cx, &i.queue_url)?;
    let retention_s = open.q.retention_s;
    attributes::apply(cx, open.q.change(), &open.name, &i.attributes)?;
    open.change().modified_ms = cx.now_ms;
    open.save(cx);
    if open.q.retention_s != retention_s {
        let mut backlog = open.backlog(cx)?;
        backlog.retime(cx, &open.q);
        backlog.save(cx, &open.name)?;
    }
    meter(cx, open.usage_type(), 0);
    // Longer or shorter waits are for receives to come; those parked look again.
    cx.wake(open.wake_key());
    Ok(Empty::default())
}
