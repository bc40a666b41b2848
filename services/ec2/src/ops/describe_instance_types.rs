//! `DescribeInstanceTypes`: those that the region offers. Source: EC2 API reference, "DescribeInstanceTypes" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeInstanceTypesRequest, DescribeInstanceTypesResult, InstanceTypeInfo};

use crate::describe::{Ask, listed};
use crate::err::{fault, invalid_value};
use crate::instance_type::{self, InstanceType};

/// Types that one call may name.
const NAMES: usize = 100;

/// Errors: InvalidInstanceType: a name that there isn't; those of [`listed`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeInstanceTypesRequest,
) -> Result<DescribeInstanceTypesResult, Fault> {
    let names = i.instance_types.as_deref().unwrap_or_default();
    if names.len() > NAMES {
        return Err(invalid_value(format!("The maximum number of instance types is {NAMES}")));
    }
    let everywhere = i.include_unsupported_in_region == Some(true);
    let here = |t: &InstanceType| everywhere || !t.zones(cx.scope.region).is_empty();
    let there_is = |name: &&String| instance_type::named(name).is_some_and(|t| here(&t));
    let unknown: Vec<&str> = names.iter().filter(|n| !there_is(n)).map(String::as_str).collect();
    if !unknown.is_empty() {
        let text = format!("The following supplied instance types do not exist: [{}]", unknown.join(", "));
        return Err(fault("InvalidInstanceType", text));
    }
    let ask = Ask::new("DescribeInstanceTypes", &i.filters)
        .ids(&i.instance_types)
        .pages(i.max_results, &i.next_token)
        .limits(5, 100);
    let rows =
        instance_type::all().filter(|t| here(t) && (names.is_empty() || names.iter().any(|n| n == t.name())));
    let found = listed(cx, &ask, rows)?;
    let instance_types = found.show(|t, _| InstanceTypeInfo {
        supported_in_region: everywhere.then(|| !t.zones(cx.scope.region).is_empty()),
        ..instance_type::show(t)
    });
    Ok(DescribeInstanceTypesResult { instance_types, next_token: found.next })
}
