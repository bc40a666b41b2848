//! HeadBucket: whether it is there, and where.

use codec::Fault;
use kernel::{Cx, Denial, Guard};
use shapes_s3::{HeadBucketOutput, HeadBucketRequest};

use crate::{buckets, err, guard, names};

pub(crate) fn guard(cx: &Cx, i: &HeadBucketRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:ListBucket")
}

pub(crate) fn decide(cx: &mut Cx, i: &HeadBucketRequest) -> Result<HeadBucketOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    Ok(HeadBucketOutput {
        bucket_arn: Some(names::bucket_arn(cx.scope, &i.bucket)),
        bucket_region: Some(bucket.region),
        access_point_alias: Some(cx.via.is_some()),
        ..HeadBucketOutput::default()
    })
}

/// Whoever may not look at a bucket learns where it is all the same: clients ask so, unsigned, before they sign for a region.
/// Source: S3 API reference, HeadBucket: "regardless of the permissions on the bucket, you will receive a response header
/// with the correct bucket location".
pub(crate) fn denied(cx: &Cx, denial: &Denial) -> Fault {
    err::denied(&denial.text).with_header("x-amz-bucket-region", cx.scope.region)
}
