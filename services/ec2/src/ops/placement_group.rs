//! `CreatePlacementGroup`, `DeletePlacementGroup`, `DescribePlacementGroups`.
//! Source: EC2 API reference, the operations (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, stored};
use crate::err::{self, combination, fault, invalid_parameter, missing};
use crate::placement_group::{self, PLACEMENT_GROUP, PlacementGroup, members, named};
use crate::quotas::{self, room};
use crate::resource::{all, by_link, remove, save};
use crate::{id, tags};

/// Partitions of a group.
const PARTITIONS: std::ops::RangeInclusive<i32> = 1..=7;

/// Errors: MissingParameter; InvalidParameterValue; InvalidParameterCombination; InvalidPlacementGroup.Duplicate;
/// PlacementGroupLimitExceeded.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreatePlacementGroupRequest,
) -> Result<s::CreatePlacementGroupResult, Fault> {
    err::refuse(&[
        ("LinkedGroupId", i.linked_group_id.is_some()),
        ("ParentGroupId", i.parent_group_id.is_some()),
        ("Operator", i.operator.is_some()),
        ("SpreadLevel", i.spread_level.as_deref() == Some("host")),
    ])?;
    let name = i.group_name.as_deref().filter(|n| !n.is_empty()).ok_or_else(|| missing("groupName"))?;
    let strategy = i.strategy.as_deref().unwrap_or("cluster");
    if !["cluster", "spread", "partition"].contains(&strategy) {
        return Err(invalid_parameter(strategy, "strategy", ""));
    }
    if i.partition_count.is_some() && strategy != "partition" {
        return Err(combination("The parameter partitionCount is valid for the 'partition' strategy only"));
    }
    if i.spread_level.is_some() && strategy != "spread" {
        return Err(combination("The parameter spreadLevel is valid for the 'spread' strategy only"));
    }
    let partitions = if strategy == "partition" { i.partition_count.unwrap_or(2) } else { 0 };
    if strategy == "partition" && !PARTITIONS.contains(&partitions) {
        return Err(invalid_parameter(partitions, "partitionCount", "Must be between 1 and 7."));
    }
    let tags = tags::for_new(i.tag_specifications.as_deref(), &PLACEMENT_GROUP)?;
    if by_link::<PlacementGroup>(cx, name)?.is_some_and(|g| g.name == name) {
        let text = format!("The placement group '{name}' already exists.");
        return Err(fault("InvalidPlacementGroup.Duplicate", text));
    }
    room(cx, &quotas::PLACEMENT_GROUPS, all::<PlacementGroup>(cx)?, 1)?;
    let row = PlacementGroup {
        id: id::fresh(cx, "pg"),
        name: name.to_owned(),
        strategy: strategy.to_owned(),
        partitions,
        spread_level: if strategy == "spread" { "rack".to_owned() } else { String::new() },
    };
    save(cx, &row)?;
    tags::add(cx, &PLACEMENT_GROUP, &row.id, &tags)?;
    let shown = placement_group::show(cx, &row, &tags);
    Ok(s::CreatePlacementGroupResult { placement_group: Some(shown) })
}

/// Errors: InvalidPlacementGroup.Unknown; InvalidPlacementGroup.InUse.
pub(crate) fn delete(cx: &mut Cx, i: &s::DeletePlacementGroupRequest) -> Result<Empty, Fault> {
    let row = named(cx, &i.group_name)?;
    if !members(cx, &row)?.is_empty() {
        let text = format!("The placement group '{}' is in use and may not be deleted.", row.name);
        return Err(fault("InvalidPlacementGroup.InUse", text));
    }
    remove(cx, &row)?;
    Ok(Empty {})
}

/// Errors: InvalidPlacementGroup.Unknown; those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribePlacementGroupsRequest,
) -> Result<s::DescribePlacementGroupsResult, Fault> {
    let mut ids = i.group_ids.clone().unwrap_or_default();
    for name in i.group_names.iter().flatten() {
        ids.push(named(cx, name)?.id);
    }
    let ids = Some(ids).filter(|ids| !ids.is_empty());
    let ask = Ask::new("DescribePlacementGroups", &i.filters).ids(&ids);
    let found = stored::<PlacementGroup>(cx, &ask)?;
    let placement_groups = found.show(|g, tags| placement_group::show(cx, g, tags));
    Ok(s::DescribePlacementGroupsResult { placement_groups })
}
