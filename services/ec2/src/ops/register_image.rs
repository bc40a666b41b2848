//! `RegisterImage`: an image out of snapshots. Source: EC2 API reference, "RegisterImage" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{BlockDeviceMapping, RegisterImageRequest, RegisterImageResult};

use crate::err::{self, fault, invalid_parameter, invalid_value, missing};
use crate::image::{self, Device, IMAGE, Image};
use crate::resource::by_link;
use crate::{id, snapshot, tags, volume};

/// Errors: InvalidAMIName.Duplicate; InvalidAMIName.Malformed; MissingParameter: root device, snapshot;
/// InvalidParameterValue; InvalidSnapshot.NotFound; InvalidBlockDeviceMapping.
pub(crate) fn decide(cx: &mut Cx, i: &RegisterImageRequest) -> Result<RegisterImageResult, Fault> {
    err::refuse(&[
        ("BillingProducts", i.billing_products.is_some()),
        ("UefiData", i.uefi_data.is_some()),
        ("KernelId", i.kernel_id.is_some()),
        ("RamdiskId", i.ramdisk_id.is_some()),
    ])?;
    if let Some(other) = i.sriov_net_support.as_deref().filter(|s| *s != "simple") {
        return Err(invalid_parameter(other, "sriovNetSupport", ""));
    }
    let tags = tags::for_new(i.tag_specifications.as_deref(), &IMAGE)?;
    name_free(cx, &i.name, i.description.as_deref())?;
    let virtualization = i.virtualization_type.as_deref().unwrap_or("paravirtual");
    if !["paravirtual", "hvm"].contains(&virtualization) {
        return Err(invalid_parameter(virtualization, "virtualizationType", ""));
    }
    let devices = devices(cx, i.block_device_mappings.as_deref().unwrap_or_default())?;
    if i.image_location.is_none() && i.root_device_name.is_none() {
        return Err(missing("rootDeviceName"));
    }
    let root = i.root_device_name.clone().unwrap_or_else(|| "/dev/sda1".to_owned());
    if i.image_location.is_none() && !devices.iter().any(|d| d.name == root && !d.snapshot.is_empty()) {
        let text = format!("The request must contain a snapshot for the root device {root}");
        return Err(fault("InvalidBlockDeviceMapping", text));
    }
    let row = Image {
        id: id::fresh(cx, "ami"),
        owner: cx.scope.account.clone(),
        name: i.name.clone(),
        description: i.description.clone().unwrap_or_default(),
        architecture: i.architecture.clone().unwrap_or_else(|| "i386".to_owned()),
        platform: "Linux/UNIX".to_owned(),
        root,
        virtualization: virtualization.to_owned(),
        devices,
        ena: i.ena_support == Some(true),
        sriov: i.sriov_net_support.as_deref() == Some("simple"),
        boot_mode: i.boot_mode.clone().unwrap_or_default(),
        imds: i.imds_support.clone().unwrap_or_default(),
        tpm: i.tpm_support.clone().unwrap_or_default(),
        location: i.image_location.clone().unwrap_or_default(),
        created_ms: cx.now_ms,
        ready_ms: cx.now_ms,
        ..Image::default()
    };
    image::save(cx, &row)?;
    tags::add(cx, &IMAGE, &row.id, &tags)?;
    Ok(RegisterImageResult { image_id: Some(row.id) })
}

/// Refuses a name of the wrong form, one that the account has already, and a description that is too long.
pub(crate) fn name_free(cx: &Cx, name: &str, description: Option<&str>) -> Result<(), Fault> {
    if description.is_some_and(|d| d.chars().count() > 255) {
        return Err(invalid_value("A description has up to 255 characters."));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || " ()[]./-'@_".contains(c);
    if !(3..=128).contains(&name.chars().count()) || !name.chars().all(fits) {
        let text = "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'";
        return Err(fault("InvalidAMIName.Malformed", text));
    }
    if let Some(other) = by_link::<Image>(cx, &image::name_link(name))? {
        let text = format!("AMI name {name} is already in use by AMI {}", other.id);
        return Err(fault("InvalidAMIName.Duplicate", text));
    }
    Ok(())
}

/// Devices out of a request that makes an image.
pub(crate) fn devices(cx: &Cx, given: &[BlockDeviceMapping]) -> Result<Vec<Device>, Fault> {
    let mut all: Vec<Device> = Vec::new();
    for m in given.iter().filter(|m| m.no_device.is_none()) {
        let name = m.device_name.clone().ok_or_else(|| missing("deviceName"))?;
        if all.iter().any(|d| d.name == name) {
            return Err(fault("InvalidBlockDeviceMapping", format!("Duplicate device name {name}")));
        }
        let Some(e) = &m.ebs else {
            all.push(Device {
                name,
                virtual_name: m.virtual_name.clone().unwrap_or_default(),
                ..Device::default()
            });
            continue;
        };
        volume::plain(e)?;
        let from = e.snapshot_id.as_deref().map(|id| snapshot::find(cx, id)).transpose()?;
        let size = e.volume_size.or(from.as_ref().map(|s| s.size_gb)).ok_or_else(|| missing("volumeSize"))?;
        if from.as_ref().is_some_and(|s| size < s.size_gb) {
            return Err(invalid_value(format!("Volume of size {size}GB is smaller than its snapshot")));
        }
        let make =
            volume::checked(e.volume_type.as_deref().unwrap_or("gp2"), size, e.iops, e.throughput, false)?;
        all.push(Device {
            name,
            size_gb: size,
            kind: make.kind,
            delete_on_termination: e.delete_on_termination != Some(false),
            encrypted: e.encrypted == Some(true) || from.as_ref().is_some_and(|s| s.encrypted),
            snapshot: from.map(|s| s.id).unwrap_or_default(),
            iops: e.iops.unwrap_or(0),
            throughput: e.throughput.unwrap_or(0),
            virtual_name: String::new(),
        });
    }
    Ok(all)
}
