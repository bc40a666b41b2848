//! `DescribeSubnets`. Source: EC2 API reference, "DescribeSubnets" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeSubnetsRequest, DescribeSubnetsResult};

use crate::describe::{Ask, stored};
use crate::subnet;

/// Errors: those of [`stored`].
pub(crate) fn decide(cx: &mut Cx, i: &DescribeSubnetsRequest) -> Result<DescribeSubnetsResult, Fault> {
    let ask = Ask::new("DescribeSubnets", &i.filters).ids(&i.subnet_ids).pages(i.max_results, &i.next_token);
    let found = stored::<subnet::Subnet>(cx, &ask)?;
    let subnets = found.show(|n, tags| subnet::show(cx, n, tags));
    Ok(DescribeSubnetsResult { next_token: found.next, subnets })
}
