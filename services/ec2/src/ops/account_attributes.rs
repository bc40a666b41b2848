//! `DescribeAccountAttributes`: what the account may use in the region, as EC2 told before there were Service Quotas.
//! Source: EC2 API reference, "DescribeAccountAttributes" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    AccountAttribute, AccountAttributeValue, DescribeAccountAttributesRequest,
    DescribeAccountAttributesResult,
};

use crate::err::invalid_value;
use crate::quotas;
use crate::vpc;

const NAMES: [&str; 6] = [
    "supported-platforms",
    "vpc-max-security-groups-per-interface",
    "max-elastic-ips",
    "max-instances",
    "vpc-max-elastic-ips",
    "default-vpc",
];

/// Errors: InvalidParameterValue: an attribute that there isn't.
pub(crate) fn describe(
    cx: &mut Cx,
    i: &DescribeAccountAttributesRequest,
) -> Result<DescribeAccountAttributesResult, Fault> {
    let asked = i.attribute_names.as_deref().unwrap_or_default();
    if let Some(wrong) = asked.iter().find(|n| !NAMES.contains(&n.as_str())) {
        return Err(invalid_value(format!("Value ({wrong}) for parameter attributeName is invalid. ")));
    }
    let names = NAMES.iter().filter(|n| asked.is_empty() || asked.iter().any(|a| a == *n));
    let attributes = names.map(|name| {
        Ok(AccountAttribute {
            attribute_name: Some((*name).to_owned()),
            attribute_values: Some(vec![AccountAttributeValue { attribute_value: Some(value(cx, name)?) }]),
        })
    });
    Ok(DescribeAccountAttributesResult {
        account_attributes: Some(attributes.collect::<Result<_, Fault>>()?),
    })
}

fn value(cx: &Cx, name: &str) -> Result<String, Fault> {
    Ok(match name {
        "supported-platforms" => "VPC".to_owned(),
        "vpc-max-security-groups-per-interface" => quotas::GROUPS_PER_INTERFACE.most(cx)?.to_string(),
        "max-elastic-ips" | "vpc-max-elastic-ips" => quotas::ADDRESSES.most(cx)?.to_string(),
        "max-instances" => "20".to_owned(),
        _ => vpc::default(cx)?.map_or_else(|| "none".to_owned(), |v| v.id),
    })
}
