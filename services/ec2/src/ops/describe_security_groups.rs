//! `DescribeSecurityGroups`: by ids, or by names in the default VPC.
//! Source: EC2 API reference, "DescribeSecurityGroups" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult};

use crate::describe::{Ask, stored};
use crate::security_group::{self, SecurityGroup};

/// Errors: those of [`stored`]; InvalidGroup.NotFound: a name.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeSecurityGroupsRequest,
) -> Result<DescribeSecurityGroupsResult, Fault> {
    let mut ids = i.group_ids.clone().unwrap_or_default();
    for name in i.group_names.iter().flatten() {
        ids.push(security_group::by_id_or_name(cx, None, Some(name))?.id);
    }
    let ids = Some(ids);
    let ask = Ask::new("DescribeSecurityGroups", &i.filters).ids(&ids).pages(i.max_results, &i.next_token);
    let found = stored::<SecurityGroup>(cx, &ask)?;
    let shown = found.items.iter().map(|(g, tags)| security_group::show(cx, g, tags));
    Ok(DescribeSecurityGroupsResult {
        next_token: found.next,
        security_groups: Some(shown.collect::<Result<_, _>>()?),
    })
}
