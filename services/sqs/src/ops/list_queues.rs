//! `ListQueues`: by prefix, in the order of names. Without MaxResults at most 1,000, and no token.
//! Errors: InvalidParameterValue: MaxResults, NextToken. Source: SQS API reference, "ListQueues" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_sqs::{ListQueuesRequest, ListQueuesResult};
use store::Scan;

use crate::err::{bad_token, invalid_parameter};
use crate::names;
use crate::queue::meter;
use crate::state::Queues;

const MAX: i32 = 1_000;

/// How many results a page has.
pub(crate) fn limit(max_results: Option<i32>) -> Result<usize, Fault> {
    let n = max_results.unwrap_or(MAX);
    if !(1..=MAX).contains(&n) {
        return Err(invalid_parameter(
            "Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 1000.",
        ));
    }
    Ok(n.unsigned_abs() as usize)
}

/// Lists.
pub(crate) fn decide(cx: &mut Cx, i: &ListQueuesRequest) -> Result<ListQueuesResult, Fault> {
    const OPERATION: &str = "ListQueues";
    let limit = limit(i.max_results)?;
    let prefix = i.queue_name_prefix.as_deref().unwrap_or_default();
    let after = cx.page_start(OPERATION, &[prefix], i.next_token.as_deref()).map_err(|_| bad_token())?;
    let (account, region) = (cx.scope.account.clone(), cx.scope.region.to_owned());
    let mut scan = Scan::prefix(&(account.as_str(), region.as_str())).from(&(
        account.clone(),
        region.clone(),
        prefix.to_owned(),
    ));
    if let Some(after) = after {
        scan = scan.after(&(account.clone(), region.clone(), after));
    }
    let page = {
        let names = cx.scan::<Queues>(scan)?.map(|((_, _, name), _)| name);
        cx.page(OPERATION, &[prefix], limit, names.take_while(|n| n.starts_with(prefix)), String::clone)
    };
    meter(cx, "Requests-Tier1", 0);
    let urls: Vec<String> = page.items.iter().map(|n| names::url(cx, n)).collect();
    Ok(ListQueuesResult {
        queue_urls: (!urls.is_empty()).then_some(urls),
        next_token: page.next.filter(|_| i.max_results.is_some()),
    })
}
