//! `ListAWSDefaultServiceQuotas`, `GetAWSDefaultServiceQuota`: AWS's defaults, whatever applies.
//! Source: Service Quotas API reference (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_service_quotas as s;

use crate::catalogue::{find, of_service, show_default};
use crate::ops::pages::{Ask, page};

/// Errors: NoSuchResourceException; InvalidPaginationTokenException.
pub(crate) fn list(
    cx: &mut Cx,
    i: &s::ListAWSDefaultServiceQuotasRequest,
) -> Result<s::ListAWSDefaultServiceQuotasResponse, Fault> {
    let ask = Ask {
        operation: "ListAWSDefaultServiceQuotas",
        filters: &[&i.service_code],
        max: i.max_results,
        token: i.next_token.as_deref(),
    };
    let all = of_service(cx, &i.service_code)?;
    let page = page(cx, &ask, all, |q| q.code.to_owned())?;
    let quotas = page.items.into_iter().map(|q| show_default(cx, q)).collect();
    Ok(s::ListAWSDefaultServiceQuotasResponse { next_token: page.next, quotas: Some(quotas) })
}

/// Errors: NoSuchResourceException.
pub(crate) fn get(
    cx: &mut Cx,
    i: &s::GetAWSDefaultServiceQuotaRequest,
) -> Result<s::GetAWSDefaultServiceQuotaResponse, Fault> {
    let quota = find(cx, &i.service_code, &i.quota_code)?;
    Ok(s::GetAWSDefaultServiceQuotaResponse { quota: Some(show_default(cx, quota)) })
}
