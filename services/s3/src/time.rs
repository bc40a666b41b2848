//! What the clock does in S3, and what a reset removes.
//!
//! | timer | subject | when |
//! | --- | --- | --- |
//! | lifecycle | bucket | a rule may want something of an object: a midnight, and then step by step |
//! | restored | bucket, version's number, key | a copy of an archived object is there |
//! | restore-over | the same | it goes again |
//! | inventory | bucket, id | a list of what it holds is made: a midnight, and then step by step |
//! | log | bucket | a batch of its access log is delivered |
//! | replicate | source, destination, version's number, key | a replica is made |

use codec::Fault;
use kernel::{Cx, Timer};
use store::{Scan, Table};

use crate::lifecycle_walk::{self, Walks};
use crate::notifications::Sequence;
use crate::state::{Bucket, Buckets, Configs, Current, NullVersions, Owned, Past};
use crate::versions::Elsewhere;
use crate::{access_log, archive, content, inventory, replication, uploads};

/// What happens when a timer falls due.
pub(crate) fn on_timer(cx: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    match timer.kind.as_str() {
        lifecycle_walk::TIMER => lifecycle_walk::step(cx, &timer.subject),
        archive::DONE | archive::OVER => archive::on_timer(cx, &timer.kind, &timer.subject),
        inventory::TIMER => inventory::on_timer(cx, &timer.subject),
        access_log::TIMER => access_log::on_timer(cx, &timer.subject),
        replication::TIMER => replication::on_timer(cx, &timer.subject),
        other => Err(Fault::internal(format!("S3 sets no timer of kind {other}"))),
    }
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
        forget_time(cx, &bucket, &key.2)?;
        cx.delete::<Buckets>(&place);
        cx.delete::<Owned>(&key);
    }
    Ok(())
}

/// Forgets what the clock was to do in a bucket that goes.
pub(crate) fn forget_time(cx: &mut Cx, bucket: &Bucket, name: &str) -> Result<(), Fault> {
    if cx.get::<Walks>(&bucket.number)?.is_some() {
        lifecycle_walk::end(cx, bucket, name)?;
    }
    cx.delete::<Sequence>(&bucket.number);
    forget::<access_log::Lines>(cx, bucket)?;
    forget::<inventory::Walks>(cx, bucket)?;
    forget::<Elsewhere>(cx, bucket)?;
    Ok(())
}

/// Removes what lies under a bucket in a table whose rows name nothing else.
pub(crate) fn forget<T: Table>(cx: &mut Cx, bucket: &Bucket) -> Result<(), Fault> {
    let all: Vec<T::Key> = cx.scan_prefix::<T>(&(bucket.number,))?.map(|(key, _)| key).collect();
    all.iter().for_each(|key| cx.delete::<T>(key));
    Ok(())
}
