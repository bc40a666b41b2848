//! PutAccessPointPolicy, GetAccessPointPolicy, DeleteAccessPointPolicy, GetAccessPointPolicyStatus.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3control::{
    DeleteAccessPointPolicyRequest, GetAccessPointPolicyRequest, GetAccessPointPolicyResult,
    GetAccessPointPolicyStatusRequest, GetAccessPointPolicyStatusResult, PolicyStatus,
    PutAccessPointPolicyRequest,
};

use super::points::{self, Point, Points};
use super::{err, guard, point_ops};
use crate::access::{BLOCKS, Blocks};
use crate::{policy, settings};

pub(super) fn put_guard(cx: &Cx, i: &PutAccessPointPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(point_ops::target(cx, &i.account_id, &i.name)?))
}

pub(super) fn get_guard(cx: &Cx, i: &GetAccessPointPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(point_ops::target(cx, &i.account_id, &i.name)?))
}

pub(super) fn delete_guard(cx: &Cx, i: &DeleteAccessPointPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(point_ops::target(cx, &i.account_id, &i.name)?))
}

pub(super) fn status_guard(cx: &Cx, i: &GetAccessPointPolicyStatusRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(point_ops::target(cx, &i.account_id, &i.name)?))
}

/// Whether the policy lets in whoever comes: never from a private cloud, which not everybody reaches.
/// Source: S3 user guide, "Managing public access to access points".
fn is_public(point: &Point, text: &str) -> bool {
    point.vpc.is_none() && policy::is_public(text)
}

/// Errors: NoSuchAccessPoint; MalformedPolicy; AccessDenied: a public policy where such are blocked.
pub(super) fn put(cx: &mut Cx, i: &PutAccessPointPolicyRequest) -> Result<Empty, Fault> {
    let point = points::find(cx, &i.name)?;
    policy::check_of_point(cx, &i.policy, &guard::point_arn(cx.scope, &i.name))?;
    let of_account = settings::of_account(cx, &i.account_id, BLOCKS)?;
    let blocks = point.blocks.or(of_account.map_or(Blocks::default(), |t| Blocks::of_text(&t)));
    if blocks.public_policy && is_public(&point, &i.policy) {
        return Err(err::public_policy());
    }
    let changed = Point { policy: Some(i.policy.clone()), ..point };
    cx.put::<Points>(&points::key(cx.scope, &i.name), &changed);
    Ok(Empty {})
}

fn stored(point: &Point, name: &str) -> Result<String, Fault> {
    point.policy.clone().ok_or_else(|| err::no_point_policy(name))
}

/// Errors: NoSuchAccessPoint; NoSuchAccessPointPolicy.
pub(super) fn get(cx: &mut Cx, i: &GetAccessPointPolicyRequest) -> Result<GetAccessPointPolicyResult, Fault> {
    let point = points::find(cx, &i.name)?;
    Ok(GetAccessPointPolicyResult { policy: Some(stored(&point, &i.name)?) })
}

/// Errors: NoSuchAccessPoint. A policy that isn't there is removed already.
pub(super) fn delete(cx: &mut Cx, i: &DeleteAccessPointPolicyRequest) -> Result<Empty, Fault> {
    let point = points::find(cx, &i.name)?;
    cx.put::<Points>(&points::key(cx.scope, &i.name), &Point { policy: None, ..point });
    Ok(Empty {})
}

/// Errors: NoSuchAccessPoint; NoSuchAccessPointPolicy.
pub(super) fn status(
    cx: &mut Cx,
    i: &GetAccessPointPolicyStatusRequest,
) -> Result<GetAccessPointPolicyStatusResult, Fault> {
    let point = points::find(cx, &i.name)?;
    let is_public = is_public(&point, &stored(&point, &i.name)?);
    Ok(GetAccessPointPolicyStatusResult { policy_status: Some(PolicyStatus { is_public: Some(is_public) }) })
}
