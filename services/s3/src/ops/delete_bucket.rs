//! DeleteBucket: only an empty one goes, and with it the uploads that are under way in it.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::DeleteBucketRequest;
use store::Scan;

use crate::state::{Buckets, Configs, Current, Owned, Past};
use crate::{buckets, control, err, guard, time, uploads};

pub(crate) fn guard(cx: &Cx, i: &DeleteBucketRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:DeleteBucket")
}

/// Errors: NoSuchBucket; BucketHasAccessPointsAttached; BucketNotEmpty.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteBucketRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    control::check_removal(cx, &bucket, &i.bucket)?;
    let prefix = (bucket.number,);
    if cx.scan::<Current>(Scan::prefix(&prefix))?.next().is_some() {
        return Err(err::bucket_not_empty(&i.bucket));
    }
    if cx.scan::<Past>(Scan::prefix(&prefix))?.next().is_some() {
        return Err(err::versions_remain(&i.bucket));
    }
    uploads::abort_all(cx, &bucket)?;
    time::forget_time(cx, &bucket, &i.bucket)?;
    time::forget::<Configs>(cx, &bucket)?;
    cx.delete::<Buckets>(&buckets::key(cx.scope, &i.bucket));
    cx.delete::<Owned>(&(cx.scope.partition.to_owned(), bucket.account, i.bucket.clone()));
    Ok(Empty {})
}
