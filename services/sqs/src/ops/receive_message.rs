//! `ReceiveMessage`: takes up to ten messages and hides them; waits for some, if asked to. Messages that were received too
//! often go to the dead-letter queue instead.
//!
//! Errors: NonExistentQueue. InvalidParameterValue: a number out of its range. InvalidAttributeName. OverLimit: 120,000
//! messages in flight (standard queues, short polls).
//! Source: SQS API reference, "ReceiveMessage"; developer guide, "Amazon SQS short and long polling" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_sqs::{Message as Shown, ReceiveMessageRequest, ReceiveMessageResult, err};

use crate::attributes::MAX_VISIBILITY_S;
use crate::backlog::Backlog;
use crate::err::{invalid_value, wrong_queue_type};
use crate::message::check_id;
use crate::place::{Kind, Place};
use crate::queue::{Open, meter};
use crate::receipt::Receipt;
use crate::search::{Standing, Wanted};
use crate::selection::Selection;
use crate::state::Message;
use crate::{fifo, redrive};

const MAX_IN_FLIGHT: u64 = 120_000;

/// Receives, or waits.
pub(crate) fn decide(cx: &mut Cx, i: &ReceiveMessageRequest) -> Result<ReceiveMessageResult, Fault> {
    let open = Open::of_url(cx, &i.queue_url)?;
    let asked = Asked::of(i, &open)?;
    let selection = Selection::of(i)?;
    let mut backlog = open.backlog(cx)?;
    let taken = match asked.attempt {
        Some(id) => take_again(cx, &open, &mut backlog, &asked, id)?,
        None => take(cx, &open, &mut backlog, &asked)?,
    };
    if taken.is_empty() && asked.wait_ms > 0 && !cx.last_chance {
        let deadline = cx.now_ms + asked.wait_ms;
        let until = backlog.next_visible_ms(cx)?.map_or(deadline, |at| at.min(deadline));
        return Err(cx.park(until, deadline, open.wake_key()));
    }
    backlog.save(cx, &open.name)?;
    let bytes = taken.iter().map(|(_, m)| m.body.len()).sum();
    meter(cx, open.usage_type(), bytes);
    let messages: Vec<Shown> = taken.into_iter().map(|(at, m)| show(&open, &selection, &at, m)).collect();
    Ok(ReceiveMessageResult { messages: (!messages.is_empty()).then_some(messages) })
}

/// The numbers of a request, checked.
struct Asked<'a> {
    max: usize,
    visibility_ms: i64,
    wait_ms: i64,
    attempt: Option<&'a str>,
}

impl Asked<'_> {
    fn of<'a>(i: &'a ReceiveMessageRequest, open: &Open) -> Result<Asked<'a>, Fault> {
        let max = i.max_number_of_messages.unwrap_or(1);
        if !(1..=10).contains(&max) {
            return Err(invalid_value(max, "MaxNumberOfMessages", "Must be between 1 and 10, if provided."));
        }
        if let Some(s) = i.visibility_timeout.filter(|s| !(0..=MAX_VISIBILITY_S).contains(s)) {
            return Err(invalid_value(s, "VisibilityTimeout", "Must be between 0 and 43200, if provided."));
        }
        if let Some(s) = i.wait_time_seconds.filter(|s| !(0..=20).contains(s)) {
            return Err(invalid_value(s, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided."));
        }
        let attempt = i.receive_request_attempt_id.as_deref();
        if let Some(id) = attempt {
            if !open.q.fifo {
                return Err(wrong_queue_type(id, "ReceiveRequestAttemptId"));
            }
            check_id("ReceiveRequestAttemptId", id)?;
        }
        let visibility_s = i.visibility_timeout.map_or(i64::from(open.q.visibility_s), i64::from);
        let wait_s = i.wait_time_seconds.map_or(i64::from(open.q.wait_s), i64::from);
        Ok(Asked {
            max: max.unsigned_abs() as usize,
            visibility_ms: visibility_s * 1_000,
            wait_ms: wait_s * 1_000,
            attempt,
        })
    }
}

/// Takes what is there, and moves the dead letters on the way.
fn take(
    cx: &mut Cx,
    open: &Open,
    backlog: &mut Backlog,
    asked: &Asked,
) -> Result<Vec<(Standing, Message)>, Fault> {
    let room = MAX_IN_FLIGHT.saturating_sub(backlog.counters.in_flight);
    if room == 0 && !open.q.fifo && asked.wait_ms == 0 {
        return Err(err::over_limit("Too many messages are in flight."));
    }
    let dlq = redrive::target(cx, open)?;
    let wanted = Wanted {
        count: asked.max.min(usize::try_from(room).unwrap_or(usize::MAX)),
        max_receive_count: dlq.as_ref().map(|_| open.q.max_receive_count),
    };
    let found = backlog.receivable(cx, wanted)?;
    backlog.took_all(found.seen());
    let mut taken = Vec::new();
    for (at, message) in found.messages {
        let message = backlog.row_of(cx, &at, message)?;
        let Some(message) = message.filter(|_| open.q.expiry_ms(at.place.enqueued_ms) > cx.now_ms) else {
            backlog.remove(cx, &at)?;
            continue;
        };
        match dlq.as_ref().filter(|_| !wanted.counts(&at.place)) {
            Some(dlq) => redrive::bury(cx, open, backlog, &at, message, dlq)?,
            None => taken.push((take_one(cx, backlog, at, asked.visibility_ms)?, message)),
        }
    }
    Ok(taken)
}

/// Hides a message that is handed out.
fn take_one(cx: &mut Cx, backlog: &mut Backlog, at: Standing, visibility_ms: i64) -> Result<Standing, Fault> {
    let first = if at.place.receive_count == 0 { cx.now_ms } else { at.place.first_received_ms };
    let place = Place {
        enqueued_ms: at.place.enqueued_ms,
        visible_ms: cx.now_ms + visibility_ms,
        kind: Kind::Received,
        receive_count: at.place.receive_count + 1,
        first_received_ms: first,
        received_ms: cx.now_ms,
    };
    backlog.relocate(cx, &at, &place)?;
    Ok(Standing { place, fresh: false, ..at })
}

/// Takes once more what the same attempt took, if it is all still in flight; else takes what is there.
fn take_again(
    cx: &mut Cx,
    open: &Open,
    backlog: &mut Backlog,
    asked: &Asked,
    id: &str,
) -> Result<Vec<(Standing, Message)>, Fault> {
    if let Some(attempt) = fifo::find_attempt(cx, &open.q, id)? {
        let mut again = Vec::new();
        for t in &attempt.taken {
            let at = backlog.locate(cx, t.seq, 0, &t.group)?;
            let in_flight =
                |s: &Standing| s.place.receive_count == t.receive_count && s.place.visible_ms > cx.now_ms;
            let Some(at) = at.filter(in_flight) else { break };
            let Some(message) = backlog.message(cx, at.seq, at.place.enqueued_ms)? else { break };
            again.push((at, message));
        }
        if !again.is_empty() && again.len() == attempt.taken.len() {
            for (at, _) in &mut again {
                let place = Place {
                    visible_ms: cx.now_ms + asked.visibility_ms,
                    received_ms: cx.now_ms,
                    ..at.place.clone()
                };
                backlog.relocate(cx, at, &place)?;
                at.place = place;
            }
            return Ok(again);
        }
    }
    let taken = take(cx, open, backlog, asked)?;
    let rows = taken.iter().map(|(at, _)| fifo::Taken {
        group: at.group.clone(),
        seq: at.seq,
        receive_count: at.place.receive_count,
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        fifo::remember_attempt(cx, &open.q, id, rows)?;
    }
    Ok(taken)
}

fn show(open: &Open, selection: &Selection, at: &Standing, m: Message) -> Shown {
    let receipt = Receipt {
        queue: open.q.id,
        store: open.q.store,
        seq: at.seq,
        enqueued_ms: at.place.enqueued_ms,
        receive_count: at.place.receive_count,
        group: at.group.clone(),
    };
    let attributes = selection.system(&open.q, at, &m);
    let (message_attributes, md5) = selection.user(&m);
    Shown {
        message_id: Some(m.id),
        receipt_handle: Some(receipt.seal()),
        md5_of_body: Some(m.body_md5),
        body: Some(m.body),
        attributes,
        md5_of_message_attributes: md5,
        message_attributes,
    }
}
