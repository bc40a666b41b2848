//! What a change of an object leads to, beyond the object: notifications, and earlier work for the clock. Every decision that
//! makes, changes or removes a version calls here.
//! Source of the names: S3 user guide, "Supported event types for SQS, SNS, and Lambda".

use codec::Fault;
use kernel::Cx;

use crate::state::{Bucket, Version};
use crate::{lifecycle_walk, notifications, replication};

pub(crate) const PUT: &str = "ObjectCreated:Put";
pub(crate) const COPY: &str = "ObjectCreated:Copy";
pub(crate) const UPLOAD: &str = "ObjectCreated:CompleteMultipartUpload";
pub(crate) const DELETE: &str = "ObjectRemoved:Delete";
pub(crate) const MARKER: &str = "ObjectRemoved:DeleteMarkerCreated";
pub(crate) const LIFECYCLE_DELETE: &str = "LifecycleExpiration:Delete";
pub(crate) const LIFECYCLE_MARKER: &str = "LifecycleExpiration:DeleteMarkerCreated";
pub(crate) const LIFECYCLE_TRANSITION: &str = "LifecycleTransition";
pub(crate) const RESTORING: &str = "ObjectRestore:Post";
pub(crate) const RESTORED: &str = "ObjectRestore:Completed";
pub(crate) const REPLICATION_FAILED: &str = "Replication:OperationFailedReplication";
pub(crate) const RESTORE_OVER: &str = "ObjectRestore:Delete";

/// All that can be asked for, without `s3:`. Those of services that aren't built never come.
pub(crate) const ALL: [&str; 32] = [
    "ObjectCreated:*",
    PUT,
    "ObjectCreated:Post",
    COPY,
    UPLOAD,
    "ObjectRemoved:*",
    DELETE,
    MARKER,
    "ObjectRestore:*",
    RESTORING,
    RESTORED,
    RESTORE_OVER,
    "LifecycleExpiration:*",
    LIFECYCLE_DELETE,
    LIFECYCLE_MARKER,
    LIFECYCLE_TRANSITION,
    "Replication:*",
    REPLICATION_FAILED,
    "Replication:OperationMissedThreshold",
    "Replication:OperationReplicatedAfterThreshold",
    "Replication:OperationNotTracked",
    "ObjectTagging:*",
    "ObjectTagging:Put",
    "ObjectTagging:Delete",
    "ObjectAcl:Put",
    "IntelligentTiering",
    "ReducedRedundancyLostObject",
    "TestEvent",
    "ObjectAnnotation:*",
    "ObjectAnnotation:Put",
    "ObjectAnnotation:Delete",
    "LifecycleAbort",
];

/// A version was made: by which event. `at`: the bucket's name and the key.
pub(crate) fn created(
    cx: &mut Cx,
    bucket: &Bucket,
    at: (&str, &str),
    version: &Version,
    event: &'static str,
) -> Result<(), Fault> {
    changed(cx, bucket, at.0)?;
    replication::begin(cx, bucket, at, version)?;
    told(cx, bucket, at, version, event)
}

/// A version was removed, or a delete marker made.
pub(crate) fn removed(
    cx: &mut Cx,
    bucket: &Bucket,
    at: (&str, &str),
    version: &Version,
    event: &'static str,
) -> Result<(), Fault> {
    changed(cx, bucket, at.0)?;
    // Only what users delete is deleted in replicas too, and no version by its id.
    if event == MARKER {
        replication::begin(cx, bucket, at, version)?;
    }
    told(cx, bucket, at, version, event)
}

/// Something happened to a version that is worth a notification and nothing else.
pub(crate) fn told(
    cx: &mut Cx,
    bucket: &Bucket,
    at: (&str, &str),
    version: &Version,
    event: &'static str,
) -> Result<(), Fault> {
    notifications::tell(cx, bucket, at, version, event)
}

/// Something of an object changed that the clock's work depends on: its tags, its lock, its being there.
pub(crate) fn changed(cx: &mut Cx, bucket: &Bucket, name: &str) -> Result<(), Fault> {
    lifecycle_walk::touched(cx, bucket, name)
}
