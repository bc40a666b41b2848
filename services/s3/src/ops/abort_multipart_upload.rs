//! AbortMultipartUpload: ends an upload; its parts go.

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_s3::{AbortMultipartUploadOutput, AbortMultipartUploadRequest};

use crate::{access, buckets, err, guard, names, uploads};

pub(crate) fn guard(cx: &Cx, i: &AbortMultipartUploadRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: None,
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ("s3:AbortMultipartUpload", "s3:AbortMultipartUpload"))
}

/// Errors: NoSuchUpload; NotImplemented: a condition that only directory buckets have.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &AbortMultipartUploadRequest,
) -> Result<AbortMultipartUploadOutput, Fault> {
    names::check_key(&i.key)?;
    if i.if_match_initiated_time.is_some() {
        return Err(err::not_built("x-amz-if-match-initiated-time"));
    }
    let bucket = buckets::find(cx, &i.bucket, None)?;
    uploads::find(cx, &bucket, &i.key, &i.upload_id)?;
    uploads::abort(cx, &bucket, &i.key, &i.upload_id)?;
    Ok(AbortMultipartUploadOutput {
        request_charged: access::charged(cx, &bucket)?,
        ..AbortMultipartUploadOutput::default()
    })
}
