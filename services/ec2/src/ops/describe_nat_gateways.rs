//! `DescribeNatGateways`. Source: EC2 API reference, "DescribeNatGateways" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeNatGatewaysRequest, DescribeNatGatewaysResult};

use crate::describe::{Ask, stored};
use crate::nat_gateway::{NatGateway, show};

/// Errors: those of [`stored`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeNatGatewaysRequest,
) -> Result<DescribeNatGatewaysResult, Fault> {
    let ask = Ask::new("DescribeNatGateways", &i.filter)
        .ids(&i.nat_gateway_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<NatGateway>(cx, &ask)?;
    let nat_gateways = found.show(|g, tags| show(cx, g, tags));
    Ok(DescribeNatGatewaysResult { nat_gateways, next_token: found.next })
}
