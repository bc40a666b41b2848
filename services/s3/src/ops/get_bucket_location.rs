//! GetBucketLocation: the region of a bucket; empty for us-east-1. Answers whatever region it is asked in.

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_s3::{GetBucketLocationOutput, GetBucketLocationRequest};

use crate::{buckets, guard};

pub(crate) fn guard(cx: &Cx, i: &GetBucketLocationRequest) -> Result<Guard, Fault> {
    let bucket = buckets::find(cx, &i.bucket, i.expected_bucket_owner.as_deref())?;
    Ok(Guard::of(guard::bucket_target(cx, &bucket, &i.bucket)?))
}

pub(crate) fn decide(cx: &mut Cx, i: &GetBucketLocationRequest) -> Result<GetBucketLocationOutput, Fault> {
    let region = buckets::find(cx, &i.bucket, None)?.region;
    Ok(GetBucketLocationOutput { location_constraint: (region != "us-east-1").then_some(region) })
}
