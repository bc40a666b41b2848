//! Dedicated hosts: rows, how many instances fit on one, which one takes the next. A host's vCPUs are those of the largest type
//! of its family.
//! Source: EC2 user guide, "Amazon EC2 Dedicated Hosts"; EC2 API reference, "Host" (2026-11-22).
//!
//! Differs from AWS: how many instances of each size a mixed host takes is worked out from vCPUs alone; sockets aren't shown.

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::fault;
use crate::filter::Accessor;
use crate::instance::Instance;
use crate::instance_type::{self, InstanceType};
use crate::kind::{Keys, Kind};
use crate::resource::{self, Listed, Resource, all, on};
use crate::tags::{self, Tags};

pub(crate) static DEDICATED_HOST: Kind = Kind {
    noun: "dedicated-host",
    prefix: "h",
    not_found: ("InvalidHostID.NotFound", "The host ID '{}' does not exist"),
    malformed: Some(("InvalidHostId.Malformed", "Invalid id: \"{}\" (expecting \"h-...\")")),
    seen: resource::seen::<Host>,
};

/// A dedicated host.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Host {
    pub(crate) id: String,
    /// The only type that it takes; empty where it takes a family.
    pub(crate) kind: String,
    pub(crate) family: String,
    pub(crate) zone: String,
    pub(crate) zone_id: String,
    /// Takes instances that name no host.
    pub(crate) auto_placement: bool,
    pub(crate) recovery: bool,
    pub(crate) maintenance: bool,
    pub(crate) allocated_ms: i64,
    pub(crate) client_token: String,
}

impl Row for Host {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.kind);
        w.put(3, &self.family);
        w.put(4, &self.zone);
        w.put(5, &self.zone_id);
        w.put(6, &self.auto_placement);
        w.put(7, &self.recovery);
        w.put(8, &self.maintenance);
        w.put(9, &self.allocated_ms);
        w.put(10, &self.client_token);
    }
    fn read(r: &mut RowReader) -> Result<Host, RowError> {
        Ok(Host {
            id: r.get(1)?,
            kind: r.get(2)?,
            family: r.get(3)?,
            zone: r.get(4)?,
            zone_id: r.get(5)?,
            auto_placement: r.get(6)?,
            recovery: r.get(7)?,
            maintenance: r.get(8)?,
            allocated_ms: r.get(9)?,
            client_token: r.get(10)?,
        })
    }
}

fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

impl Listed for Host {
    const FILTERS: &'static [(&'static str, Accessor<Host>)] = &[
        ("auto-placement", |h, p| p.text(switch(h.auto_placement))),
        ("availability-zone", |h, p| p.text(&h.zone)),
        ("client-token", |h, p| p.maybe(Some(h.client_token.as_str()).filter(|t| !t.is_empty()))),
        ("host-reservation-id", |_, _| {}),
        ("instance-type", |h, p| p.maybe(Some(h.kind.as_str()).filter(|k| !k.is_empty()))),
        ("state", |_, p| p.text("available")),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Host {
    const TABLE: &'static str = "ec2.host";
    const KIND: &'static Kind = &DEDICATED_HOST;
    fn keys(&self, _: &Cx) -> Keys {
        vec![
            ("ec2:AutoPlacement", vec![switch(self.auto_placement).to_owned()]),
            ("ec2:AvailabilityZone", vec![self.zone.clone()]),
            ("ec2:HostRecovery", vec![switch(self.recovery).to_owned()]),
            ("ec2:InstanceType", vec![self.kind.clone()]),
        ]
    }
}

/// The largest type of a family.
fn largest(family: &str) -> Option<InstanceType> {
    instance_type::all().filter(|t| t.family() == family).max_by_key(InstanceType::vcpus)
}

fn vcpus(host: &Host) -> i32 {
    largest(&host.family).map_or(0, |t| t.vcpus())
}

/// What runs on it.
pub(crate) fn running(cx: &Cx, host: &Host) -> Result<Vec<Instance>, Fault> {
    Ok(on::<Instance>(cx, &host.id)?.into_iter().filter(|i| i.goal == "running").collect())
}

fn used(instances: &[Instance]) -> i32 {
    instances.iter().filter_map(|i| instance_type::named(&i.kind)).map(|t| t.vcpus()).sum()
}

fn takes(host: &Host, kind: &InstanceType, zone: &str) -> bool {
    host.zone == zone
        && if host.kind.is_empty() { host.family == kind.family() } else { host.kind == kind.name() }
}

fn fits(cx: &Cx, host: &Host, kind: &InstanceType, but: &str) -> Result<bool, Fault> {
    let mut there = running(cx, host)?;
    there.retain(|i| i.id != but);
    Ok(used(&there) + kind.vcpus() <= vcpus(host))
}

/// `InsufficientHostCapacity`, a server's error.
pub(crate) fn none_left() -> Fault {
    let text = "There is not enough capacity to fulfill your Dedicated Host request.";
    Fault::new("InsufficientHostCapacity", 500, text)
}

/// A host that takes instances by itself and has room.
///
/// Errors: InsufficientHostCapacity.
pub(crate) fn any_with_room(cx: &Cx, kind: &InstanceType, zone: &str, but: &str) -> Result<String, Fault> {
    let hosts: Vec<Host> = all::<Host>(cx)?.filter(|h| h.auto_placement && takes(h, kind, zone)).collect();
    for host in hosts {
        if fits(cx, &host, kind, but)? {
            return Ok(host.id);
        }
    }
    Err(none_left())
}

/// Refuses an instance that a host can't take.
///
/// Errors: UnsupportedHostConfiguration (inferred): another zone or type; InsufficientHostCapacity.
pub(crate) fn has_room(
    cx: &Cx,
    host: &Host,
    kind: &InstanceType,
    zone: &str,
    but: &str,
) -> Result<(), Fault> {
    if !takes(host, kind, zone) {
        let text = format!("The host '{}' does not support a {} in {zone}.", host.id, kind.name());
        return Err(fault("UnsupportedHostConfiguration", text));
    }
    if !fits(cx, host, kind, but)? {
        return Err(none_left());
    }
    Ok(())
}

fn capacity(host: &Host, used: i32) -> s::AvailableCapacity {
    let (total, free) = (vcpus(host), vcpus(host) - used);
    let kinds = instance_type::all().filter(|t| match host.kind.is_empty() {
        true => t.family() == host.family && t.vcpus() <= total,
        false => t.name() == host.kind,
    });
    let one = |t: InstanceType| s::InstanceCapacity {
        instance_type: Some(t.name().to_owned()),
        total_capacity: Some(total / t.vcpus()),
        available_capacity: Some(free / t.vcpus()),
    };
    s::AvailableCapacity {
        available_instance_capacity: Some(kinds.map(one).collect()),
        available_v_cpus: Some(free),
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, h: &Host, tags: &Tags) -> Result<s::Host, Fault> {
    let there = running(cx, h)?;
    let text = |t: &str| Some(t.to_owned()).filter(|t| !t.is_empty());
    let one = |i: &Instance| s::HostInstance {
        instance_id: Some(i.id.clone()),
        instance_type: Some(i.kind.clone()),
        owner_id: Some(cx.scope.account.clone()),
    };
    Ok(s::Host {
        auto_placement: text(switch(h.auto_placement)),
        availability_zone: text(&h.zone),
        availability_zone_id: text(&h.zone_id),
        available_capacity: Some(capacity(h, used(&there))),
        client_token: text(&h.client_token),
        host_id: Some(h.id.clone()),
        host_properties: Some(s::HostProperties {
            cores: largest(&h.family).map(|t| t.cores()),
            instance_type: text(&h.kind),
            instance_family: text(&h.family),
            sockets: None,
            total_v_cpus: Some(vcpus(h)),
        }),
        instances: Some(there.iter().map(one).collect()),
        state: text("available"),
        allocation_time: Some(Timestamp { epoch_ms: h.allocated_ms }),
        tags: tags::shown(tags),
        host_recovery: text(switch(h.recovery)),
        allows_multiple_instance_types: text(switch(h.kind.is_empty())),
        owner_id: Some(cx.scope.account.clone()),
        member_of_service_linked_resource_group: Some(false),
        host_maintenance: text(switch(h.maintenance)),
        ..s::Host::default()
    })
}
