//! `GetRequestedServiceQuotaChange`, `ListRequestedServiceQuotaChangeHistory` and `…ByQuota`: the requests of 90 days.
//! Source: Service Quotas API reference (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_service_quotas as s;

use crate::catalogue::{find, no_service, service_name};
use crate::ops::pages::{Ask, page};
use crate::request::{Requests, all, key, show};

/// Errors: NoSuchResourceException.
pub(crate) fn get(
    cx: &mut Cx,
    i: &s::GetRequestedServiceQuotaChangeRequest,
) -> Result<s::GetRequestedServiceQuotaChangeResponse, Fault> {
    let row = cx.get::<Requests>(&key(cx, &i.request_id))?.ok_or_else(|| {
        s::err::no_such_resource_exception("The request failed because the specified request does not exist.")
    })?;
    Ok(s::GetRequestedServiceQuotaChangeResponse { requested_quota: Some(show(cx, &i.request_id, &row)?) })
}

/// What a list of requests is narrowed by.
struct Narrow<'a> {
    service: Option<&'a str>,
    code: Option<&'a str>,
    status: Option<&'a str>,
    level: Option<&'a str>,
}

fn gather(
    cx: &Cx,
    operation: &'static str,
    by: &Narrow<'_>,
    (max, token): (Option<i32>, Option<&str>),
) -> Result<kernel::Page<s::RequestedServiceQuotaChange>, Fault> {
    let mut shown = Vec::new();
    // All are for the account as a whole.
    for (id, row) in all(cx)?.filter(|_| by.level != Some("RESOURCE")) {
        let fits = |want: Option<&str>, is: &str| want.is_none_or(|w| w == is);
        if fits(by.service, &row.service) && fits(by.code, &row.code) && fits(by.status, row.status(cx)?) {
            shown.push(show(cx, &id, &row)?);
        }
    }
    let filters = [by.service, by.code, by.status, by.level].map(Option::unwrap_or_default);
    let ask = Ask { operation, filters: &filters, max, token };
    page(cx, &ask, shown.into_iter(), |r| r.id.clone().unwrap_or_default())
}

/// Errors: NoSuchResourceException: no such service; InvalidPaginationTokenException.
pub(crate) fn list(
    cx: &mut Cx,
    i: &s::ListRequestedServiceQuotaChangeHistoryRequest,
) -> Result<s::ListRequestedServiceQuotaChangeHistoryResponse, Fault> {
    if i.service_code.as_deref().is_some_and(|s| service_name(s).is_none()) {
        return Err(no_service());
    }
    let by = Narrow {
        service: i.service_code.as_deref(),
        code: None,
        status: i.status.as_deref(),
        level: i.quota_requested_at_level.as_deref(),
    };
    let wanted = (i.max_results, i.next_token.as_deref());
    let page = gather(cx, "ListRequestedServiceQuotaChangeHistory", &by, wanted)?;
    Ok(s::ListRequestedServiceQuotaChangeHistoryResponse {
        next_token: page.next,
        requested_quotas: Some(page.items),
    })
}

/// Errors: NoSuchResourceException; InvalidPaginationTokenException.
pub(crate) fn list_by_quota(
    cx: &mut Cx,
    i: &s::ListRequestedServiceQuotaChangeHistoryByQuotaRequest,
) -> Result<s::ListRequestedServiceQuotaChangeHistoryByQuotaResponse, Fault> {
    find(cx, &i.service_code, &i.quota_code)?;
    let by = Narrow {
        service: Some(&i.service_code),
        code: Some(&i.quota_code),
        status: i.status.as_deref(),
        level: i.quota_requested_at_level.as_deref(),
    };
    let wanted = (i.max_results, i.next_token.as_deref());
    let page = gather(cx, "ListRequestedServiceQuotaChangeHistoryByQuota", &by, wanted)?;
    Ok(s::ListRequestedServiceQuotaChangeHistoryByQuotaResponse {
        next_token: page.next,
        requested_quotas: Some(page.items),
    })
}
