//! `GetAccountAuthorizationDetails`: users, groups, roles and policies of the account with all that connects them, by pages.
//! Source: IAM API reference, "GetAccountAuthorizationDetails" (2026-11-22).

use crate::details;
use crate::pages;
use codec::Fault;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetAccountAuthorizationDetailsRequest, GetAccountAuthorizationDetailsResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetAccountAuthorizationDetails>(guard, decide)
}

fn guard(_: &Cx, _: &GetAccountAuthorizationDetailsRequest) -> Result<Guard, Fault> {
    Ok(Guard::any())
}

fn decide(
    cx: &mut Cx,
    i: &GetAccountAuthorizationDetailsRequest,
) -> Result<GetAccountAuthorizationDetailsResponse, Fault> {
    let wanted = i.filter.as_deref().unwrap_or_default();
    let filters: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let asked = pages::asked(cx, "GetAccountAuthorizationDetails", &filters, &i.marker, i.max_items)?;
    let items = details::items(cx, &filters)?;
    let page = asked.cut_all(cx, items, details::Item::order);
    let mut out = GetAccountAuthorizationDetailsResponse {
        user_detail_list: Some(Vec::new()),
        group_detail_list: Some(Vec::new()),
        role_detail_list: Some(Vec::new()),
        policies: Some(Vec::new()),
        is_truncated: page.is_truncated,
        marker: page.marker,
    };
    for item in &page.items {
        details::show(cx, item, &mut out)?;
    }
    Ok(out)
}
