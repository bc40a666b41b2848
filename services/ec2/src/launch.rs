//! What a launch asks for, checked: image, type, network, volumes, options. `RunInstances` makes instances of it.
//! Source: EC2 API reference, "RunInstances"; EC2 user guide, "Instance metadata options" (2026-11-22); texts as reported.

pub(crate) mod make;
pub(crate) mod nics;
pub(crate) mod template;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    BlockDeviceMapping, InstanceMetadataOptionsRequest, InstanceNetworkInterfaceSpecification, Placement,
    RunInstancesRequest,
};

use crate::capacity_reservation::Reserved;
use crate::err::{combination, fault, invalid_parameter, invalid_value, missing, refuse};
use crate::image::{self, Any, Device};
use crate::instance::Metadata;
use crate::instance_type::{self, InstanceType};
use crate::placement::Plan;
use crate::resource::{self, find};
use crate::settings::{MetadataDefaults, Settings};
use crate::subnet::Subnet;
use crate::{capacity, placement, security_group, snapshot, volume, vpc, zones};

/// Bytes of user data, decoded.
const USER_DATA: usize = 16_384;

/// Quotas of standard instances' vCPUs; those of other classes' Spot instances are as large as on demand.
const ON_DEMAND: &str = "L-1216C47A";
const ON_SPOT: &str = "L-34B43A08";

/// A checked launch.
pub(crate) struct Launch {
    pub(crate) image: Any,
    pub(crate) kind: InstanceType,
    pub(crate) subnet: Subnet,
    pub(crate) groups: Vec<String>,
    pub(crate) devices: Vec<Device>,
    pub(crate) count: i32,
    pub(crate) plan: Plan,
    pub(crate) reserved: Reserved,
}

/// A launch that may be made now.
///
/// Errors: those of [`described`]; InsufficientInstanceCapacity.
pub(crate) fn read(cx: &Cx, i: &RunInstancesRequest) -> Result<Launch, Fault> {
    let launch = described(cx, i)?;
    capacity::for_launch(cx, &launch, names_zone(cx, i)?, is_spot(i))?;
    Ok(launch)
}

/// A launch, whether or not there is capacity for it: image, type, network, devices, count.
///
/// Errors: see `ops/run_instances.rs`.
pub(crate) fn described(cx: &Cx, i: &RunInstancesRequest) -> Result<Launch, Fault> {
    unbuilt(i)?;
    let count = count(i)?;
    let id = i.image_id.as_deref().ok_or_else(|| missing("ImageId"))?;
    let image = image::find(cx, id)?;
    if image.state(cx) != "available" {
        return Err(fault("InvalidAMIID.Unavailable", format!("The image ID '{id}' is not available")));
    }
    let kind = kind(cx, i.instance_type.as_deref().unwrap_or("m1.small"))?;
    fits(&image, &kind)?;
    vcpus(cx, &kind, count, is_spot(i))?;
    nics::check(i.network_interfaces.as_deref().unwrap_or_default(), count)?;
    let subnet = subnet(cx, i, &kind)?;
    let groups = groups(cx, i, &subnet)?;
    let count = room(i, &subnet, count)?;
    let devices = devices(cx, &image, i.block_device_mappings.as_deref().unwrap_or_default())?;
    let plan = placement::plan(cx, i.placement.as_ref(), &kind, &subnet.vpc)?;
    let reserved = Reserved::read_request(cx, i.capacity_reservation_specification.as_ref())?;
    Ok(Launch { image, kind, subnet, groups, devices, count, plan, reserved })
}

/// Refuses what launches can ask for and don't get here, whoever makes them.
fn unbuilt(i: &RunInstancesRequest) -> Result<(), Fault> {
    let cpu = i.cpu_options.as_ref();
    let nets = i.network_interfaces.as_deref().unwrap_or_default();
    refuse(&[
        ("InstanceMarketOptions.MarketType", i.instance_market_options.is_some() && !is_spot(i)),
        ("KernelId", i.kernel_id.is_some()),
        ("RamdiskId", i.ramdisk_id.is_some()),
        ("ElasticGpuSpecification", i.elastic_gpu_specification.is_some()),
        ("ElasticInferenceAccelerator", i.elastic_inference_accelerators.is_some()),
        ("LicenseSpecification", i.license_specifications.is_some()),
        ("EnclaveOptions", i.enclave_options.as_ref().is_some_and(|e| e.enabled == Some(true))),
        ("CpuOptions.AmdSevSnp", cpu.is_some_and(|c| c.amd_sev_snp.as_deref() == Some("enabled"))),
        (
            "CpuOptions.NestedVirtualization",
            cpu.is_some_and(|c| c.nested_virtualization.as_deref() == Some("enabled")),
        ),
        (
            "Monitoring.MetricCategoryIds",
            i.monitoring.as_ref().is_some_and(|m| m.metric_category_ids.is_some()),
        ),
        ("NetworkPerformanceOptions", i.network_performance_options.is_some()),
        ("Operator", i.operator.is_some()),
        ("SecondaryInterface", i.secondary_interfaces.is_some()),
        ("AdditionalInfo", i.additional_info.is_some()),
        (
            "NetworkInterface.AssociateCarrierIpAddress",
            nets.iter().any(|n| n.associate_carrier_ip_address == Some(true)),
        ),
        ("NetworkInterface.EnaSrdSpecification", nets.iter().any(|n| n.ena_srd_specification.is_some())),
        (
            "NetworkInterface.ConnectionTrackingSpecification",
            nets.iter().any(|n| n.connection_tracking_specification.is_some()),
        ),
        ("NetworkInterface.EnaQueueCount", nets.iter().any(|n| n.ena_queue_count.is_some())),
    ])
}

fn count(i: &RunInstancesRequest) -> Result<i32, Fault> {
    for (value, name) in [(i.min_count, "minCount"), (i.max_count, "maxCount")] {
        if value < 1 {
            return Err(invalid_parameter(value, name, "Must be greater than 0."));
        }
    }
    if i.min_count > i.max_count {
        return Err(combination("The parameter minCount must not be greater than maxCount"));
    }
    Ok(i.max_count)
}

/// As many instances as the subnet has addresses for, if those are enough.
fn room(i: &RunInstancesRequest, subnet: &Subnet, count: i32) -> Result<i32, Fault> {
    let brought = i.network_interfaces.iter().flatten().any(|n| n.network_interface_id.is_some());
    if brought || subnet.cidr.is_empty() || subnet.available() >= count {
        return Ok(count);
    }
    if subnet.available() >= i.min_count {
        return Ok(subnet.available());
    }
    Err(fault(
        "InsufficientFreeAddressesInSubnet",
        "The specified subnet does not have enough free addresses to satisfy the request.",
    ))
}

fn kind(cx: &Cx, name: &str) -> Result<InstanceType, Fault> {
    let found = instance_type::asked(name)?;
    match found.zones(cx.scope.region).is_empty() {
        true => Err(fault(
            "Unsupported",
            "The requested configuration is currently not supported. Please check the documentation for supported configurations.",
        )),
        false => Ok(found),
    }
}

/// Refuses a type that the image can't run on.
pub(crate) fn fits(image: &Any, kind: &InstanceType) -> Result<(), Fault> {
    if !kind.runs(image.architecture()) {
        return Err(invalid_value(format!(
            "The architecture '{}' of the specified instance type does not match the architecture '{}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.",
            if kind.runs("arm64") { "arm64" } else { "i386,x86_64" },
            image.architecture()
        )));
    }
    if !kind.virtualizes(image.virtualization()) {
        return Err(combination(format!(
            "Virtualization type '{}' is required for instances of type '{}'. Ensure that you are using an AMI with virtualization type '{}'.",
            "hvm",
            kind.name(),
            "hvm"
        )));
    }
    Ok(())
}

/// Whether a launch buys Spot instances.
pub(crate) fn is_spot(i: &RunInstancesRequest) -> bool {
    i.instance_market_options.as_ref().is_some_and(|m| m.market_type.as_deref() == Some("spot"))
}

/// Refuses more vCPUs than the quota of the type's class leaves, which Spot has apart.
pub(crate) fn vcpus(cx: &Cx, kind: &InstanceType, count: i32, spot: bool) -> Result<(), Fault> {
    let class = class(kind.family());
    let limit = cx.quota("ec2", if spot && class == ON_DEMAND { ON_SPOT } else { class })?;
    let taken = resource::count(cx, &tally_name(kind.family(), spot))?;
    let used = i64::from(kind.vcpus()) * i64::from(count) + i64::try_from(taken).unwrap_or(i64::MAX);
    let over = used > i64::try_from(limit).unwrap_or(i64::MAX);
    if over && spot {
        return Err(fault("MaxSpotInstanceCountExceeded", "Max spot instance count exceeded"));
    }
    if over {
        let text = format!(
            "You have requested more vCPU capacity than your current vCPU limit of {limit} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit."
        );
        return Err(fault("VcpuLimitExceeded", text));
    }
    Ok(())
}

/// The name under which the vCPUs of a family's running instances are tallied.
pub(crate) fn tally_name(family: &str, spot: bool) -> String {
    format!("{} {}", if spot { "spot-vcpus" } else { "vcpus" }, class(family))
}

/// The quota of a family's running On-Demand instances. Source: EC2 user guide, "On-Demand Instance quotas".
fn class(family: &str) -> &'static str {
    const OWN: [(&str, &str); 11] = [
        ("hpc", "L-F7808C92"),
        ("inf", "L-1945791B"),
        ("trn", "L-2C3B7624"),
        ("dl", "L-6E869C2A"),
        ("u-", "L-43DA4232"),
        ("u7", "L-43DA4232"),
        ("vt", "L-DB2E81BA"),
        ("g", "L-DB2E81BA"),
        ("p", "L-417A185B"),
        ("f", "L-74FC7D96"),
        ("x", "L-7295265B"),
    ];
    OWN.iter().find(|(head, _)| family.starts_with(head)).map_or(ON_DEMAND, |(_, code)| code)
}

fn subnet(cx: &Cx, i: &RunInstancesRequest, kind: &InstanceType) -> Result<Subnet, Fault> {
    let nets = i.network_interfaces.as_deref().unwrap_or_default();
    if !nets.is_empty()
        && (i.subnet_id.is_some() || i.security_group_ids.is_some() || i.security_groups.is_some())
    {
        return Err(combination(
            "Network interfaces and an instance-level subnet ID or security groups may not be specified on the same request",
        ));
    }
    if !nets.is_empty() && nics::names_addresses(i) {
        return Err(combination(
            "Network interfaces and an instance-level private IP address may not be specified on the same request",
        ));
    }
    let given = first_subnet(nets).or(i.subnet_id.as_deref());
    let zone = zone(cx, i.placement.as_ref())?;
    let zone = zone.as_deref();
    let found = match (nics::brought_subnet(cx, nets)?, given) {
        (Some(brought), _) => brought,
        (None, Some(id)) => find::<Subnet>(cx, id)?,
        (None, None) => default_subnet(cx, zone, kind)?,
    };
    if zone.is_some_and(|z| z != found.zone) {
        return Err(invalid_parameter(
            zone.unwrap_or_default(),
            "availabilityZone",
            "Subnet is in another zone.",
        ));
    }
    if !kind.zones(cx.scope.region).contains(&found.zone_id.as_str()) {
        let text = format!(
            "Your requested instance type ({}) is not supported in your requested Availability Zone ({}). Please retry your request by not specifying an Availability Zone or choosing another one.",
            kind.name(),
            found.zone
        );
        return Err(fault("Unsupported", text));
    }
    Ok(found)
}

/// Whether the caller chose where the launch stands.
fn names_zone(cx: &Cx, i: &RunInstancesRequest) -> Result<bool, Fault> {
    let nets = i.network_interfaces.as_deref().unwrap_or_default();
    let subnet = i.subnet_id.is_some()
        || nets.iter().any(|n| n.subnet_id.is_some() || n.network_interface_id.is_some());
    Ok(subnet || zone(cx, i.placement.as_ref())?.is_some())
}

/// The zone that a placement names, by its name or its id.
pub(crate) fn zone(cx: &Cx, placement: Option<&Placement>) -> Result<Option<String>, Fault> {
    let Some(p) = placement else { return Ok(None) };
    let name = p.availability_zone.as_deref().filter(|n| !n.is_empty());
    match &p.availability_zone_id {
        None => Ok(name.map(str::to_owned)),
        Some(id) => match zones::named(cx, name, Some(id))? {
            Some(zone) => Ok(Some(zone.name)),
            None => Err(invalid_value(format!("Invalid availability zone id: [{id}]"))),
        },
    }
}

/// The subnet of the first interface that is described.
pub(crate) fn first_subnet(nets: &[InstanceNetworkInterfaceSpecification]) -> Option<&str> {
    let mut described: Vec<_> = nets.iter().filter(|n| n.subnet_id.is_some()).collect();
    described.sort_by_key(|n| n.device_index);
    described.first().and_then(|n| n.subnet_id.as_deref())
}

/// The default subnet of a zone, or of the first zone that offers the type and has some left.
pub(crate) fn default_subnet(cx: &Cx, zone: Option<&str>, kind: &InstanceType) -> Result<Subnet, Fault> {
    let Some(vpc) = vpc::default(cx)? else {
        return Err(fault(
            "VPCIdNotSpecified",
            "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
        ));
    };
    let offered = kind.zones(cx.scope.region);
    let mut all = resource::on::<Subnet>(cx, &vpc.id)?;
    all.retain(|n| n.default_for_az && zone.map_or(offered.contains(&n.zone_id.as_str()), |z| z == n.zone));
    all.sort_by(|a, b| a.zone.cmp(&b.zone));
    if zone.is_none() {
        all.sort_by_key(|n| !capacity::is_left(cx, kind.name(), (&n.zone, &n.zone_id)));
    }
    all.into_iter().next().ok_or_else(|| match zone {
        Some(z) => fault("InvalidParameterValue", format!("Invalid availability zone: [{z}]")),
        None => fault("MissingInput", "No subnets found for the default VPC. Please specify a subnet."),
    })
}

fn groups(cx: &Cx, i: &RunInstancesRequest, subnet: &Subnet) -> Result<Vec<String>, Fault> {
    let mut ids = i.security_group_ids.clone().unwrap_or_default();
    for name in i.security_groups.iter().flatten() {
        if i.subnet_id.is_some() {
            return Err(combination("The parameter groupName cannot be used with the parameter subnet"));
        }
        ids.push(match security_group::named(cx, &subnet.vpc, name)? {
            Some(g) => g.id,
            None => security_group::by_id_or_name(cx, None, Some(name))?.id,
        });
    }
    let nets = i.network_interfaces.iter().flatten();
    ids.extend(nets.filter(|n| nics::is_first(n)).flat_map(|n| n.groups.iter().flatten().cloned()));
    Ok(ids)
}

/// The image's devices, with what the call changes.
fn devices(cx: &Cx, image: &Any, given: &[BlockDeviceMapping]) -> Result<Vec<Device>, Fault> {
    let mut all = image.devices();
    let mut seen = Vec::new();
    for m in given {
        let name = m.device_name.clone().ok_or_else(|| missing("deviceName"))?;
        if seen.contains(&name) {
            return Err(fault("InvalidBlockDeviceMapping", format!("Duplicate device name {name}")));
        }
        seen.push(name.clone());
        let at = all.iter().position(|d| d.name == name);
        if m.no_device.is_some() {
            all.retain(|d| d.name != name);
            continue;
        }
        let base = at.map(|at| all.remove(at));
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
        let old = base.unwrap_or_else(|| Device { delete_on_termination: true, ..Device::default() });
        let size = e.volume_size.or(from.as_ref().map(|s| s.size_gb)).unwrap_or(old.size_gb);
        if size == 0 {
            return Err(missing("size or snapshotId"));
        }
        if size < old.size_gb.max(from.as_ref().map_or(0, |s| s.size_gb)) {
            return Err(fault(
                "InvalidBlockDeviceMapping",
                format!(
                    "Volume of size {size}GB is smaller than snapshot '{}', expect size >= {}GB",
                    old.snapshot, old.size_gb
                ),
            ));
        }
        let kind = e.volume_type.as_deref().unwrap_or(if old.kind.is_empty() { "gp2" } else { &old.kind });
        // The image's rates stay while its type does.
        let kept = |n: i32| if kind == old.kind { n } else { 0 };
        all.push(Device {
            name,
            size_gb: size,
            delete_on_termination: e.delete_on_termination.unwrap_or(old.delete_on_termination),
            encrypted: e.encrypted.unwrap_or(old.encrypted) || from.as_ref().is_some_and(|s| s.encrypted),
            snapshot: from.map_or(old.snapshot, |s| s.id),
            iops: e.iops.unwrap_or(kept(old.iops)),
            throughput: e.throughput.unwrap_or(kept(old.throughput)),
            kind: kind.to_owned(),
            virtual_name: String::new(),
        });
    }
    for d in all.iter().filter(|d| d.virtual_name.is_empty()) {
        let some = |n: i32| Some(n).filter(|n| *n > 0);
        volume::checked(&d.kind, d.size_gb, some(d.iops), some(d.throughput), false)?;
    }
    Ok(all)
}

/// Options of the metadata service. Errors: InvalidParameterValue.
///
/// What the call says goes before what the account prefers, and that before what the image says.
pub(crate) fn metadata(
    prefers: &MetadataDefaults,
    given: Option<&InstanceMetadataOptionsRequest>,
    image: &Any,
) -> Result<Metadata, Fault> {
    let mut usual = Metadata {
        tokens: if image.imds() == Some("v2.0") { "required" } else { "optional" }.to_owned(),
        hops: if image.imds() == Some("v2.0") { 2 } else { 1 },
        endpoint: "enabled".to_owned(),
        ipv6: "disabled".to_owned(),
        tags: "disabled".to_owned(),
    };
    let prefer = |wish: &String, of: &mut String| {
        if !wish.is_empty() {
            of.clone_from(wish);
        }
    };
    prefer(&prefers.tokens, &mut usual.tokens);
    prefer(&prefers.endpoint, &mut usual.endpoint);
    prefer(&prefers.tags, &mut usual.tags);
    if prefers.hops > 0 {
        usual.hops = prefers.hops;
    }
    let made = match given {
        Some(g) => changed(usual, g)?,
        None => usual,
    };
    if prefers.enforced == "enabled" && made.tokens != "required" {
        return Err(fault("UnsupportedOperation", IMDSV2_ENFORCED));
    }
    Ok(made)
}

/// Source: EC2 user guide, "Enforce the use of IMDSv2".
const IMDSV2_ENFORCED: &str = "You can't launch instances with IMDSv1 because httpTokensEnforced is enabled for this account. Either launch the instance with httpTokens=required or contact your account owner to disable httpTokensEnforced using the ModifyInstanceMetadataDefaults API or the account settings in the EC2 console.";

/// Options with what a call changes.
pub(crate) fn changed(old: Metadata, g: &InstanceMetadataOptionsRequest) -> Result<Metadata, Fault> {
    let one = |given: &Option<String>, old: String| given.clone().unwrap_or(old);
    let hops = g.http_put_response_hop_limit.unwrap_or(old.hops);
    if !(1..=64).contains(&hops) {
        return Err(invalid_parameter(hops, "HttpPutResponseHopLimit", "Must be between 1 and 64."));
    }
    Ok(Metadata {
        tokens: one(&g.http_tokens, old.tokens),
        hops,
        endpoint: one(&g.http_endpoint, old.endpoint),
        ipv6: one(&g.http_protocol_ipv6, old.ipv6),
        tags: one(&g.instance_metadata_tags, old.tags),
    })
}

/// User data: base64 of at most 16 KB. Errors: InvalidUserData.Malformed; InvalidParameterValue.
pub(crate) fn user_data(given: Option<&str>) -> Result<String, Fault> {
    let text = given.unwrap_or_default();
    let Ok(bytes) = STANDARD.decode(text.trim().replace(['\n', '\r'], "")) else {
        return Err(fault("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data."));
    };
    match bytes.len() > USER_DATA {
        true => Err(fault("InvalidParameterValue", format!("User data is limited to {USER_DATA} bytes"))),
        false => Ok(text.to_owned()),
    }
}

/// Credits of a burstable type. Errors: InvalidParameterCombination; InvalidParameterValue.
pub(crate) fn credits(
    settings: &Settings,
    kind: &InstanceType,
    given: Option<&str>,
) -> Result<String, Fault> {
    match (kind.bursts(), given) {
        (false, None) => Ok(String::new()),
        (false, Some(_)) => Err(combination(
            "The t2/t3/t3a/t4g instance types only are allowed to have a credit specification.",
        )),
        (true, Some(c @ ("standard" | "unlimited"))) => Ok(c.to_owned()),
        (true, Some(other)) => Err(invalid_parameter(other, "cpuCredits", "")),
        (true, None) => Ok(settings.credits_of(kind.family()).to_owned()),
    }
}
