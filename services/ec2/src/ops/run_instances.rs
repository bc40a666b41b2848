//! `RunInstances`: a reservation of instances with their interfaces and volumes, all or none of them.
//! Source: EC2 API reference, "RunInstances" (2026-11-22).
//!
//! Differs from AWS: fewer than MaxCount are launched only where the subnet has no more addresses; capacity never runs short.

use codec::Fault;
use kernel::{Cx, Guard, Profile, Target};
use shapes_ec2::{InstanceNetworkInterfaceSpecification, Reservation, RunInstancesRequest, op};

use crate::elastic_ip;
use crate::err::{self, combination, fault, invalid_parameter, invalid_value};
use crate::instance::{self, INSTANCE, Instance};
use crate::launch::{self, Launch};
use crate::network_interface::{self, Attachment, NETWORK_INTERFACE, NetworkInterface, Plan};
use crate::resource::{find, on, save};
use crate::tags::Tags;
use crate::volume::{self, Attached, VOLUME, Volume};
use crate::{guard, id, image, instance_type, key_pair, security_group, tags, token, vpc};

/// Who may: everything named, everything made, and the default subnet and group where none is named.
pub(crate) fn guard(cx: &Cx, i: &RunInstancesRequest) -> Result<Guard, Fault> {
    let mut all = guard::of::<op::RunInstances>(cx, i)?;
    let kind = i.instance_type.as_deref().unwrap_or("m1.small");
    let named = i.network_interfaces.as_deref().unwrap_or_default();
    let subnet = named.iter().find_map(|n| n.subnet_id.as_deref()).or(i.subnet_id.as_deref());
    let zone = i.placement.as_ref().and_then(|p| p.availability_zone.as_deref());
    let subnet = match (subnet, instance_type::named(kind)) {
        (Some(id), _) => crate::resource::get::<crate::subnet::Subnet>(cx, id)?,
        (None, Some(t)) if named.iter().all(|n| n.network_interface_id.is_none()) => {
            let found = launch::default_subnet(cx, zone, &t).ok();
            if let Some(n) = &found {
                all.targets.push(guard::on(cx, &crate::subnet::SUBNET, &n.id)?);
            }
            found
        }
        _ => None,
    };
    let groups = i.security_group_ids.is_some()
        || named.iter().any(|n| n.groups.is_some() || n.network_interface_id.is_some());
    if let Some(n) = subnet.as_ref().filter(|_| !groups) {
        let names = i.security_groups.clone().unwrap_or_else(|| vec!["default".to_owned()]);
        for name in names {
            if let Some(g) = security_group::named(cx, &n.vpc, &name)? {
                all.targets.push(guard::on(cx, &security_group::SECURITY_GROUP, &g.id)?);
            }
        }
    }
    let image = i.image_id.as_deref().and_then(|id| image::visible(cx, id).ok().flatten());
    let metadata = image.as_ref().and_then(|a| launch::metadata(i.metadata_options.as_ref(), a).ok());
    for target in &mut all.targets {
        keys(cx, i, target, kind, subnet.as_ref(), metadata.as_ref());
    }
    Ok(all)
}

/// Condition keys of what is made. Source: Service Authorization Reference, "RunInstances".
fn keys(
    cx: &Cx,
    i: &RunInstancesRequest,
    target: &mut Target,
    kind: &str,
    subnet: Option<&crate::subnet::Subnet>,
    metadata: Option<&instance::Metadata>,
) {
    let made = |noun: &str| target.resource.ends_with(&format!(":{noun}/*"));
    let (instance, disk, net) = (made("instance"), made("volume"), made("network-interface"));
    let mut add = |name: &'static str, value: String| target.keys.push((name, vec![value]));
    if let Some(n) = subnet.filter(|_| instance || disk || net) {
        add("ec2:AvailabilityZone", n.zone.clone());
        if net {
            add("ec2:Subnet", crate::subnet::SUBNET.arn(cx, &n.id));
            vpc::arn(cx, &n.vpc).into_iter().for_each(|v| add("ec2:Vpc", v));
        }
    }
    if instance {
        add("ec2:InstanceType", kind.to_owned());
        add("ec2:EbsOptimized", (i.ebs_optimized == Some(true)).to_string());
        add("ec2:RootDeviceType", "ebs".to_owned());
        let tenancy = i.placement.as_ref().and_then(|p| p.tenancy.clone());
        add("ec2:Tenancy", tenancy.unwrap_or_else(|| "default".to_owned()));
        add("ec2:InstanceMarketType", "on-demand".to_owned());
        if let Some(m) = metadata {
            add("ec2:MetadataHttpTokens", m.tokens.clone());
            add("ec2:MetadataHttpEndpoint", m.endpoint.clone());
            add("ec2:MetadataHttpPutResponseHopLimit", m.hops.to_string());
        }
    }
    if let Some(e) = i.block_device_mappings.iter().flatten().find_map(|m| m.ebs.as_ref()).filter(|_| disk) {
        add("ec2:Encrypted", (e.encrypted == Some(true)).to_string());
        e.volume_size.into_iter().for_each(|n| add("ec2:VolumeSize", n.to_string()));
        e.volume_type.iter().for_each(|t| add("ec2:VolumeType", t.clone()));
        e.iops.into_iter().for_each(|n| add("ec2:VolumeIops", n.to_string()));
    }
}

fn unbuilt(i: &RunInstancesRequest) -> Result<(), Fault> {
    let nets = i.network_interfaces.as_deref().unwrap_or_default();
    err::refuse(&[
        ("LaunchTemplate", i.launch_template.is_some()),
        ("InstanceMarketOptions", i.instance_market_options.is_some()),
        ("IamInstanceProfile", i.iam_instance_profile.is_some()),
        ("KernelId", i.kernel_id.is_some()),
        ("RamdiskId", i.ramdisk_id.is_some()),
        ("ElasticGpuSpecification", i.elastic_gpu_specification.is_some()),
        ("ElasticInferenceAccelerator", i.elastic_inference_accelerators.is_some()),
        ("CapacityReservationSpecification", i.capacity_reservation_specification.is_some()),
        ("LicenseSpecification", i.license_specifications.is_some()),
        ("EnclaveOptions", i.enclave_options.as_ref().is_some_and(|e| e.enabled == Some(true))),
        ("NetworkPerformanceOptions", i.network_performance_options.is_some()),
        ("Operator", i.operator.is_some()),
        ("SecondaryInterface", i.secondary_interfaces.is_some()),
        ("AdditionalInfo", i.additional_info.is_some()),
        ("Ipv6Addresses", i.ipv6_addresses.is_some()),
        (
            "Placement.GroupName",
            i.placement.as_ref().is_some_and(|p| p.group_name.as_deref().is_some_and(|n| !n.is_empty())),
        ),
        ("Placement.HostId", i.placement.as_ref().is_some_and(|p| p.host_id.is_some())),
        ("NetworkInterface.PrivateIpAddresses", nets.iter().any(|n| n.private_ip_addresses.is_some())),
        ("NetworkInterface.Ipv6Addresses", nets.iter().any(|n| n.ipv6_addresses.is_some())),
        (
            "NetworkInterface.Ipv4Prefix",
            nets.iter().any(|n| n.ipv4_prefixes.is_some() || n.ipv4_prefix_count.is_some()),
        ),
        (
            "NetworkInterface.Ipv6Prefix",
            nets.iter().any(|n| n.ipv6_prefixes.is_some() || n.ipv6_prefix_count.is_some()),
        ),
    ])
}

/// Errors: MissingParameter; InvalidParameterValue; InvalidParameterCombination; InvalidAMIID.NotFound, .Malformed,
/// .Unavailable; Unsupported; VcpuLimitExceeded; InvalidSubnetID.NotFound; InvalidGroup.NotFound; InvalidKeyPair.NotFound;
/// InvalidBlockDeviceMapping; InvalidUserData.Malformed; InvalidIPAddress.InUse; InsufficientFreeAddressesInSubnet;
/// InvalidNetworkInterface.InUse; IdempotentParameterMismatch.
pub(crate) fn decide(cx: &mut Cx, i: &RunInstancesRequest) -> Result<Reservation, Fault> {
    unbuilt(i)?;
    let makes = [&INSTANCE, &VOLUME, &NETWORK_INTERFACE];
    let given = i.tag_specifications.as_deref();
    let tags = Made {
        instance: tags::specified(given, &INSTANCE, &makes)?,
        volume: tags::specified(given, &VOLUME, &makes)?,
        interface: tags::specified(given, &NETWORK_INTERFACE, &makes)?,
    };
    let (made, token) = token::look_up(cx, "RunInstances", i.client_token.as_deref(), i)?;
    if let Some(reservation) = made {
        return answer(cx, &reservation);
    }
    let l = launch::read(cx, i)?;
    let base = base(cx, i, &l)?;
    for index in 0..l.count {
        let row = Instance { id: id::fresh(cx, "i"), launch_index: index, ..base.clone() };
        start(cx, i, &l, row, &tags)?;
    }
    token::keep(cx, token, &base.reservation);
    answer(cx, &base.reservation)
}

/// Tags of what is made.
struct Made {
    instance: Tags,
    volume: Tags,
    interface: Tags,
}

/// Behaviour on shutdown, tenancy, hibernation.
fn options<'a>(cx: &Cx, i: &'a RunInstancesRequest, l: &Launch) -> Result<(&'a str, &'a str, bool), Fault> {
    if let Some(name) = i.key_name.as_deref()
        && key_pair::named(cx, name)?.is_none()
    {
        return Err(fault("InvalidKeyPair.NotFound", format!("The key pair '{name}' does not exist")));
    }
    let on_shutdown = i.instance_initiated_shutdown_behavior.as_deref().unwrap_or("stop");
    if !["stop", "terminate"].contains(&on_shutdown) {
        return Err(invalid_parameter(on_shutdown, "instanceInitiatedShutdownBehavior", ""));
    }
    let tenancy = i.placement.as_ref().and_then(|p| p.tenancy.as_deref()).unwrap_or("default");
    if !["default", "dedicated"].contains(&tenancy) {
        return Err(invalid_parameter(tenancy, "tenancy", ""));
    }
    let hibernates = i.hibernation_options.as_ref().is_some_and(|h| h.configured == Some(true));
    if hibernates && !l.kind.hibernates() {
        return Err(fault(
            "UnsupportedHibernationConfiguration",
            format!("Hibernation is not supported for the {} instance type", l.kind.name()),
        ));
    }
    if l.count > 1 && i.private_ip_address.is_some() {
        return Err(combination("You may not specify a private IP address for more than one instance"));
    }
    Ok((on_shutdown, tenancy, hibernates))
}

/// What all instances of the call share.
fn base(cx: &mut Cx, i: &RunInstancesRequest, l: &Launch) -> Result<Instance, Fault> {
    let (on_shutdown, tenancy, hibernates) = options(cx, i, l)?;
    let cpu = i.cpu_options.as_ref();
    let (cores, threads) = (
        cpu.and_then(|c| c.core_count).unwrap_or(l.kind.cores()),
        cpu.and_then(|c| c.threads_per_core).unwrap_or(l.kind.threads()),
    );
    if cores < 1 || cores > l.kind.cores() || threads < 1 || threads > l.kind.threads() {
        return Err(invalid_value(format!(
            "CpuOptions of {cores} cores and {threads} threads are not valid for {}",
            l.kind.name()
        )));
    }
    let dns = i.private_dns_name_options.as_ref();
    let mut row = Instance {
        reservation: id::fresh(cx, "r"),
        kind: l.kind.name().to_owned(),
        image: l.image.id(),
        architecture: l.image.architecture().to_owned(),
        platform: l.image.platform().to_owned(),
        virtualization: l.image.virtualization().to_owned(),
        root: l.image.root().to_owned(),
        key_name: i.key_name.clone().unwrap_or_default(),
        subnet: l.subnet.id.clone(),
        vpc: l.subnet.vpc.clone(),
        zone: l.subnet.zone.clone(),
        zone_id: l.subnet.zone_id.clone(),
        tenancy: tenancy.to_owned(),
        launched_ms: cx.now_ms,
        client_token: i.client_token.clone().unwrap_or_default(),
        user_data: launch::user_data(i.user_data.as_deref())?,
        monitored: i.monitoring.as_ref().is_some_and(|m| m.enabled),
        ebs_optimized: i.ebs_optimized == Some(true),
        keeps: i.disable_api_termination == Some(true),
        keeps_running: i.disable_api_stop == Some(true),
        on_shutdown: on_shutdown.to_owned(),
        credits: launch::credits(&l.kind, i.credit_specification.as_ref().map(|c| c.cpu_credits.as_str()))?,
        cores,
        threads,
        hibernates,
        metadata: launch::metadata(i.metadata_options.as_ref(), &l.image)?,
        resource_names: dns
            .and_then(|d| d.hostname_type.as_deref())
            .map_or(l.subnet.resource_names, |t| t == "resource-name"),
        dns_a_record: dns.and_then(|d| d.enable_resource_name_dns_a_record).unwrap_or(l.subnet.dns_a_record),
        dns_aaaa_record: dns
            .and_then(|d| d.enable_resource_name_dns_aaaa_record)
            .unwrap_or(l.subnet.dns_aaaa_record),
        recovery: i
            .maintenance_options
            .as_ref()
            .and_then(|m| m.auto_recovery.clone())
            .unwrap_or_else(|| "default".to_owned()),
        boot_mode: l.image.boot_mode().unwrap_or_default().to_owned(),
        ..Instance::default()
    };
    row.head_for(cx, "running", 15_000);
    Ok(row)
}

/// One instance with its interfaces and volumes.
fn start(
    cx: &mut Cx,
    i: &RunInstancesRequest,
    l: &Launch,
    mut row: Instance,
    tags: &Made,
) -> Result<(), Fault> {
    let nets = i.network_interfaces.as_deref().unwrap_or_default();
    if i32::try_from(nets.len()).unwrap_or(i32::MAX) > l.kind.interfaces() {
        let text = format!("Interface count {} exceeds the limit for {}", nets.len(), l.kind.name());
        return Err(fault("AttachmentLimitExceeded", text));
    }
    let usual = InstanceNetworkInterfaceSpecification {
        private_ip_address: i.private_ip_address.clone(),
        ipv6_address_count: i.ipv6_address_count,
        ..InstanceNetworkInterfaceSpecification::default()
    };
    let nets = if nets.is_empty() { std::slice::from_ref(&usual) } else { nets };
    if !nets.iter().any(|n| n.device_index.unwrap_or(0) == 0) {
        return Err(invalid_value("An instance needs a network interface with device index 0"));
    }
    for (at, n) in nets.iter().enumerate() {
        let index = n.device_index.unwrap_or(i32::try_from(at).unwrap_or(0));
        if nets[..at].iter().any(|o| o.device_index == Some(index)) {
            return Err(invalid_value(format!(
                "Each network interface requires a unique device index: {index}"
            )));
        }
        let made = attach(cx, l, &mut row, n, index)?;
        if n.network_interface_id.is_none() {
            tags::add(cx, &NETWORK_INTERFACE, &made.id, &tags.interface)?;
        }
    }
    for d in l.devices.iter().filter(|d| d.virtual_name.is_empty()) {
        let some = |n: i32| Some(n).filter(|n| *n > 0);
        let make = volume::checked(&d.kind, d.size_gb, some(d.iops), some(d.throughput), false)?;
        let mut v = Volume::new(cx, make, (&row.zone, &row.zone_id), &d.snapshot, d.encrypted);
        v.attached.push(Attached {
            instance: row.id.clone(),
            device: d.name.clone(),
            delete_on_termination: d.delete_on_termination,
            at_ms: cx.now_ms,
        });
        save(cx, &v)?;
        tags::add(cx, &VOLUME, &v.id, &tags.volume)?;
    }
    save(cx, &row)?;
    tags::add(cx, &INSTANCE, &row.id, &tags.instance)
}

/// Makes an interface for an instance, or takes the one that is named.
fn attach(
    cx: &mut Cx,
    l: &Launch,
    row: &mut Instance,
    n: &InstanceNetworkInterfaceSpecification,
    index: i32,
) -> Result<NetworkInterface, Fault> {
    let mut made = match n.network_interface_id.as_deref() {
        Some(id) => existing(cx, l, row, id, index)?,
        None => {
            let groups: Vec<String> =
                if index == 0 { l.groups.clone() } else { n.groups.clone().unwrap_or_default() };
            let plan = Plan {
                subnet: n.subnet_id.as_deref().unwrap_or(&l.subnet.id),
                groups: &groups,
                primary: n.private_ip_address.as_deref(),
                description: n.description.as_deref().unwrap_or_default(),
                kind: n.interface_type.as_deref().unwrap_or("interface"),
                manager: "",
            };
            network_interface::make(cx, &plan)?
        }
    };
    let fresh = n.network_interface_id.is_none();
    let more =
        network_interface::count(n.secondary_private_ip_address_count, "secondaryPrivateIpAddressCount")?;
    if i32::try_from(more).unwrap_or(i32::MAX) >= l.kind.ipv4_addresses() {
        return Err(fault(
            "PrivateIpAddressLimitExceeded",
            format!("Number of private addresses exceeds the limit of {}", l.kind.name()),
        ));
    }
    let six = n.ipv6_address_count.unwrap_or(i32::from(fresh && l.subnet.assigns_ipv6));
    let want = |v6| crate::addresses::Want::Address { v6 };
    for _ in 0..more {
        made.ipv4.push(crate::addresses::hold(cx, &made.subnet, &made.id, want(false))?);
    }
    for _ in 0..network_interface::count(Some(six), "ipv6AddressCount")?.min(50) {
        made.ipv6.push(crate::addresses::hold(cx, &made.subnet, &made.id, want(true))?);
    }
    made.attachment = Some(Attachment {
        id: id::fresh(cx, "eni-attach"),
        instance: row.id.clone(),
        instance_owner: cx.scope.account.clone(),
        device_index: index,
        network_card_index: n.network_card_index.unwrap_or(0),
        delete_on_termination: n.delete_on_termination.unwrap_or(fresh),
        attached_ms: cx.now_ms,
    });
    save(cx, &made)?;
    let public = n.associate_public_ip_address.unwrap_or(l.subnet.maps_public_ip);
    if index == 0 && fresh && public && !made.ipv4.is_empty() {
        row.public_ip = elastic_ip::take_public(cx, &row.id)?;
    }
    Ok(made)
}

fn existing(
    cx: &mut Cx,
    l: &Launch,
    row: &mut Instance,
    id: &str,
    index: i32,
) -> Result<NetworkInterface, Fault> {
    if l.count > 1 {
        return Err(combination("A network interface can be used for one instance only"));
    }
    let n = find::<NetworkInterface>(cx, id)?;
    if n.attachment.is_some() {
        return Err(fault("InvalidNetworkInterface.InUse", format!("Interface: [{id}] in use.")));
    }
    if index == 0 {
        (row.subnet, row.vpc, row.zone, row.zone_id) =
            (n.subnet.clone(), n.vpc.clone(), n.zone.clone(), n.zone_id.clone());
    }
    Ok(n)
}

/// A reservation as answers show it: its instances pending.
fn answer(cx: &Cx, reservation: &str) -> Result<Reservation, Fault> {
    let mut instances = Vec::new();
    let mut rows = on::<Instance>(cx, reservation)?;
    rows.sort_by_key(|r| r.launch_index);
    for row in rows {
        let mut shown = instance::show(cx, &row, &tags::of(cx, &row.id)?)?;
        if row.goal == "running" {
            shown.state = Some(instance::show_state(instance::PENDING));
            shown.public_ip_address = None;
            shown.public_dns_name = Some(String::new());
            shown.block_device_mappings = Some(Vec::new());
        }
        instances.push(shown);
    }
    let slow = cx.profile == Profile::Real;
    debug_assert!(slow || !instances.is_empty(), "a reservation has instances");
    Ok(Reservation {
        reservation_id: Some(reservation.to_owned()),
        owner_id: Some(cx.scope.account.clone()),
        groups: Some(Vec::new()),
        instances: Some(instances),
        ..Reservation::default()
    })
}
