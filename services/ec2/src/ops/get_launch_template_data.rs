//! `GetLaunchTemplateData`: what a template would have to say to launch an instance like this one.
//! Source: EC2 API reference, "GetLaunchTemplateData" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::instance::{Instance, interfaces};
use crate::network_interface::NetworkInterface;
use crate::resource::{find, on};
use crate::tags;
use crate::volume::{VOLUME, Volume};
use crate::{iam_profile, instance};

/// Errors: InvalidInstanceID.NotFound.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &s::GetLaunchTemplateDataRequest,
) -> Result<s::GetLaunchTemplateDataResult, Fault> {
    let row = find::<Instance>(cx, &i.instance_id)?;
    let text = |t: &String| Some(t.clone()).filter(|t| !t.is_empty());
    let profile = iam_profile::of(cx, &row.id)?;
    let data = s::ResponseLaunchTemplateData {
        ebs_optimized: Some(row.ebs_optimized),
        iam_instance_profile: profile
            .map(|p| s::LaunchTemplateIamInstanceProfileSpecification { arn: Some(p.arn), name: None }),
        block_device_mappings: Some(devices(cx, &row)?),
        network_interfaces: Some(interfaces(cx, &row)?.iter().map(interface).collect()),
        image_id: Some(row.image.clone()),
        instance_type: Some(row.kind.clone()),
        key_name: text(&row.key_name),
        monitoring: Some(s::LaunchTemplatesMonitoring {
            enabled: Some(row.monitored),
            ..s::LaunchTemplatesMonitoring::default()
        }),
        placement: Some(placement(&row)),
        disable_api_termination: Some(row.keeps),
        disable_api_stop: Some(row.keeps_running),
        instance_initiated_shutdown_behavior: Some(row.on_shutdown.clone()),
        user_data: text(&row.user_data),
        tag_specifications: tag_specifications(cx, &row)?,
        credit_specification: text(&row.credits).map(|c| s::CreditSpecification { cpu_credits: Some(c) }),
        cpu_options: Some(s::LaunchTemplateCpuOptions {
            core_count: Some(row.cores),
            threads_per_core: Some(row.threads),
            ..s::LaunchTemplateCpuOptions::default()
        }),
        hibernation_options: Some(s::LaunchTemplateHibernationOptions { configured: Some(row.hibernates) }),
        metadata_options: Some(metadata(&row.metadata)),
        enclave_options: Some(s::LaunchTemplateEnclaveOptions { enabled: Some(false) }),
        private_dns_name_options: Some(s::LaunchTemplatePrivateDnsNameOptions {
            hostname_type: Some(if row.resource_names { "resource-name" } else { "ip-name" }.to_owned()),
            enable_resource_name_dns_a_record: Some(row.dns_a_record),
            enable_resource_name_dns_aaaa_record: Some(row.dns_aaaa_record),
        }),
        maintenance_options: Some(s::LaunchTemplateInstanceMaintenanceOptions {
            auto_recovery: text(&row.recovery),
        }),
        ..s::ResponseLaunchTemplateData::default()
    };
    Ok(s::GetLaunchTemplateDataResult { launch_template_data: Some(data) })
}

fn placement(row: &Instance) -> s::LaunchTemplatePlacement {
    s::LaunchTemplatePlacement {
        availability_zone: Some(row.zone.clone()),
        tenancy: Some(row.tenancy.clone()),
        group_name: Some(row.placed.group.clone()).filter(|n| !n.is_empty()),
        partition_number: Some(row.placed.partition).filter(|n| *n > 0),
        host_id: Some(row.placed.host.clone()).filter(|h| !h.is_empty()),
        affinity: Some(row.placed.affinity.clone()).filter(|a| !a.is_empty()),
        ..s::LaunchTemplatePlacement::default()
    }
}

fn devices(cx: &Cx, row: &Instance) -> Result<Vec<s::LaunchTemplateBlockDeviceMapping>, Fault> {
    let mut all = Vec::new();
    for v in on::<Volume>(cx, &row.id)? {
        let own = v.attached.iter().filter(|a| a.instance == row.id);
        all.extend(own.map(|a| s::LaunchTemplateBlockDeviceMapping {
            device_name: Some(a.device.clone()),
            ebs: Some(s::LaunchTemplateEbsBlockDevice {
                encrypted: Some(v.encrypted),
                delete_on_termination: Some(a.delete_on_termination),
                iops: Some(v.make.iops).filter(|n| *n > 0),
                throughput: Some(v.make.throughput).filter(|n| *n > 0),
                snapshot_id: Some(v.snapshot.clone()).filter(|id| !id.is_empty()),
                volume_size: Some(v.make.size_gb),
                volume_type: Some(v.make.kind.clone()),
                ..s::LaunchTemplateEbsBlockDevice::default()
            }),
            ..s::LaunchTemplateBlockDeviceMapping::default()
        }));
    }
    all.sort_by(|a, b| a.device_name.cmp(&b.device_name));
    Ok(all)
}

fn interface(n: &NetworkInterface) -> s::LaunchTemplateInstanceNetworkInterfaceSpecification {
    let at = n.attachment.as_ref();
    let addresses = n.ipv4.iter().enumerate().map(|(i, ip)| s::PrivateIpAddressSpecification {
        primary: Some(i == 0),
        private_ip_address: Some(ip.clone()),
    });
    let ipv6 = n.ipv6.iter().map(|ip| s::InstanceIpv6Address {
        ipv6_address: Some(ip.clone()),
        ..s::InstanceIpv6Address::default()
    });
    s::LaunchTemplateInstanceNetworkInterfaceSpecification {
        associate_public_ip_address: Some(n.wants_public),
        delete_on_termination: at.map(|a| a.delete_on_termination),
        description: Some(n.description.clone()),
        device_index: at.map(|a| a.device_index),
        groups: Some(n.groups.clone()),
        interface_type: Some(n.kind.clone()),
        ipv6_addresses: Some(ipv6.collect()),
        private_ip_addresses: Some(addresses.collect()),
        subnet_id: Some(n.subnet.clone()),
        network_card_index: at.map(|a| a.network_card_index),
        ..s::LaunchTemplateInstanceNetworkInterfaceSpecification::default()
    }
}

fn metadata(m: &instance::Metadata) -> s::LaunchTemplateInstanceMetadataOptions {
    s::LaunchTemplateInstanceMetadataOptions {
        state: Some("applied".to_owned()),
        http_tokens: Some(m.tokens.clone()),
        http_put_response_hop_limit: Some(m.hops),
        http_endpoint: Some(m.endpoint.clone()),
        http_protocol_ipv6: Some(m.ipv6.clone()),
        instance_metadata_tags: Some(m.tags.clone()),
    }
}

/// Tags of the instance and of its volumes, without AWS's own.
fn tag_specifications(
    cx: &Cx,
    row: &Instance,
) -> Result<Option<Vec<s::LaunchTemplateTagSpecification>>, Fault> {
    let mut all = Vec::new();
    let mut add = |noun: &str, tags: tags::Tags| {
        let own: tags::Tags = tags.into_iter().filter(|(k, _)| !k.starts_with("aws:")).collect();
        if !own.is_empty() {
            all.push(s::LaunchTemplateTagSpecification {
                resource_type: Some(noun.to_owned()),
                tags: tags::shown(&own),
            });
        }
    };
    add(instance::INSTANCE.noun, tags::of(cx, &row.id)?);
    if let Some(first) = on::<Volume>(cx, &row.id)?.first() {
        add(VOLUME.noun, tags::of(cx, &first.id)?);
    }
    Ok(Some(all).filter(|all| !all.is_empty()))
}
