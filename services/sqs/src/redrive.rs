//! Dead letters: RedrivePolicy (where messages go that were received too often), RedriveAllowPolicy (who may send them
//! here), and the move itself. Moving them back is `move_task.rs`.
//! Source: SQS developer guide, "Using dead-letter queues in Amazon SQS" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use serde_json::Value;
use shapes_sqs::err;

use crate::backlog::Backlog;
use crate::err::invalid_value;
use crate::names::{self, QueueArn};
use crate::place::{Kind, Place};
use crate::queue::Open;
use crate::search::Standing;
use crate::state::{Message, Queue};

const POLICY: &str = "RedrivePolicy";
const ALLOW_POLICY: &str = "RedriveAllowPolicy";
const MAX_RECEIVE_COUNT: u64 = 1_000;
const MAX_SOURCES: usize = 10;

/// Sets RedrivePolicy; an empty text removes it.
pub(crate) fn set_policy(cx: &Cx, q: &mut Queue, queue_name: &str, text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        q.redrive = None;
        q.dead_letter_queue.clear();
        q.max_receive_count = 0;
        return Ok(());
    }
    let Ok(Value::Object(map)) = serde_json::from_str(text) else {
        return Err(err::invalid_attribute_value(
            "Invalid value for the parameter RedrivePolicy. Reason: Redrive policy is not a valid JSON map.",
        ));
    };
    let refuse = |reason: &str| Err(invalid_value(text, POLICY, reason));
    let Some(count) = map.get("maxReceiveCount") else {
        return refuse("Redrive policy does not contain mandatory attribute: maxReceiveCount.");
    };
    let Some(target) = map.get("deadLetterTargetArn") else {
        return refuse("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
    };
    if map.len() > 2 {
        return refuse("Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].");
    }
    let written = count.as_str().map_or_else(|| count.to_string(), str::to_owned);
    let Some(max) = written.parse::<u64>().ok().filter(|n| (1..=MAX_RECEIVE_COUNT).contains(n)) else {
        return refuse(&format!(
            "Invalid value for maxReceiveCount: {written}, valid values are from 1 to 1000 both inclusive."
        ));
    };
    let Some(arn) = target.as_str().and_then(QueueArn::parse) else {
        return refuse("Dead-letter target ARN should be fully qualified ARN.");
    };
    if arn.region != cx.scope.region || arn.partition != cx.scope.partition {
        return refuse("Dead-letter target must be in same region as the source.");
    }
    if arn.account != cx.scope.account {
        return refuse("Dead-letter target owner should be same as the source.");
    }
    let Some(dlq) = Open::named(cx, arn.name)? else {
        return refuse("Dead letter target does not exist.");
    };
    if dlq.q.fifo != q.fifo {
        return refuse("Dead-letter queue must be same type of queue as the source.");
    }
    if !allows(dlq.q.redrive_allow.as_deref(), &names::arn(cx.scope, queue_name)) {
        return refuse(
            "The redrive allow policy of the dead-letter target doesn't permit this source queue.",
        );
    }
    q.redrive = Some(text.to_owned());
    q.dead_letter_queue = arn.name.to_owned();
    q.max_receive_count = u32::try_from(max).unwrap_or(u32::MAX);
    Ok(())
}

/// Whether a RedriveAllowPolicy lets that queue send its dead letters.
fn allows(policy: Option<&str>, source_arn: &str) -> bool {
    let Some(Ok(map)) = policy.map(serde_json::from_str::<Value>) else { return true };
    match map["redrivePermission"].as_str() {
        Some("denyAll") => false,
        Some("byQueue") => {
            map["sourceQueueArns"].as_array().is_some_and(|l| l.iter().any(|v| v == source_arn))
        }
        _ => true,
    }
}

/// Checks a RedriveAllowPolicy; an empty text removes it.
pub(crate) fn allow_policy(text: &str) -> Result<Option<String>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let format = || {
        err::invalid_attribute_value(
            "Invalid value for the parameter RedriveAllowPolicy. Reason: Amazon SQS can't create the redrive allow \
             policy, as it’s in an unsupported format.",
        )
    };
    let refuse = |reason: &str| {
        let reason = format!("Amazon SQS can't create the redrive allow policy. {reason}");
        Err(invalid_value(text, ALLOW_POLICY, &reason))
    };
    let Ok(Value::Object(map)) = serde_json::from_str(text) else { return Err(format()) };
    if map.keys().any(|k| k != "redrivePermission" && k != "sourceQueueArns") {
        return Err(format());
    }
    let by_queue = match map.get("redrivePermission").and_then(Value::as_str) {
        Some("allowAll" | "denyAll") => false,
        Some("byQueue") => true,
        _ => return Err(format()),
    };
    let sources = match map.get("sourceQueueArns") {
        None => 0,
        Some(Value::Array(list)) if list.iter().all(Value::is_string) => list.len(),
        Some(_) => return Err(format()),
    };
    match (by_queue, sources) {
        (false, 1..) => {
            refuse("To specify one or more source queue ARNs, you must set redrivePermission to byQueue.")
        }
        (true, 0) => refuse(
            "When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.",
        ),
        (true, n) if n > MAX_SOURCES => {
            refuse("The maximum number of source queue ARNs you can specify is 10.")
        }
        _ => Ok(Some(text.to_owned())),
    }
}

/// The queue for messages that were received often enough, if there is one.
pub(crate) fn target(cx: &Cx, source: &Open) -> Result<Option<Open>, Fault> {
    if source.q.dead_letter_queue.is_empty() {
        return Ok(None);
    }
    let found = Open::named(cx, &source.q.dead_letter_queue)?;
    Ok(found.filter(|dlq| dlq.q.fifo == source.q.fifo && dlq.q.id != source.q.id))
}

/// Moves a message to the dead-letter queue. It keeps its id, its body and its counts. Its retention goes on counting from
/// when it was first enqueued, in standard queues; in FIFO queues it begins anew.
pub(crate) fn bury(
    cx: &mut Cx,
    source: &Open,
    backlog: &mut Backlog,
    at: &Standing,
    message: Message,
    dlq: &Open,
) -> Result<(), Fault> {
    backlog.remove(cx, at)?;
    let enqueued_ms = if source.q.fifo { cx.now_ms } else { at.place.enqueued_ms };
    let place = Place { enqueued_ms, visible_ms: cx.now_ms, kind: Kind::New, ..at.place.clone() };
    let message = Message { dead_letter_source: Some(source.arn(cx)), ..message };
    let mut there = dlq.backlog(cx)?;
    there.insert(cx, &dlq.q, message, place)?;
    there.save(cx, &dlq.name)?;
    cx.wake(dlq.wake_key());
    Ok(())
}
