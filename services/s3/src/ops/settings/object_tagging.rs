//! PutObjectTagging, GetObjectTagging, DeleteObjectTagging.

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_s3::{
    DeleteObjectTaggingOutput, DeleteObjectTaggingRequest, GetObjectTaggingOutput, GetObjectTaggingRequest,
    PutObjectTaggingOutput, PutObjectTaggingRequest,
};

use crate::attributes::version_id;
use crate::ops::access::changed_version;
use crate::tags::On;
use crate::{buckets, guard, tags, versions};

pub(super) fn put_guard(cx: &Cx, i: &PutObjectTaggingRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    let mut guard = guard::object(cx, place, ("s3:PutObjectTagging", "s3:PutObjectVersionTagging"))?;
    let tags = tags::pairs(&i.tagging.tag_set);
    guard.targets = guard.targets.into_iter().map(|t| guard::with_tags(t, &tags)).collect();
    Ok(guard)
}

pub(super) fn get_guard(cx: &Cx, i: &GetObjectTaggingRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ("s3:GetObjectTagging", "s3:GetObjectVersionTagging"))
}

pub(super) fn delete_guard(cx: &Cx, i: &DeleteObjectTaggingRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"))
}

/// Errors: those of tags; NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker.
pub(super) fn put(cx: &mut Cx, i: &PutObjectTaggingRequest) -> Result<PutObjectTaggingOutput, Fault> {
    let tags = tags::check(&i.tagging.tag_set, On::Object)?;
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let mut version = changed_version(cx, &bucket, &i.key, i.version_id.as_deref(), "PUT")?;
    version.tags = tags;
    versions::update(cx, &bucket, &i.key, &version)?;
    Ok(PutObjectTaggingOutput { version_id: version_id(&bucket, &version) })
}

/// Errors: NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker.
pub(super) fn get(cx: &mut Cx, i: &GetObjectTaggingRequest) -> Result<GetObjectTaggingOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let version = changed_version(cx, &bucket, &i.key, i.version_id.as_deref(), "GET")?;
    Ok(GetObjectTaggingOutput {
        version_id: version_id(&bucket, &version),
        tag_set: tags::shown(&version.tags),
    })
}

/// Errors: NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker.
pub(super) fn delete(
    cx: &mut Cx,
    i: &DeleteObjectTaggingRequest,
) -> Result<DeleteObjectTaggingOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let mut version = changed_version(cx, &bucket, &i.key, i.version_id.as_deref(), "DELETE")?;
    version.tags.clear();
    versions::update(cx, &bucket, &i.key, &version)?;
    Ok(DeleteObjectTaggingOutput { version_id: version_id(&bucket, &version) })
}
