//! `CopyImage`: into the call's region, with copies of its snapshots. Source: EC2 API reference, "CopyImage" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CopyImageRequest, CopyImageResult};

use crate::err::{self, fault, invalid_value};
use crate::image::{self, Any, Device, IMAGE, Image};
use crate::image_catalogue as catalogue;
use crate::ops::register_image::name_free;
use crate::resource::Of;
use crate::snapshot::{self, SNAPSHOT, Snapshot};
use crate::{id, settings, tags, token, volume};

/// The volume that copies are said to be of.
const NO_VOLUME: &str = "vol-ffffffff";

/// Errors: InvalidParameterValue: a region; InvalidAMIID.NotFound; InvalidAMIID.Unavailable: not available yet;
/// InvalidAMIName.Duplicate; IdempotentParameterMismatch.
pub(crate) fn decide(cx: &mut Cx, i: &CopyImageRequest) -> Result<CopyImageResult, Fault> {
    err::refuse(&[
        ("DestinationOutpostArn", i.destination_outpost_arn.is_some()),
        ("DestinationAvailabilityZone", i.destination_availability_zone.is_some()),
        ("DestinationAvailabilityZoneId", i.destination_availability_zone_id.is_some()),
        ("SnapshotCopyCompletionDurationMinutes", i.snapshot_copy_completion_duration_minutes.is_some()),
    ])?;
    volume::no_key(i.kms_key_id.as_ref())?;
    let makes = [&IMAGE, &SNAPSHOT];
    let mut tags = tags::specified(i.tag_specifications.as_deref(), &IMAGE, &makes)?;
    let snapshot_tags = tags::specified(i.tag_specifications.as_deref(), &SNAPSHOT, &makes)?;
    let (made, token) = token::look_up(cx, "CopyImage", i.client_token.as_deref(), i)?;
    if let Some(id) = made {
        return Ok(CopyImageResult { image_id: Some(id) });
    }
    let from = source(cx, &i.source_region, &i.source_image_id)?;
    if from.state(cx) != "available" {
        let text = format!("The image ID '{}' is not available", from.id());
        return Err(fault("InvalidAMIID.Unavailable", text));
    }
    name_free(cx, &i.name, i.description.as_deref())?;
    if i.copy_image_tags == Some(true) && i.source_region == cx.scope.region {
        let copied = tags::of(cx, &from.id())?;
        tags.extend(copied.into_iter().filter(|(k, _)| !k.starts_with("aws:")));
        tags.sort();
        tags.dedup_by(|a, b| a.0 == b.0);
    }
    let mut devices = Vec::new();
    for d in from.devices() {
        devices.push(copy_device(cx, &d, i, &snapshot_tags)?);
    }
    let row = Image {
        id: id::fresh(cx, "ami"),
        owner: cx.scope.account.clone(),
        name: i.name.clone(),
        description: i.description.clone().unwrap_or_default(),
        architecture: from.architecture().to_owned(),
        platform: from.platform().to_owned(),
        root: from.root().to_owned(),
        virtualization: from.virtualization().to_owned(),
        devices,
        ena: true,
        sriov: true,
        boot_mode: from.boot_mode().unwrap_or_default().to_owned(),
        imds: from.imds().unwrap_or_default().to_owned(),
        created_ms: cx.now_ms,
        ready_ms: crate::vpc::ready_ms(cx, 120_000),
        source_image: from.id(),
        source_region: i.source_region.clone(),
        ..Image::default()
    };
    image::save(cx, &row)?;
    tags::add(cx, &IMAGE, &row.id, &tags)?;
    token::keep(cx, token, &row.id);
    Ok(CopyImageResult { image_id: Some(row.id) })
}

fn copy_device(
    cx: &mut Cx,
    d: &Device,
    i: &CopyImageRequest,
    tags: &[(String, String)],
) -> Result<Device, Fault> {
    if d.snapshot.is_empty() {
        return Ok(d.clone());
    }
    let encrypted = d.encrypted || i.encrypted == Some(true) || settings::read(cx)?.encrypts;
    let text = format!(
        "Copied for DestinationAmi from SourceAmi {} for SourceSnapshot {}",
        i.source_image_id, d.snapshot
    );
    let copy = Snapshot::new(cx, NO_VOLUME, d.size_gb, encrypted, &text);
    snapshot::save(cx, &copy)?;
    tags::add(cx, &SNAPSHOT, &copy.id, tags)?;
    Ok(Device { snapshot: copy.id, encrypted, ..d.clone() })
}

fn source(cx: &Cx, region: &str, id: &str) -> Result<Any, Fault> {
    if region == cx.scope.region {
        return image::find(cx, id);
    }
    IMAGE.formed(id)?;
    if kernel::region(region).is_none_or(|r| r.partition != cx.scope.partition) {
        return Err(invalid_value(format!("Invalid region: {region}")));
    }
    let key = (cx.scope.account.clone(), region.to_owned(), id.to_owned());
    match cx.get::<Of<Image>>(&key)? {
        Some(own) => Ok(Any::Stored(Box::new(own))),
        None => catalogue::find(region, id).map(Any::Public).ok_or_else(|| IMAGE.not_found(id)),
    }
}
