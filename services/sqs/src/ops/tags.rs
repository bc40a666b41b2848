//! `TagQueue`, `UntagQueue`, `ListQueueTags`.
//!
//! Errors: NonExistentQueue. MissingParameter: no tags, no keys. InvalidParameterValue: more than 50 tags, keys or values
//! that are too long or reserved. Source: SQS developer guide, "Amazon SQS cost allocation tags" (2026-11-22).

use std::collections::BTreeMap;

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_sqs::{ListQueueTagsRequest, ListQueueTagsResult, TagQueueRequest, UntagQueueRequest};

use crate::err::{invalid_parameter, missing};
use crate::queue::{Open, meter};

const MAX_TAGS: usize = 50;
const MAX_KEY_CHARS: usize = 128;
const MAX_VALUE_CHARS: usize = 256;

/// Checks a whole set of tags of a queue.
pub(crate) fn check(queue_name: &str, tags: &BTreeMap<String, String>) -> Result<(), Fault> {
    for (key, value) in tags {
        if !(1..=MAX_KEY_CHARS).contains(&key.chars().count()) {
            return Err(invalid_parameter("Tag keys must be between 1 and 128 characters in length."));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid_parameter("Tag keys cannot start with reserved word aws:."));
        }
        if value.chars().count() > MAX_VALUE_CHARS {
            return Err(invalid_parameter("Tag values must be between 0 and 256 characters in length."));
        }
    }
    if tags.len() > MAX_TAGS {
        return Err(invalid_parameter(format!("Too many tags added for queue {queue_name}.")));
    }
    Ok(())
}

/// Adds and replaces tags.
pub(crate) fn tag(cx: &mut Cx, i: &TagQueueRequest) -> Result<Empty, Fault> {
    let mut open = Open::of_url(cx, &i.queue_url)?;
    if i.tags.is_empty() {
        return Err(missing("Tags"));
    }
    open.change().tags.extend(i.tags.clone());
    check(&open.name, &open.q.tags)?;
    open.save(cx);
    meter(cx, open.usage_type(), 0);
    Ok(Empty::default())
}

/// Removes tags.
pub(crate) fn untag(cx: &mut Cx, i: &UntagQueueRequest) -> Result<Empty, Fault> {
    let mut open = Open::of_url(cx, &i.queue_url)?;
    if i.tag_keys.is_empty() {
        return Err(missing("TagKeys"));
    }
    open.change().tags.retain(|key, _| !i.tag_keys.contains(key));
    open.save(cx);
    meter(cx, open.usage_type(), 0);
    Ok(Empty::default())
}

/// Lists tags.
pub(crate) fn list(cx: &mut Cx, i: &ListQueueTagsRequest) -> Result<ListQueueTagsResult, Fault> {
    let open = Open::of_url(cx, &i.queue_url)?;
    meter(cx, open.usage_type(), 0);
    Ok(ListQueueTagsResult { tags: Some(open.q.tags.clone()).filter(|t| !t.is_empty()) })
}
