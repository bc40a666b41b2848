//! `CreateQueue`: makes a queue, or answers the one that is there with the same values of the attributes given.
//!
//! Errors: InvalidParameterValue: the name, tags. InvalidAttributeName, InvalidAttributeValue. QueueNameExists (code
//! `QueueAlreadyExists`): an attribute differs. QueueDeletedRecently: within 60 seconds of a deletion, by the clock.
//! Source: SQS API reference, "CreateQueue" (2026-11-22); text of the difference recorded 2024.

use codec::Fault;
use kernel::Cx;
use shapes_sqs::value::queue_attribute_name::FIFO_QUEUE;
use shapes_sqs::{CreateQueueRequest, CreateQueueResult, err};

use super::tags;
use crate::attributes;
use crate::err::unknown_attribute;
use crate::names;
use crate::queue::{self, Open, meter};
use crate::state::Deleted;

const COOL_DOWN_MS: i64 = 60_000;

/// Makes the queue.
pub(crate) fn decide(cx: &mut Cx, i: &CreateQueueRequest) -> Result<CreateQueueResult, Fault> {
    let name = i.queue_name.as_str();
    let none = Default::default();
    let given = i.attributes.as_ref().unwrap_or(&none);
    let fifo = match given.get(FIFO_QUEUE) {
        Some(value) => attributes::flag(FIFO_QUEUE, value)?,
        None => false,
    };
    names::check(name, fifo)?;
    if !fifo && given.contains_key(FIFO_QUEUE) {
        return Err(unknown_attribute(FIFO_QUEUE));
    }
    let mut q = attributes::defaults(fifo);
    attributes::apply(cx, &mut q, name, given)?;
    if let Some(tags) = &i.tags {
        tags::check(name, tags)?;
        q.tags.clone_from(tags);
    }
    if let Some(there) = Open::named(cx, name)? {
        let shown = attributes::show(cx, name, &there.q);
        let wanted = attributes::show(cx, name, &q);
        for attribute in given.keys() {
            if shown.get(attribute.as_str()) != wanted.get(attribute.as_str()) {
                return Err(err::queue_name_exists(format!(
                    "A queue already exists with the same name and a different value for attribute {attribute}"
                )));
            }
        }
        meter(cx, there.usage_type(), 0);
        return Ok(CreateQueueResult { queue_url: Some(names::url(cx, name)) });
    }
    let key = queue::key(cx.scope, name);
    if let Some(deleted) = cx.get::<Deleted>(&key)? {
        if (0..COOL_DOWN_MS).contains(&(cx.now_ms - deleted.at_ms)) {
            return Err(err::queue_deleted_recently(
                "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
            ));
        }
        cx.delete::<Deleted>(&key);
        cx.timer_clear(crate::time::FORGET, name)?;
    }
    q.id = queue::new_number(cx);
    q.store = queue::new_number(cx);
    q.created_ms = cx.now_ms;
    q.modified_ms = cx.now_ms;
    let open = Open { name: name.to_owned(), q: q.into() };
    open.save(cx);
    meter(cx, open.usage_type(), 0);
    Ok(CreateQueueResult { queue_url: Some(names::url(cx, name)) })
}
