//! `CopySnapshot`: into the call's region, from it or another one. Source: EC2 API reference, "CopySnapshot" (2026-11-22).
//!
//! `DestinationRegion` and `PresignedUrl` say again what the call itself says: SDKs add them, and AWS needs them no more.

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CopySnapshotRequest, CopySnapshotResult};

use crate::err::{self, invalid_value};
use crate::resource::Of;
use crate::snapshot::{self, SNAPSHOT, Snapshot};
use crate::{settings, tags, volume};

/// The volume that copies are said to be of.
const NO_VOLUME: &str = "vol-ffffffff";

/// Errors: InvalidParameterValue: a region; InvalidSnapshot.NotFound; IncorrectState: not complete yet.
pub(crate) fn decide(cx: &mut Cx, i: &CopySnapshotRequest) -> Result<CopySnapshotResult, Fault> {
    err::refuse(&[
        ("DestinationOutpostArn", i.destination_outpost_arn.is_some()),
        ("DestinationAvailabilityZone", i.destination_availability_zone.is_some()),
        ("CompletionDurationMinutes", i.completion_duration_minutes.is_some()),
    ])?;
    volume::no_key(i.kms_key_id.as_ref())?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &SNAPSHOT)?;
    let from = source(cx, &i.source_region, &i.source_snapshot_id)?;
    if from.state(cx) != "completed" {
        return Err(err::fault(
            "IncorrectState",
            format!("Snapshot is in invalid state - {}", from.state(cx)),
        ));
    }
    let usual = format!("[Copied {} from {}]", from.id, i.source_region);
    let text = i.description.as_deref().unwrap_or(&usual);
    let encrypted = from.encrypted || i.encrypted == Some(true) || settings::read(cx)?.encrypts;
    let row = Snapshot::new(cx, NO_VOLUME, from.size_gb, encrypted, text);
    snapshot::save(cx, &row)?;
    tags::add(cx, &SNAPSHOT, &row.id, &tags)?;
    Ok(CopySnapshotResult { tags: tags::shown(&tags), snapshot_id: Some(row.id) })
}

fn source(cx: &Cx, region: &str, id: &str) -> Result<Snapshot, Fault> {
    if region == cx.scope.region {
        return snapshot::find(cx, id);
    }
    SNAPSHOT.formed(id)?;
    let known = kernel::region(region).filter(|r| r.partition == cx.scope.partition);
    if known.is_none() {
        return Err(invalid_value(format!("Invalid region: {region}")));
    }
    let key = (cx.scope.account.clone(), region.to_owned(), id.to_owned());
    cx.get::<Of<Snapshot>>(&key)?.ok_or_else(|| SNAPSHOT.not_found(id))
}
