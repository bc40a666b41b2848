//! `DescribeIdFormat`, `DescribeIdentityIdFormat`, `DescribeAggregateIdFormat`, `ModifyIdFormat`, `ModifyIdentityIdFormat`:
//! every id is long, and nobody can choose otherwise any more.
//! Source: EC2 user guide, "Resource IDs"; EC2 API reference, the operations (2026-11-22); the refusal of short ids inferred.

use codec::{Empty, Fault};
use kernel::{Cx, Operation};
use shapes_ec2 as s;
use shapes_ec2::op;

use super::{read, write};
use crate::err::{invalid_parameter, invalid_value};

/// Types of resources that once had short ids.
const RESOURCES: [&str; 31] = [
    "bundle",
    "conversion-task",
    "customer-gateway",
    "dhcp-options",
    "elastic-ip-allocation",
    "elastic-ip-association",
    "export-task",
    "flow-log",
    "image",
    "import-task",
    "instance",
    "internet-gateway",
    "network-acl",
    "network-acl-association",
    "network-interface",
    "network-interface-attachment",
    "prefix-list",
    "reservation",
    "route-table",
    "route-table-association",
    "security-group",
    "snapshot",
    "subnet",
    "subnet-cidr-block-association",
    "volume",
    "vpc",
    "vpc-cidr-block-association",
    "vpc-endpoint",
    "vpc-peering-connection",
    "vpn-connection",
    "vpn-gateway",
];

/// Rows of the operation table.
pub(super) fn table() -> Vec<Operation> {
    vec![
        read::<op::DescribeIdFormat>(describe),
        read::<op::DescribeIdentityIdFormat>(of_identity),
        read::<op::DescribeAggregateIdFormat>(aggregate),
        write::<op::ModifyIdFormat>(modify),
        write::<op::ModifyIdentityIdFormat>(modify_identity),
    ]
}

fn statuses(only: Option<&str>) -> Result<Option<Vec<s::IdFormat>>, Fault> {
    if let Some(other) = only.filter(|r| !RESOURCES.contains(r)) {
        return Err(invalid_parameter(other, "resource", ""));
    }
    let wanted = RESOURCES.iter().filter(|r| only.is_none_or(|o| o == **r));
    Ok(Some(
        wanted
            .map(|r| s::IdFormat {
                deadline: None,
                resource: Some((*r).to_owned()),
                use_long_ids: Some(true),
            })
            .collect(),
    ))
}

/// Errors: InvalidParameterValue: a type.
fn describe(_: &mut Cx, i: &s::DescribeIdFormatRequest) -> Result<s::DescribeIdFormatResult, Fault> {
    Ok(s::DescribeIdFormatResult { statuses: statuses(i.resource.as_deref())? })
}

fn principal(arn: &str) -> Result<(), Fault> {
    match arn == "all" || arn.starts_with("arn:") && arn.contains(":iam::") {
        true => Ok(()),
        false => Err(invalid_parameter(arn, "principalArn", "")),
    }
}

/// Errors: InvalidParameterValue: a principal, a type.
fn of_identity(
    _: &mut Cx,
    i: &s::DescribeIdentityIdFormatRequest,
) -> Result<s::DescribeIdentityIdFormatResult, Fault> {
    principal(&i.principal_arn)?;
    Ok(s::DescribeIdentityIdFormatResult { statuses: statuses(i.resource.as_deref())? })
}

fn aggregate(
    _: &mut Cx,
    _: &s::DescribeAggregateIdFormatRequest,
) -> Result<s::DescribeAggregateIdFormatResult, Fault> {
    Ok(s::DescribeAggregateIdFormatResult { use_long_ids_aggregated: Some(true), statuses: statuses(None)? })
}

fn long(resource: &str, on: bool) -> Result<Empty, Fault> {
    if !["all-current", "all"].contains(&resource) {
        statuses(Some(resource))?;
    }
    match on {
        true => Ok(Empty {}),
        false => Err(invalid_value("Long IDs can't be disabled: the time to choose is over.")),
    }
}

/// Errors: InvalidParameterValue: a type; short ids.
fn modify(_: &mut Cx, i: &s::ModifyIdFormatRequest) -> Result<Empty, Fault> {
    long(&i.resource, i.use_long_ids)
}

/// Errors: InvalidParameterValue: a principal, a type; short ids.
fn modify_identity(_: &mut Cx, i: &s::ModifyIdentityIdFormatRequest) -> Result<Empty, Fault> {
    principal(&i.principal_arn)?;
    long(&i.resource, i.use_long_ids)
}
