//! Instances under their filters, and as answers show them. Source: EC2 API reference, "DescribeInstances" (2026-11-22).

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;

use super::{Instance, show_state};
use crate::elastic_ip;
use crate::filter::{Accessor, Probe};
use crate::iam_profile::{self, Association};
use crate::image_catalogue::usage_operation;
use crate::network_interface::{self, NetworkInterface};
use crate::resource::{Listed, get, on};
use crate::security_group::SecurityGroup;
use crate::tags::{self, Tags};
use crate::volume::{Attached, Volume};
use crate::vpc::Vpc;

/// Its network interfaces, by their places.
pub(crate) fn interfaces(cx: &Cx, i: &Instance) -> Result<Vec<NetworkInterface>, Fault> {
    let mut all = on::<NetworkInterface>(cx, &i.id)?;
    all.retain(|n| n.attachment.as_ref().is_some_and(|a| a.instance == i.id));
    all.sort_by_key(|n| n.attachment.as_ref().map(|a| (a.network_card_index, a.device_index)));
    Ok(all)
}

fn nets(i: &Instance, p: &mut Probe<'_>, show: fn(&NetworkInterface, &mut Probe<'_>)) {
    interfaces(p.cx, i).unwrap_or_default().iter().for_each(|n| show(n, p));
}

fn shown_nets(i: &Instance, p: &mut Probe<'_>, show: fn(&s::NetworkInterface, &mut Probe<'_>)) {
    for n in interfaces(p.cx, i).unwrap_or_default() {
        if let Ok(n) = network_interface::show(p.cx, &n, &Tags::new()) {
            show(&n, p);
        }
    }
}

fn disks(i: &Instance, p: &mut Probe<'_>, show: fn(&Volume, &Attached, &mut Probe<'_>)) {
    for v in on::<Volume>(p.cx, &i.id).unwrap_or_default() {
        v.attached.iter().filter(|a| a.instance == i.id).for_each(|a| show(&v, a, p));
    }
}

fn profile(i: &Instance, p: &mut Probe<'_>, show: fn(&Association, &mut Probe<'_>)) {
    iam_profile::of(p.cx, &i.id).ok().flatten().iter().for_each(|a| show(a, p));
}

fn group_names(n: &NetworkInterface, p: &mut Probe<'_>) {
    for id in &n.groups {
        let group = get::<SecurityGroup>(p.cx, id).ok().flatten();
        p.maybe(group.as_ref().map(|g| g.name.as_str()));
    }
}

fn present(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}

fn zone_record(i: &Instance) -> &'static str {
    if i.resource_names { "resource-name" } else { "ip-name" }
}

impl Listed for Instance {
    const FILTERS: &'static [(&'static str, Accessor<Instance>)] = &[
        ("affinity", |i, p| p.maybe(present(&i.placed.affinity))),
        ("architecture", |i, p| p.text(&i.architecture)),
        ("availability-zone", |i, p| p.text(&i.zone)),
        ("availability-zone-id", |i, p| p.text(&i.zone_id)),
        ("block-device-mapping.attach-time", |i, p| disks(i, p, |_, a, p| p.time(a.at_ms))),
        ("block-device-mapping.delete-on-termination", |i, p| {
            disks(i, p, |_, a, p| p.flag(a.delete_on_termination));
        }),
        ("block-device-mapping.device-name", |i, p| disks(i, p, |_, a, p| p.text(&a.device))),
        ("block-device-mapping.status", |i, p| disks(i, p, |_, _, p| p.text("attached"))),
        ("block-device-mapping.volume-id", |i, p| disks(i, p, |v, _, p| p.text(&v.id))),
        ("boot-mode", |i, p| p.maybe(present(&i.boot_mode))),
        ("capacity-reservation-id", |i, p| p.maybe(present(&i.reserved.used))),
        ("client-token", |i, p| p.text(&i.client_token)),
        ("current-instance-boot-mode", |i, p| p.text(boot_mode(i))),
        ("dns-name", |i, p| p.text(&public_dns(p.cx, i))),
        ("ebs-optimized", |i, p| p.flag(i.ebs_optimized)),
        ("ena-support", |_, p| p.flag(true)),
        ("enclave-options.enabled", |_, p| p.flag(false)),
        ("group-id", |i, p| nets(i, p, |n, p| p.each(n.groups.iter().map(String::as_str)))),
        ("group-name", |i, p| nets(i, p, group_names)),
        ("hibernation-options.configured", |i, p| p.flag(i.hibernates)),
        ("host-id", |i, p| p.maybe(present(&i.placed.host))),
        ("hypervisor", |_, p| p.text("xen")),
        ("iam-instance-profile.arn", |i, p| profile(i, p, |a, p| p.text(&a.arn))),
        ("iam-instance-profile.id", |i, p| profile(i, p, |a, p| p.text(&a.profile_id))),
        ("iam-instance-profile.name", |i, p| {
            profile(i, p, |a, p| p.maybe(a.arn.rsplit('/').next()));
        }),
        ("image-id", |i, p| p.text(&i.image)),
        ("instance-id", |i, p| p.text(&i.id)),
        ("instance-lifecycle", |i, p| p.maybe(present(&i.spot).map(|_| "spot"))),
        ("instance-state-code", |i, p| p.number(i.state(p.cx).0)),
        ("instance-state-name", |i, p| p.text(i.state(p.cx).1)),
        ("instance-type", |i, p| p.text(&i.kind)),
        ("instance.group-id", |i, p| nets(i, p, |n, p| p.each(n.groups.iter().map(String::as_str)))),
        ("instance.group-name", |i, p| nets(i, p, group_names)),
        ("ip-address", |i, p| p.maybe(public_ip(p.cx, i).as_deref())),
        ("ipv6-address", |i, p| nets(i, p, |n, p| p.each(n.ipv6.iter().map(String::as_str)))),
        ("kernel-id", |_, _| {}),
        ("key-name", |i, p| p.maybe(present(&i.key_name))),
        ("launch-index", |i, p| p.number(i.launch_index)),
        ("launch-time", |i, p| p.time(i.launched_ms)),
        ("maintenance-options.auto-recovery", |i, p| p.text(&i.recovery)),
        ("metadata-options.http-endpoint", |i, p| p.text(&i.metadata.endpoint)),
        ("metadata-options.http-protocol-ipv4", |i, p| p.text(&i.metadata.endpoint)),
        ("metadata-options.http-protocol-ipv6", |i, p| p.text(&i.metadata.ipv6)),
        ("metadata-options.http-put-response-hop-limit", |i, p| p.number(i.metadata.hops)),
        ("metadata-options.http-tokens", |i, p| p.text(&i.metadata.tokens)),
        ("metadata-options.instance-metadata-tags", |i, p| p.text(&i.metadata.tags)),
        ("monitoring-state", |i, p| p.text(if i.monitored { "enabled" } else { "disabled" })),
        ("network-interface.addresses.association.allocation-id", |i, p| {
            shown_nets(i, p, |n, p| p.maybe(n.association.as_ref().and_then(|a| a.allocation_id.as_deref())));
        }),
        ("network-interface.addresses.association.association-id", |i, p| {
            shown_nets(i, p, |n, p| {
                p.maybe(n.association.as_ref().and_then(|a| a.association_id.as_deref()))
            });
        }),
        ("network-interface.addresses.association.ip-owner-id", |i, p| {
            shown_nets(i, p, |n, p| p.maybe(n.association.as_ref().and_then(|a| a.ip_owner_id.as_deref())));
        }),
        ("network-interface.addresses.association.public-ip", |i, p| p.maybe(public_ip(p.cx, i).as_deref())),
        ("network-interface.addresses.primary", |i, p| {
            nets(i, p, |n, p| (0..n.ipv4.len()).for_each(|at| p.flag(at == 0)));
        }),
        ("network-interface.addresses.private-ip-address", |i, p| {
            nets(i, p, |n, p| p.each(n.ipv4.iter().map(String::as_str)));
        }),
        ("network-interface.association.allocation-id", |i, p| {
            shown_nets(i, p, |n, p| p.maybe(n.association.as_ref().and_then(|a| a.allocation_id.as_deref())));
        }),
        ("network-interface.association.association-id", |i, p| {
            shown_nets(i, p, |n, p| {
                p.maybe(n.association.as_ref().and_then(|a| a.association_id.as_deref()))
            });
        }),
        ("network-interface.association.ip-owner-id", |i, p| {
            shown_nets(i, p, |n, p| p.maybe(n.association.as_ref().and_then(|a| a.ip_owner_id.as_deref())));
        }),
        ("network-interface.association.public-ip", |i, p| p.maybe(public_ip(p.cx, i).as_deref())),
        ("network-interface.attachment.attach-time", |i, p| {
            nets(i, p, |n, p| n.attachment.iter().for_each(|a| p.time(a.attached_ms)));
        }),
        ("network-interface.attachment.attachment-id", |i, p| {
            nets(i, p, |n, p| n.attachment.iter().for_each(|a| p.text(&a.id)));
        }),
        ("network-interface.attachment.delete-on-termination", |i, p| {
            nets(i, p, |n, p| n.attachment.iter().for_each(|a| p.flag(a.delete_on_termination)));
        }),
        ("network-interface.attachment.device-index", |i, p| {
            nets(i, p, |n, p| n.attachment.iter().for_each(|a| p.number(a.device_index)));
        }),
        ("network-interface.attachment.instance-id", |i, p| p.text(&i.id)),
        ("network-interface.attachment.instance-owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("network-interface.attachment.status", |i, p| nets(i, p, |_, p| p.text("attached"))),
        ("network-interface.availability-zone", |i, p| nets(i, p, |n, p| p.text(&n.zone))),
        ("network-interface.description", |i, p| nets(i, p, |n, p| p.text(&n.description))),
        ("network-interface.group-id", |i, p| {
            nets(i, p, |n, p| p.each(n.groups.iter().map(String::as_str)));
        }),
        ("network-interface.group-name", |i, p| nets(i, p, group_names)),
        ("network-interface.ipv6-addresses.ipv6-address", |i, p| {
            nets(i, p, |n, p| p.each(n.ipv6.iter().map(String::as_str)));
        }),
        ("network-interface.mac-address", |i, p| nets(i, p, |n, p| p.text(&n.mac))),
        ("network-interface.network-interface-id", |i, p| nets(i, p, |n, p| p.text(&n.id))),
        ("network-interface.owner-id", |i, p| nets(i, p, |_, p| p.text(&p.cx.scope.account))),
        ("network-interface.private-dns-name", |i, p| {
            shown_nets(i, p, |n, p| p.maybe(n.private_dns_name.as_deref()));
        }),
        ("network-interface.requester-id", |_, _| {}),
        ("network-interface.requester-managed", |i, p| nets(i, p, |n, p| p.flag(!n.manager.is_empty()))),
        ("network-interface.source-dest-check", |i, p| nets(i, p, |n, p| p.flag(!n.skips_check))),
        ("network-interface.status", |i, p| nets(i, p, |_, p| p.text("in-use"))),
        ("network-interface.subnet-id", |i, p| nets(i, p, |n, p| p.text(&n.subnet))),
        ("network-interface.vpc-id", |i, p| nets(i, p, |n, p| p.text(&n.vpc))),
        ("outpost-arn", |_, _| {}),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("placement-group-name", |i, p| p.maybe(present(&i.placed.group))),
        ("placement-partition-number", |i, p| {
            Some(i.placed.partition).filter(|n| *n > 0).into_iter().for_each(|n| p.number(n));
        }),
        ("platform", |i, p| p.maybe(i.platform.starts_with("Windows").then_some("windows"))),
        ("platform-details", |i, p| p.text(&i.platform)),
        ("private-dns-name", |i, p| p.text(&private_dns(p.cx, i))),
        ("private-dns-name-options.enable-resource-name-dns-a-record", |i, p| p.flag(i.dns_a_record)),
        ("private-dns-name-options.enable-resource-name-dns-aaaa-record", |i, p| p.flag(i.dns_aaaa_record)),
        ("private-dns-name-options.hostname-type", |i, p| p.text(zone_record(i))),
        ("private-ip-address", |i, p| nets(i, p, |n, p| p.text(n.primary()))),
        ("product-code", |_, _| {}),
        ("product-code.type", |_, _| {}),
        ("ramdisk-id", |_, _| {}),
        ("reason", |i, p| p.text(&i.transition)),
        ("requester-id", |_, _| {}),
        ("reservation-id", |i, p| p.text(&i.reservation)),
        ("root-device-name", |i, p| p.text(&i.root)),
        ("root-device-type", |_, p| p.text("ebs")),
        ("source-dest-check", |i, p| nets(i, p, |n, p| p.flag(!n.skips_check))),
        ("spot-instance-request-id", |i, p| p.maybe(present(&i.spot))),
        ("state-reason-code", |i, p| p.maybe(present(&i.reason_code))),
        ("state-reason-message", |i, p| p.maybe(present(&i.reason))),
        ("subnet-id", |i, p| p.maybe(present(&i.subnet))),
        ("tenancy", |i, p| p.text(&i.tenancy)),
        ("tpm-support", |_, _| {}),
        ("usage-operation", |i, p| p.text(usage_operation(&i.platform))),
        ("usage-operation-update-time", |i, p| p.time(i.launched_ms)),
        ("virtualization-type", |i, p| p.text(&i.virtualization)),
        ("vpc-id", |i, p| p.maybe(present(&i.vpc))),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

fn boot_mode(i: &Instance) -> &'static str {
    if i.boot_mode.starts_with("uefi") { "uefi" } else { "legacy-bios" }
}

/// Its public address: an Elastic IP's, or one assigned by itself.
fn public_ip(cx: &Cx, i: &Instance) -> Option<String> {
    let first = interfaces(cx, i).ok()?.into_iter().next()?;
    let all = network_interface::public(cx, &first).ok()?;
    all.into_iter().find(|a| a.private_ip == first.primary()).map(|a| a.ip)
}

fn public_dns(cx: &Cx, i: &Instance) -> String {
    let names = get::<Vpc>(cx, &i.vpc).ok().flatten().is_some_and(|v| v.dns_hostnames && v.dns_support);
    let ip = public_ip(cx, i).filter(|_| names);
    ip.map(|ip| elastic_ip::public_dns(cx.scope.region, &ip)).unwrap_or_default()
}

fn private_dns(cx: &Cx, i: &Instance) -> String {
    let domain = match cx.scope.region {
        "us-east-1" => "ec2.internal".to_owned(),
        region => format!("{region}.compute.internal"),
    };
    match interfaces(cx, i).ok().and_then(|all| all.into_iter().next()) {
        None => String::new(),
        Some(_) if i.resource_names => format!("{}.{domain}", i.id),
        Some(n) if n.ipv4.is_empty() => format!("{}.{domain}", i.id),
        Some(n) => format!("ip-{}.{domain}", n.primary().replace('.', "-")),
    }
}

/// As answers show its options of the metadata service.
pub(crate) fn show_metadata(m: &super::Metadata) -> s::InstanceMetadataOptionsResponse {
    s::InstanceMetadataOptionsResponse {
        state: Some("applied".to_owned()),
        http_tokens: Some(m.tokens.clone()),
        http_put_response_hop_limit: Some(m.hops),
        http_endpoint: Some(m.endpoint.clone()),
        http_protocol_ipv6: Some(m.ipv6.clone()),
        instance_metadata_tags: Some(m.tags.clone()),
    }
}

/// As answers show its volumes.
pub(crate) fn show_devices(cx: &Cx, i: &Instance) -> Result<Vec<s::InstanceBlockDeviceMapping>, Fault> {
    let mut all = Vec::new();
    for v in on::<Volume>(cx, &i.id)? {
        all.extend(v.attached.iter().filter(|a| a.instance == i.id).map(|a| s::InstanceBlockDeviceMapping {
            device_name: Some(a.device.clone()),
            ebs: Some(s::EbsInstanceBlockDevice {
                attach_time: Some(Timestamp { epoch_ms: a.at_ms }),
                delete_on_termination: Some(a.delete_on_termination),
                status: Some("attached".to_owned()),
                volume_id: Some(v.id.clone()),
                ..s::EbsInstanceBlockDevice::default()
            }),
        }));
    }
    all.sort_by(|a, b| a.device_name.cmp(&b.device_name));
    Ok(all)
}

fn show_interface(cx: &Cx, n: &NetworkInterface) -> Result<s::InstanceNetworkInterface, Fault> {
    let shown = network_interface::show(cx, n, &Tags::new())?;
    let own = |a: s::NetworkInterfaceAssociation| s::InstanceNetworkInterfaceAssociation {
        ip_owner_id: a.ip_owner_id,
        public_dns_name: a.public_dns_name,
        public_ip: a.public_ip,
        ..s::InstanceNetworkInterfaceAssociation::default()
    };
    let addresses =
        shown.private_ip_addresses.unwrap_or_default().into_iter().map(|a| s::InstancePrivateIpAddress {
            association: a.association.map(own),
            primary: a.primary,
            private_dns_name: a.private_dns_name,
            private_ip_address: a.private_ip_address,
        });
    let ipv6 = |a: s::NetworkInterfaceIpv6Address| s::InstanceIpv6Address {
        ipv6_address: a.ipv6_address,
        is_primary_ipv6: a.is_primary_ipv6,
    };
    Ok(s::InstanceNetworkInterface {
        association: shown.association.map(own),
        attachment: n.attachment.as_ref().map(|a| s::InstanceNetworkInterfaceAttachment {
            attach_time: Some(Timestamp { epoch_ms: a.attached_ms }),
            attachment_id: Some(a.id.clone()),
            delete_on_termination: Some(a.delete_on_termination),
            device_index: Some(a.device_index),
            status: Some("attached".to_owned()),
            network_card_index: Some(a.network_card_index),
            ..s::InstanceNetworkInterfaceAttachment::default()
        }),
        description: shown.description,
        groups: shown.groups,
        ipv6_addresses: Some(shown.ipv6_addresses.unwrap_or_default().into_iter().map(ipv6).collect()),
        mac_address: shown.mac_address,
        network_interface_id: shown.network_interface_id,
        owner_id: shown.owner_id,
        private_dns_name: shown.private_dns_name,
        private_ip_address: shown.private_ip_address,
        private_ip_addresses: Some(addresses.collect()),
        source_dest_check: shown.source_dest_check,
        status: shown.status,
        subnet_id: shown.subnet_id,
        vpc_id: shown.vpc_id,
        interface_type: shown.interface_type,
        ..s::InstanceNetworkInterface::default()
    })
}

fn show_dns(i: &Instance) -> s::PrivateDnsNameOptionsResponse {
    s::PrivateDnsNameOptionsResponse {
        hostname_type: Some(zone_record(i).to_owned()),
        enable_resource_name_dns_a_record: Some(i.dns_a_record),
        enable_resource_name_dns_aaaa_record: Some(i.dns_aaaa_record),
    }
}

fn show_placement(i: &Instance) -> s::Placement {
    s::Placement {
        availability_zone: Some(i.zone.clone()),
        availability_zone_id: Some(i.zone_id.clone()),
        group_name: Some(i.placed.group.clone()),
        group_id: present(&i.placed.group_id).map(str::to_owned),
        partition_number: Some(i.placed.partition).filter(|n| *n > 0),
        host_id: present(&i.placed.host).map(str::to_owned),
        affinity: present(&i.placed.affinity).map(str::to_owned),
        tenancy: Some(i.tenancy.clone()),
        ..s::Placement::default()
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, i: &Instance, tags: &Tags) -> Result<s::Instance, Fault> {
    let nets = interfaces(cx, i)?;
    let first = nets.first();
    let text = |t: &str| present(t).map(str::to_owned);
    let groups = first.map(|n| network_interface::show_groups(cx, n)).transpose()?.unwrap_or_default();
    let reason = present(&i.reason_code)
        .map(|c| s::StateReason { code: Some(c.to_owned()), message: Some(i.reason.clone()) });
    Ok(s::Instance {
        architecture: Some(i.architecture.clone()),
        block_device_mappings: Some(show_devices(cx, i)?),
        client_token: Some(i.client_token.clone()),
        ebs_optimized: Some(i.ebs_optimized),
        ena_support: Some(true),
        hypervisor: Some("xen".to_owned()),
        network_interfaces: Some(nets.iter().map(|n| show_interface(cx, n)).collect::<Result<_, _>>()?),
        root_device_name: Some(i.root.clone()),
        root_device_type: Some("ebs".to_owned()),
        security_groups: Some(groups),
        source_dest_check: first.map(|n| !n.skips_check),
        state_reason: reason,
        tags: tags::shown(tags),
        virtualization_type: Some(i.virtualization.clone()),
        cpu_options: Some(s::CpuOptions {
            core_count: Some(i.cores),
            threads_per_core: Some(i.threads),
            ..s::CpuOptions::default()
        }),
        instance_lifecycle: text(&i.spot).map(|_| "spot".to_owned()),
        spot_instance_request_id: text(&i.spot),
        capacity_reservation_id: text(&i.reserved.used),
        capacity_reservation_specification: Some(i.reserved.show()),
        hibernation_options: Some(s::HibernationOptions { configured: Some(i.hibernates) }),
        metadata_options: Some(show_metadata(&i.metadata)),
        enclave_options: Some(s::EnclaveOptions { enabled: Some(false) }),
        boot_mode: text(&i.boot_mode),
        platform_details: Some(i.platform.clone()),
        usage_operation: Some(usage_operation(&i.platform).to_owned()),
        usage_operation_update_time: Some(Timestamp { epoch_ms: i.launched_ms }),
        private_dns_name_options: Some(show_dns(i)),
        ipv6_address: first.and_then(|n| n.ipv6.first().cloned()),
        maintenance_options: Some(s::InstanceMaintenanceOptions {
            auto_recovery: text(&i.recovery),
            reboot_migration: Some(text(&i.migration).unwrap_or_else(|| "default".to_owned())),
        }),
        current_instance_boot_mode: Some(boot_mode(i).to_owned()),
        instance_id: Some(i.id.clone()),
        image_id: Some(i.image.clone()),
        state: Some(show_state(i.state(cx))),
        private_dns_name: Some(private_dns(cx, i)),
        public_dns_name: Some(public_dns(cx, i)),
        state_transition_reason: Some(i.transition.clone()),
        key_name: text(&i.key_name),
        iam_instance_profile: iam_profile::of(cx, &i.id)?.as_ref().map(iam_profile::show_profile),
        ami_launch_index: Some(i.launch_index),
        product_codes: Some(Vec::new()),
        instance_type: Some(i.kind.clone()),
        launch_time: Some(Timestamp { epoch_ms: i.launched_ms }),
        placement: Some(show_placement(i)),
        platform: i.platform.starts_with("Windows").then(|| "windows".to_owned()),
        monitoring: Some(s::Monitoring {
            state: Some(if i.monitored { "enabled" } else { "disabled" }.to_owned()),
            ..s::Monitoring::default()
        }),
        subnet_id: text(&i.subnet),
        vpc_id: text(&i.vpc),
        private_ip_address: first.and_then(|n| n.ipv4.first().cloned()),
        public_ip_address: public_ip(cx, i),
        ..s::Instance::default()
    })
}
