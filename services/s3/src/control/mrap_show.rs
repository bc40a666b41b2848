//! GetMultiRegionAccessPoint, ListMultiRegionAccessPoints, the policy and its status, and the routes: which regions calls are led
//! to.

use codec::{Fault, Timestamp};
use kernel::{Cx, Guard};
use shapes_s3control::{
    EstablishedMultiRegionAccessPointPolicy, GetMultiRegionAccessPointPolicyRequest,
    GetMultiRegionAccessPointPolicyResult, GetMultiRegionAccessPointPolicyStatusRequest,
    GetMultiRegionAccessPointPolicyStatusResult, GetMultiRegionAccessPointRequest,
    GetMultiRegionAccessPointResult, GetMultiRegionAccessPointRoutesRequest,
    GetMultiRegionAccessPointRoutesResult, ListMultiRegionAccessPointsRequest,
    ListMultiRegionAccessPointsResult, MultiRegionAccessPointPolicyDocument, MultiRegionAccessPointReport,
    MultiRegionAccessPointRoute, PolicyStatus, ProposedMultiRegionAccessPointPolicy, RegionReport,
    SubmitMultiRegionAccessPointRoutesRequest, SubmitMultiRegionAccessPointRoutesResult,
};
use store::Scan;

use super::mrap::{self, Mrap, Mraps, Route};
use super::{account_blocks, err, guard, mrap_ops};
use crate::{err as s3_err, policy};

pub(super) fn get_guard(cx: &Cx, i: &GetMultiRegionAccessPointRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(mrap_ops::target(cx, &i.account_id, &i.name)?))
}

pub(super) fn list_guard(cx: &Cx, i: &ListMultiRegionAccessPointsRequest) -> Result<Guard, Fault> {
    guard::account(cx, &i.account_id)
}

pub(super) fn policy_guard(cx: &Cx, i: &GetMultiRegionAccessPointPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(mrap_ops::target(cx, &i.account_id, &i.name)?))
}

pub(super) fn status_guard(
    cx: &Cx,
    i: &GetMultiRegionAccessPointPolicyStatusRequest,
) -> Result<Guard, Fault> {
    Ok(Guard::of(mrap_ops::target(cx, &i.account_id, &i.name)?))
}

pub(super) fn routes_guard(cx: &Cx, i: &GetMultiRegionAccessPointRoutesRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guard::target(cx, &i.account_id, &mrap::arn(cx.scope, alias(&i.mrap)))?))
}

pub(super) fn submit_guard(cx: &Cx, i: &SubmitMultiRegionAccessPointRoutesRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guard::target(cx, &i.account_id, &mrap::arn(cx.scope, alias(&i.mrap)))?))
}

/// The alias in an ARN, or alone.
fn alias(mrap: &str) -> &str {
    mrap.rsplit_once("accesspoint/").map_or(mrap, |(_, alias)| alias)
}

fn report(name: String, found: Mrap) -> MultiRegionAccessPointReport {
    let region = |r: Route| RegionReport {
        bucket: Some(r.bucket),
        region: Some(r.region),
        bucket_account_id: Some(r.account),
    };
    MultiRegionAccessPointReport {
        name: Some(name),
        alias: Some(found.alias),
        created_at: Some(Timestamp { epoch_ms: found.created_ms }),
        public_access_block: Some(account_blocks::shown(found.blocks)),
        status: Some(found.status),
        regions: Some(found.routes.into_iter().map(region).collect()),
    }
}

/// Errors: NoSuchMultiRegionAccessPoint.
pub(super) fn get(
    cx: &mut Cx,
    i: &GetMultiRegionAccessPointRequest,
) -> Result<GetMultiRegionAccessPointResult, Fault> {
    let found = mrap::find(cx, &i.name)?;
    Ok(GetMultiRegionAccessPointResult { access_point: Some(report(i.name.clone(), found)) })
}

/// In order of name.
///
/// Errors: InvalidRequest: a token of another list, a number out of range.
pub(super) fn list(
    cx: &mut Cx,
    i: &ListMultiRegionAccessPointsRequest,
) -> Result<ListMultiRegionAccessPointsResult, Fault> {
    let limit = super::page_size(i.max_results)?;
    let operation = "ListMultiRegionAccessPoints";
    let after = cx.page_start(operation, &[], i.next_token.as_deref()).map_err(|_| err::bad_token())?;
    let prefix = (cx.scope.partition.to_owned(), cx.scope.account.clone());
    let range = match after {
        Some(last) => Scan::prefix(&prefix).after(&mrap::key(cx.scope, &last)),
        None => Scan::prefix(&prefix),
    };
    let page = cx.page(operation, &[], limit, cx.scan::<Mraps>(range)?, |(k, _)| k.2.clone());
    let items = page.items.into_iter().map(|(k, m)| report(k.2, m)).collect();
    Ok(ListMultiRegionAccessPointsResult { access_points: Some(items), next_token: page.next })
}

/// Errors: NoSuchMultiRegionAccessPoint.
pub(super) fn policy(
    cx: &mut Cx,
    i: &GetMultiRegionAccessPointPolicyRequest,
) -> Result<GetMultiRegionAccessPointPolicyResult, Fault> {
    let found = mrap::find(cx, &i.name)?;
    Ok(GetMultiRegionAccessPointPolicyResult {
        policy: Some(MultiRegionAccessPointPolicyDocument {
            established: Some(EstablishedMultiRegionAccessPointPolicy { policy: found.policy }),
            proposed: Some(ProposedMultiRegionAccessPointPolicy { policy: found.proposed }),
        }),
    })
}

/// Errors: NoSuchMultiRegionAccessPoint.
pub(super) fn status(
    cx: &mut Cx,
    i: &GetMultiRegionAccessPointPolicyStatusRequest,
) -> Result<GetMultiRegionAccessPointPolicyStatusResult, Fault> {
    let found = mrap::find(cx, &i.name)?;
    let is_public = found.policy.is_some_and(|text| policy::is_public(&text));
    Ok(GetMultiRegionAccessPointPolicyStatusResult {
        established: Some(PolicyStatus { is_public: Some(is_public) }),
    })
}

fn of_alias(cx: &Cx, mrap: &str) -> Result<(String, Mrap), Fault> {
    let prefix = (cx.scope.partition.to_owned(), cx.scope.account.clone());
    let found = cx.scan_prefix::<Mraps>(&prefix)?.find(|(_, m)| m.alias == alias(mrap));
    match found {
        Some((key, found)) => Ok((key.2, found)),
        // It says that it isn't there.
        None => mrap::find(cx, "").map(|m| (String::new(), m)),
    }
}

/// Errors: NoSuchMultiRegionAccessPoint.
pub(super) fn routes(
    cx: &mut Cx,
    i: &GetMultiRegionAccessPointRoutesRequest,
) -> Result<GetMultiRegionAccessPointRoutesResult, Fault> {
    let (_, found) = of_alias(cx, &i.mrap)?;
    let route = |r: Route| MultiRegionAccessPointRoute {
        bucket: Some(r.bucket),
        region: Some(r.region),
        traffic_dial_percentage: if r.active { 100 } else { 0 },
    };
    Ok(GetMultiRegionAccessPointRoutesResult {
        mrap: Some(mrap::arn(cx.scope, &found.alias)),
        routes: Some(found.routes.into_iter().map(route).collect()),
    })
}

/// Dials regions in and out, at once. Inferred: the texts.
///
/// Errors: NoSuchMultiRegionAccessPoint; InvalidRequest: no such route, a dial other than 0 and 100, none left.
pub(super) fn submit(
    cx: &mut Cx,
    i: &SubmitMultiRegionAccessPointRoutesRequest,
) -> Result<SubmitMultiRegionAccessPointRoutesResult, Fault> {
    let (name, mut found) = of_alias(cx, &i.mrap)?;
    for update in &i.route_updates {
        if !matches!(update.traffic_dial_percentage, 0 | 100) {
            return Err(s3_err::invalid_request("The traffic dial percentage must be 0 or 100"));
        }
        let meant = |r: &&mut Route| {
            update.bucket.as_ref().is_none_or(|b| *b == r.bucket)
                && update.region.as_ref().is_none_or(|region| *region == r.region)
                && (update.bucket.is_some() || update.region.is_some())
        };
        let route = found.routes.iter_mut().find(meant);
        let route =
            route.ok_or_else(|| s3_err::invalid_request("The route is none of the access point's"))?;
        route.active = update.traffic_dial_percentage == 100;
    }
    if i.route_updates.is_empty() || !found.routes.iter().any(|r| r.active) {
        return Err(s3_err::invalid_request("At least one route must be active"));
    }
    cx.put::<Mraps>(&mrap::key(cx.scope, &name), &found);
    Ok(SubmitMultiRegionAccessPointRoutesResult {})
}
