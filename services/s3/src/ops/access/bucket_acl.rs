//! PutBucketAcl and GetBucketAcl.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{GetBucketAclOutput, GetBucketAclRequest, PutBucketAclRequest};

use crate::acl::{self, Asked};
use crate::{access, buckets, err, guard, names, settings};

fn asked(i: &PutBucketAclRequest) -> Asked<'_> {
    Asked {
        canned: i.acl.as_deref(),
        full_control: i.grant_full_control.as_deref(),
        read: i.grant_read.as_deref(),
        read_acp: i.grant_read_acp.as_deref(),
        write: i.grant_write.as_deref(),
        write_acp: i.grant_write_acp.as_deref(),
    }
}

pub(super) fn put_guard(cx: &Cx, i: &PutBucketAclRequest) -> Result<Guard, Fault> {
    let bucket = guard::found(cx, &i.bucket, i.expected_bucket_owner.as_deref())?;
    let target = guard::bucket_target(cx, &bucket, &i.bucket)?.action("s3:PutBucketAcl");
    let keys = asked(i).keys().into_iter().map(|(key, value)| (key, Some(value)));
    Ok(Guard::of(guard::with_keys(target, keys)))
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketAclRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketAcl")
}

/// Errors: AccessControlListNotSupported; those of lists (`acl.rs`); AccessDenied: a public list where such are blocked.
pub(super) fn put(cx: &mut Cx, i: &PutBucketAclRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let owner = names::canonical_id(&bucket.account);
    let list = acl::of_request(asked(i), i.access_control_policy.as_ref(), &owner, &owner)?;
    if access::is_enforced(&bucket) {
        return Err(err::acl_not_supported());
    }
    let arn = names::bucket_arn(cx.scope, &i.bucket);
    access::refuse_public(cx, &bucket, &list, ("s3:PutBucketAcl", &arn))?;
    settings::set_text(cx, &bucket, access::ACL, list.to_text());
    Ok(Empty {})
}

pub(super) fn get(cx: &mut Cx, i: &GetBucketAclRequest) -> Result<GetBucketAclOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    Ok(GetBucketAclOutput {
        owner: Some(acl::owner(names::canonical_id(&bucket.account))),
        grants: Some(access::of_bucket(cx, &bucket)?.shown()),
    })
}
