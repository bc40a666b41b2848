//! `DeleteMessage` and `DeleteMessageBatch`.
//!
//! A standard queue deletes by the handle of the latest receive, even when the message is visible again; with an older
//! handle the call succeeds and deletes nothing. A FIFO queue refuses a handle whose visibility timeout is over.
//!
//! Errors: NonExistentQueue, ReceiptHandleIsInvalid. InvalidParameterValue: the handle has expired (FIFO).
//! Source: SQS API reference, "DeleteMessage" (2026-11-22); handles after their timeout recorded 2024.

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_sqs::{
    DeleteMessageBatchRequest, DeleteMessageBatchResult, DeleteMessageBatchResultEntry, DeleteMessageRequest,
};

use crate::backlog::Backlog;
use crate::batch;
use crate::err::{entry, invalid_value};
use crate::queue::{Open, meter};
use crate::receipt::Receipt;

/// Deletes one message.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteMessageRequest) -> Result<Empty, Fault> {
    let open = Open::of_url(cx, &i.queue_url)?;
    let mut backlog = open.backlog(cx)?;
    delete(cx, &open, &mut backlog, &i.receipt_handle)?;
    finish(cx, &open, backlog)?;
    Ok(Empty::default())
}

/// Deletes up to ten messages.
pub(crate) fn decide_batch(
    cx: &mut Cx,
    i: &DeleteMessageBatchRequest,
) -> Result<DeleteMessageBatchResult, Fault> {
    let open = Open::of_url(cx, &i.queue_url)?;
    batch::check("DeleteMessageBatchRequestEntry", i.entries.iter().map(|e| e.id.as_str()))?;
    let mut backlog = open.backlog(cx)?;
    let mut out = DeleteMessageBatchResult::default();
    for e in &i.entries {
        match delete(cx, &open, &mut backlog, &e.receipt_handle) {
            Ok(()) => out.successful.push(DeleteMessageBatchResultEntry { id: e.id.clone() }),
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
    if open.q.fifo {
        // The next message of the group may be receivable now.
        cx.wake(open.wake_key());
    }
    Ok(())
}

fn delete(cx: &mut Cx, open: &Open, backlog: &mut Backlog, handle: &str) -> Result<(), Fault> {
    let receipt = Receipt::open(handle, &open.q)?;
    let found = backlog.find(cx, &receipt)?;
    let Some(at) = found else { return Ok(()) };
    let current = at.place.receive_count == receipt.receive_count;
    if open.q.fifo && (!current || at.place.visible_ms <= cx.now_ms) {
        return Err(expired(handle));
    }
    if current {
        backlog.remove(cx, &at)?;
    }
    Ok(())
}

/// The refusal of a handle whose visibility timeout is over.
pub(crate) fn expired(handle: &str) -> Fault {
    invalid_value(handle, "ReceiptHandle", "The receipt handle has expired.")
}
