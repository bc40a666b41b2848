//! Pools by attributes: an override that says what types must be like stands for every type that meets it and doesn't cost too
//! much. Source: EC2 user guide, "Specify attributes for instance type selection for EC2 Fleet or Spot Fleet" (2026-11-22).
//!
//! Differs from AWS: of more types than fit one override, the cheapest are taken.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use super::fill::{Candidate, candidate};
use crate::image;
use crate::instance_type::InstanceType;
use crate::instance_type::requirements::{self, Wanted};
use crate::spot_price;

/// Most types of one override.
const TYPES: usize = 100;

/// What stands for a type while it isn't known.
const ANY: &str = "m1.small";

/// The pools of an override.
///
/// Errors: those of [`requirements::check`] and of a template.
pub(crate) fn pools(
    cx: &Cx,
    spec: &s::FleetLaunchTemplateSpecificationRequest,
    over: &s::FleetLaunchTemplateOverridesRequest,
    required: &s::InstanceRequirementsRequest,
) -> Result<Vec<Candidate>, Fault> {
    requirements::check(required)?;
    let named = |name: &str| s::FleetLaunchTemplateOverridesRequest {
        instance_type: Some(name.to_owned()),
        instance_requirements: None,
        ..over.clone()
    };
    let base = candidate(cx, spec, Some(&named(ANY)))?;
    let id = base.request.image_id.as_deref().unwrap_or_default();
    // Why it can't be launched from is said by the launch.
    let Some(image) = image::visible(cx, id)? else { return Ok(vec![base]) };
    let architecture = [image.architecture().to_owned()];
    let virtualization = [image.virtualization().to_owned()];
    let wanted = Wanted { architectures: &architecture, virtualizations: &virtualization, required };
    let met: Vec<InstanceType> = requirements::meeting(cx, &wanted).collect();
    let usual = requirements::affordable(cx, &met, required, false);
    let spot = requirements::affordable(cx, &met, required, true);
    let has = |all: &[InstanceType], t: &InstanceType| all.iter().any(|o| o.name() == t.name());
    let mut kept: Vec<InstanceType> = met.into_iter().filter(|t| has(&usual, t) || has(&spot, t)).collect();
    let price = |t: &InstanceType| spot_price::quote(t.name()).map_or(f64::MAX, |q| q.usual);
    kept.sort_by(|a, b| price(a).total_cmp(&price(b)));
    kept.truncate(TYPES);
    let pool = |t: &InstanceType| {
        let mut request = base.request.clone();
        request.instance_type = Some(t.name().to_owned());
        Candidate {
            over: Some(named(t.name())),
            request,
            template: base.template.clone(),
            markets: Some((has(&usual, t), has(&spot, t))),
        }
    };
    Ok(kept.iter().map(pool).collect())
}
