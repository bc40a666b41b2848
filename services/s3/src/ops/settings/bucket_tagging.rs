//! PutBucketTagging, GetBucketTagging, DeleteBucketTagging.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{
    DeleteBucketTaggingRequest, GetBucketTaggingOutput, GetBucketTaggingRequest, PutBucketTaggingRequest,
    Tagging,
};

use super::abac;
use crate::settings::Kind;
use crate::tags::On;
use crate::{buckets, err, guard, settings, tags};

pub(crate) const KIND: Kind = Kind { name: "tagging", operation: "PutBucketTagging", member: "Tagging" };

pub(super) fn put_guard(cx: &Cx, i: &PutBucketTaggingRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketTagging")
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketTaggingRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketTagging")
}

/// Removing is putting nothing.
pub(super) fn delete_guard(cx: &Cx, i: &DeleteBucketTaggingRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketTagging")
}

/// Errors: MethodNotAllowed where policies see the tags; those of tags. No tags at all remove the set.
pub(super) fn put(cx: &mut Cx, i: &PutBucketTaggingRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    abac::check_older(&bucket, "PUT")?;
    tags::check(&i.tagging.tag_set, On::Bucket)?;
    match i.tagging.tag_set.is_empty() {
        true => settings::remove(cx, &bucket, KIND.name, ""),
        false => settings::set(cx, &bucket, KIND, "", &i.tagging)?,
    }
    Ok(Empty {})
}

/// Errors: NoSuchTagSet.
pub(super) fn get(cx: &mut Cx, i: &GetBucketTaggingRequest) -> Result<GetBucketTaggingOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let none = || err::none_such("NoSuchTagSet", "The TagSet does not exist", &i.bucket);
    let found: Tagging = settings::get(cx, &bucket, KIND, "")?.ok_or_else(none)?;
    Ok(GetBucketTaggingOutput { tag_set: found.tag_set })
}

/// Tags that aren't there are removed already.
///
/// Errors: MethodNotAllowed where policies see the tags.
pub(super) fn delete(cx: &mut Cx, i: &DeleteBucketTaggingRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    abac::check_older(&bucket, "DELETE")?;
    settings::remove(cx, &bucket, KIND.name, "");
    Ok(Empty {})
}
