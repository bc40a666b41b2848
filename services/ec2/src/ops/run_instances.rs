//! `RunInstances`: a reservation of instances with their interfaces and volumes, all or none of them.
//! Source: EC2 API reference, "RunInstances" (2026-11-22).
//!
//! Differs from AWS: fewer than MaxCount are launched only where the subnet has no more addresses; capacity never runs short.

use codec::Fault;
use kernel::{Cx, Guard, Profile, Target};
use shapes_ec2::{Reservation, RunInstancesRequest, op};

use crate::instance::{self, Instance, Whole};
use crate::launch::make::{self, Made, Market, Order};
use crate::launch::{self, template};
use crate::launch_template::LAUNCH_TEMPLATE;
use crate::placement_group::PLACEMENT_GROUP;
use crate::resource::on;
use crate::spot_request::Bid;
use crate::{guard, iam_profile, image, instance_type, security_group, settings, token, vpc};

/// Who may: everything named, in the request or its template, everything made, and the default subnet and group where none
/// is named. A template that isn't there is asked for alone.
pub(crate) fn guard(cx: &Cx, i: &RunInstancesRequest) -> Result<Guard, Fault> {
    let Some(r) = template::resolved(cx, i).ok() else { return guard::of::<op::RunInstances>(cx, i) };
    let mut all = of_launch(cx, &r.request)?;
    if let Some((t, _)) = &r.template {
        let own = guard::of::<op::RunInstances>(cx, i)?;
        let arn = LAUNCH_TEMPLATE.arn(cx, &t.id);
        for target in all.targets.iter_mut().filter(|t| t.action.is_none()) {
            let overrides = !target.resource.ends_with("/*")
                && target.resource != arn
                && own.targets.iter().any(|o| o.resource == target.resource);
            target.keys.push(("ec2:LaunchTemplate", vec![arn.clone()]));
            target.keys.push(("ec2:IsLaunchTemplateResource", vec![(!overrides).to_string()]));
        }
    }
    Ok(all)
}

/// What a launch touches.
fn of_launch(cx: &Cx, i: &RunInstancesRequest) -> Result<Guard, Fault> {
    let mut all = guard::of::<op::RunInstances>(cx, i)?;
    let kind = i.instance_type.as_deref().unwrap_or("m1.small");
    let named = i.network_interfaces.as_deref().unwrap_or_default();
    let subnet = launch::first_subnet(named).or(i.subnet_id.as_deref());
    let zone = launch::zone(cx, i.placement.as_ref())?;
    let zone = zone.as_deref();
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
    let prefers = settings::read(cx)?.metadata;
    let metadata =
        image.as_ref().and_then(|a| launch::metadata(&prefers, i.metadata_options.as_ref(), a).ok());
    let profile = match &i.iam_instance_profile {
        Some(given) => iam_profile::passes(cx, given, &mut all)?,
        None => None,
    };
    for target in &mut all.targets {
        if target.resource.ends_with(":instance/*") && target.action.is_none() {
            profile.iter().for_each(|arn| target.keys.push(("ec2:InstanceProfile", vec![arn.clone()])));
        }
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
        let placement = i.placement.as_ref();
        let host = placement.is_some_and(|p| p.host_id.is_some());
        let usual = if host { "host" } else { "default" };
        add("ec2:Tenancy", placement.and_then(|p| p.tenancy.clone()).unwrap_or_else(|| usual.to_owned()));
        if let Some(name) = placement.and_then(|p| p.group_name.as_deref()).filter(|n| !n.is_empty()) {
            add("ec2:PlacementGroup", PLACEMENT_GROUP.arn(cx, name));
        }
        let market = if launch::is_spot(i) { "spot" } else { "on-demand" };
        add("ec2:InstanceMarketType", market.to_owned());
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

/// Errors: MissingParameter; InvalidParameterValue; InvalidParameterCombination; InvalidAMIID.NotFound, .Malformed,
/// .Unavailable; Unsupported; VcpuLimitExceeded; InvalidSubnetID.NotFound; InvalidGroup.NotFound; InvalidKeyPair.NotFound;
/// InvalidBlockDeviceMapping; InvalidUserData.Malformed; InvalidIPAddress.InUse; InsufficientFreeAddressesInSubnet;
/// InvalidNetworkInterface.InUse; IdempotentParameterMismatch; those of [`template::named`].
pub(crate) fn decide(cx: &mut Cx, i: &RunInstancesRequest) -> Result<Reservation, Fault> {
    let (made, token) = token::look_up(cx, "RunInstances", i.client_token.as_deref(), i)?;
    if let Some(reservation) = made {
        return again(cx, &reservation);
    }
    let resolved = template::resolved(cx, i)?;
    let request = &resolved.request;
    let mut tags = Made::read(request.tag_specifications.as_deref(), launch::is_spot(request))?;
    if let Some((t, version)) = &resolved.template {
        tags.mark("aws:ec2launchtemplate:id", &t.id);
        tags.mark("aws:ec2launchtemplate:version", version);
    }
    let l = launch::read(cx, request)?;
    let bid = Bid::of(request.instance_market_options.as_ref().and_then(|m| m.spot_options.as_ref()))?;
    let market = if launch::is_spot(request) { Market::Bid(&bid) } else { Market::OnDemand };
    let (reservation, made) = make::all(cx, &Order { request, launch: &l, tags: &tags, market })?;
    token::keep(cx, token, &reservation);
    answer(cx, &reservation, made)
}

/// The answer to a call that was made before.
fn again(cx: &Cx, reservation: &str) -> Result<Reservation, Fault> {
    let mut rows = on::<Instance>(cx, reservation)?;
    rows.sort_by_key(|r| r.launch_index);
    let wholes = rows.iter().map(|row| instance::whole(cx, &row.id)).collect::<Result<Vec<_>, _>>()?;
    answer(cx, reservation, wholes)
}

/// A reservation as answers show it: its instances pending.
fn answer(cx: &Cx, reservation: &str, wholes: Vec<Whole>) -> Result<Reservation, Fault> {
    let mut instances = Vec::new();
    for mut whole in wholes {
        let tags = std::mem::take(&mut whole.tags);
        let is_starting = whole.own.goal == "running";
        let mut shown = instance::show(cx, whole, tags)?;
        if is_starting {
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
