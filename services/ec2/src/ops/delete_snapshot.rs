//! `DeleteSnapshot`: one that no image is made of. Source: EC2 API reference, "DeleteSnapshot" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DeleteSnapshotRequest;

use crate::err::fault;
use crate::image::IMAGE;
use crate::resource::{children, remove};
use crate::snapshot;

/// Errors: InvalidSnapshot.NotFound; AuthFailure: another account's; InvalidSnapshot.InUse; SnapshotLocked (inferred).
pub(crate) fn decide(cx: &mut Cx, i: &DeleteSnapshotRequest) -> Result<Empty, Fault> {
    let row = snapshot::find_own(cx, &i.snapshot_id)?;
    if row.is_locked(cx) {
        return Err(fault(
            "SnapshotLocked",
            format!("The snapshot {} is locked and cannot be deleted", row.id),
        ));
    }
    if let Some(image) = children(cx, &row.id, &IMAGE)?.next() {
        let text = format!("The snapshot {} is currently in use by {image}", row.id);
        return Err(fault("InvalidSnapshot.InUse", text));
    }
    snapshot::unshare(cx, &row.id)?;
    remove(cx, &row)?;
    Ok(Empty {})
}
