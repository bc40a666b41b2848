//! Spot requests under their filters, and as answers show them.
//! Source: EC2 API reference, "DescribeSpotInstanceRequests", "SpotInstanceRequest" (2026-11-22).

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;

use super::SpotRequest;
use crate::filter::{Accessor, Probe};
use crate::resource::{Listed, get};
use crate::security_group::SecurityGroup;
use crate::tags::{self, Tags};

fn present(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}

fn launch(r: &SpotRequest, p: &mut Probe<'_>, show: fn(&s::RunInstancesRequest, &mut Probe<'_>)) {
    if let Ok(request) = r.request() {
        show(&request, p);
    }
}

fn disks(r: &SpotRequest, p: &mut Probe<'_>, show: fn(&s::BlockDeviceMapping, &mut Probe<'_>)) {
    let request = r.request().unwrap_or_default();
    request.block_device_mappings.iter().flatten().for_each(|m| show(m, p));
}

fn nets(
    r: &SpotRequest,
    p: &mut Probe<'_>,
    show: fn(&s::InstanceNetworkInterfaceSpecification, &mut Probe<'_>),
) {
    let request = r.request().unwrap_or_default();
    request.network_interfaces.iter().flatten().for_each(|n| show(n, p));
}

fn time(at_ms: i64, p: &mut Probe<'_>) {
    if at_ms > 0 {
        p.time(at_ms);
    }
}

impl Listed for SpotRequest {
    const FILTERS: &'static [(&'static str, Accessor<SpotRequest>)] = &[
        ("availability-zone-group", |r, p| p.maybe(present(&r.zone_group))),
        ("create-time", |r, p| p.time(r.created_ms)),
        ("fault-code", |_, _| {}),
        ("fault-message", |_, _| {}),
        ("instance-id", |r, p| p.maybe(present(&r.instance))),
        ("launch-group", |r, p| p.maybe(present(&r.launch_group))),
        ("launch.block-device-mapping.delete-on-termination", |r, p| {
            disks(r, p, |m, p| {
                m.ebs.as_ref().and_then(|e| e.delete_on_termination).into_iter().for_each(|on| p.flag(on));
            });
        }),
        ("launch.block-device-mapping.device-name", |r, p| {
            disks(r, p, |m, p| p.maybe(m.device_name.as_deref()));
        }),
        ("launch.block-device-mapping.snapshot-id", |r, p| {
            disks(r, p, |m, p| p.maybe(m.ebs.as_ref().and_then(|e| e.snapshot_id.as_deref())));
        }),
        ("launch.block-device-mapping.volume-size", |r, p| {
            disks(r, p, |m, p| {
                m.ebs.as_ref().and_then(|e| e.volume_size).into_iter().for_each(|n| p.number(n));
            });
        }),
        ("launch.block-device-mapping.volume-type", |r, p| {
            disks(r, p, |m, p| p.maybe(m.ebs.as_ref().and_then(|e| e.volume_type.as_deref())));
        }),
        ("launch.group-id", |r, p| {
            launch(r, p, |i, p| p.each(i.security_group_ids.iter().flatten().map(String::as_str)));
        }),
        ("launch.group-name", |r, p| {
            launch(r, p, |i, p| groups(p.cx, i).iter().for_each(|g| p.maybe(g.group_name.as_deref())));
        }),
        ("launch.image-id", |r, p| launch(r, p, |i, p| p.maybe(i.image_id.as_deref()))),
        ("launch.instance-type", |r, p| launch(r, p, |i, p| p.maybe(i.instance_type.as_deref()))),
        ("launch.kernel-id", |_, _| {}),
        ("launch.key-name", |r, p| launch(r, p, |i, p| p.maybe(i.key_name.as_deref()))),
        ("launch.monitoring-enabled", |r, p| {
            launch(r, p, |i, p| p.flag(i.monitoring.as_ref().is_some_and(|m| m.enabled)));
        }),
        ("launch.ramdisk-id", |_, _| {}),
        ("launched-availability-zone", |r, p| p.maybe(present(&r.zone))),
        ("launched-availability-zone-id", |r, p| p.maybe(present(&r.zone_id))),
        ("network-interface.addresses.primary", |r, p| {
            nets(r, p, |n, p| {
                let all = n.private_ip_addresses.iter().flatten();
                all.for_each(|a| p.flag(a.primary == Some(true)));
            });
        }),
        ("network-interface.delete-on-termination", |r, p| {
            nets(r, p, |n, p| n.delete_on_termination.into_iter().for_each(|on| p.flag(on)));
        }),
        ("network-interface.description", |r, p| nets(r, p, |n, p| p.maybe(n.description.as_deref()))),
        ("network-interface.device-index", |r, p| {
            nets(r, p, |n, p| n.device_index.into_iter().for_each(|i| p.number(i)));
        }),
        ("network-interface.group-id", |r, p| {
            nets(r, p, |n, p| p.each(n.groups.iter().flatten().map(String::as_str)));
        }),
        ("network-interface.network-interface-id", |r, p| {
            nets(r, p, |n, p| p.maybe(n.network_interface_id.as_deref()));
        }),
        ("network-interface.private-ip-address", |r, p| {
            nets(r, p, |n, p| p.maybe(n.private_ip_address.as_deref()));
        }),
        ("network-interface.subnet-id", |r, p| nets(r, p, |n, p| p.maybe(n.subnet_id.as_deref()))),
        ("product-description", |_, p| p.text("Linux/UNIX")),
        ("spot-instance-request-id", |r, p| p.text(&r.id)),
        ("spot-price", |r, p| p.text(&r.price)),
        ("state", |r, p| p.text(&r.state)),
        ("status-code", |r, p| p.text(&r.status)),
        ("status-message", |r, p| p.text(message(&r.status))),
        ("type", |r, p| p.text(kind(r))),
        ("valid-from", |r, p| time(r.from_ms, p)),
        ("valid-until", |r, p| time(r.until_ms, p)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

fn kind(r: &SpotRequest) -> &'static str {
    if r.persistent { "persistent" } else { "one-time" }
}

/// What a status says, in our words where AWS's aren't documented.
fn message(status: &str) -> &'static str {
    match status {
        "pending-evaluation" => "Your Spot request has been submitted for review, and is pending evaluation.",
        "fulfilled" => "Your Spot request is fulfilled.",
        "price-too-low" => {
            "Your Spot request price is lower than the minimum required Spot request fulfillment price."
        }
        "not-scheduled-yet" => "Your Spot request is not scheduled for evaluation yet.",
        "schedule-expired" => "Your Spot request has expired before it was fulfilled.",
        "constraint-not-fulfillable" => {
            "Your Spot request cannot be fulfilled due to one or more constraints."
        }
        "canceled-before-fulfillment" => "Your Spot request was canceled before it was fulfilled.",
        "request-canceled-and-instance-running" => {
            "Your Spot request is canceled, but your instance is still running."
        }
        "instance-terminated-by-user" => "Your Spot Instance was terminated by user-initiated action.",
        "instance-stopped-by-user" => "Your Spot Instance was stopped by user-initiated action.",
        "instance-terminated-by-price" => "Your Spot Instance was terminated because your price was too low.",
        "instance-stopped-by-price" => "Your Spot Instance was stopped because your price was too low.",
        _ => "",
    }
}

fn groups(cx: &Cx, i: &s::RunInstancesRequest) -> Vec<s::GroupIdentifier> {
    let ids = i.security_group_ids.iter().flatten();
    let one = |id: &String| s::GroupIdentifier {
        group_id: Some(id.clone()),
        group_name: get::<SecurityGroup>(cx, id).ok().flatten().map(|g| g.name),
    };
    ids.map(one).collect()
}

fn specification(cx: &Cx, i: s::RunInstancesRequest) -> s::LaunchSpecification {
    let security_groups = Some(groups(cx, &i)).filter(|g| !g.is_empty());
    let placement = i.placement.map(|p| s::SpotPlacement {
        availability_zone: p.availability_zone,
        group_name: p.group_name,
        tenancy: p.tenancy,
        ..s::SpotPlacement::default()
    });
    s::LaunchSpecification {
        user_data: i.user_data,
        block_device_mappings: i.block_device_mappings,
        ebs_optimized: i.ebs_optimized,
        iam_instance_profile: i.iam_instance_profile,
        image_id: i.image_id,
        instance_type: i.instance_type,
        key_name: i.key_name,
        network_interfaces: i.network_interfaces,
        placement,
        subnet_id: i.subnet_id,
        security_groups,
        monitoring: i.monitoring,
        ..s::LaunchSpecification::default()
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, r: &SpotRequest, tags: &Tags) -> Result<s::SpotInstanceRequest, Fault> {
    let text = |t: &str| present(t).map(str::to_owned);
    let time = |epoch_ms: i64| (epoch_ms > 0).then_some(Timestamp { epoch_ms });
    Ok(s::SpotInstanceRequest {
        availability_zone_group: text(&r.zone_group),
        create_time: time(r.created_ms),
        instance_id: text(&r.instance),
        launch_group: text(&r.launch_group),
        launch_specification: Some(specification(cx, r.request()?)),
        launched_availability_zone: text(&r.zone),
        launched_availability_zone_id: text(&r.zone_id),
        product_description: text("Linux/UNIX"),
        spot_instance_request_id: text(&r.id),
        spot_price: text(&r.price),
        state: text(&r.state),
        status: Some(s::SpotInstanceStatus {
            code: text(&r.status),
            message: text(message(&r.status)),
            update_time: time(r.status_ms),
        }),
        tags: tags::shown(tags),
        type_: text(kind(r)),
        valid_from: time(r.from_ms),
        valid_until: time(r.until_ms),
        instance_interruption_behavior: text(&r.behaviour),
        ..s::SpotInstanceRequest::default()
    })
}
