//! PutBucketOwnershipControls, GetBucketOwnershipControls, DeleteBucketOwnershipControls.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{
    DeleteBucketOwnershipControlsRequest, GetBucketOwnershipControlsOutput,
    GetBucketOwnershipControlsRequest, OwnershipControls, OwnershipControlsRule,
    PutBucketOwnershipControlsRequest,
};

use crate::acl::Acl;
use crate::state::Buckets;
use crate::{access, buckets, err, guard, names};

const SETTINGS: [&str; 3] = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"];

pub(super) fn put_guard(cx: &Cx, i: &PutBucketOwnershipControlsRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketOwnershipControls")
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketOwnershipControlsRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketOwnershipControls")
}

/// Removing is putting nothing.
pub(super) fn delete_guard(cx: &Cx, i: &DeleteBucketOwnershipControlsRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketOwnershipControls")
}

/// Errors: MalformedXML: not one rule, or an unknown setting; InvalidBucketAclWithObjectOwnership: lists are to mean nothing,
/// but the bucket's own lets others do something.
pub(super) fn put(cx: &mut Cx, i: &PutBucketOwnershipControlsRequest) -> Result<Empty, Fault> {
    let mut bucket = buckets::find(cx, &i.bucket, None)?;
    let [OwnershipControlsRule { object_ownership }] = &i.ownership_controls.rules[..] else {
        return Err(err::malformed_xml());
    };
    if !SETTINGS.contains(&object_ownership.as_str()) {
        return Err(err::malformed_xml());
    }
    let own = Acl::of_owner(&names::canonical_id(&bucket.account));
    if object_ownership == "BucketOwnerEnforced" && access::of_bucket(cx, &bucket)? != own {
        return Err(err::acl_with_enforced_ownership());
    }
    bucket.ownership.clone_from(object_ownership);
    cx.put::<Buckets>(&buckets::key(cx.scope, &i.bucket), &bucket);
    Ok(Empty {})
}

/// Errors: OwnershipControlsNotFoundError.
pub(super) fn get(
    cx: &mut Cx,
    i: &GetBucketOwnershipControlsRequest,
) -> Result<GetBucketOwnershipControlsOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    if bucket.ownership.is_empty() {
        let message = "The bucket ownership controls were not found";
        return Err(err::none_such("OwnershipControlsNotFoundError", message, &i.bucket));
    }
    let rules = vec![OwnershipControlsRule { object_ownership: bucket.ownership }];
    Ok(GetBucketOwnershipControlsOutput { ownership_controls: Some(OwnershipControls { rules }) })
}

/// Without controls objects belong to who writes them.
pub(super) fn delete(cx: &mut Cx, i: &DeleteBucketOwnershipControlsRequest) -> Result<Empty, Fault> {
    let mut bucket = buckets::find(cx, &i.bucket, None)?;
    bucket.ownership = String::new();
    cx.put::<Buckets>(&buckets::key(cx.scope, &i.bucket), &bucket);
    Ok(Empty {})
}
