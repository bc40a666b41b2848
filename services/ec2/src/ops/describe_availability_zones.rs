//! `DescribeAvailabilityZones`: zones of the region; without AllAvailabilityZones only those that the account can use.
//! Source: EC2 API reference, "DescribeAvailabilityZones" (2026-11-22); a zone as recorded from AWS in LocalStack's snapshots
//! (`test_describe_availability_zones_filters`).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, listed};
use crate::err::invalid_value;
use crate::zones::{self, Zone};

/// Errors: InvalidParameterValue: a name or an id that is no zone, an unknown filter.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &s::DescribeAvailabilityZonesRequest,
) -> Result<s::DescribeAvailabilityZonesResult, Fault> {
    let zones = zones::all(cx)?;
    let names = i.zone_names.as_deref().unwrap_or_default();
    let ids = i.zone_ids.as_deref().unwrap_or_default();
    if let Some(wrong) = names.iter().find(|n| !zones.iter().any(|z| z.name == **n)) {
        return Err(invalid_value(format!("Invalid availability zone: [{wrong}]")));
    }
    if let Some(wrong) = ids.iter().find(|n| !zones.iter().any(|z| z.id == **n)) {
        return Err(invalid_value(format!("Invalid availability zone-id: [{wrong}]")));
    }
    let named = !names.is_empty() || !ids.is_empty();
    let all = named || i.all_availability_zones == Some(true);
    let rows = zones
        .into_iter()
        .filter(|z| all || z.is_open())
        .filter(|z| !named || names.contains(&z.name) || ids.contains(&z.id));
    let found = listed(cx, &Ask::new("DescribeAvailabilityZones", &i.filters), rows)?;
    Ok(s::DescribeAvailabilityZonesResult { availability_zones: found.show(|z, _| show(z)) })
}

fn show(z: &Zone) -> s::AvailabilityZone {
    s::AvailabilityZone {
        opt_in_status: Some(z.opt_in.to_owned()),
        messages: Some(Vec::new()),
        region_name: Some(z.region.to_owned()),
        zone_name: Some(z.name.clone()),
        zone_id: Some(z.id.clone()),
        group_name: Some(z.group.clone()),
        network_border_group: Some(z.border_group().to_owned()),
        zone_type: Some(z.kind.to_owned()),
        parent_zone_name: z.parent.as_ref().map(|p| p.0.clone()),
        parent_zone_id: z.parent.as_ref().map(|p| p.1.clone()),
        group_long_name: Some(z.long_name.clone()),
        state: Some("available".to_owned()),
        ..s::AvailabilityZone::default()
    }
}
