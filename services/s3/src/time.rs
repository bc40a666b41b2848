//! What the clock does in S3, and what a reset removes.

use codec::Fault;
use kernel::{Cx, Timer};
use store::{Scan, Table};

use crate::state::{Bucket, Buckets, Configs, Current, NullVersions, Owned, Past};
use crate::{content, uploads};

/// What happens when a timer falls due.
pub(crate) fn on_timer(_: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    Err(Fault::internal(format!("S3 sets no timer of kind {}", timer.kind)))
}

/// Removes the buckets of the scope's account in its region, with all that is in them.
pub(crate) fn reset(cx: &mut Cx) -> Result<(), Fault> {
    let (partition, account) = (cx.scope.partition.to_owned(), cx.scope.account.clone());
    let owned: Vec<_> = cx.scan_prefix::<Owned>(&(partition.clone(), account))?.map(|(key, _)| key).collect();
    for key in owned {
        let place = (partition.clone(), key.2.clone());
        let Some(bucket) = cx.get::<Buckets>(&place)?.filter(|b| b.region == cx.scope.region) else {
            continue;
        };
        let objects: Vec<_> = cx.scan::<Current>(Scan::prefix(&(bucket.number,)))?.collect();
        for (at, version) in objects {
            content::free(cx, &bucket, &version.content)?;
            cx.delete::<Current>(&at);
        }
        let past: Vec<_> = cx.scan::<Past>(Scan::prefix(&(bucket.number,)))?.collect();
        for (at, version) in past {
            content::free(cx, &bucket, &version.content)?;
            cx.delete::<Past>(&at);
        }
        uploads::abort_all(cx, &bucket)?;
        forget::<NullVersions>(cx, &bucket)?;
        forget::<Configs>(cx, &bucket)?;
        cx.delete::<Buckets>(&place);
        cx.delete::<Owned>(&key);
    }
    Ok(())
}

/// Removes what lies under a bucket in a table whose rows name nothing else.
pub(crate) fn forget<T: Table>(cx: &mut Cx, bucket: &Bucket) -> Result<(), Fault> {
    let all: Vec<T::Key> = cx.scan_prefix::<T>(&(bucket.number,))?.map(|(key, _)| key).collect();
    all.iter().for_each(|key| cx.delete::<T>(key));
    Ok(())
}
