//! `DescribeNetworkAcls`. Source: EC2 API reference, "DescribeNetworkAcls" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeNetworkAclsRequest, DescribeNetworkAclsResult};

use crate::describe::{Ask, stored};
use crate::network_acl;

/// Errors: those of [`stored`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeNetworkAclsRequest,
) -> Result<DescribeNetworkAclsResult, Fault> {
    let ask = Ask::new("DescribeNetworkAcls", &i.filters)
        .ids(&i.network_acl_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<network_acl::NetworkAcl>(cx, &ask)?;
    let network_acls = found.show(|a, tags| network_acl::show(cx, a, tags));
    Ok(DescribeNetworkAclsResult { network_acls, next_token: found.next })
}
