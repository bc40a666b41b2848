//! CreateAccessPoint, GetAccessPoint, DeleteAccessPoint, ListAccessPoints.

use std::collections::BTreeMap;

use codec::{Empty, Fault, Timestamp};
use kernel::{Cx, Guard, Place, Scope, Target};
use shapes_s3control::{
    AccessPoint, CreateAccessPointRequest, CreateAccessPointResult, DeleteAccessPointRequest,
    GetAccessPointRequest, GetAccessPointResult, ListAccessPointsRequest, ListAccessPointsResult,
    VpcConfiguration,
};
use store::{Scan, StoreError, Tx};

use super::points::{self, Aliases, OfBucket, Point, PointKey, Points, Whose};
use super::{account_blocks, err, guard, tags};
use crate::access::Blocks;
use crate::state::{Buckets, There};
use crate::{err as s3_err, guard as s3_guard};

/// Access points of an account in a region at most. Source: S3 user guide, "Access points restrictions and limitations".
const MOST: usize = 10_000;

/// In the account that the call names, in the lanes of its access points and of the bucket.
pub(super) fn create_place(_: &Tx, scope: Scope, i: &CreateAccessPointRequest) -> Result<Place, StoreError> {
    Ok(place(scope, &i.account_id).lane(i.bucket.as_str()))
}

/// In the account that the call names, in the lane of its access points.
pub(super) fn place(scope: Scope, account: &str) -> Place {
    let scope = Scope { account: account.to_owned(), ..scope };
    let lane = format!("points/{}/{}", scope.account, scope.region);
    Place::at(scope).lane(lane)
}

/// The target of an access point, as policies see it: with what they may ask of it.
pub(super) fn target(cx: &Cx, account: &str, name: &str) -> Result<Target, Fault> {
    let arn = guard::point_arn(cx.scope, name);
    let target = guard::target(cx, account, &arn)?;
    points::check_name(name)?;
    let found = cx.get::<Points>(&points::key(cx.scope, name))?;
    let origin = found.as_ref().map(|p| origin(p.vpc.as_deref()));
    let mut target = with_point_keys(target, account, arn, origin);
    if let Some(point) = found {
        let tag = |(k, v): &(String, String)| (format!("s3:AccessPointTag/{k}"), vec![v.clone()]);
        target.claims.extend(point.tags.iter().map(tag));
        target = target.tags(point.tags);
    }
    Ok(target)
}

fn with_point_keys(target: Target, account: &str, arn: String, origin: Option<&'static str>) -> Target {
    let target = target.key("s3:DataAccessPointAccount", vec![account.to_owned()]);
    s3_guard::with_keys(
        target.key("s3:DataAccessPointArn", vec![arn]),
        [("s3:AccessPointNetworkOrigin", origin)],
    )
}

pub(super) fn create_guard(cx: &Cx, i: &CreateAccessPointRequest) -> Result<Guard, Fault> {
    points::check_name(&i.name)?;
    let arn = guard::point_arn(cx.scope, &i.name);
    let vpc = i.vpc_configuration.as_ref().map(|v| v.vpc_id.as_str());
    let target = guard::target(cx, &i.account_id, &arn)?;
    let mut target = with_point_keys(target, &i.account_id, arn, Some(origin(vpc)));
    let tags = i.tags.iter().flatten().map(|t| (t.key.clone(), t.value.clone())).collect::<Vec<_>>();
    if !tags.is_empty() {
        target = target.request_tags(tags.clone());
    }
    let mut all = Guard::of(target.clone());
    for (action, wanted) in [
        ("s3:PutAccessPointPublicAccessBlock", i.public_access_block_configuration.is_some()),
        ("s3:TagResource", !tags.is_empty()),
    ] {
        if wanted {
            all = all.and(target.clone().action(action));
        }
    }
    Ok(all)
}

pub(super) fn get_guard(cx: &Cx, i: &GetAccessPointRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, &i.account_id, &i.name)?))
}

pub(super) fn delete_guard(cx: &Cx, i: &DeleteAccessPointRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, &i.account_id, &i.name)?))
}

pub(super) fn list_guard(cx: &Cx, i: &ListAccessPointsRequest) -> Result<Guard, Fault> {
    guard::account(cx, &i.account_id)
}

/// Errors: InvalidURI; InvalidRequest: no such bucket here; AccessDenied: another's bucket that the call doesn't say to be
/// another's; InvalidTag; AccessPointAlreadyOwnedByYou; TooManyAccessPoints.
pub(super) fn create(cx: &mut Cx, i: &CreateAccessPointRequest) -> Result<CreateAccessPointResult, Fault> {
    if i.scope.is_some() {
        return Err(s3_err::not_built("Scope: access points of directory buckets"));
    }
    let nowhere = || s3_err::invalid_request("Amazon S3 AccessPoint can only be created for existing bucket");
    let place = (cx.scope.partition.to_owned(), i.bucket.clone());
    let bucket = cx.get::<Buckets>(&place)?.filter(|b| b.region == cx.scope.region).ok_or_else(nowhere)?;
    let expected = i.bucket_account_id.as_ref().unwrap_or(&i.account_id);
    if bucket.account != *expected {
        return Err(s3_err::access_denied());
    }
    let vpc = i.vpc_configuration.as_ref().map(|v| v.vpc_id.clone());
    if vpc.as_ref().is_some_and(String::is_empty) {
        return Err(s3_err::malformed_xml());
    }
    let tags = tags::check(i.tags.as_deref().unwrap_or_default())?;
    let key = points::key(cx.scope, &i.name);
    if cx.get::<Points>(&key)?.is_some() {
        return Err(err::point_exists());
    }
    let prefix = (key.0.clone(), key.1.clone(), key.2.clone());
    if cx.scan_prefix::<Points>(&prefix)?.take(MOST).count() == MOST {
        return Err(err::too_many_points());
    }
    let point = Point {
        bucket: i.bucket.clone(),
        bucket_number: bucket.number,
        bucket_account: bucket.account,
        vpc,
        blocks: i.public_access_block_configuration.as_ref().map_or(Blocks::ALL, account_blocks::read),
        alias: points::new_alias(cx, &i.name),
        created_ms: cx.now_ms,
        policy: None,
        tags,
    };
    let whose = Whose { account: key.1.clone(), region: key.2.clone(), name: key.3.clone() };
    cx.put::<Aliases>(&(key.0.clone(), point.alias.clone()), &whose);
    cx.put::<OfBucket>(&of_bucket(&key, &point), &There);
    cx.put::<Points>(&key, &point);
    Ok(CreateAccessPointResult {
        access_point_arn: Some(guard::point_arn(cx.scope, &i.name)),
        alias: Some(point.alias),
    })
}

fn of_bucket(key: &PointKey, point: &Point) -> (u64, String, String, String) {
    (point.bucket_number, key.1.clone(), key.2.clone(), key.3.clone())
}

/// Errors: NoSuchAccessPoint.
pub(super) fn get(cx: &mut Cx, i: &GetAccessPointRequest) -> Result<GetAccessPointResult, Fault> {
    let point = points::find(cx, &i.name)?;
    Ok(GetAccessPointResult {
        name: Some(i.name.clone()),
        bucket: Some(point.bucket),
        network_origin: Some(origin(point.vpc.as_deref()).to_owned()),
        vpc_configuration: point.vpc.map(|vpc_id| VpcConfiguration { vpc_id }),
        public_access_block_configuration: Some(account_blocks::shown(point.blocks)),
        // Recorded without fractions.
        creation_date: Some(Timestamp { epoch_ms: point.created_ms.div_euclid(1_000) * 1_000 }),
        alias: Some(point.alias),
        access_point_arn: Some(guard::point_arn(cx.scope, &i.name)),
        endpoints: Some(endpoints(cx.scope)),
        bucket_account_id: Some(point.bucket_account),
        ..GetAccessPointResult::default()
    })
}

/// Where AWS serves access points of a region (recorded). The local endpoint serves them all.
fn endpoints(scope: &Scope) -> BTreeMap<String, String> {
    let (region, suffix) = (scope.region, kernel::dns_suffix(scope.partition));
    [
        ("ipv4", format!("s3-accesspoint.{region}.{suffix}")),
        ("fips", format!("s3-accesspoint-fips.{region}.{suffix}")),
        ("dualstack", format!("s3-accesspoint.dualstack.{region}.{suffix}")),
        ("fips_dualstack", format!("s3-accesspoint-fips.dualstack.{region}.{suffix}")),
    ]
    .map(|(kind, host)| (kind.to_owned(), host))
    .into()
}

/// The network origin, as AWS names it.
pub(super) fn origin(vpc: Option<&str>) -> &'static str {
    if vpc.is_some() { "VPC" } else { "Internet" }
}

/// Errors: NoSuchAccessPoint.
pub(super) fn delete(cx: &mut Cx, i: &DeleteAccessPointRequest) -> Result<Empty, Fault> {
    let point = points::find(cx, &i.name)?;
    remove(cx, &points::key(cx.scope, &i.name), &point);
    Ok(Empty {})
}

/// Removes an access point with its other names.
pub(super) fn remove(cx: &mut Cx, key: &PointKey, point: &Point) {
    cx.delete::<Aliases>(&(key.0.clone(), point.alias.clone()));
    cx.delete::<OfBucket>(&of_bucket(key, point));
    cx.delete::<Points>(key);
}

/// In order of name.
///
/// Errors: InvalidRequest: a token of another list, a number out of range.
pub(super) fn list(cx: &mut Cx, i: &ListAccessPointsRequest) -> Result<ListAccessPointsResult, Fault> {
    let limit = super::page_size(i.max_results)?;
    let filter = i.bucket.clone().unwrap_or_default();
    let filters = [filter.as_str(), i.data_source_id.as_deref().unwrap_or_default()];
    let token = i.next_token.as_deref();
    let after = cx.page_start("ListAccessPoints", &filters, token).map_err(|_| err::bad_token())?;
    let (partition, account, region, _) = points::key(cx.scope, "");
    let prefix = (partition.clone(), account.clone(), region.clone());
    let range = match &after {
        Some(last) => {
            Scan::prefix(&prefix).after(&(partition.clone(), account.clone(), region.clone(), last.clone()))
        }
        None => Scan::prefix(&prefix),
    };
    let rows = cx.scan::<Points>(range)?;
    // No access point here has a data source that isn't a bucket.
    let rows = rows.filter(|(_, p)| filter.is_empty() || p.bucket == filter);
    let rows = rows.filter(|_| i.data_source_id.is_none() && i.data_source_type.is_none());
    let page = cx.page("ListAccessPoints", &filters, limit, rows, |(k, _)| k.3.clone());
    let show = |(key, point): (PointKey, Point)| AccessPoint {
        network_origin: origin(point.vpc.as_deref()).to_owned(),
        vpc_configuration: point.vpc.map(|vpc_id| VpcConfiguration { vpc_id }),
        bucket: point.bucket,
        access_point_arn: Some(guard::point_arn(cx.scope, &key.3)),
        name: key.3,
        alias: Some(point.alias),
        bucket_account_id: Some(point.bucket_account),
        ..AccessPoint::default()
    };
    Ok(ListAccessPointsResult {
        access_point_list: Some(page.items.into_iter().map(show).collect()),
        next_token: page.next,
    })
}
