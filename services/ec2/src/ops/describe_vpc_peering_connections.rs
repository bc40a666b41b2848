//! `DescribeVpcPeeringConnections`. Source: EC2 API reference, "DescribeVpcPeeringConnections" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeVpcPeeringConnectionsRequest, DescribeVpcPeeringConnectionsResult};

use crate::describe::{Ask, stored};
use crate::vpc_peering_connection::{Peering, show};

/// Errors: those of [`stored`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeVpcPeeringConnectionsRequest,
) -> Result<DescribeVpcPeeringConnectionsResult, Fault> {
    let ask = Ask::new("DescribeVpcPeeringConnections", &i.filters)
        .ids(&i.vpc_peering_connection_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<Peering>(cx, &ask)?;
    let vpc_peering_connections = found.show(|c, tags| show(cx, c, tags));
    Ok(DescribeVpcPeeringConnectionsResult { vpc_peering_connections, next_token: found.next })
}
