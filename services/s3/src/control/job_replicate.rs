//! Replicas that jobs ask for: of versions that were there before the rules, or whose replication failed. A job begins a chunk of them and
//! waits until each is made or failed; making them is `replication.rs`'s.
//! Source: S3 user guide, "Replicating existing objects with Batch Replication", "Amazon S3 replication failure reasons".
//! Differs: replicas and delete markers are not replicated again. Versions lie in the destination in the order in which they come there.

use codec::Fault;
use directory::Identity;
use kernel::{Cx, Flow};

use super::job_task::Task;
use crate::guard::{self, Object};
use crate::state::{Bucket, Version};
use crate::versions::Named;
use crate::{buckets, replication, versions};

fn refused(code: &'static str, message: &str) -> Fault {
    Fault::new(code, 400, message)
}

/// The version that a task is about, if it can be replicated.
fn eligible(cx: &Cx, task: &Task) -> Result<(Bucket, Version), Fault> {
    let none = |_| refused("SrcBucketNotFound", "The source bucket does not exist");
    let bucket = buckets::find(cx, &task.bucket, None).map_err(none)?;
    let Some(config) = replication::config(cx, &bucket)? else {
        let message = "The source bucket has no replication configuration";
        return Err(refused("SrcBucketReplicationConfigMissing", message));
    };
    let found = match task.version_id.as_deref() {
        None => versions::latest(cx, &bucket, &task.key)?,
        Some(id) => match versions::find(cx, &bucket, &task.key, id)? {
            Named::Found(v) => Some(*v),
            _ => None,
        },
    };
    let found = found.filter(|v| !v.is_delete_marker);
    let version = found.ok_or_else(|| refused("SrcObjectNotFound", "The source object does not exist"))?;
    match replication::is_eligible(&config, &task.key, &version) {
        true => Ok((bucket, version)),
        false => Err(refused("SrcObjectNotEligible", "No rule replicates the source object")),
    }
}

/// Begins what can be replicated of some tasks; [`outcome`] says why the others can't.
pub(super) async fn begin(flow: &Flow<'_>, who: &Identity, tasks: &[Task]) -> Result<(), Fault> {
    for task in tasks {
        let place = flow.read(|cx| match eligible(cx, task) {
            Ok(_) => {
                Ok(Some(buckets::place(cx.tx(), cx.scope.clone(), &task.bucket).map_err(Fault::internal)?))
            }
            Err(_) => Ok(None),
        })?;
        let Some(place) = place.filter(|_| may(flow, who, task).is_ok()) else { continue };
        let again = |cx: &mut Cx| {
            let Ok((bucket, version)) = eligible(cx, task) else { return Ok(()) };
            replication::again(cx, &bucket, (&task.bucket, &task.key), &version)
        };
        flow.decide_at(&place, again).await?;
    }
    Ok(())
}

/// Errors: `InitiateReplicationNotPermitted`.
fn may(flow: &Flow<'_>, who: &Identity, task: &Task) -> Result<(), Fault> {
    let target = flow.read(|cx| {
        let bucket = buckets::find(cx, &task.bucket, None)?;
        let place = Object {
            bucket: &task.bucket,
            key: &task.key,
            version_id: task.version_id.as_deref(),
            expected_owner: None,
        };
        guard::object_target(cx, &bucket, place)
    })?;
    let denied = |f: Fault| refused("InitiateReplicationNotPermitted", f.message());
    flow.ask(who, "s3:InitiateReplication", vec![target]).map_err(denied)
}

/// What became of a task; `None`: its replicas are still to be made.
pub(super) fn outcome(flow: &Flow<'_>, who: &Identity, task: &Task) -> Option<Result<(), Fault>> {
    let version = match flow.read(|cx| eligible(cx, task)) {
        Ok((_, version)) => version,
        Err(fault) => return Some(Err(fault)),
    };
    if let Err(fault) = may(flow, who, task) {
        return Some(Err(fault));
    }
    match version.replication_status.as_deref() {
        Some(replication::PENDING) => None,
        Some(replication::COMPLETED) => Some(Ok(())),
        _ => Some(Err(refused("ReplicationFailed", "The object could not be replicated"))),
    }
}
