//! `DescribeEgressOnlyInternetGateways`. Source: EC2 API reference, "DescribeEgressOnlyInternetGateways" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeEgressOnlyInternetGatewaysRequest, DescribeEgressOnlyInternetGatewaysResult};

use crate::describe::{Ask, stored};
use crate::egress_only_internet_gateway::{EgressOnlyInternetGateway, show};

/// Errors: those of [`stored`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeEgressOnlyInternetGatewaysRequest,
) -> Result<DescribeEgressOnlyInternetGatewaysResult, Fault> {
    let ask = Ask::new("DescribeEgressOnlyInternetGateways", &i.filters)
        .ids(&i.egress_only_internet_gateway_ids)
        .pages(i.max_results, &i.next_token)
        .limits(5, 255);
    let found = stored::<EgressOnlyInternetGateway>(cx, &ask)?;
    Ok(DescribeEgressOnlyInternetGatewaysResult {
        egress_only_internet_gateways: found.show(show),
        next_token: found.next,
    })
}
