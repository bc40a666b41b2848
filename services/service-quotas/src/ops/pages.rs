//! Pages of this service's lists: at most 100 items. Source: Service Quotas API reference, `MaxResults`.

use codec::Fault;
use kernel::{Cx, Page};
use shapes_service_quotas::err;

const MOST: i32 = 100;

/// What a list is asked for.
pub(crate) struct Ask<'a> {
    pub(crate) operation: &'static str,
    pub(crate) filters: &'a [&'a str],
    pub(crate) max: Option<i32>,
    pub(crate) token: Option<&'a str>,
}

/// Cuts a page out of items that come in the order of their keys.
///
/// Errors: InvalidPaginationTokenException.
pub(crate) fn page<T>(
    cx: &Cx,
    ask: &Ask<'_>,
    items: impl Iterator<Item = T>,
    key: impl Fn(&T) -> String,
) -> Result<Page<T>, Fault> {
    // The model's tokens are of base64's older alphabet.
    let token = ask.token.map(|t| t.replace('+', "-").replace('/', "_"));
    let after = cx.page_start(ask.operation, ask.filters, token.as_deref());
    let after = after.map_err(|_| err::invalid_pagination_token_exception("Invalid token was provided."))?;
    let rest = items.filter(|item| after.as_ref().is_none_or(|a| key(item) > *a));
    let size = ask.max.unwrap_or(MOST).clamp(1, MOST).unsigned_abs() as usize;
    let page = cx.page(ask.operation, ask.filters, size, rest, &key);
    Ok(Page { next: page.next.map(|t| t.replace('-', "+").replace('_', "/")), ..page })
}
