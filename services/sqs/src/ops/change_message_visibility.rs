//! `ChangeMessageVisibility` and `ChangeMessageVisibilityBatch`: a new timeout, counted from now, at most twelve hours from
//! the receive.
//!
//! On a standard queue a message that is visible again stays as it is, and the call succeeds (recorded 2024); AWS's
//! `MessageNotInflight` is documented and was not seen.
//!
//! Errors: NonExistentQueue, ReceiptHandleIsInvalid. InvalidParameterValue: timeout out of range or beyond twelve hours in
//! all; the message is gone; the handle has expired (FIFO).
//! Source: SQS API reference, "ChangeMessageVisibility" (2026-11-22); texts from aws/aws-sdk-net#794, vmihailenco/taskq#29.

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_sqs::{
    ChangeMessageVisibilityBatchRequest, ChangeMessageVisibilityBatchResult,
    ChangeMessageVisibilityBatchResultEntry, ChangeMessageVisibilityRequest,
};

use super::delete_message::expired;
use crate::attributes::MAX_VISIBILITY_S;
use crate::backlog::Backlog;
use crate::batch;
use crate::err::{entry, invalid_value, missing};
use crate::place::Place;
use crate::queue::{Open, meter};
use crate::receipt::Receipt;

/// Changes one message's timeout.
pub(crate) fn decide(cx: &mut Cx, i: &ChangeMessageVisibilityRequest) -> Result<Empty, Fault> {
    let open = Open::of_url(cx, &i.queue_url)?;
    let mut backlog = open.backlog(cx)?;
    change(cx, &open, &mut backlog, &i.receipt_handle, i.visibility_timeout)?;
    finish(cx, &open, backlog)?;
    Ok(Empty::default())
}

/// Changes up to ten messages' timeouts.
pub(crate) fn decide_batch(
    cx: &mut Cx,
    i: &ChangeMessageVisibilityBatchRequest,
) -> Result<ChangeMessageVisibilityBatchResult, Fault> {
    let open = Open::of_url(cx, &i.queue_url)?;
    batch::check("ChangeMessageVisibilityBatchRequestEntry", i.entries.iter().map(|e| e.id.as_str()))?;
    let mut backlog = open.backlog(cx)?;
    let mut out = ChangeMessageVisibilityBatchResult::default();
    for e in &i.entries {
        let changed = match e.visibility_timeout {
            Some(s) => change(cx, &open, &mut backlog, &e.receipt_handle, s),
            None => Err(missing("VisibilityTimeout")),
        };
        match changed {
            Ok(()) => out.successful.push(ChangeMessageVisibilityBatchResultEntry { id: e.id.clone() }),
            Err(fault) if fault.status() >= 500 => return Err(fault),
            Err(fault) => out.failed.push(entry(&e.id, &fault)),
        }
    }
    finish(cx, &open, backlog)?;
    Ok(out)
}

fn finish(cx: &mut Cx, open: &Open, backlog: Backlog) -> Result<(), Fault> {
    meter(cx, open.usage_type(), 0);
    backlog.save(cx, &open.name)?;
    cx.wake(open.wake_key());
    Ok(())
}

fn change(
    cx: &mut Cx,
    open: &Open,
    backlog: &mut Backlog,
    handle: &str,
    timeout_s: i32,
) -> Result<(), Fault> {
    let parameter = "VisibilityTimeout";
    if !(0..=MAX_VISIBILITY_S).contains(&timeout_s) {
        return Err(invalid_value(timeout_s, parameter, "Must be between 0 and 43200, if provided."));
    }
    let receipt = Receipt::open(handle, &open.q)?;
    let Some(at) = backlog.find(cx, &receipt)? else {
        let reason = "Message does not exist or is not available for visibility timeout change.";
        return Err(invalid_value(handle, "ReceiptHandle", reason));
    };
    if at.place.receive_count != receipt.receive_count || at.place.visible_ms <= cx.now_ms {
        return if open.q.fifo { Err(expired(handle)) } else { Ok(()) };
    }
    let visible_ms = cx.now_ms + i64::from(timeout_s) * 1_000;
    if visible_ms > at.place.received_ms + i64::from(MAX_VISIBILITY_S) * 1_000 {
        let reason = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds].";
        return Err(invalid_value(timeout_s, parameter, reason));
    }
    let place = Place { visible_ms, ..at.place.clone() };
    backlog.relocate(cx, &at, &place)
}
