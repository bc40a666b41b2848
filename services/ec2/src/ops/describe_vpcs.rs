//! `DescribeVpcs`. Source: EC2 API reference, "DescribeVpcs" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeVpcsRequest, DescribeVpcsResult};

use crate::describe::{Ask, stored};
use crate::vpc;

/// Errors: those of [`stored`].
pub(crate) fn decide(cx: &mut Cx, i: &DescribeVpcsRequest) -> Result<DescribeVpcsResult, Fault> {
    let ask = Ask::new("DescribeVpcs", &i.filters).ids(&i.vpc_ids).pages(i.max_results, &i.next_token);
    let found = stored::<vpc::Vpc>(cx, &ask)?;
    let vpcs = found.show(|v, tags| vpc::show(cx, v, tags));
    Ok(DescribeVpcsResult { next_token: found.next, vpcs })
}
