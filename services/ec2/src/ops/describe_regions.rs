//! `DescribeRegions`: those of the caller's partition; without AllRegions only those that the account can use.
//! Source: EC2 API reference, "DescribeRegions" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeRegionsRequest, DescribeRegionsResult, Region};

use crate::describe::{Ask, listed};
use crate::err::fault;
use crate::zones::RegionRow;

/// Errors: InvalidParameterValue: a name that is no region, an unknown filter.
pub(crate) fn decide(cx: &mut Cx, i: &DescribeRegionsRequest) -> Result<DescribeRegionsResult, Fault> {
    let here = || kernel::regions().filter(|r| r.partition == cx.scope.partition).map(RegionRow);
    let names = i.region_names.as_deref().unwrap_or_default();
    if let Some(wrong) = names.iter().find(|n| !here().any(|r| r.0.name == **n)) {
        return Err(fault("InvalidParameterValue", format!("Invalid region provided: '{wrong}'")));
    }
    let all = i.all_regions == Some(true) || !names.is_empty();
    let rows = here()
        .filter(|r| all || !r.0.opt_in)
        .filter(|r| names.is_empty() || names.iter().any(|n| n == r.0.name));
    let found = listed(cx, &Ask::new("DescribeRegions", &i.filters), rows)?;
    let regions = found.show(|r, _| Region {
        opt_in_status: Some(r.opt_in().to_owned()),
        region_name: Some(r.0.name.to_owned()),
        endpoint: Some(r.endpoint()),
        ..Region::default()
    });
    Ok(DescribeRegionsResult { regions })
}
