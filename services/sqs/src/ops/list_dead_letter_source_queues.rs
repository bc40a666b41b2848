//! `ListDeadLetterSourceQueues`: the queues whose RedrivePolicy names this one.
//! Errors: NonExistentQueue. InvalidParameterValue: MaxResults, NextToken.
//! Source: SQS API reference, "ListDeadLetterSourceQueues" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_sqs::{ListDeadLetterSourceQueuesRequest, ListDeadLetterSourceQueuesResult};
use store::Scan;

use super::list_queues::limit;
use crate::err::bad_token;
use crate::names;
use crate::queue::{Open, meter};
use crate::state::Queues;

/// Lists.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &ListDeadLetterSourceQueuesRequest,
) -> Result<ListDeadLetterSourceQueuesResult, Fault> {
    const OPERATION: &str = "ListDeadLetterSourceQueues";
    let open = Open::of_url(cx, &i.queue_url)?;
    let limit = limit(i.max_results)?;
    let filters = [open.name.as_str()];
    let after = cx.page_start(OPERATION, &filters, i.next_token.as_deref()).map_err(|_| bad_token())?;
    let (account, region) = (cx.scope.account.clone(), cx.scope.region.to_owned());
    let mut scan = Scan::prefix(&(account.as_str(), region.as_str()));
    if let Some(after) = after {
        scan = scan.after(&(account.clone(), region.clone(), after));
    }
    let page = {
        let sources = cx.scan::<Queues>(scan)?.filter(|(_, q)| q.dead_letter_queue == open.name);
        cx.page(OPERATION, &filters, limit, sources.map(|((_, _, name), _)| name), String::clone)
    };
    meter(cx, open.usage_type(), 0);
    Ok(ListDeadLetterSourceQueuesResult {
        queue_urls: page.items.iter().map(|n| names::url(cx, n)).collect(),
        next_token: page.next.filter(|_| i.max_results.is_some()),
    })
}
