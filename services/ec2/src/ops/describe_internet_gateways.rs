//! `DescribeInternetGateways`. Source: EC2 API reference, "DescribeInternetGateways" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeInternetGatewaysRequest, DescribeInternetGatewaysResult};

use crate::describe::{Ask, stored};
use crate::internet_gateway;

/// Errors: those of [`stored`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeInternetGatewaysRequest,
) -> Result<DescribeInternetGatewaysResult, Fault> {
    let ask = Ask::new("DescribeInternetGateways", &i.filters)
        .ids(&i.internet_gateway_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<internet_gateway::InternetGateway>(cx, &ask)?;
    let internet_gateways = found.show(|g, tags| internet_gateway::show(cx, g, tags));
    Ok(DescribeInternetGatewaysResult { next_token: found.next, internet_gateways })
}
