//! Instances as answers show them. Source: EC2 API reference, "DescribeInstances" (2026-11-22).

use std::mem::take;

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;

use super::{Disk, Instance, Whole, show_state};
use crate::elastic_ip;
use crate::iam_profile;
use crate::image_catalogue::usage_operation;
use crate::network_interface::{self, Attachment, NetworkInterface, Public};
use crate::resource::kept;
use crate::tags::{self, Tags};
use crate::vpc::Vpc;

pub(super) fn present(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}

pub(super) fn zone_record(i: &Instance) -> &'static str {
    if i.resource_names { "resource-name" } else { "ip-name" }
}

pub(super) fn boot_mode(i: &Instance) -> &'static str {
    if i.boot_mode.starts_with("uefi") { "uefi" } else { "legacy-bios" }
}

fn text(t: String) -> Option<String> {
    Some(t).filter(|t| !t.is_empty())
}

impl Whole {
    /// Its public address: an Elastic IP's, or one assigned by itself.
    pub(crate) fn public_ip(&self) -> Option<String> {
        let first = self.interfaces.first()?;
        self.public(first).into_iter().find(|a| a.private_ip == first.primary()).map(|a| a.ip)
    }

    /// The name of its public address.
    pub(crate) fn public_dns(&self, cx: &Cx) -> String {
        let named = kept::<Vpc>(cx, &self.own.vpc).ok().flatten().is_some_and(|v| v.names_public());
        let ip = self.public_ip().filter(|_| named);
        ip.map(|ip| elastic_ip::public_dns(cx.scope.region, &ip)).unwrap_or_default()
    }

    /// Its name in its network.
    pub(crate) fn private_dns(&self, cx: &Cx) -> String {
        match self.interfaces.first() {
            None => String::new(),
            Some(n) if self.own.resource_names || n.ipv4.is_empty() => {
                format!("{}.{}", self.own.id, network_interface::private_domain(cx))
            }
            Some(n) => network_interface::private_dns(cx, n.primary()),
        }
    }
}

/// As answers show its options of the metadata service.
pub(crate) fn show_metadata(m: super::Metadata) -> s::InstanceMetadataOptionsResponse {
    s::InstanceMetadataOptionsResponse {
        state: Some("applied".to_owned()),
        http_tokens: Some(m.tokens),
        http_put_response_hop_limit: Some(m.hops),
        http_endpoint: Some(m.endpoint),
        http_protocol_ipv6: Some(m.ipv6),
        instance_metadata_tags: Some(m.tags),
    }
}

/// As answers show its volumes.
pub(crate) fn show_devices(disks: Vec<Disk>) -> Vec<s::InstanceBlockDeviceMapping> {
    let shown = disks.into_iter().map(|d| s::InstanceBlockDeviceMapping {
        device_name: Some(d.attached.device),
        ebs: Some(s::EbsInstanceBlockDevice {
            attach_time: Some(Timestamp { epoch_ms: d.attached.at_ms }),
            delete_on_termination: Some(d.attached.delete_on_termination),
            status: Some("attached".to_owned()),
            volume_id: Some(d.volume),
            ..s::EbsInstanceBlockDevice::default()
        }),
    });
    shown.collect()
}

fn show_association(cx: &Cx, a: &Public, named: bool) -> s::InstanceNetworkInterfaceAssociation {
    let name = if named { elastic_ip::public_dns(cx.scope.region, &a.ip) } else { String::new() };
    s::InstanceNetworkInterfaceAssociation {
        ip_owner_id: Some(a.owner(cx).to_owned()),
        public_dns_name: Some(name),
        public_ip: Some(a.ip.clone()),
        ..s::InstanceNetworkInterfaceAssociation::default()
    }
}

fn show_attachment(a: Attachment) -> s::InstanceNetworkInterfaceAttachment {
    s::InstanceNetworkInterfaceAttachment {
        attach_time: Some(Timestamp { epoch_ms: a.attached_ms }),
        attachment_id: Some(a.id),
        delete_on_termination: Some(a.delete_on_termination),
        device_index: Some(a.device_index),
        status: Some("attached".to_owned()),
        network_card_index: Some(a.network_card_index),
        ..s::InstanceNetworkInterfaceAttachment::default()
    }
}

fn show_interface(
    cx: &Cx,
    n: NetworkInterface,
    public: &[Public],
) -> Result<s::InstanceNetworkInterface, Fault> {
    let vpc = kept::<Vpc>(cx, &n.vpc)?;
    let (has_names, named) = vpc.map_or((false, false), |v| (v.dns_hostnames, v.names_public()));
    let dns = |ip: &str| has_names.then(|| network_interface::private_dns(cx, ip));
    let of = |ip: &str| public.iter().find(|a| a.private_ip == ip).map(|a| show_association(cx, a, named));
    let groups = network_interface::show_groups(cx, &n)?;
    let primary = n.ipv4.first().cloned();
    let addresses = n.ipv4.into_iter().enumerate().map(|(at, ip)| s::InstancePrivateIpAddress {
        association: of(&ip),
        primary: Some(at == 0),
        private_dns_name: dns(&ip),
        private_ip_address: Some(ip),
    });
    let ipv6 = n.ipv6.into_iter().enumerate().map(|(at, ip)| s::InstanceIpv6Address {
        ipv6_address: Some(ip),
        is_primary_ipv6: Some(n.has_primary_ipv6 && at == 0),
    });
    let v4_prefix = |p: String| s::InstanceIpv4Prefix { ipv4_prefix: Some(p) };
    let v6_prefix = |p: String| s::InstanceIpv6Prefix { ipv6_prefix: Some(p) };
    let (ipv4_prefixes, ipv6_prefixes) = (n.ipv4_prefixes, n.ipv6_prefixes);
    Ok(s::InstanceNetworkInterface {
        association: primary.as_deref().and_then(of),
        attachment: n.attachment.map(show_attachment),
        description: Some(n.description),
        groups: Some(groups),
        ipv6_addresses: Some(ipv6.collect()),
        mac_address: Some(n.mac),
        network_interface_id: Some(n.id),
        owner_id: Some(cx.scope.account.clone()),
        private_dns_name: primary.as_deref().and_then(dns),
        private_ip_address: primary.clone(),
        private_ip_addresses: Some(addresses.collect()),
        source_dest_check: Some(!n.skips_check),
        status: Some("in-use".to_owned()),
        subnet_id: Some(n.subnet),
        vpc_id: Some(n.vpc),
        interface_type: Some(n.kind),
        ipv4_prefixes: (!ipv4_prefixes.is_empty())
            .then(|| ipv4_prefixes.into_iter().map(v4_prefix).collect()),
        ipv6_prefixes: (!ipv6_prefixes.is_empty())
            .then(|| ipv6_prefixes.into_iter().map(v6_prefix).collect()),
        operator: Some(own_operator()),
        ..s::InstanceNetworkInterface::default()
    })
}

/// No service of AWS's manages it.
fn own_operator() -> s::OperatorResponse {
    s::OperatorResponse { managed: Some(false), ..s::OperatorResponse::default() }
}

fn show_dns(i: &Instance) -> s::PrivateDnsNameOptionsResponse {
    s::PrivateDnsNameOptionsResponse {
        hostname_type: Some(zone_record(i).to_owned()),
        enable_resource_name_dns_a_record: Some(i.dns_a_record),
        enable_resource_name_dns_aaaa_record: Some(i.dns_aaaa_record),
    }
}

fn show_placement(i: &mut Instance) -> s::Placement {
    let placed = take(&mut i.placed);
    s::Placement {
        availability_zone: Some(take(&mut i.zone)),
        availability_zone_id: Some(take(&mut i.zone_id)),
        group_name: Some(placed.group),
        group_id: text(placed.group_id),
        partition_number: Some(placed.partition).filter(|n| *n > 0),
        host_id: text(placed.host),
        affinity: text(placed.affinity),
        tenancy: Some(take(&mut i.tenancy)),
        ..s::Placement::default()
    }
}

fn show_cpu(i: &Instance) -> s::CpuOptions {
    s::CpuOptions { core_count: Some(i.cores), threads_per_core: Some(i.threads), ..s::CpuOptions::default() }
}

fn show_maintenance(i: &mut Instance) -> s::InstanceMaintenanceOptions {
    s::InstanceMaintenanceOptions {
        auto_recovery: text(take(&mut i.recovery)),
        reboot_migration: Some(text(take(&mut i.migration)).unwrap_or_else(|| "default".to_owned())),
    }
}

/// What all instances show alike.
fn alike() -> s::Instance {
    s::Instance {
        ena_support: Some(true),
        hypervisor: Some("xen".to_owned()),
        root_device_type: Some("ebs".to_owned()),
        enclave_options: Some(s::EnclaveOptions { enabled: Some(false) }),
        network_performance_options: Some(s::InstanceNetworkPerformanceOptions {
            bandwidth_weighting: Some("default".to_owned()),
        }),
        operator: Some(own_operator()),
        product_codes: Some(Vec::new()),
        ..s::Instance::default()
    }
}

/// As answers show it. Its texts move into the answer: most of a list's time would go into copies.
pub(crate) fn show(cx: &Cx, mut whole: Whole, tags: Tags) -> Result<s::Instance, Fault> {
    let (private_dns, public_dns, public_ip) =
        (whole.private_dns(cx), whole.public_dns(cx), whole.public_ip());
    let nets = take(&mut whole.interfaces).into_iter().map(|n| {
        let public = whole.public(&n);
        show_interface(cx, n, &public)
    });
    let nets = nets.collect::<Result<Vec<_>, _>>()?;
    let first = nets.first();
    let (private_ip_address, groups) =
        first.map_or((None, None), |n| (n.private_ip_address.clone(), n.groups.clone()));
    let ipv6_address =
        first.and_then(|n| n.ipv6_addresses.as_ref()?.first()).and_then(|a| a.ipv6_address.clone());
    let mut i = whole.own;
    let spot = text(take(&mut i.spot));
    Ok(s::Instance {
        state: Some(show_state(i.state(cx))),
        placement: Some(show_placement(&mut i)),
        cpu_options: Some(show_cpu(&i)),
        maintenance_options: Some(show_maintenance(&mut i)),
        capacity_reservation_specification: Some(i.reserved.show()),
        private_dns_name_options: Some(show_dns(&i)),
        current_instance_boot_mode: Some(boot_mode(&i).to_owned()),
        usage_operation: Some(usage_operation(&i.platform).to_owned()),
        platform: i.platform.starts_with("Windows").then(|| "windows".to_owned()),
        architecture: Some(i.architecture),
        block_device_mappings: Some(show_devices(whole.disks)),
        client_token: Some(i.client_token),
        ebs_optimized: Some(i.ebs_optimized),
        source_dest_check: first.and_then(|n| n.source_dest_check),
        network_interfaces: Some(nets),
        root_device_name: Some(i.root),
        security_groups: Some(groups.unwrap_or_default()),
        state_reason: text(i.reason_code)
            .map(|code| s::StateReason { code: Some(code), message: Some(i.reason) }),
        tags: tags::into_shown(tags),
        virtualization_type: Some(i.virtualization),
        instance_lifecycle: spot.as_ref().map(|_| "spot".to_owned()),
        spot_instance_request_id: spot,
        capacity_reservation_id: text(i.reserved.used),
        hibernation_options: Some(s::HibernationOptions { configured: Some(i.hibernates) }),
        metadata_options: Some(show_metadata(i.metadata)),
        boot_mode: text(i.boot_mode),
        platform_details: Some(i.platform),
        usage_operation_update_time: Some(Timestamp { epoch_ms: i.launched_ms }),
        ipv6_address,
        instance_id: Some(i.id),
        image_id: Some(i.image),
        private_dns_name: Some(private_dns),
        public_dns_name: Some(public_dns),
        state_transition_reason: Some(i.transition),
        key_name: text(i.key_name),
        iam_instance_profile: whole.profile.as_ref().map(iam_profile::show_profile),
        ami_launch_index: Some(i.launch_index),
        instance_type: Some(i.kind),
        launch_time: Some(Timestamp { epoch_ms: i.launched_ms }),
        monitoring: Some(s::Monitoring {
            state: Some(if i.monitored { "enabled" } else { "disabled" }.to_owned()),
            ..s::Monitoring::default()
        }),
        subnet_id: text(i.subnet),
        vpc_id: text(i.vpc),
        private_ip_address,
        public_ip_address: public_ip,
        ..alike()
    })
}
