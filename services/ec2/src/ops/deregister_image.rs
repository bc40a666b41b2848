//! `DeregisterImage`: the image goes, its snapshots stay unless they are asked to go.
//! Source: EC2 API reference, "DeregisterImage" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DeleteSnapshotReturnCode, DeregisterImageRequest, DeregisterImageResult};

use crate::deregistered;
use crate::image::{self, IMAGE};
use crate::resource::{children, get, remove};
use crate::snapshot::{self, Snapshot};

/// Errors: InvalidAMIID.Malformed; InvalidAMIID.Unavailable: it isn't there; AuthFailure: another account's;
/// OperationNotPermitted (text inferred): protected, or until yesterday.
pub(crate) fn decide(cx: &mut Cx, i: &DeregisterImageRequest) -> Result<DeregisterImageResult, Fault> {
    let row = image::find_own(cx, &i.image_id).map_err(|f| match f.code() {
        "InvalidAMIID.NotFound" => crate::err::fault(
            "InvalidAMIID.Unavailable",
            format!("The image ID '{}' is no longer available", i.image_id),
        ),
        _ => f,
    })?;
    if row.protection.on || cx.now_ms < row.protection.until_ms {
        let text = format!("The AMI '{}' is protected from deregistration.", row.id);
        return Err(crate::err::fault("OperationNotPermitted", text));
    }
    image::unshare(cx, &row.id)?;
    remove(cx, &row)?;
    deregistered::note(cx, &row.id)?;
    let mut results = Vec::new();
    if i.delete_associated_snapshots == Some(true) {
        for d in row.devices.iter().filter(|d| !d.snapshot.is_empty()) {
            let Some(s) = get::<Snapshot>(cx, &d.snapshot)? else { continue };
            let in_use = children(cx, &s.id, &IMAGE)?.next().is_some() || s.is_locked(cx);
            if !in_use {
                snapshot::unshare(cx, &s.id)?;
                remove(cx, &s)?;
            }
            results.push(DeleteSnapshotReturnCode {
                snapshot_id: Some(s.id),
                return_code: Some(if in_use { "skipped" } else { "success" }.to_owned()),
            });
        }
    }
    Ok(DeregisterImageResult { return_: Some(true), delete_snapshot_results: Some(results) })
}
