//! Queue attributes: reading them from a request, checking their ranges, showing them. RedrivePolicy and
//! RedriveAllowPolicy are read in `redrive.rs`.
//! Source: SQS API reference, "SetQueueAttributes" (2026-11-22); defaults and texts recorded 2024 to 2026.

use std::collections::BTreeMap;

use authz::{PolicyDocument, PolicyKind};
use codec::Fault;
use kernel::Cx;
use shapes_sqs::err;
use shapes_sqs::value::queue_attribute_name as name;

use crate::err::{attribute_value, unknown_attribute};
use crate::names;
use crate::redrive;
use crate::state::{Counters, Queue};

/// Largest message, attributes included.
pub(crate) const MAX_MESSAGE_BYTES: u32 = 1 << 20;
/// Longest visibility timeout.
pub(crate) const MAX_VISIBILITY_S: i32 = 43_200;
/// Longest delay.
pub(crate) const MAX_DELAY_S: i32 = 900;

const FIFO_ONLY: [&str; 3] =
    [name::CONTENT_BASED_DEDUPLICATION, name::DEDUPLICATION_SCOPE, name::FIFO_THROUGHPUT_LIMIT];
const MAX_POLICY_STATEMENTS: usize = 20;

/// A queue with AWS's defaults.
pub(crate) fn defaults(fifo: bool) -> Queue {
    Queue {
        fifo,
        max_bytes: MAX_MESSAGE_BYTES,
        retention_s: 345_600,
        visibility_s: 30,
        kms_reuse_s: 300,
        managed_sse: true,
        ..Queue::default()
    }
}

/// Sets attributes on a queue that already knows its type. `queue_name` is its own.
pub(crate) fn apply(
    cx: &Cx,
    q: &mut Queue,
    queue_name: &str,
    given: &BTreeMap<String, String>,
) -> Result<(), Fault> {
    let kms = given.get(name::KMS_MASTER_KEY_ID).is_some_and(|v| !v.is_empty());
    if kms && given.get(name::SQS_MANAGED_SSE_ENABLED).is_some_and(|v| v.eq_ignore_ascii_case("true")) {
        return Err(err::invalid_attribute_name(
            "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
        ));
    }
    for (attribute, value) in given {
        apply_one(cx, q, queue_name, attribute, value)?;
    }
    if q.fifo && q.limits_by_group && !q.deduplicates_by_group {
        return Err(err::invalid_attribute_value(
            "The FifoThroughputLimit can be set to perMessageGroupId only when the DeduplicationScope is set to \
             messageGroup.",
        ));
    }
    Ok(())
}

fn apply_one(cx: &Cx, q: &mut Queue, queue_name: &str, attribute: &str, value: &str) -> Result<(), Fault> {
    if !q.fifo && FIFO_ONLY.contains(&attribute) {
        return Err(unknown_attribute(attribute));
    }
    let number = |from, to| number(attribute, value, from, to);
    match attribute {
        name::DELAY_SECONDS => q.delay_s = number(0, 900)?,
        name::MAXIMUM_MESSAGE_SIZE => q.max_bytes = number(1_024, MAX_MESSAGE_BYTES)?,
        name::MESSAGE_RETENTION_PERIOD => q.retention_s = number(60, 1_209_600)?,
        name::RECEIVE_MESSAGE_WAIT_TIME_SECONDS => q.wait_s = number(0, 20)?,
        name::VISIBILITY_TIMEOUT => q.visibility_s = number(0, 43_200)?,
        name::POLICY => q.policy = policy(cx, value)?,
        name::REDRIVE_POLICY => redrive::set_policy(cx, q, queue_name, value)?,
        name::REDRIVE_ALLOW_POLICY => q.redrive_allow = redrive::allow_policy(value)?,
        name::KMS_MASTER_KEY_ID => {
            q.kms_key = (!value.is_empty()).then(|| value.to_owned());
            q.managed_sse &= q.kms_key.is_none();
        }
        name::KMS_DATA_KEY_REUSE_PERIOD_SECONDS => q.kms_reuse_s = number(60, 86_400)?,
        name::SQS_MANAGED_SSE_ENABLED => {
            q.managed_sse = flag(attribute, value)?;
            if q.managed_sse {
                q.kms_key = None;
            }
        }
        name::CONTENT_BASED_DEDUPLICATION => q.content_deduplication = flag(attribute, value)?,
        name::DEDUPLICATION_SCOPE => {
            q.deduplicates_by_group = choice(attribute, value, "queue", "messageGroup")?;
        }
        name::FIFO_THROUGHPUT_LIMIT => {
            q.limits_by_group = choice(attribute, value, "perQueue", "perMessageGroupId")?;
        }
        name::FIFO_QUEUE if q.fifo && value.eq_ignore_ascii_case("true") => {}
        name::FIFO_QUEUE if q.fifo => {
            return Err(err::invalid_attribute_value(
                "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
            ));
        }
        _ => return Err(unknown_attribute(attribute)),
    }
    Ok(())
}

fn number(attribute: &str, value: &str, from: u32, to: u32) -> Result<u32, Fault> {
    let plain = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let parsed = if plain { value.parse().ok() } else { None };
    parsed.filter(|n| (from..=to).contains(n)).ok_or_else(|| attribute_value(attribute))
}

/// A yes or no, in any case of letters: Ansible's `sqs_queue` asks for a FIFO queue by `True`.
pub(crate) fn flag(attribute: &str, value: &str) -> Result<bool, Fault> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(attribute_value(attribute)),
    }
}

fn choice(attribute: &str, value: &str, no: &str, yes: &str) -> Result<bool, Fault> {
    if value != no && value != yes {
        return Err(attribute_value(attribute));
    }
    Ok(value == yes)
}

/// Errors: InvalidAttributeValue: no policy, or one that names who doesn't exist. OverLimit: too many statements.
fn policy(cx: &Cx, value: &str) -> Result<Option<String>, Fault> {
    if value.is_empty() {
        return Ok(None);
    }
    let document =
        PolicyDocument::parse(value, PolicyKind::Resource).map_err(|_| attribute_value(name::POLICY))?;
    let n = document.statements().len();
    if n > MAX_POLICY_STATEMENTS {
        return Err(err::over_limit(format!(
            "{n} statements were found in the submitted policy, max allowed is {MAX_POLICY_STATEMENTS}"
        )));
    }
    if cx.missing_principal(&document)?.is_some() {
        return Err(attribute_value(name::POLICY));
    }
    Ok(Some(value.to_owned()))
}

/// Every attribute that a queue shows, but the counts.
pub(crate) fn show(cx: &Cx, queue_name: &str, q: &Queue) -> BTreeMap<&'static str, String> {
    let mut all = BTreeMap::from([
        (name::QUEUE_ARN, names::arn(cx.scope, queue_name)),
        (name::CREATED_TIMESTAMP, (q.created_ms / 1_000).to_string()),
        (name::LAST_MODIFIED_TIMESTAMP, (q.modified_ms / 1_000).to_string()),
        (name::DELAY_SECONDS, q.delay_s.to_string()),
        (name::MAXIMUM_MESSAGE_SIZE, q.max_bytes.to_string()),
        (name::MESSAGE_RETENTION_PERIOD, q.retention_s.to_string()),
        (name::RECEIVE_MESSAGE_WAIT_TIME_SECONDS, q.wait_s.to_string()),
        (name::VISIBILITY_TIMEOUT, q.visibility_s.to_string()),
        (name::SQS_MANAGED_SSE_ENABLED, q.managed_sse.to_string()),
    ]);
    let optional = [
        (name::POLICY, &q.policy),
        (name::REDRIVE_POLICY, &q.redrive),
        (name::REDRIVE_ALLOW_POLICY, &q.redrive_allow),
        (name::KMS_MASTER_KEY_ID, &q.kms_key),
    ];
    all.extend(optional.into_iter().filter_map(|(n, v)| Some((n, v.clone()?))));
    if q.kms_key.is_some() {
        all.insert(name::KMS_DATA_KEY_REUSE_PERIOD_SECONDS, q.kms_reuse_s.to_string());
    }
    if q.fifo {
        let scope = if q.deduplicates_by_group { "messageGroup" } else { "queue" };
        let limit = if q.limits_by_group { "perMessageGroupId" } else { "perQueue" };
        all.insert(name::FIFO_QUEUE, "true".to_owned());
        all.insert(name::CONTENT_BASED_DEDUPLICATION, q.content_deduplication.to_string());
        all.insert(name::DEDUPLICATION_SCOPE, scope.to_owned());
        all.insert(name::FIFO_THROUGHPUT_LIMIT, limit.to_owned());
    }
    all
}

/// The counts.
pub(crate) fn counts(c: &Counters, visible: u64) -> [(&'static str, String); 3] {
    [
        (name::APPROXIMATE_NUMBER_OF_MESSAGES, visible.to_string()),
        (name::APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE, c.in_flight.to_string()),
        (name::APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED, c.delayed.to_string()),
    ]
}

/// Whether there is an attribute of that name.
pub(crate) fn is_known(attribute: &str) -> bool {
    const NAMES: [&str; 22] = [
        name::ALL,
        name::POLICY,
        name::VISIBILITY_TIMEOUT,
        name::MAXIMUM_MESSAGE_SIZE,
        name::MESSAGE_RETENTION_PERIOD,
        name::APPROXIMATE_NUMBER_OF_MESSAGES,
        name::APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
        name::CREATED_TIMESTAMP,
        name::LAST_MODIFIED_TIMESTAMP,
        name::QUEUE_ARN,
        name::APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED,
        name::DELAY_SECONDS,
        name::RECEIVE_MESSAGE_WAIT_TIME_SECONDS,
        name::REDRIVE_POLICY,
        name::FIFO_QUEUE,
        name::CONTENT_BASED_DEDUPLICATION,
        name::KMS_MASTER_KEY_ID,
        name::KMS_DATA_KEY_REUSE_PERIOD_SECONDS,
        name::DEDUPLICATION_SCOPE,
        name::FIFO_THROUGHPUT_LIMIT,
        name::REDRIVE_ALLOW_POLICY,
        name::SQS_MANAGED_SSE_ENABLED,
    ];
    NAMES.contains(&attribute)
}
