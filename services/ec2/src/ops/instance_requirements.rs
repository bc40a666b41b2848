//! `GetInstanceTypesFromInstanceRequirements`: which types a fleet could choose from.
//! Source: EC2 API reference, "GetInstanceTypesFromInstanceRequirements" (2026-11-22).
//!
//! Differs from AWS: limits of prices aren't applied to this preview, and refused here; fleets apply them.

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    GetInstanceTypesFromInstanceRequirementsRequest, GetInstanceTypesFromInstanceRequirementsResult,
    InstanceTypeInfoFromInstanceRequirements,
};

use crate::describe::{Ask, listed};
use crate::err;
use crate::filter::Accessor;
use crate::instance_type::InstanceType;
use crate::instance_type::requirements::{self, Wanted};
use crate::resource::Listed;

/// A type in the preview, which has no filters.
struct Met(InstanceType);

impl Listed for Met {
    const FILTERS: &'static [(&'static str, Accessor<Met>)] = &[];
    fn id(&self) -> &str {
        self.0.name()
    }
}

/// Errors: InvalidParameterValue: an architecture, a virtualization type; those of [`requirements::check`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &GetInstanceTypesFromInstanceRequirementsRequest,
) -> Result<GetInstanceTypesFromInstanceRequirementsResult, Fault> {
    let r = &i.instance_requirements;
    err::refuse(&[
        ("Context", i.context.is_some()),
        (
            "InstanceRequirements.SpotMaxPricePercentageOverLowestPrice",
            r.spot_max_price_percentage_over_lowest_price.is_some(),
        ),
        (
            "InstanceRequirements.OnDemandMaxPricePercentageOverLowestPrice",
            r.on_demand_max_price_percentage_over_lowest_price.is_some(),
        ),
        (
            "InstanceRequirements.MaxSpotPriceAsPercentageOfOptimalOnDemandPrice",
            r.max_spot_price_as_percentage_of_optimal_on_demand_price.is_some(),
        ),
    ])?;
    requirements::check(r)?;
    let wanted = Wanted {
        architectures: &i.architecture_types,
        virtualizations: &i.virtualization_types,
        required: r,
    };
    // A token is bound to what was asked for, as it would be to filters.
    let bound = Some(vec![format!("{:?}{:?}{r:?}", i.architecture_types, i.virtualization_types)]);
    let ask = Ask::new("GetInstanceTypesFromInstanceRequirements", &None)
        .ids(&bound)
        .pages(i.max_results, &i.next_token)
        .limits(1, 1_000);
    let mut rows: Vec<InstanceType> = requirements::meeting(cx, &wanted).collect();
    rows.sort_by(|a, b| a.name().cmp(b.name()));
    let found = listed(cx, &ask, rows.into_iter().map(Met))?;
    Ok(GetInstanceTypesFromInstanceRequirementsResult {
        instance_types: found.show(|t, _| InstanceTypeInfoFromInstanceRequirements {
            instance_type: Some(t.0.name().to_owned()),
        }),
        next_token: found.next,
    })
}
