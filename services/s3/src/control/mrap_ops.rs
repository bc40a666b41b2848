//! CreateMultiRegionAccessPoint, DeleteMultiRegionAccessPoint, PutMultiRegionAccessPointPolicy: requests that the clock carries
//! out; and what tells of them, DescribeMultiRegionAccessPointOperation.

use codec::{Fault, Timestamp};
use kernel::{Cx, Guard, Profile, Target};
use shapes_s3control::{
    AsyncOperation, AsyncRequestParameters, AsyncResponseDetails, CreateMultiRegionAccessPointInput,
    CreateMultiRegionAccessPointRequest, CreateMultiRegionAccessPointResult,
    DeleteMultiRegionAccessPointInput, DeleteMultiRegionAccessPointRequest,
    DeleteMultiRegionAccessPointResult, DescribeMultiRegionAccessPointOperationRequest,
    DescribeMultiRegionAccessPointOperationResult, MultiRegionAccessPointRegionalResponse,
    MultiRegionAccessPointsAsyncResponse, PutMultiRegionAccessPointPolicyInput,
    PutMultiRegionAccessPointPolicyRequest, PutMultiRegionAccessPointPolicyResult, Region,
};

use super::mrap::{self, HOME, Mrap, Mraps, Request, Requests, Route};
use super::points::{Aliases, Whose};
use super::{account_blocks, guard};
use crate::access::{BLOCKS, Blocks};
use crate::state::Buckets;
use crate::{err as s3_err, policy, settings};

/// Timer: a request is carried out. Subject: its ARN.
pub(super) const TIMER: &str = "mrap";
/// How long requests take in the `real` profile.
const TAKES_MS: i64 = 60_000;
/// Source: S3 user guide, "Multi-Region Access Point restrictions and limitations": points of an account, regions of a point.
const MOST: usize = 100;
const MOST_REGIONS: usize = 17;

/// The target of one, as policies see it: by its alias, which it has once it is there.
pub(super) fn target(cx: &Cx, account: &str, name: &str) -> Result<Target, Fault> {
    let found = cx.get::<Mraps>(&mrap::key(cx.scope, name))?;
    let alias = found.map_or_else(|| name.to_owned(), |m| m.alias);
    guard::target(cx, account, &mrap::arn(cx.scope, &alias))
}

pub(super) fn create_guard(cx: &Cx, i: &CreateMultiRegionAccessPointRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, &i.account_id, &i.details.name)?))
}

pub(super) fn delete_guard(cx: &Cx, i: &DeleteMultiRegionAccessPointRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, &i.account_id, &i.details.name)?))
}

pub(super) fn policy_guard(cx: &Cx, i: &PutMultiRegionAccessPointPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, &i.account_id, &i.details.name)?))
}

pub(super) fn describe_guard(
    cx: &Cx,
    i: &DescribeMultiRegionAccessPointOperationRequest,
) -> Result<Guard, Fault> {
    Ok(Guard::of(guard::target(cx, &i.account_id, &i.request_token_arn)?))
}

fn invalid(message: &str) -> Fault {
    s3_err::invalid_request(message)
}

/// Three to fifty small letters, digits and hyphens.
fn is_name(name: &str) -> bool {
    let plain = |c: &u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let bytes = name.as_bytes();
    (3..=50).contains(&name.len())
        && bytes.iter().all(|c| plain(c) || *c == b'-')
        && bytes.first().is_some_and(plain)
        && bytes.last().is_some_and(plain)
}

/// Keeps a request that the clock carries out; answers its ARN. A token that was used for the same request before answers
/// that one's.
fn request(cx: &mut Cx, kind: &str, asked: Request) -> Result<Option<String>, Fault> {
    let known = known(cx, &asked.token)?;
    if let Some((arn, known)) = known {
        let is_same =
            known.operation == asked.operation && known.name == asked.name && known.policy == asked.policy;
        return if is_same {
            Ok(Some(arn))
        } else {
            Err(invalid("The client token was used for another request"))
        };
    }
    let id = cx.ids.text("s3control.mrap_request", 26, kernel::BASE32).to_ascii_lowercase();
    let scope = cx.scope.clone();
    let arn = format!("arn:{}:s3:{HOME}:{}:async-request/mrap/{kind}/{id}", scope.partition, scope.account);
    let wait_ms = if cx.profile == Profile::Dev { 0 } else { TAKES_MS };
    cx.put::<Requests>(&mrap::key(&scope, &arn), &asked);
    cx.timer_set(TIMER, &arn, cx.now_ms + wait_ms)?;
    Ok(Some(arn))
}

fn known(cx: &Cx, token: &str) -> Result<Option<(String, Request)>, Fault> {
    let prefix = (cx.scope.partition.to_owned(), cx.scope.account.clone());
    let mut all = cx.scan_prefix::<Requests>(&prefix)?;
    Ok(all.find(|(_, r)| r.token == token).map(|(key, r)| (key.2, r)))
}

fn asked(cx: &Cx, operation: &str, name: &str, token: &str, policy: Option<String>) -> Request {
    Request {
        operation: operation.to_owned(),
        name: name.to_owned(),
        policy,
        token: token.to_owned(),
        created_ms: cx.now_ms,
        is_done: false,
    }
}

/// The buckets of a new one.
///
/// Errors: `InvalidRequest`: none, too many, two of one region, one that isn't there; `AccessDenied`: another's.
fn routes(cx: &Cx, regions: &[Region]) -> Result<Vec<Route>, Fault> {
    if !(1..=MOST_REGIONS).contains(&regions.len()) {
        return Err(invalid("A Multi-Region Access Point has 1 to 17 buckets"));
    }
    let mut routes: Vec<Route> = Vec::new();
    for Region { bucket, bucket_account_id } in regions {
        let found = cx.get::<Buckets>(&(cx.scope.partition.to_owned(), bucket.clone()))?;
        let found =
            found.ok_or_else(|| invalid("A bucket of the Multi-Region Access Point does not exist"))?;
        if found.account != *bucket_account_id.as_ref().unwrap_or(&cx.scope.account) {
            return Err(s3_err::access_denied());
        }
        if routes.iter().any(|r| r.region == found.region) {
            return Err(invalid("A Multi-Region Access Point has one bucket in a Region at most"));
        }
        let route =
            Route { bucket: bucket.clone(), account: found.account, region: found.region, active: true };
        routes.push(route);
    }
    Ok(routes)
}

/// Errors: InvalidRequest; AccessDenied: another's bucket; MultiRegionAccessPointAlreadyOwnedByYou. Inferred: the texts.
pub(super) fn create(
    cx: &mut Cx,
    i: &CreateMultiRegionAccessPointRequest,
) -> Result<CreateMultiRegionAccessPointResult, Fault> {
    let CreateMultiRegionAccessPointInput { name, public_access_block, regions } = &i.details;
    if !is_name(name) {
        return Err(invalid("Invalid Multi-Region Access Point name"));
    }
    if i.client_token.is_empty() {
        return Err(invalid("A client token is needed"));
    }
    let new = asked(cx, "CreateMultiRegionAccessPoint", name, &i.client_token, None);
    if known(cx, &i.client_token)?.is_none() {
        let key = mrap::key(cx.scope, name);
        if cx.get::<Mraps>(&key)?.is_some() {
            let message = "You already own a Multi-Region Access Point of this name";
            return Err(Fault::new("MultiRegionAccessPointAlreadyOwnedByYou", 409, message));
        }
        if cx.scan_prefix::<Mraps>(&(key.0.clone(), key.1.clone()))?.take(MOST).count() == MOST {
            let message = "You have attempted to create more Multi-Region Access Points than allowed";
            return Err(Fault::new("TooManyMultiRegionAccessPoints", 400, message));
        }
        let routes = routes(cx, regions)?;
        let random = cx.ids.text("s3control.mrap", 12, kernel::BASE32).to_ascii_lowercase();
        let row = Mrap {
            alias: format!("m{random}.mrap"),
            status: "CREATING".to_owned(),
            created_ms: cx.now_ms,
            blocks: public_access_block.as_ref().map_or(Blocks::ALL, account_blocks::read),
            routes,
            ..Mrap::default()
        };
        let whose = Whose { account: key.1.clone(), region: String::new(), name: name.clone() };
        cx.put::<Aliases>(&(key.0.clone(), row.alias.clone()), &whose);
        cx.put::<Mraps>(&key, &row);
    }
    Ok(CreateMultiRegionAccessPointResult { request_token_arn: request(cx, "create", new)? })
}

/// Errors: NoSuchMultiRegionAccessPoint; InvalidRequest: it isn't ready.
pub(super) fn delete(
    cx: &mut Cx,
    i: &DeleteMultiRegionAccessPointRequest,
) -> Result<DeleteMultiRegionAccessPointResult, Fault> {
    let name = &i.details.name;
    let new = asked(cx, "DeleteMultiRegionAccessPoint", name, &i.client_token, None);
    if known(cx, &i.client_token)?.is_none() {
        let found = ready(cx, name)?;
        cx.put::<Mraps>(&mrap::key(cx.scope, name), &Mrap { status: "DELETING".to_owned(), ..found });
    }
    Ok(DeleteMultiRegionAccessPointResult { request_token_arn: request(cx, "delete", new)? })
}

/// Errors: NoSuchMultiRegionAccessPoint; InvalidRequest: it isn't ready; MalformedPolicy; AccessDenied: a public policy where
/// such are blocked.
pub(super) fn put_policy(
    cx: &mut Cx,
    i: &PutMultiRegionAccessPointPolicyRequest,
) -> Result<PutMultiRegionAccessPointPolicyResult, Fault> {
    let PutMultiRegionAccessPointPolicyInput { name, policy: text } = &i.details;
    let found = ready(cx, name)?;
    policy::check_of_point(cx, text, &mrap::arn(cx.scope, &found.alias))?;
    let of_account = settings::of_account(cx, &i.account_id, BLOCKS)?;
    let blocks = found.blocks.or(of_account.map_or(Blocks::default(), |t| Blocks::of_text(&t)));
    if blocks.public_policy && policy::is_public(text) {
        return Err(s3_err::access_denied());
    }
    cx.put::<Mraps>(&mrap::key(cx.scope, name), &Mrap { proposed: Some(text.clone()), ..found });
    let new = asked(cx, "PutMultiRegionAccessPointPolicy", name, &i.client_token, Some(text.clone()));
    Ok(PutMultiRegionAccessPointPolicyResult { request_token_arn: request(cx, "put-policy", new)? })
}

/// Errors: `NoSuchMultiRegionAccessPoint`; `InvalidRequest`: something else is under way.
pub(super) fn ready(cx: &Cx, name: &str) -> Result<Mrap, Fault> {
    let found = mrap::find(cx, name)?;
    if found.status != "READY" {
        return Err(invalid("The Multi-Region Access Point is not ready"));
    }
    Ok(found)
}

/// A request is carried out.
pub(super) fn on_timer(cx: &mut Cx, arn: &str) -> Result<(), Fault> {
    let at = mrap::key(cx.scope, arn);
    let Some(request) = cx.get::<Requests>(&at)? else { return Ok(()) };
    let key = mrap::key(cx.scope, &request.name);
    if let Some(found) = cx.get::<Mraps>(&key)? {
        match request.operation.as_str() {
            "DeleteMultiRegionAccessPoint" => {
                cx.delete::<Aliases>(&(key.0.clone(), found.alias));
                cx.delete::<Mraps>(&key);
            }
            "PutMultiRegionAccessPointPolicy" => {
                cx.put::<Mraps>(&key, &Mrap { policy: request.policy.clone(), ..found });
            }
            _ => cx.put::<Mraps>(&key, &Mrap { status: "READY".to_owned(), ..found }),
        }
    }
    cx.put::<Requests>(&at, &Request { is_done: true, ..request });
    Ok(())
}

/// Errors: NoSuchAsyncRequest. Inferred: the text.
pub(super) fn describe(
    cx: &mut Cx,
    i: &DescribeMultiRegionAccessPointOperationRequest,
) -> Result<DescribeMultiRegionAccessPointOperationResult, Fault> {
    let found = cx.get::<Requests>(&mrap::key(cx.scope, &i.request_token_arn))?;
    let none = || Fault::new("NoSuchAsyncRequest", 404, "The specified async request does not exist");
    let found = found.ok_or_else(none)?;
    let status = if found.is_done { "SUCCEEDED" } else { "INPROGRESS" };
    let point = cx.get::<Mraps>(&mrap::key(cx.scope, &found.name))?;
    let regions = point.iter().flat_map(|m| &m.routes).map(|r| MultiRegionAccessPointRegionalResponse {
        name: Some(r.region.clone()),
        request_status: Some(status.to_owned()),
    });
    let details = MultiRegionAccessPointsAsyncResponse { regions: Some(regions.collect()) };
    let mut parameters = AsyncRequestParameters::default();
    let name = found.name;
    match found.operation.as_str() {
        "DeleteMultiRegionAccessPoint" => {
            parameters.delete_multi_region_access_point_request =
                Some(DeleteMultiRegionAccessPointInput { name });
        }
        "PutMultiRegionAccessPointPolicy" => {
            let policy = found.policy.unwrap_or_default();
            let request = PutMultiRegionAccessPointPolicyInput { name, policy };
            parameters.put_multi_region_access_point_policy_request = Some(request);
        }
        _ => {
            let region =
                |r: &Route| Region { bucket: r.bucket.clone(), bucket_account_id: Some(r.account.clone()) };
            parameters.create_multi_region_access_point_request = Some(CreateMultiRegionAccessPointInput {
                name,
                public_access_block: point.as_ref().map(|m| account_blocks::shown(m.blocks)),
                regions: point.iter().flat_map(|m| &m.routes).map(region).collect(),
            });
        }
    }
    Ok(DescribeMultiRegionAccessPointOperationResult {
        async_operation: Some(AsyncOperation {
            creation_time: Some(Timestamp { epoch_ms: found.created_ms }),
            operation: Some(found.operation),
            request_token_arn: Some(i.request_token_arn.clone()),
            request_parameters: Some(parameters),
            request_status: Some(status.to_owned()),
            response_details: Some(AsyncResponseDetails {
                multi_region_access_point_details: Some(details),
                error_details: None,
            }),
        }),
    })
}
