//! `DescribeVpcEndpointServices`: names and details. Source: EC2 API reference, "DescribeVpcEndpointServices".

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeVpcEndpointServicesRequest, DescribeVpcEndpointServicesResult};

use crate::describe::{Ask, listed};
use crate::endpoint_services::{all, show};
use crate::err::{self, fault};

/// Errors: InvalidServiceName; those of [`listed`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeVpcEndpointServicesRequest,
) -> Result<DescribeVpcEndpointServicesResult, Fault> {
    let elsewhere = i.service_regions.iter().flatten().any(|r| r != cx.scope.region);
    err::refuse(&[("ServiceRegions", elsewhere)])?;
    let services = all(cx);
    let names = i.service_names.as_deref().unwrap_or_default();
    if let Some(wrong) = names.iter().find(|n| !services.iter().any(|s| s.name == **n)) {
        let text = format!("The Vpc Endpoint Service '{wrong}' does not exist");
        return Err(fault("InvalidServiceName", text));
    }
    let ask = Ask::new("DescribeVpcEndpointServices", &i.filters)
        .ids(&i.service_names)
        .pages(i.max_results, &i.next_token)
        .limits(1, 1_000);
    let rows = services.into_iter().filter(|s| names.is_empty() || names.contains(&s.name));
    let found = listed(cx, &ask, rows)?;
    Ok(DescribeVpcEndpointServicesResult {
        service_names: found.show(|s, _| s.name.clone()),
        service_details: found.show(|s, _| show(cx, s)),
        next_token: found.next,
    })
}
