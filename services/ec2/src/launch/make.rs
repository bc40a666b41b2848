//! Making instances of a checked launch: rows, interfaces (`nics.rs`), volumes. All of them, or none.
//! Source: EC2 API reference, "RunInstances" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{RunInstancesRequest, TagSpecification};

use super::{Launch, nics};
use crate::capacity_reservation::{self, CapacityReservation};
use crate::err::{combination, fault};
use crate::fresh::Fresh;
use crate::image::Device;
use crate::instance::{INSTANCE, Instance, Whole};
use crate::network_interface::NETWORK_INTERFACE;
use crate::spot_request::{self, Bid, SPOT_REQUEST, SpotRequest};
use crate::tags::{self, Tags};
use crate::volume::{self, Attached, VOLUME, Volume};
use crate::{iam_profile, id, key_pair, launch, placement, settings, spot_price};

/// Tags of what is made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Made {
    instance: Tags,
    volume: Tags,
    interface: Tags,
    spot: Tags,
}

/// How instances are bought.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Market<'a> {
    OnDemand,
    /// As Spot; each instance gets a request.
    Bid(&'a Bid<'a>),
    /// As Spot, for that request.
    Spot(&'a str),
}

/// What is to be made.
#[derive(Clone, Copy)]
pub(crate) struct Order<'a> {
    pub(crate) request: &'a RunInstancesRequest,
    pub(crate) launch: &'a Launch,
    pub(crate) tags: &'a Made,
    pub(crate) market: Market<'a>,
}

impl Made {
    /// Out of a call's `TagSpecifications`. Errors: those of [`tags::specified`].
    pub(crate) fn read(given: Option<&[TagSpecification]>, spot: bool) -> Result<Made, Fault> {
        let all = [&INSTANCE, &VOLUME, &NETWORK_INTERFACE, &SPOT_REQUEST];
        let makes = &all[..if spot { 4 } else { 3 }];
        Ok(Made {
            spot: tags::specified(given, &SPOT_REQUEST, makes)?,
            instance: tags::specified(given, &INSTANCE, makes)?,
            volume: tags::specified(given, &VOLUME, makes)?,
            interface: tags::specified(given, &NETWORK_INTERFACE, makes)?,
        })
    }

    /// Those of network interfaces.
    pub(crate) fn of_interfaces(&self) -> &Tags {
        &self.interface
    }

    /// A tag of AWS's own on each instance.
    pub(crate) fn mark(&mut self, key: &str, value: impl ToString) {
        self.instance.push((key.to_owned(), value.to_string()));
        self.instance.sort();
    }
}

/// What the instances of a launch share, so that it is read once, and what is noted while they are made.
struct Shared {
    /// Volumes without ids.
    disks: Vec<Volume>,
    /// Capacity reservations that any of them may use.
    open: Vec<CapacityReservation>,
    nics: nics::Shared,
    fresh: Fresh,
}

/// Makes all instances of a launch; the answer is their reservation, and they as they are described.
pub(crate) fn all(cx: &mut Cx, order: &Order<'_>) -> Result<(String, Vec<Whole>), Fault> {
    let base = base(cx, order.request, order.launch)?;
    let mut shared = Shared {
        disks: disks(cx, order.launch)?,
        open: capacity_reservation::open_for(cx, &base)?,
        nics: nics::Shared::default(),
        fresh: Fresh::default(),
    };
    for index in 0..order.launch.count {
        let row = Instance { id: id::fresh(cx, "i"), launch_index: index, ..base.clone() };
        start(cx, order, row, &mut shared)?;
    }
    shared.nics.finish(cx)?;
    let mut made = shared.fresh.finish(cx)?;
    made.sort_by_key(|w| w.own.launch_index);
    Ok((base.reservation, made))
}

/// The volumes of each instance, without ids.
fn disks(cx: &Cx, l: &Launch) -> Result<Vec<Volume>, Fault> {
    let zone = (l.subnet.zone.as_str(), l.subnet.zone_id.as_str());
    let disk = |d: &Device| {
        let some = |n: i32| Some(n).filter(|n| *n > 0);
        let make = volume::checked(&d.kind, d.size_gb, some(d.iops), some(d.throughput), false)?;
        let attached = Attached {
            instance: String::new(),
            device: d.name.clone(),
            delete_on_termination: d.delete_on_termination,
            at_ms: cx.now_ms,
        };
        let plain = Volume::plain(cx, make, zone, &d.snapshot, d.encrypted)?;
        Ok(Volume { attached: vec![attached], ..plain })
    };
    l.devices.iter().filter(|d| d.virtual_name.is_empty()).map(disk).collect()
}

/// The Spot request of an instance.
///
/// Errors: SpotMaxPriceTooLow; those of [`spot_request::new`].
fn bid(cx: &mut Cx, order: &Order<'_>, bid: &Bid<'_>) -> Result<SpotRequest, Fault> {
    let single = RunInstancesRequest {
        min_count: 1,
        max_count: 1,
        launch_template: None,
        client_token: None,
        tag_specifications: None,
        ..order.request.clone()
    };
    let row = spot_request::new(cx, bid, &single, order.launch)?;
    let now = spot_request::price_now(cx, order.launch);
    if now > row.most() {
        let text = format!(
            "Your Spot request price of {} is lower than the minimum required Spot request fulfillment price of {}.",
            bid.price.unwrap_or(&row.price),
            spot_price::text(now)
        );
        return Err(fault("SpotMaxPriceTooLow", text));
    }
    Ok(row)
}

/// Behaviour on shutdown, hibernation.
fn options<'a>(cx: &Cx, i: &'a RunInstancesRequest, l: &Launch) -> Result<(&'a str, bool), Fault> {
    if let Some(name) = i.key_name.as_deref()
        && key_pair::named(cx, name)?.is_none()
    {
        return Err(fault("InvalidKeyPair.NotFound", format!("The key pair '{name}' does not exist")));
    }
    let on_shutdown = i.instance_initiated_shutdown_behavior.as_deref().unwrap_or("stop");
    let hibernates = i.hibernation_options.as_ref().is_some_and(|h| h.configured == Some(true));
    if hibernates {
        can_hibernate(cx, l)?;
    }
    if l.count > 1 && i.private_ip_address.is_some() {
        return Err(combination("You may not specify a private IP address for more than one instance"));
    }
    Ok((on_shutdown, hibernates))
}

/// Most memory of an instance that hibernates, in mebibytes: below 150 GiB, of Windows 16 GiB.
const HIBERNATES_BELOW_MIB: i64 = 150 * 1_024;
const WINDOWS_HIBERNATES_MIB: i64 = 16 * 1_024;

/// What an instance needs to hibernate: its memory goes to its root volume, encrypted.
///
/// Errors: UnsupportedHibernationConfiguration (texts inferred).
/// Source: EC2 user guide, "Prerequisites for EC2 instance hibernation" (2026-11-22).
fn can_hibernate(cx: &Cx, l: &Launch) -> Result<(), Fault> {
    let wrong = |text: String| Err(fault("UnsupportedHibernationConfiguration", text));
    if !l.kind.hibernates() {
        return wrong(format!("Hibernation is not supported for the {} instance type", l.kind.name()));
    }
    let memory = l.kind.memory_mib();
    let too_large = match l.image.is_windows() {
        true => memory > WINDOWS_HIBERNATES_MIB,
        false => memory >= HIBERNATES_BELOW_MIB,
    };
    if too_large {
        return wrong(format!("The {} instance type has too much memory to hibernate", l.kind.name()));
    }
    let root = l.devices.iter().find(|d| d.name == l.image.root() && d.virtual_name.is_empty());
    let Some(root) = root else {
        return wrong("Hibernation needs a root volume of EBS".to_owned());
    };
    if !root.encrypted && !settings::read(cx)?.encrypts {
        return wrong("Hibernation needs an encrypted root volume".to_owned());
    }
    if !["gp2", "gp3", "io1", "io2"].contains(&root.kind.as_str()) {
        return wrong(format!("Hibernation is not supported for a root volume of type {}", root.kind));
    }
    if i64::from(root.size_gb) * 1_024 <= memory {
        return wrong(format!(
            "The root volume of {} GiB has no room for {memory} MiB of memory",
            root.size_gb
        ));
    }
    Ok(())
}

/// What all instances of the call share.
fn base(cx: &mut Cx, i: &RunInstancesRequest, l: &Launch) -> Result<Instance, Fault> {
    let (on_shutdown, hibernates) = options(cx, i, l)?;
    let settings = settings::read(cx)?;
    let cpu = i.cpu_options.as_ref();
    let (cores, threads) =
        l.kind.cpu(cpu.and_then(|c| c.core_count), cpu.and_then(|c| c.threads_per_core))?;
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
        tenancy: l.plan.tenancy.clone(),
        placed: l.plan.placed.clone(),
        reserved: l.reserved.clone(),
        launched_ms: cx.now_ms,
        client_token: i.client_token.clone().unwrap_or_default(),
        user_data: launch::user_data(i.user_data.as_deref())?,
        monitored: i.monitoring.as_ref().is_some_and(|m| m.enabled),
        ebs_optimized: i.ebs_optimized == Some(true),
        keeps: i.disable_api_termination == Some(true),
        keeps_running: i.disable_api_stop == Some(true),
        on_shutdown: on_shutdown.to_owned(),
        credits: launch::credits(
            &settings,
            &l.kind,
            i.credit_specification.as_ref().map(|c| c.cpu_credits.as_str()),
        )?,
        cores,
        threads,
        hibernates,
        metadata: launch::metadata(&settings.metadata, i.metadata_options.as_ref(), &l.image)?,
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
fn start(cx: &mut Cx, order: &Order<'_>, mut row: Instance, shared: &mut Shared) -> Result<(), Fault> {
    let Order { request: i, tags, market, .. } = *order;
    let fresh = &mut shared.fresh;
    placement::place(cx, &mut row, false)?;
    let mut own_request = None;
    match market {
        Market::OnDemand => capacity_reservation::take_of(cx, &mut row, &shared.open)?,
        Market::Spot(id) => id.clone_into(&mut row.spot),
        Market::Bid(b) => {
            let made = bid(cx, order, b)?;
            row.spot.clone_from(&made.id);
            own_request = Some(made);
        }
    }
    fresh.tag(cx, &INSTANCE, &row.id, &tags.instance);
    nics::all(cx, order, (&mut shared.nics, fresh), &mut row)?;
    for disk in &shared.disks {
        let mut v = disk.clone().named(cx);
        v.attached.iter_mut().for_each(|a| a.instance.clone_from(&row.id));
        fresh.add(cx, &v);
        fresh.tag(cx, &VOLUME, &v.id, &tags.volume);
    }
    if let Some(given) = i.iam_instance_profile.as_ref().filter(|g| g.name.is_some() || g.arn.is_some()) {
        iam_profile::associate(cx, &row.id, given)?;
    }
    fresh.add(cx, &row);
    if let Some(mut made) = own_request {
        spot_request::fulfilled(cx, &mut made, &row)?;
        tags::add(cx, &SPOT_REQUEST, &made.id, &tags.spot)?;
    }
    Ok(())
}
