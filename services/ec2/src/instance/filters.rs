//! Instances under their filters. Source: EC2 API reference, "DescribeInstances" (2026-11-22).

use super::shown::{boot_mode, present, zone_record};
use super::whole::{Disk, Whole};
use crate::elastic_ip;
use crate::filter::{Accessor, Probe};
use crate::iam_profile::Association;
use crate::image_catalogue::usage_operation;
use crate::network_interface::{self, NetworkInterface, Public};
use crate::resource::{Listed, kept};
use crate::security_group::SecurityGroup;
use crate::tags;

fn nets(i: &Whole, p: &mut Probe<'_>, show: fn(&NetworkInterface, &mut Probe<'_>)) {
    i.interfaces.iter().for_each(|n| show(n, p));
}

fn publics(i: &Whole, p: &mut Probe<'_>, show: fn(&Public, &mut Probe<'_>)) {
    i.interfaces.iter().flat_map(|n| i.public(n)).for_each(|a| show(&a, p));
}

/// Public addresses of the interfaces' primary ones.
fn primaries(i: &Whole, p: &mut Probe<'_>, show: fn(&Public, &mut Probe<'_>)) {
    for n in &i.interfaces {
        i.public(n).iter().filter(|a| a.private_ip == n.primary()).for_each(|a| show(a, p));
    }
}

fn net_dns(n: &NetworkInterface, p: &mut Probe<'_>) {
    p.maybe(network_interface::private_name(p.cx, n).ok().flatten().as_deref());
}

fn each_dns(n: &NetworkInterface, p: &mut Probe<'_>) {
    if network_interface::private_name(p.cx, n).is_ok_and(|name| name.is_some()) {
        n.ipv4.iter().for_each(|ip| p.text(&network_interface::private_dns(p.cx, ip)));
    }
}

fn public_name(a: &Public, p: &mut Probe<'_>) {
    p.text(&elastic_ip::public_dns(p.cx.scope.region, &a.ip));
}

fn net_tags(n: &NetworkInterface, p: &mut Probe<'_>, show: fn(&(String, String), &mut Probe<'_>)) {
    tags::of(p.cx, &n.id).unwrap_or_default().iter().for_each(|t| show(t, p));
}

fn disks(i: &Whole, p: &mut Probe<'_>, show: fn(&Disk, &mut Probe<'_>)) {
    i.disks.iter().for_each(|d| show(d, p));
}

fn profile(i: &Whole, p: &mut Probe<'_>, show: fn(&Association, &mut Probe<'_>)) {
    i.profile.iter().for_each(|a| show(a, p));
}

fn group_names(n: &NetworkInterface, p: &mut Probe<'_>) {
    for id in &n.groups {
        let group = kept::<SecurityGroup>(p.cx, id).ok().flatten();
        p.maybe(group.as_ref().map(|g| g.name.as_str()));
    }
}

impl Listed for Whole {
    const FILTERS: &'static [(&'static str, Accessor<Whole>)] = &[
        ("affinity", |i, p| p.maybe(present(&i.own.placed.affinity))),
        ("architecture", |i, p| p.text(&i.own.architecture)),
        ("availability-zone", |i, p| p.text(&i.own.zone)),
        ("availability-zone-id", |i, p| p.text(&i.own.zone_id)),
        ("block-device-mapping.attach-time", |i, p| disks(i, p, |d, p| p.time(d.attached.at_ms))),
        ("block-device-mapping.delete-on-termination", |i, p| {
            disks(i, p, |d, p| p.flag(d.attached.delete_on_termination));
        }),
        ("block-device-mapping.device-name", |i, p| disks(i, p, |d, p| p.text(&d.attached.device))),
        ("block-device-mapping.status", |i, p| disks(i, p, |_, p| p.text("attached"))),
        ("block-device-mapping.volume-id", |i, p| disks(i, p, |d, p| p.text(&d.volume))),
        ("boot-mode", |i, p| p.maybe(present(&i.own.boot_mode))),
        ("capacity-reservation-id", |i, p| p.maybe(present(&i.own.reserved.used))),
        ("capacity-reservation-specification.capacity-reservation-preference", |i, p| {
            p.maybe(i.own.reserved.preference());
        }),
        ("capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id", |i, p| {
            p.maybe(present(&i.own.reserved.target));
        }),
        (
            "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn",
            |_, _| {},
        ),
        ("client-token", |i, p| p.text(&i.own.client_token)),
        ("current-instance-boot-mode", |i, p| p.text(boot_mode(&i.own))),
        ("dns-name", |i, p| p.text(&i.public_dns(p.cx))),
        ("ebs-optimized", |i, p| p.flag(i.own.ebs_optimized)),
        ("ena-support", |_, p| p.flag(true)),
        ("enclave-options.enabled", |_, p| p.flag(false)),
        ("group-id", |i, p| nets(i, p, |n, p| p.each(n.groups.iter().map(String::as_str)))),
        ("group-name", |i, p| nets(i, p, group_names)),
        ("hibernation-options.configured", |i, p| p.flag(i.own.hibernates)),
        ("host-id", |i, p| p.maybe(present(&i.own.placed.host))),
        ("hypervisor", |_, p| p.text("xen")),
        ("iam-instance-profile.arn", |i, p| profile(i, p, |a, p| p.text(&a.arn))),
        ("iam-instance-profile.id", |i, p| profile(i, p, |a, p| p.text(&a.profile_id))),
        ("iam-instance-profile.name", |i, p| {
            profile(i, p, |a, p| p.maybe(a.arn.rsplit('/').next()));
        }),
        ("image-id", |i, p| p.text(&i.own.image)),
        ("instance-id", |i, p| p.text(&i.own.id)),
        ("instance-lifecycle", |i, p| p.maybe(present(&i.own.spot).map(|_| "spot"))),
        ("instance-state-code", |i, p| p.number(i.own.state(p.cx).0)),
        ("instance-state-name", |i, p| p.text(i.own.state(p.cx).1)),
        ("instance-type", |i, p| p.text(&i.own.kind)),
        ("instance.group-id", |i, p| nets(i, p, |n, p| p.each(n.groups.iter().map(String::as_str)))),
        ("instance.group-name", |i, p| nets(i, p, group_names)),
        ("ip-address", |i, p| p.maybe(i.public_ip().as_deref())),
        ("ipv6-address", |i, p| nets(i, p, |n, p| p.each(n.ipv6.iter().map(String::as_str)))),
        ("kernel-id", |_, _| {}),
        ("key-name", |i, p| p.maybe(present(&i.own.key_name))),
        ("launch-index", |i, p| p.number(i.own.launch_index)),
        ("launch-time", |i, p| p.time(i.own.launched_ms)),
        ("maintenance-options.auto-recovery", |i, p| p.text(&i.own.recovery)),
        ("metadata-options.http-endpoint", |i, p| p.text(&i.own.metadata.endpoint)),
        ("metadata-options.http-protocol-ipv4", |i, p| p.text(&i.own.metadata.endpoint)),
        ("metadata-options.http-protocol-ipv6", |i, p| p.text(&i.own.metadata.ipv6)),
        ("metadata-options.http-put-response-hop-limit", |i, p| p.number(i.own.metadata.hops)),
        ("metadata-options.http-tokens", |i, p| p.text(&i.own.metadata.tokens)),
        ("metadata-options.instance-metadata-tags", |i, p| p.text(&i.own.metadata.tags)),
        ("metadata-options.state", |_, p| p.text("applied")),
        ("monitoring-state", |i, p| p.text(if i.own.monitored { "enabled" } else { "disabled" })),
        ("network-interface.addresses.association.allocation-id", |i, p| {
            publics(i, p, |a, p| p.maybe(a.allocation()))
        }),
        ("network-interface.addresses.association.association-id", |i, p| {
            publics(i, p, |a, p| p.maybe(a.association()))
        }),
        ("network-interface.addresses.association.carrier-ip", |_, _| {}),
        ("network-interface.addresses.association.customer-owned-ip", |_, _| {}),
        ("network-interface.addresses.association.public-dns-name", |i, p| publics(i, p, public_name)),
        ("network-interface.addresses.association.ip-owner-id", |i, p| {
            publics(i, p, |a, p| p.text(a.owner(p.cx)))
        }),
        ("network-interface.addresses.association.public-ip", |i, p| publics(i, p, |a, p| p.text(&a.ip))),
        ("network-interface.addresses.primary", |i, p| {
            nets(i, p, |n, p| (0..n.ipv4.len()).for_each(|at| p.flag(at == 0)));
        }),
        ("network-interface.addresses.private-dns-name", |i, p| nets(i, p, each_dns)),
        ("network-interface.addresses.private-ip-address", |i, p| {
            nets(i, p, |n, p| p.each(n.ipv4.iter().map(String::as_str)));
        }),
        ("network-interface.association.allocation-id", |i, p| {
            primaries(i, p, |a, p| p.maybe(a.allocation()))
        }),
        ("network-interface.association.association-id", |i, p| {
            primaries(i, p, |a, p| p.maybe(a.association()))
        }),
        ("network-interface.association.carrier-ip", |_, _| {}),
        ("network-interface.association.customer-owned-ip", |_, _| {}),
        ("network-interface.association.public-dns-name", |i, p| primaries(i, p, public_name)),
        ("network-interface.association.ip-owner-id", |i, p| primaries(i, p, |a, p| p.text(a.owner(p.cx)))),
        ("network-interface.association.public-ip", |i, p| primaries(i, p, |a, p| p.text(&a.ip))),
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
        ("network-interface.attachment.instance-id", |i, p| p.text(&i.own.id)),
        ("network-interface.attachment.instance-owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("network-interface.attachment.network-card-index", |i, p| {
            nets(i, p, |n, p| n.attachment.iter().for_each(|a| p.number(a.network_card_index)));
        }),
        ("network-interface.attachment.status", |i, p| nets(i, p, |_, p| p.text("attached"))),
        ("network-interface.availability-zone", |i, p| nets(i, p, |n, p| p.text(&n.zone))),
        ("network-interface.deny-all-igw-traffic", |i, p| nets(i, p, |_, p| p.flag(false))),
        ("network-interface.description", |i, p| nets(i, p, |n, p| p.text(&n.description))),
        ("network-interface.group-id", |i, p| {
            nets(i, p, |n, p| p.each(n.groups.iter().map(String::as_str)));
        }),
        ("network-interface.group-name", |i, p| nets(i, p, group_names)),
        ("network-interface.ipv4-prefixes.ipv4-prefix", |i, p| {
            nets(i, p, |n, p| p.each(n.ipv4_prefixes.iter().map(String::as_str)));
        }),
        ("network-interface.ipv6-address", |i, p| {
            nets(i, p, |n, p| p.each(n.ipv6.iter().map(String::as_str)));
        }),
        ("network-interface.ipv6-addresses.is-primary-ipv6", |i, p| {
            nets(i, p, |n, p| (0..n.ipv6.len()).for_each(|at| p.flag(n.has_primary_ipv6 && at == 0)));
        }),
        ("network-interface.ipv6-addresses.ipv6-address", |i, p| {
            nets(i, p, |n, p| p.each(n.ipv6.iter().map(String::as_str)));
        }),
        ("network-interface.ipv6-native", |i, p| nets(i, p, |n, p| p.flag(n.ipv4.is_empty()))),
        ("network-interface.ipv6-prefixes.ipv6-prefix", |i, p| {
            nets(i, p, |n, p| p.each(n.ipv6_prefixes.iter().map(String::as_str)));
        }),
        ("network-interface.mac-address", |i, p| nets(i, p, |n, p| p.text(&n.mac))),
        ("network-interface.network-interface-id", |i, p| nets(i, p, |n, p| p.text(&n.id))),
        ("network-interface.operator.managed", |i, p| nets(i, p, |_, p| p.flag(false))),
        ("network-interface.operator.principal", |_, _| {}),
        ("network-interface.outpost-arn", |_, _| {}),
        ("network-interface.owner-id", |i, p| nets(i, p, |_, p| p.text(&p.cx.scope.account))),
        ("network-interface.private-dns-name", |i, p| nets(i, p, net_dns)),
        ("network-interface.private-ip-address", |i, p| nets(i, p, |n, p| p.text(n.primary()))),
        ("network-interface.public-dns-name", |i, p| primaries(i, p, public_name)),
        ("network-interface.requester-id", |_, _| {}),
        ("network-interface.requester-managed", |i, p| nets(i, p, |n, p| p.flag(!n.manager.is_empty()))),
        ("network-interface.source-dest-check", |i, p| nets(i, p, |n, p| p.flag(!n.skips_check))),
        ("network-interface.status", |i, p| nets(i, p, |_, p| p.text("in-use"))),
        ("network-interface.subnet-id", |i, p| nets(i, p, |n, p| p.text(&n.subnet))),
        ("network-interface.tag-key", |i, p| {
            nets(i, p, |n, p| net_tags(n, p, |(key, _), p| p.text(key)));
        }),
        ("network-interface.tag-value", |i, p| {
            nets(i, p, |n, p| net_tags(n, p, |(_, value), p| p.text(value)));
        }),
        ("network-interface.vpc-id", |i, p| nets(i, p, |n, p| p.text(&n.vpc))),
        ("network-performance-options.bandwidth-weighting", |_, p| p.text("default")),
        ("operator.managed", |_, p| p.flag(false)),
        ("operator.principal", |_, _| {}),
        ("outpost-arn", |_, _| {}),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("placement-group-name", |i, p| p.maybe(present(&i.own.placed.group))),
        ("placement-partition-number", |i, p| {
            Some(i.own.placed.partition).filter(|n| *n > 0).into_iter().for_each(|n| p.number(n));
        }),
        ("platform", |i, p| p.maybe(i.own.platform.starts_with("Windows").then_some("windows"))),
        ("platform-details", |i, p| p.text(&i.own.platform)),
        ("private-dns-name", |i, p| p.text(&i.private_dns(p.cx))),
        ("private-dns-name-options.enable-resource-name-dns-a-record", |i, p| p.flag(i.own.dns_a_record)),
        ("private-dns-name-options.enable-resource-name-dns-aaaa-record", |i, p| {
            p.flag(i.own.dns_aaaa_record)
        }),
        ("private-dns-name-options.hostname-type", |i, p| p.text(zone_record(&i.own))),
        ("private-ip-address", |i, p| nets(i, p, |n, p| p.text(n.primary()))),
        ("product-code", |_, _| {}),
        ("product-code.type", |_, _| {}),
        ("ramdisk-id", |_, _| {}),
        ("reason", |i, p| p.text(&i.own.transition)),
        ("requester-id", |_, _| {}),
        ("reservation-id", |i, p| p.text(&i.own.reservation)),
        ("root-device-name", |i, p| p.text(&i.own.root)),
        ("root-device-type", |_, p| p.text("ebs")),
        ("source-dest-check", |i, p| nets(i, p, |n, p| p.flag(!n.skips_check))),
        ("spot-instance-request-id", |i, p| p.maybe(present(&i.own.spot))),
        ("state-reason-code", |i, p| p.maybe(present(&i.own.reason_code))),
        ("state-reason-message", |i, p| p.maybe(present(&i.own.reason))),
        ("subnet-id", |i, p| p.maybe(present(&i.own.subnet))),
        ("tenancy", |i, p| p.text(&i.own.tenancy)),
        ("tpm-support", |_, _| {}),
        ("usage-operation", |i, p| p.text(usage_operation(&i.own.platform))),
        ("usage-operation-update-time", |i, p| p.time(i.own.launched_ms)),
        ("virtualization-type", |i, p| p.text(&i.own.virtualization)),
        ("vpc-id", |i, p| p.maybe(present(&i.own.vpc))),
    ];
    fn id(&self) -> &str {
        &self.own.id
    }
}
