//! `CreateSnapshot`: of a volume as it is now. Source: EC2 API reference, "CreateSnapshot" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::CreateSnapshotRequest;

use crate::resource::find;
use crate::snapshot::{self, SNAPSHOT, Snapshot};
use crate::volume::Volume;
use crate::{err, tags};

/// Errors: InvalidVolume.NotFound.
pub(crate) fn decide(cx: &mut Cx, i: &CreateSnapshotRequest) -> Result<shapes_ec2::Snapshot, Fault> {
    err::refuse(&[("OutpostArn", i.outpost_arn.is_some()), ("Location", i.location.is_some())])?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &SNAPSHOT)?;
    let v = find::<Volume>(cx, &i.volume_id)?;
    let text = i.description.as_deref().unwrap_or_default();
    let row = Snapshot::new(cx, &v.id, v.now(cx).size_gb, v.encrypted, text);
    snapshot::save(cx, &row)?;
    tags::add(cx, &SNAPSHOT, &row.id, &tags)?;
    let shown = snapshot::show(cx, &row, &tags);
    Ok(shapes_ec2::Snapshot {
        state: Some("pending".to_owned()),
        progress: Some(String::new()),
        completion_time: None,
        storage_tier: None,
        ..shown
    })
}
