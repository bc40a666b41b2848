//! `DescribeVpcAttribute`. Source: EC2 API reference, "DescribeVpcAttribute" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{AttributeBooleanValue, DescribeVpcAttributeRequest, DescribeVpcAttributeResult};

use crate::err::invalid_parameter;
use crate::resource::find;
use crate::vpc::Vpc;

/// Errors: InvalidVpcID.NotFound; InvalidParameterValue: the attribute.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeVpcAttributeRequest,
) -> Result<DescribeVpcAttributeResult, Fault> {
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    let mut out = DescribeVpcAttributeResult { vpc_id: Some(vpc.id.clone()), ..Default::default() };
    let value = |v: bool| Some(AttributeBooleanValue { value: Some(v) });
    match i.attribute.as_str() {
        "enableDnsSupport" => out.enable_dns_support = value(vpc.dns_support),
        "enableDnsHostnames" => out.enable_dns_hostnames = value(vpc.dns_hostnames),
        "enableNetworkAddressUsageMetrics" => {
            out.enable_network_address_usage_metrics = value(vpc.address_usage_metrics);
        }
        other => return Err(invalid_parameter(other, "attribute", "Unknown attribute.")),
    }
    Ok(out)
}
