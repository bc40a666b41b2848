//! `GetQueueAttributes`: by name or all. The counts are exact here.
//! Errors: NonExistentQueue, InvalidAttributeName. Source: SQS API reference, "GetQueueAttributes" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_sqs::value::queue_attribute_name::ALL;
use shapes_sqs::{GetQueueAttributesRequest, GetQueueAttributesResult};

use crate::attributes;
use crate::err::unknown_attribute;
use crate::queue::{Open, meter};

/// Answers attributes.
pub(crate) fn decide(cx: &mut Cx, i: &GetQueueAttributesRequest) -> Result<GetQueueAttributesResult, Fault> {
    let open = Open::of_url(cx, &i.queue_url)?;
    let names: Vec<&str> = i.attribute_names.iter().flatten().map(String::as_str).collect();
    if let Some(unknown) = names.iter().find(|n| !attributes::is_known(n)) {
        return Err(unknown_attribute(unknown));
    }
    meter(cx, open.usage_type(), 0);
    let mut shown = attributes::show(cx, &open.name, &open.q);
    let backlog = open.backlog(cx)?;
    shown.extend(attributes::counts(&backlog.counters, backlog.visible()));
    if !names.contains(&ALL) {
        shown.retain(|n, _| names.contains(n));
    }
    let attributes = shown.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
    Ok(GetQueueAttributesResult {
        attributes: Some(attributes).filter(|a: &std::collections::BTreeMap<_, _>| !a.is_empty()),
    })
}
