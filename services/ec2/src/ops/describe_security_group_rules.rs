//! `DescribeSecurityGroupRules`. Source: EC2 API reference, "DescribeSecurityGroupRules" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeSecurityGroupRulesRequest, DescribeSecurityGroupRulesResult};

use crate::describe::{Ask, stored};
use crate::security_group_rule::{self, GroupRule};

/// Errors: those of [`stored`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeSecurityGroupRulesRequest,
) -> Result<DescribeSecurityGroupRulesResult, Fault> {
    let ask = Ask::new("DescribeSecurityGroupRules", &i.filters)
        .ids(&i.security_group_rule_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<GroupRule>(cx, &ask)?;
    let security_group_rules = found.show(|r, tags| security_group_rule::show(cx, r, tags));
    Ok(DescribeSecurityGroupRulesResult { security_group_rules, next_token: found.next })
}
