//! Placement groups: rows, and how many instances of a group stand where. What a launch makes of one is `placement.rs`.
//! Source: EC2 user guide, "Placement groups for your Amazon EC2 instances" (2026-11-22); texts as reported.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::capacity;
use crate::err::fault;
use crate::filter::Accessor;
use crate::instance::Instance;
use crate::kind::{Keys, Kind};
use crate::resource::{self, Listed, Resource, by_link, on};
use crate::tags::{self, Tags};

pub(crate) static PLACEMENT_GROUP: Kind = Kind {
    noun: "placement-group",
    prefix: "pg",
    not_found: ("InvalidPlacementGroup.Unknown", "The Placement Group '{}' is unknown."),
    malformed: None,
    seen: resource::seen::<PlacementGroup>,
};

/// Running instances of a spread group in one zone.
pub(crate) const SPREAD_PER_ZONE: usize = 7;

/// A placement group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PlacementGroup {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `cluster`, `spread`, `partition`
    pub(crate) strategy: String,
    /// 0 but for partition groups.
    pub(crate) partitions: i32,
    /// `rack` of spread groups; else empty.
    pub(crate) spread_level: String,
}

impl Row for PlacementGroup {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.name);
        w.put(3, &self.strategy);
        w.put(4, &self.partitions);
        w.put(5, &self.spread_level);
    }
    fn read(r: &mut RowReader) -> Result<PlacementGroup, RowError> {
        Ok(PlacementGroup {
            id: r.get(1)?,
            name: r.get(2)?,
            strategy: r.get(3)?,
            partitions: r.get(4)?,
            spread_level: r.get(5)?,
        })
    }
}

impl Listed for PlacementGroup {
    const FILTERS: &'static [(&'static str, Accessor<PlacementGroup>)] = &[
        ("group-arn", |g, p| p.text(&PLACEMENT_GROUP.arn(p.cx, &g.name))),
        ("group-name", |g, p| p.text(&g.name)),
        ("spread-level", |g, p| p.maybe(Some(g.spread_level.as_str()).filter(|l| !l.is_empty()))),
        ("state", |_, p| p.text("available")),
        ("strategy", |g, p| p.text(&g.strategy)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for PlacementGroup {
    const TABLE: &'static str = "ec2.placement_group";
    const KIND: &'static Kind = &PLACEMENT_GROUP;
    const LINKED: &'static [&'static str] = &["group-name"];
    fn parents(&self) -> Vec<String> {
        vec![self.name.clone()]
    }
    fn keys(&self, _: &Cx) -> Keys {
        vec![
            ("ec2:PlacementGroupName", vec![self.name.clone()]),
            ("ec2:PlacementGroupStrategy", vec![self.strategy.clone()]),
        ]
    }
    fn arn_id(&self) -> &str {
        &self.name
    }
}

/// The group of that name. Errors: InvalidPlacementGroup.Unknown.
pub(crate) fn named(cx: &Cx, name: &str) -> Result<PlacementGroup, Fault> {
    let found = by_link::<PlacementGroup>(cx, name)?.filter(|g| g.name == name);
    found.ok_or_else(|| PLACEMENT_GROUP.not_found(name))
}

/// Its instances that aren't terminated.
pub(crate) fn members(cx: &Cx, group: &PlacementGroup) -> Result<Vec<Instance>, Fault> {
    Ok(on::<Instance>(cx, &group.id)?.into_iter().filter(|i| i.goal != "terminated").collect())
}

/// Refuses one more running instance in a zone, where the group's strategy has no place for it.
///
/// Errors: InvalidPlacementGroup.InUse: a cluster in another zone; InsufficientInstanceCapacity: a spread group's zone is full
/// (inferred).
pub(crate) fn room(cx: &Cx, group: &PlacementGroup, row: &Instance) -> Result<(), Fault> {
    let others: Vec<Instance> = members(cx, group)?.into_iter().filter(|o| o.id != row.id).collect();
    match group.strategy.as_str() {
        "cluster" => match others.iter().find(|o| o.zone != row.zone) {
            Some(o) => Err(fault(
                "InvalidPlacementGroup.InUse",
                format!(
                    "The placement group '{}' is in use in another availability zone: {}",
                    group.name, o.zone
                ),
            )),
            None => Ok(()),
        },
        "spread" => {
            let there = others.iter().filter(|o| o.zone == row.zone && o.goal == "running").count();
            if there < SPREAD_PER_ZONE {
                return Ok(());
            }
            Err(capacity::none_left(format!(
                "The spread placement group '{}' has {SPREAD_PER_ZONE} running instances in the Availability Zone {}, the most that it can have there.",
                group.name, row.zone
            )))
        }
        _ => Ok(()),
    }
}

/// The partition with the fewest instances.
pub(crate) fn emptiest(cx: &Cx, group: &PlacementGroup) -> Result<i32, Fault> {
    let members = members(cx, group)?;
    let load = |n: i32| members.iter().filter(|i| i.placed.partition == n).count();
    Ok((1..=group.partitions).min_by_key(|n| load(*n)).unwrap_or(1))
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, g: &PlacementGroup, tags: &Tags) -> s::PlacementGroup {
    s::PlacementGroup {
        group_name: Some(g.name.clone()),
        state: Some("available".to_owned()),
        strategy: Some(g.strategy.clone()),
        partition_count: Some(g.partitions).filter(|n| *n > 0),
        group_id: Some(g.id.clone()),
        tags: tags::shown(tags),
        group_arn: Some(PLACEMENT_GROUP.arn(cx, &g.name)),
        spread_level: Some(g.spread_level.clone()).filter(|l| !l.is_empty()),
        ..s::PlacementGroup::default()
    }
}
