//! `GetQueueUrl`, for queues of other accounts too. Errors: NonExistentQueue.
//! Source: SQS API reference, "GetQueueUrl" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_sqs::{GetQueueUrlRequest, GetQueueUrlResult};

use crate::err::no_such_queue;
use crate::names;
use crate::queue::{Open, meter};

/// Answers the URL.
pub(crate) fn decide(cx: &mut Cx, i: &GetQueueUrlRequest) -> Result<GetQueueUrlResult, Fault> {
    let open = Open::named(cx, &i.queue_name)?.ok_or_else(|| no_such_queue(cx))?;
    meter(cx, open.usage_type(), 0);
    Ok(GetQueueUrlResult { queue_url: Some(names::url(cx, &open.name)) })
}
