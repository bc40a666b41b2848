//! What a change of an object leads to, beyond the object. Every decision that makes or removes a version calls here.

use codec::Fault;
use kernel::Cx;

use crate::state::{Bucket, Version};

/// `s3:ObjectCreated:Put`
pub(crate) const PUT: &str = "ObjectCreated:Put";
/// `s3:ObjectCreated:Copy`
pub(crate) const COPY: &str = "ObjectCreated:Copy";
/// `s3:ObjectCreated:CompleteMultipartUpload`
pub(crate) const UPLOAD: &str = "ObjectCreated:CompleteMultipartUpload";
/// `s3:ObjectRemoved:Delete`
pub(crate) const DELETE: &str = "ObjectRemoved:Delete";
/// `s3:ObjectRemoved:DeleteMarkerCreated`
pub(crate) const MARKER: &str = "ObjectRemoved:DeleteMarkerCreated";

/// A version was made: by which event. `at`: the bucket's name and the key.
pub(crate) fn created(
    cx: &mut Cx,
    bucket: &Bucket,
    at: (&str, &str),
    _version: &Version,
    _event: &'static str,
) -> Result<(), Fault> {
    changed(cx, bucket, at.0);
    Ok(())
}

/// A version was removed, or a delete marker made.
pub(crate) fn removed(
    cx: &mut Cx,
    bucket: &Bucket,
    at: (&str, &str),
    _version: &Version,
    _event: &'static str,
) -> Result<(), Fault> {
    changed(cx, bucket, at.0);
    Ok(())
}

/// Something of an object changed that the clock's work depends on.
pub(crate) fn changed(_: &mut Cx, _: &Bucket, _: &str) {}
