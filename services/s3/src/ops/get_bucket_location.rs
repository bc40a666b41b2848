//! GetBucketLocation: the region of a bucket; empty for us-east-1. Answers whatever region it is asked in.

use codec::Fault;
use kernel::{Cx, Guard, Target};
use shapes_s3::{GetBucketLocationOutput, GetBucketLocationRequest};

use crate::state::Configs;
use crate::{buckets, names};

pub(crate) fn guard(cx: &Cx, i: &GetBucketLocationRequest) -> Result<Guard, Fault> {
    let bucket = buckets::find(cx, &i.bucket, i.expected_bucket_owner.as_deref())?;
    let policy = cx.get::<Configs>(&(bucket.number, "policy".to_owned(), String::new()))?;
    let target = Target::on(names::bucket_arn(cx.scope, &i.bucket)).account(bucket.account);
    Ok(Guard::of(target.policy(policy.map(|p| p.text))))
}

pub(crate) fn decide(cx: &mut Cx, i: &GetBucketLocationRequest) -> Result<GetBucketLocationOutput, Fault> {
    let region = buckets::find(cx, &i.bucket, None)?.region;
    Ok(GetBucketLocationOutput { location_constraint: (region != "us-east-1").then_some(region) })
}
