//! `ListServices`, `ListServiceQuotas`, `GetServiceQuota`: what applies to the account in the region.
//! Source: Service Quotas API reference (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_service_quotas as s;

use crate::catalogue::{find, no_context, of_service, show};
use crate::ops::pages::{Ask, page};

/// Errors: InvalidPaginationTokenException.
pub(crate) fn services(cx: &mut Cx, i: &s::ListServicesRequest) -> Result<s::ListServicesResponse, Fault> {
    let ask =
        Ask { operation: "ListServices", filters: &[], max: i.max_results, token: i.next_token.as_deref() };
    let all = crate::catalogue::services();
    let page = page(cx, &ask, all, |s| s.service_code.clone().unwrap_or_default())?;
    Ok(s::ListServicesResponse { next_token: page.next, services: Some(page.items) })
}

/// Errors: NoSuchResourceException; InvalidPaginationTokenException.
pub(crate) fn list(
    cx: &mut Cx,
    i: &s::ListServiceQuotasRequest,
) -> Result<s::ListServiceQuotasResponse, Fault> {
    let code = i.quota_code.as_deref();
    let level = i.quota_applied_at_level.as_deref();
    let ask = Ask {
        operation: "ListServiceQuotas",
        filters: &[&i.service_code, code.unwrap_or_default(), level.unwrap_or_default()],
        max: i.max_results,
        token: i.next_token.as_deref(),
    };
    let all = of_service(cx, &i.service_code)?;
    // None applies to a resource alone.
    let seen = all.filter(|q| level != Some("RESOURCE") && code.is_none_or(|c| c == q.code));
    let page = page(cx, &ask, seen, |q| q.code.to_owned())?;
    let quotas = page.items.into_iter().map(|q| show(cx, q)).collect::<Result<_, _>>()?;
    Ok(s::ListServiceQuotasResponse { next_token: page.next, quotas: Some(quotas) })
}

/// Errors: NoSuchResourceException.
pub(crate) fn get(cx: &mut Cx, i: &s::GetServiceQuotaRequest) -> Result<s::GetServiceQuotaResponse, Fault> {
    let quota = find(cx, &i.service_code, &i.quota_code)?;
    no_context(i.context_id.as_deref())?;
    Ok(s::GetServiceQuotaResponse { quota: Some(show(cx, quota)?) })
}
