//! PutBucketPolicy, GetBucketPolicy, DeleteBucketPolicy, GetBucketPolicyStatus.

use codec::{Empty, Fault};
use directory::IdentityKind;
use kernel::{Cx, Guard};
use shapes_s3::{
    DeleteBucketPolicyRequest, GetBucketPolicyOutput, GetBucketPolicyRequest, GetBucketPolicyStatusOutput,
    GetBucketPolicyStatusRequest, PolicyStatus, PutBucketPolicyRequest,
};

use crate::access::{self, POLICY};
use crate::state::Bucket;
use crate::{buckets, err, guard, names, policy, settings};

/// The root of the bucket's account may always read, replace and remove the policy, whatever it says.
/// Source: S3 API reference, PutBucketPolicy.
fn own_guard(
    cx: &Cx,
    name: &str,
    expected_owner: Option<&str>,
    action: &'static str,
) -> Result<Guard, Fault> {
    let mut guard = guard::bucket(cx, name, expected_owner, action)?;
    for target in &mut guard.targets {
        if cx.caller.kind == IdentityKind::Root && cx.caller.account == target.account {
            target.policy = None;
        }
    }
    Ok(guard)
}

pub(super) fn put_guard(cx: &Cx, i: &PutBucketPolicyRequest) -> Result<Guard, Fault> {
    own_guard(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketPolicy")
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketPolicyRequest) -> Result<Guard, Fault> {
    own_guard(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketPolicy")
}

pub(super) fn delete_guard(cx: &Cx, i: &DeleteBucketPolicyRequest) -> Result<Guard, Fault> {
    own_guard(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:DeleteBucketPolicy")
}

pub(super) fn status_guard(cx: &Cx, i: &GetBucketPolicyStatusRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketPolicyStatus")
}

/// Only the bucket's own account has to do with its policy, even if the policy lets others.
fn own_bucket(cx: &Cx, name: &str, method: &str) -> Result<Bucket, Fault> {
    let bucket = buckets::find(cx, name, None)?;
    if cx.caller.account != bucket.account && cx.caller.kind != IdentityKind::Service {
        return Err(err::method_not_allowed(method, "BUCKETPOLICY"));
    }
    Ok(bucket)
}

/// Errors: MethodNotAllowed: another account; MalformedPolicy; AccessDenied: a public policy where such are blocked.
pub(super) fn put(cx: &mut Cx, i: &PutBucketPolicyRequest) -> Result<Empty, Fault> {
    let bucket = own_bucket(cx, &i.bucket, "PUT")?;
    let arn = names::bucket_arn(cx.scope, &i.bucket);
    policy::check(cx, &i.policy, &arn)?;
    if policy::is_public(&i.policy) && access::blocks(cx, &bucket)?.public_policy {
        let action = "s3:PutBucketPolicy";
        return Err(access::blocked(cx, &bucket, action, &arn, "policies", "BlockPublicPolicy"));
    }
    settings::set_text(cx, &bucket, POLICY, i.policy.as_str());
    Ok(Empty {})
}

fn stored(cx: &Cx, bucket: &Bucket, name: &str) -> Result<String, Fault> {
    let none = || err::none_such("NoSuchBucketPolicy", "The bucket policy does not exist", name);
    settings::text(cx, bucket, POLICY)?.ok_or_else(none)
}

/// Errors: MethodNotAllowed; NoSuchBucketPolicy.
pub(super) fn get(cx: &mut Cx, i: &GetBucketPolicyRequest) -> Result<GetBucketPolicyOutput, Fault> {
    let bucket = own_bucket(cx, &i.bucket, "GET")?;
    Ok(GetBucketPolicyOutput { policy: Some(stored(cx, &bucket, &i.bucket)?) })
}

/// Errors: MethodNotAllowed. A policy that isn't there is removed already.
pub(super) fn delete(cx: &mut Cx, i: &DeleteBucketPolicyRequest) -> Result<Empty, Fault> {
    let bucket = own_bucket(cx, &i.bucket, "DELETE")?;
    settings::remove(cx, &bucket, POLICY, "");
    Ok(Empty {})
}

/// Errors: NoSuchBucketPolicy.
pub(super) fn status(
    cx: &mut Cx,
    i: &GetBucketPolicyStatusRequest,
) -> Result<GetBucketPolicyStatusOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let is_public = policy::is_public(&stored(cx, &bucket, &i.bucket)?);
    Ok(GetBucketPolicyStatusOutput { policy_status: Some(PolicyStatus { is_public: Some(is_public) }) })
}
