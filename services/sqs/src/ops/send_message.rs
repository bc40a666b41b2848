//! `SendMessage` and `SendMessageBatch`.
//!
//! Errors: NonExistentQueue. MissingParameter, InvalidParameterValue, InvalidMessageContents, UnsupportedOperation: the
//! message. KmsNotFound, KmsAccessDenied: the queue's key. In a batch: those of `batch.rs`; BatchRequestTooLong: more than 1 MiB together.
//! Source: SQS API reference, "SendMessage", "SendMessageBatch" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_sqs::{
    SendMessageBatchRequest, SendMessageBatchResult, SendMessageBatchResultEntry, SendMessageRequest,
    SendMessageResult, err,
};

use crate::attributes::MAX_MESSAGE_BYTES;
use crate::backlog::Backlog;
use crate::err::entry;
use crate::message::{Checked, Incoming};
use crate::queue::{Open, meter};
use crate::{batch, encryption, fifo, md5};

/// Sends one message.
pub(crate) fn decide(cx: &mut Cx, i: &SendMessageRequest) -> Result<SendMessageResult, Fault> {
    let open = Open::of_url(cx, &i.queue_url)?;
    let incoming = Incoming::from(i);
    incoming.check_fifo(&open.q, false)?;
    let checked = incoming.check(cx, &open.q, false)?;
    encryption::check_key(cx, &open.q)?;
    let mut backlog = open.backlog(cx)?;
    meter(cx, open.usage_type(), checked.bytes);
    let sent = send(cx, &open, &mut backlog, checked, incoming.deduplication_id)?;
    backlog.save(cx, &open.name)?;
    cx.wake(open.wake_key());
    Ok(sent)
}

/// Sends up to ten messages.
pub(crate) fn decide_batch(
    cx: &mut Cx,
    i: &SendMessageBatchRequest,
) -> Result<SendMessageBatchResult, Fault> {
    let open = Open::of_url(cx, &i.queue_url)?;
    batch::check("SendMessageBatchRequestEntry", i.entries.iter().map(|e| e.id.as_str()))?;
    let total: usize = i.entries.iter().map(|e| Incoming::from(e).bytes()).sum();
    if total > MAX_MESSAGE_BYTES as usize {
        return Err(err::batch_request_too_long(format!(
            "Batch requests cannot be longer than {MAX_MESSAGE_BYTES} bytes. You have sent {total} bytes."
        )));
    }
    for e in &i.entries {
        Incoming::from(e).check_fifo(&open.q, true)?;
    }
    encryption::check_key(cx, &open.q)?;
    let mut backlog = open.backlog(cx)?;
    let mut out = SendMessageBatchResult::default();
    for e in &i.entries {
        let incoming = Incoming::from(e);
        match incoming.check(cx, &open.q, true) {
            Err(fault) => out.failed.push(entry(&e.id, &fault)),
            Ok(checked) => {
                let sent = send(cx, &open, &mut backlog, checked, incoming.deduplication_id)?;
                out.successful.push(SendMessageBatchResultEntry {
                    id: e.id.clone(),
                    message_id: sent.message_id.unwrap_or_default(),
                    md5_of_message_body: sent.md5_of_message_body.unwrap_or_default(),
                    md5_of_message_attributes: sent.md5_of_message_attributes,
                    md5_of_message_system_attributes: sent.md5_of_message_system_attributes,
                    sequence_number: sent.sequence_number,
                });
            }
        }
    }
    meter(cx, open.usage_type(), total);
    backlog.save(cx, &open.name)?;
    cx.wake(open.wake_key());
    Ok(out)
}

/// Puts a checked message into the queue, unless it is a duplicate: then the answer is the first one's.
fn send(
    cx: &mut Cx,
    open: &Open,
    backlog: &mut Backlog,
    checked: Checked,
    deduplication_id: Option<&str>,
) -> Result<SendMessageResult, Fault> {
    let Checked { mut message, place, system, .. } = checked;
    let digest = |l: &[_]| (!l.is_empty()).then(|| md5::of_attributes(l.iter()));
    let mut out = SendMessageResult {
        md5_of_message_body: Some(message.body_md5.clone()),
        md5_of_message_attributes: digest(&message.attributes),
        md5_of_message_system_attributes: digest(&system),
        message_id: Some(message.id.clone()),
        sequence_number: None,
    };
    if !open.q.fifo {
        backlog.insert(cx, &open.q, message, place)?;
        return Ok(out);
    }
    let group = message.group.clone().unwrap_or_default();
    let id = deduplication_id.map_or_else(|| fifo::content_id(&message.body), str::to_owned);
    let (message_id, seq) = match fifo::find_sent(cx, &open.q, &group, &id)? {
        Some(first) => (first.message_id, first.seq),
        None => {
            message.deduplication_id = Some(id.clone());
            let message_id = message.id.clone();
            let seq = backlog.insert(cx, &open.q, message, place)?;
            fifo::remember_sent(cx, &open.q, &group, &id, &message_id, seq)?;
            (message_id, seq)
        }
    };
    out.message_id = Some(message_id);
    out.sequence_number = Some(fifo::sequence_number(seq));
    Ok(out)
}
