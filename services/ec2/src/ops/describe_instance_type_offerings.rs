//! `DescribeInstanceTypeOfferings`: which types a region or its zones offer.
//! Source: EC2 API reference, "DescribeInstanceTypeOfferings" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    DescribeInstanceTypeOfferingsRequest, DescribeInstanceTypeOfferingsResult, InstanceTypeOffering,
};

use crate::describe::{Ask, listed};
use crate::filter::Accessor;
use crate::resource::Listed;
use crate::{instance_type, zones};

/// An offering of a type.
pub(crate) struct Offering {
    /// Type and location: the order of the list.
    place: String,
    instance_type: &'static str,
    location: String,
}

impl Listed for Offering {
    const SHOWS_TAGS: bool = false;
    const FILTERS: &'static [(&'static str, Accessor<Offering>)] =
        &[("instance-type", |o, p| p.text(o.instance_type)), ("location", |o, p| p.text(&o.location))];
    fn id(&self) -> &str {
        &self.place
    }
}

/// Errors: InvalidParameterValue: a type of location that there isn't; those of [`listed`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeInstanceTypeOfferingsRequest,
) -> Result<DescribeInstanceTypeOfferingsResult, Fault> {
    let kind = i.location_type.as_deref().unwrap_or("region");
    let zones = zones::availability_zones(cx);
    let locations = |ids: Vec<&'static str>| -> Vec<String> {
        match kind {
            "region" => ids.first().map(|_| cx.scope.region.to_owned()).into_iter().collect(),
            "availability-zone" => {
                zones.iter().filter(|z| ids.contains(&z.id.as_str())).map(|z| z.name.clone()).collect()
            }
            "availability-zone-id" => ids.into_iter().map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    };
    let rows = instance_type::offered(cx).flat_map(|t| {
        locations(t.zones(cx.scope.region)).into_iter().map(move |location| Offering {
            place: format!("{}\u{0}{location}", t.name()),
            instance_type: t.name(),
            location,
        })
    });
    let ask = Ask::new("DescribeInstanceTypeOfferings", &i.filters).pages(i.max_results, &i.next_token);
    let found = listed(cx, &ask, rows)?;
    let instance_type_offerings = found.show(|o, _| InstanceTypeOffering {
        instance_type: Some(o.instance_type.to_owned()),
        location_type: Some(kind.to_owned()),
        location: Some(o.location.clone()),
    });
    Ok(DescribeInstanceTypeOfferingsResult { instance_type_offerings, next_token: found.next })
}
