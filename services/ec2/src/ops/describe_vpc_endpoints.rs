//! `DescribeVpcEndpoints`. Source: EC2 API reference, "DescribeVpcEndpoints" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeVpcEndpointsRequest, DescribeVpcEndpointsResult};

use crate::describe::{Ask, stored};
use crate::vpc_endpoint::{VpcEndpoint, show};

/// Errors: those of [`stored`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeVpcEndpointsRequest,
) -> Result<DescribeVpcEndpointsResult, Fault> {
    let ask = Ask::new("DescribeVpcEndpoints", &i.filters)
        .ids(&i.vpc_endpoint_ids)
        .pages(i.max_results, &i.next_token)
        .limits(1, 1_000);
    let found = stored::<VpcEndpoint>(cx, &ask)?;
    let shown: Result<_, Fault> = found.items.iter().map(|(e, tags)| show(cx, e, tags)).collect();
    Ok(DescribeVpcEndpointsResult { vpc_endpoints: Some(shown?), next_token: found.next })
}
