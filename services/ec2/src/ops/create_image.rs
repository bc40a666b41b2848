//! `CreateImage`: of an instance, with snapshots of its volumes. Source: EC2 API reference, "CreateImage" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateImageRequest, CreateImageResult};

use crate::err::{self, fault};
use crate::image::{self, Device, IMAGE, Image};
use crate::instance::{self, RUNNING, STOPPED};
use crate::ops::register_image::{devices, name_free};
use crate::resource::on;
use crate::snapshot::{self, SNAPSHOT, Snapshot};
use crate::volume::Volume;
use crate::{id, tags};

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: neither running nor stopped; InvalidAMIName.Duplicate,
/// .Malformed; InvalidBlockDeviceMapping.
pub(crate) fn decide(cx: &mut Cx, i: &CreateImageRequest) -> Result<CreateImageResult, Fault> {
    err::refuse(&[
        ("SnapshotLocation", i.snapshot_location.is_some()),
        ("BootModeOverride", i.boot_mode_override.is_some()),
    ])?;
    let makes = [&IMAGE, &SNAPSHOT];
    let own = tags::specified(i.tag_specifications.as_deref(), &IMAGE, &makes)?;
    let of_snapshots = tags::specified(i.tag_specifications.as_deref(), &SNAPSHOT, &makes)?;
    name_free(cx, &i.name, i.description.as_deref())?;
    let row = instance::living(cx, &i.instance_id)?;
    if row.state(cx) != RUNNING && row.state(cx) != STOPPED {
        return Err(fault("IncorrectState", format!("Instance '{}' is not 'running' or 'stopped'.", row.id)));
    }
    let given = i.block_device_mappings.as_deref().unwrap_or_default();
    let changed = devices(cx, given)?;
    let dropped =
        |name: &str| given.iter().any(|m| m.no_device.is_some() && m.device_name.as_deref() == Some(name));
    let ami = id::fresh(cx, "ami");
    let mut all = changed.clone();
    for v in on::<Volume>(cx, &row.id)? {
        let Some(a) = v.attached.iter().find(|a| a.instance == row.id) else { continue };
        if dropped(&a.device) || changed.iter().any(|d| d.name == a.device) {
            continue;
        }
        let text = format!("Created by CreateImage({}) for {ami}", row.id);
        let s = Snapshot::new(cx, &v.id, v.now(cx).size_gb, v.encrypted, &text);
        snapshot::save(cx, &s)?;
        tags::add(cx, &SNAPSHOT, &s.id, &of_snapshots)?;
        let make = v.now(cx).clone();
        let rated = matches!(make.kind.as_str(), "io1" | "io2" | "gp3");
        all.push(Device {
            name: a.device.clone(),
            snapshot: s.id,
            size_gb: s.size_gb,
            kind: make.kind,
            iops: if rated { make.iops } else { 0 },
            throughput: make.throughput,
            delete_on_termination: a.delete_on_termination,
            encrypted: v.encrypted,
            ..Device::default()
        });
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    let made = Image {
        id: ami,
        owner: cx.scope.account.clone(),
        name: i.name.clone(),
        description: i.description.clone().unwrap_or_default(),
        architecture: row.architecture,
        platform: row.platform,
        root: row.root,
        virtualization: row.virtualization,
        devices: all,
        ena: true,
        sriov: true,
        boot_mode: row.boot_mode,
        imds: if row.metadata.tokens == "required" { "v2.0".to_owned() } else { String::new() },
        created_ms: cx.now_ms,
        ready_ms: crate::vpc::ready_ms(cx, 60_000),
        source_instance: row.id,
        source_image: row.image,
        source_region: cx.scope.region.to_owned(),
        ..Image::default()
    };
    image::save(cx, &made)?;
    tags::add(cx, &IMAGE, &made.id, &own)?;
    Ok(CreateImageResult { image_id: Some(made.id) })
}
