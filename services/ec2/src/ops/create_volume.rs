//! `CreateVolume`: empty, or of a snapshot. Source: EC2 API reference, "CreateVolume" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::CreateVolumeRequest;

use crate::err::{self, invalid_value, missing};
use crate::resource::{find, save};
use crate::snapshot;
use crate::volume::{self, VOLUME, Volume};
use crate::zones::{self, Zone};
use crate::{tags, token};

/// Errors: MissingParameter: zone, size; InvalidZone.NotFound; InvalidSnapshot.NotFound; IncorrectState: a snapshot that isn't
/// complete; InvalidParameterValue: smaller than its snapshot; those of [`volume::checked`]; IdempotentParameterMismatch.
pub(crate) fn decide(cx: &mut Cx, i: &CreateVolumeRequest) -> Result<shapes_ec2::Volume, Fault> {
    err::refuse(&[
        ("OutpostArn", i.outpost_arn.is_some()),
        ("Operator", i.operator.is_some()),
        ("VolumeInitializationRate", i.volume_initialization_rate.is_some()),
    ])?;
    volume::no_key(i.kms_key_id.as_ref())?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &VOLUME)?;
    let (made, token) = token::look_up(cx, "CreateVolume", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<Volume>(cx, &id)?,
        None => new(cx, i)?,
    };
    tags::add(cx, &VOLUME, &row.id, &tags)?;
    token::keep(cx, token, &row.id);
    let shown = volume::show(cx, &row, &tags::of(cx, &row.id)?);
    Ok(shapes_ec2::Volume { state: Some("creating".to_owned()), attachments: None, ..shown })
}

fn new(cx: &mut Cx, i: &CreateVolumeRequest) -> Result<Volume, Fault> {
    let zone = zone(cx, i.availability_zone.as_deref(), i.availability_zone_id.as_deref())?;
    let from = match i.snapshot_id.as_deref().filter(|s| !s.is_empty()) {
        None => None,
        Some(id) => Some(snapshot::find(cx, id)?),
    };
    if let Some(s) = from.as_ref().filter(|s| s.state(cx) != "completed") {
        return Err(err::fault("IncorrectState", format!("Snapshot is in invalid state - {}", s.state(cx))));
    }
    let size = match (i.size, &from) {
        (None, None) => return Err(missing("size or snapshotId")),
        (None, Some(s)) => s.size_gb,
        (Some(size), Some(s)) if size < s.size_gb => {
            return Err(invalid_value(format!(
                "Volume of size {size}GB is smaller than snapshot '{}', expect size >= {}GB",
                s.id, s.size_gb
            )));
        }
        (Some(size), _) => volume::size(size)?,
    };
    let kind = i.volume_type.as_deref().unwrap_or("gp2");
    let multi_attach = i.multi_attach_enabled == Some(true);
    let make = volume::checked(kind, size, i.iops, i.throughput, multi_attach)?;
    let encrypted = i.encrypted == Some(true) || from.as_ref().is_some_and(|s| s.encrypted);
    let id = from.map(|s| s.id).unwrap_or_default();
    let row = Volume::new(cx, make, (&zone.name, &zone.id), &id, encrypted)?;
    save(cx, &row)?;
    Ok(row)
}

fn zone(cx: &Cx, name: Option<&str>, id: Option<&str>) -> Result<Zone, Fault> {
    let given = name.or(id).ok_or_else(|| missing("availabilityZone"))?;
    zones::named(cx, name, id)?
        .filter(Zone::is_open)
        .ok_or_else(|| err::fault("InvalidZone.NotFound", format!("The zone '{given}' does not exist.")))
}
