//! Images under the filters of DescribeImages, and as answers show them.
//! Source: EC2 API reference, "DescribeImages" (2026-11-22).

use kernel::Cx;
use shapes_ec2 as s;

use super::{Any, Device, Image};
use crate::allowed_images::Allowed;
use crate::filter::{Accessor, Probe};
use crate::image_catalogue::{self as catalogue};
use crate::resource::Listed;
use crate::tags::{self, Tags};

fn devices(i: &Any, p: &mut Probe<'_>, show: fn(&Device, &mut Probe<'_>)) {
    i.devices().iter().filter(|d| d.virtual_name.is_empty()).for_each(|d| show(d, p));
}

fn stamp(at_ms: i64) -> String {
    kernel::text::iso_time(at_ms).replace('Z', &format!(".{:03}Z", at_ms.rem_euclid(1_000)))
}

/// Why an image is disabled.
const DISABLED: &str = "Client.UserInitiatedDisable";

impl Listed for Any {
    const FILTERS: &'static [(&'static str, Accessor<Any>)] = &[
        ("architecture", |i, p| p.text(i.architecture())),
        ("block-device-mapping.delete-on-termination", |i, p| {
            devices(i, p, |d, p| p.flag(d.delete_on_termination))
        }),
        ("block-device-mapping.device-name", |i, p| p.each(i.devices().iter().map(|d| d.name.as_str()))),
        ("block-device-mapping.encrypted", |i, p| devices(i, p, |d, p| p.flag(d.encrypted))),
        ("block-device-mapping.snapshot-id", |i, p| devices(i, p, |d, p| p.text(&d.snapshot))),
        ("block-device-mapping.volume-size", |i, p| devices(i, p, |d, p| p.number(d.size_gb))),
        ("block-device-mapping.volume-type", |i, p| devices(i, p, |d, p| p.text(&d.kind))),
        ("creation-date", |i, p| p.text(&stamp(i.created_ms()))),
        ("description", |i, p| p.text(&i.description())),
        ("ena-support", |i, p| p.flag(i.ena())),
        ("free-tier-eligible", |i, p| p.flag(i.alias() == Some("amazon"))),
        ("hypervisor", |_, p| p.text("xen")),
        ("image-allowed", |i, p| {
            let meets = Allowed::read(p.cx).ok().and_then(|w| w.shown(p.cx, i));
            p.flag(meets.unwrap_or(true))
        }),
        ("image-id", |i, p| p.text(&i.id())),
        ("image-type", |_, p| p.text("machine")),
        ("is-public", |i, p| p.flag(i.is_public())),
        ("kernel-id", |_, _| {}),
        ("manifest-location", |i, p| p.text(&i.location())),
        ("name", |i, p| p.text(&i.name())),
        ("owner-alias", |i, p| p.maybe(i.alias())),
        ("owner-id", |i, p| p.text(i.owner())),
        ("platform", |i, p| p.maybe(i.is_windows().then_some("windows"))),
        ("platform-details", |i, p| p.text(i.platform())),
        ("product-code", |_, _| {}),
        ("product-code.type", |_, _| {}),
        ("ramdisk-id", |_, _| {}),
        ("root-device-name", |i, p| p.text(i.root())),
        ("root-device-type", |i, p| p.text(i.root_type())),
        ("source-image-id", |i, p| p.maybe(stored(i, |i| &i.source_image))),
        ("source-image-region", |i, p| p.maybe(stored(i, |i| &i.source_region))),
        ("source-instance-id", |i, p| p.maybe(stored(i, |i| &i.source_instance))),
        ("sriov-net-support", |i, p| p.maybe(i.sriov().then_some("simple"))),
        ("state", |i, p| p.text(i.state(p.cx))),
        ("state-reason-code", |i, p| p.maybe(i.is_disabled().then_some(DISABLED))),
        ("state-reason-message", |_, _| {}),
        ("usage-operation", |i, p| p.text(catalogue::usage_operation(i.platform()))),
        ("virtualization-type", |i, p| p.text(i.virtualization())),
    ];
    fn id(&self) -> &str {
        match self {
            Any::Stored(i) => &i.id,
            Any::Public(i) => i.family.prefix,
        }
    }
}

fn stored(i: &Any, what: fn(&Image) -> &String) -> Option<&str> {
    match i {
        Any::Stored(i) => Some(what(i).as_str()).filter(|t| !t.is_empty()),
        Any::Public(_) => None,
    }
}

/// As answers show a device.
pub(crate) fn show_device(d: &Device) -> s::BlockDeviceMapping {
    let some = |n: i32| Some(n).filter(|n| *n > 0);
    let text = |t: &String| Some(t.clone()).filter(|t| !t.is_empty());
    let ebs = d.virtual_name.is_empty().then(|| s::EbsBlockDevice {
        delete_on_termination: Some(d.delete_on_termination),
        snapshot_id: text(&d.snapshot),
        volume_size: some(d.size_gb),
        volume_type: text(&d.kind),
        encrypted: Some(d.encrypted),
        iops: some(d.iops),
        throughput: some(d.throughput),
        ..s::EbsBlockDevice::default()
    });
    s::BlockDeviceMapping {
        ebs,
        device_name: text(&d.name),
        virtual_name: text(&d.virtual_name),
        no_device: None,
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, i: &Any, tags: &Tags, allowed: &Allowed) -> s::Image {
    let text = |t: Option<&str>| t.map(str::to_owned);
    let reason = i.is_disabled().then(|| s::StateReason { code: Some(DISABLED.to_owned()), message: None });
    let protection = match i {
        Any::Stored(i) if i.owner == cx.scope.account => Some(i.protection.show().to_owned()),
        _ => None,
    };
    s::Image {
        platform_details: Some(i.platform().to_owned()),
        usage_operation: Some(catalogue::usage_operation(i.platform()).to_owned()),
        block_device_mappings: Some(i.devices().iter().map(show_device).collect()),
        description: Some(i.description()).filter(|d| !d.is_empty()),
        ena_support: Some(i.ena()),
        hypervisor: Some("xen".to_owned()),
        image_owner_alias: text(i.alias()),
        name: Some(i.name()),
        root_device_name: Some(i.root().to_owned()),
        root_device_type: Some(i.root_type().to_owned()),
        sriov_net_support: i.sriov().then(|| "simple".to_owned()),
        state_reason: reason,
        tags: tags::shown(tags),
        virtualization_type: Some(i.virtualization().to_owned()),
        boot_mode: text(i.boot_mode()),
        imds_support: text(i.imds()),
        deprecation_time: i.deprecated_ms().map(stamp),
        source_instance_id: text(stored(i, |i| &i.source_instance)),
        source_image_id: text(stored(i, |i| &i.source_image)),
        source_image_region: text(stored(i, |i| &i.source_region)),
        free_tier_eligible: Some(i.alias() == Some("amazon")),
        tpm_support: text(stored(i, |i| &i.tpm)),
        image_allowed: allowed.shown(cx, i),
        deregistration_protection: protection,
        image_id: Some(i.id()),
        image_location: Some(i.location()),
        state: Some(i.state(cx).to_owned()),
        owner_id: Some(i.owner().to_owned()),
        creation_date: Some(stamp(i.created_ms())),
        public: Some(i.is_public()),
        architecture: Some(i.architecture().to_owned()),
        image_type: Some("machine".to_owned()),
        platform: i.is_windows().then(|| "windows".to_owned()),
        ..s::Image::default()
    }
}
