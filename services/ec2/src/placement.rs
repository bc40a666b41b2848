//! Where an instance stands: its placement group and partition, its dedicated host. A launch's `Placement` is checked once
//! ([`plan`]), each of its instances is then placed ([`place`]), and again when it starts.
//! Source: EC2 user guide, "Placement groups", "Amazon EC2 Dedicated Hosts" (2026-11-22); texts as reported.

use codec::Fault;
use kernel::Cx;
use shapes_ec2::Placement;
use store::{Row, RowError, RowReader, RowWriter};

use crate::dedicated_host::{self, Host};
use crate::err::{self, combination, fault, invalid_parameter};
use crate::instance::Instance;
use crate::instance_type::{self, InstanceType};
use crate::placement_group::{self, PlacementGroup};
use crate::resource::{find, get};
use crate::vpc::Vpc;

/// Where an instance stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Placed {
    /// Id and name of its placement group; empty for none.
    pub(crate) group_id: String,
    pub(crate) group: String,
    /// 0 for none.
    pub(crate) partition: i32,
    /// Its dedicated host; empty for none.
    pub(crate) host: String,
    /// `default`, `host`; empty without a host.
    pub(crate) affinity: String,
}

impl Row for Placed {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.group_id);
        w.put(2, &self.group);
        w.put(3, &self.partition);
        w.put(4, &self.host);
        w.put(5, &self.affinity);
    }
    fn read(r: &mut RowReader) -> Result<Placed, RowError> {
        Ok(Placed {
            group_id: r.get(1)?,
            group: r.get(2)?,
            partition: r.get(3)?,
            host: r.get(4)?,
            affinity: r.get(5)?,
        })
    }
}

/// A checked `Placement`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) tenancy: String,
    pub(crate) placed: Placed,
}

/// Reads a launch's placement.
///
/// Errors: InvalidParameterValue; InvalidParameterCombination; InvalidPlacementGroup.Unknown; InvalidHostID.NotFound;
/// those of [`grouped`].
pub(crate) fn plan(
    cx: &Cx,
    given: Option<&Placement>,
    kind: &InstanceType,
    vpc: &str,
) -> Result<Plan, Fault> {
    let none = Placement::default();
    let p = given.unwrap_or(&none);
    err::refuse(&[
        ("Placement.SpreadDomain", p.spread_domain.is_some()),
        ("Placement.HostResourceGroupArn", p.host_resource_group_arn.is_some()),
    ])?;
    let usual = match get::<Vpc>(cx, vpc)?.is_some_and(|v| v.tenancy == "dedicated") {
        true => "dedicated",
        false if p.host_id.is_some() => "host",
        false => "default",
    };
    let tenancy = p.tenancy.as_deref().filter(|t| *t != "default").unwrap_or(usual);
    if tenancy != "host" && (p.host_id.is_some() || p.affinity.as_deref() == Some("host")) {
        return Err(combination("The parameters hostId and affinity require the tenancy 'host'"));
    }
    let mut placed = Placed::default();
    if tenancy == "host" {
        p.affinity.as_deref().unwrap_or("default").clone_into(&mut placed.affinity);
        if !["default", "host"].contains(&placed.affinity.as_str()) {
            return Err(invalid_parameter(&placed.affinity, "affinity", ""));
        }
        if let Some(id) = &p.host_id {
            placed.host = find::<Host>(cx, id)?.id;
        }
    }
    grouped(cx, &mut placed, (p.group_name.as_deref(), p.group_id.as_deref()), p.partition_number, kind)?;
    Ok(Plan { tenancy: tenancy.to_owned(), placed })
}

/// Puts a placement into a group.
///
/// Errors: InvalidParameterCombination: name and id, a partition without partitions, a type that can't be clustered;
/// InvalidParameterValue: no such partition; InvalidPlacementGroup.Unknown.
pub(crate) fn grouped(
    cx: &Cx,
    placed: &mut Placed,
    (name, id): (Option<&str>, Option<&str>),
    partition: Option<i32>,
    kind: &InstanceType,
) -> Result<(), Fault> {
    let group = match (name.filter(|n| !n.is_empty()), id.filter(|i| !i.is_empty())) {
        (Some(_), Some(_)) => {
            return Err(combination(
                "Specify either the name or the ID of the placement group, but not both",
            ));
        }
        (Some(name), None) => placement_group::named(cx, name)?,
        (None, Some(id)) => find::<PlacementGroup>(cx, id)?,
        (None, None) if partition.is_some_and(|n| n > 0) => {
            return Err(combination("A partition number requires a placement group"));
        }
        (None, None) => return Ok(()),
    };
    if group.strategy == "cluster" && !kind.clusters() {
        return Err(combination(format!(
            "Cluster placement groups are not supported by the '{}' instance type. Specify a supported instance type or change the placement group strategy, and try again.",
            kind.name()
        )));
    }
    placed.partition = partition.unwrap_or(0);
    if placed.partition != 0 && group.strategy != "partition" {
        return Err(combination("A partition number requires a placement group with the partition strategy"));
    }
    if placed.partition < 0 || placed.partition > group.partitions {
        return Err(invalid_parameter(placed.partition, "partitionNumber", "There is no such partition."));
    }
    (placed.group_id, placed.group) = (group.id, group.name);
    Ok(())
}

/// Finds a place for an instance that is to run: its group's partition, its host.
///
/// Errors: those of [`placement_group::room`]; InsufficientHostCapacity; InvalidHostState (inferred): another zone or type.
pub(crate) fn place(cx: &Cx, row: &mut Instance, again: bool) -> Result<(), Fault> {
    if !row.placed.group_id.is_empty() {
        let group = find::<PlacementGroup>(cx, &row.placed.group_id)?;
        placement_group::room(cx, &group, row)?;
        if group.strategy == "partition" && row.placed.partition == 0 {
            row.placed.partition = placement_group::emptiest(cx, &group)?;
        }
    }
    if row.tenancy != "host" {
        return Ok(());
    }
    let kind = instance_type::named(&row.kind).ok_or_else(|| fault("Unsupported", "The type is unknown."))?;
    let own = get::<Host>(cx, &row.placed.host)?;
    let fits = own.map(|host| dedicated_host::has_room(cx, &host, &kind, &row.zone, &row.id));
    match fits {
        Some(Ok(())) => Ok(()),
        // Without affinity a restart may end on another host.
        Some(Err(f)) if !again || row.placed.affinity == "host" => Err(f),
        _ => {
            row.placed.host = dedicated_host::any_with_room(cx, &kind, &row.zone, &row.id)?;
            Ok(())
        }
    }
}
