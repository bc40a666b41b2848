//! `CreateSnapshots`: of all volumes of an instance at once. Source: EC2 API reference, "CreateSnapshots" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateSnapshotsRequest, CreateSnapshotsResult, SnapshotInfo};

use crate::err::{self, invalid_parameter, invalid_value};
use crate::instance::{self, Instance};
use crate::resource::on;
use crate::snapshot::{self, SNAPSHOT, Snapshot};
use crate::tags::{self, Tags};
use crate::volume::Volume;

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: terminated; InvalidParameterValue: an excluded volume that isn't
/// a data volume of the instance, or nothing left (texts inferred).
pub(crate) fn decide(cx: &mut Cx, i: &CreateSnapshotsRequest) -> Result<CreateSnapshotsResult, Fault> {
    err::refuse(&[("OutpostArn", i.outpost_arn.is_some()), ("Location", i.location.is_some())])?;
    let given = tags::for_new(i.tag_specifications.as_deref(), &SNAPSHOT)?;
    let copies = match i.copy_tags_from_source.as_deref() {
        None => false,
        Some("volume") => true,
        Some(other) => return Err(invalid_parameter(other, "copyTagsFromSource", "")),
    };
    let row = instance::living(cx, &i.instance_specification.instance_id)?;
    let mut snapshots = Vec::new();
    for v in wanted(cx, i, &row)? {
        let tags = if copies { laid(tags::of(cx, &v.id)?, &given) } else { given.clone() };
        let text = i.description.as_deref().unwrap_or_default();
        let made = Snapshot::new(cx, &v.id, v.now(cx).size_gb, v.encrypted, text);
        snapshot::save(cx, &made)?;
        tags::add(cx, &SNAPSHOT, &made.id, &tags)?;
        let shown = snapshot::show(cx, &made, &tags);
        snapshots.push(SnapshotInfo {
            description: shown.description,
            tags: shown.tags,
            encrypted: shown.encrypted,
            volume_id: shown.volume_id,
            state: Some("pending".to_owned()),
            volume_size: shown.volume_size,
            start_time: shown.start_time,
            progress: Some(String::new()),
            owner_id: shown.owner_id,
            snapshot_id: shown.snapshot_id,
            ..SnapshotInfo::default()
        });
    }
    Ok(CreateSnapshotsResult { snapshots: Some(snapshots) })
}

/// Volumes that aren't excluded, in the order of their devices.
fn wanted(cx: &Cx, i: &CreateSnapshotsRequest, row: &Instance) -> Result<Vec<Volume>, Fault> {
    let spec = &i.instance_specification;
    let device = |v: &Volume| {
        let own = v.attached.iter().find(|a| a.instance == row.id);
        own.map(|a| a.device.clone()).unwrap_or_default()
    };
    let mut all = on::<Volume>(cx, &row.id)?;
    let excluded = spec.exclude_data_volume_ids.as_deref().unwrap_or_default();
    for id in excluded {
        let data = all.iter().any(|v| v.id == *id && device(v) != row.root);
        if !data {
            let text = format!("The volume '{id}' is not a data volume of the instance '{}'", row.id);
            return Err(invalid_value(text));
        }
    }
    all.retain(|v| !excluded.contains(&v.id));
    if spec.exclude_boot_volume == Some(true) {
        all.retain(|v| device(v) != row.root);
    }
    if all.is_empty() {
        return Err(invalid_value(format!("There is no volume of the instance '{}' to snapshot", row.id)));
    }
    all.sort_by_key(device);
    Ok(all)
}

/// A volume's own tags under those of the call.
fn laid(of_volume: Tags, given: &Tags) -> Tags {
    let mut all = given.clone();
    let free = of_volume.into_iter().filter(|(k, _)| !k.starts_with("aws:"));
    all.extend(free.filter(|(k, _)| given.iter().all(|(g, _)| g != k)).collect::<Vec<_>>());
    all.sort();
    all
}
