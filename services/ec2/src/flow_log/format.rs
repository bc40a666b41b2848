//! Fields of flow log records: which there are, which make the default, how a request lists them.
//! Source: VPC user guide, "Flow log records"; transit gateway guide, "Transit Gateway Flow Log records" (2026-11-22); the text
//! for what can't be read as a user saw it (aws-cloudformation/rain#288, 2024).

use codec::Fault;

use crate::err::{fault, unsupported};

/// Fields of the default format.
const DEFAULT: &[&str] = &[
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];
/// Fields that a custom format can name besides.
const MORE: &[&str] = &[
    "vpc-id",
    "subnet-id",
    "instance-id",
    "tcp-flags",
    "type",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "region",
    "az-id",
    "sublocation-type",
    "sublocation-id",
    "pkt-src-aws-service",
    "pkt-dst-aws-service",
    "flow-direction",
    "traffic-path",
    "ecs-cluster-arn",
    "ecs-cluster-name",
    "ecs-container-instance-arn",
    "ecs-container-instance-id",
    "ecs-container-id",
    "ecs-second-container-id",
    "ecs-service-name",
    "ecs-task-definition-arn",
    "ecs-task-arn",
    "ecs-task-id",
    "reject-reason",
    "resource-id",
    "encryption-status",
];
/// Fields of transit gateways: all of them are the default.
const TRANSIT: &[&str] = &[
    "version",
    "resource-type",
    "account-id",
    "tgw-id",
    "tgw-attachment-id",
    "tgw-src-vpc-account-id",
    "tgw-dst-vpc-account-id",
    "tgw-src-vpc-id",
    "tgw-dst-vpc-id",
    "tgw-src-subnet-id",
    "tgw-dst-subnet-id",
    "tgw-src-eni",
    "tgw-dst-eni",
    "tgw-src-az-id",
    "tgw-dst-az-id",
    "tgw-pair-attachment-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "log-status",
    "type",
    "packets-lost-no-route",
    "packets-lost-blackhole",
    "packets-lost-mtu-exceeded",
    "packets-lost-ttl-expired",
    "tcp-flags",
    "region",
    "flow-direction",
    "pkt-src-aws-service",
    "pkt-dst-aws-service",
];
/// Fields that need `TagFieldSpecifications`.
const OF_TAGS: &[&str] =
    &["instance-tag", "instance-tag-2", "interface-tag", "interface-tag-2", "asg-tag", "asg-tag-2"];

fn written(fields: &[&str]) -> String {
    fields.iter().map(|f| format!("${{{f}}}")).collect::<Vec<_>>().join(" ")
}

/// The format that is asked for, or the default.
///
/// Errors: InvalidParameter: not fields with one space between them, an unknown one.
pub(crate) fn read(given: Option<&str>, transit: bool) -> Result<String, Fault> {
    let Some(given) = given else { return Ok(written(if transit { TRANSIT } else { DEFAULT })) };
    let malformed = || {
        let text =
            format!("1 validation error detected: Value '{given}' at 'logFormat' has an invalid format");
        fault("InvalidParameter", text)
    };
    for word in given.split(' ') {
        let field = word.strip_prefix("${").and_then(|w| w.strip_suffix('}')).ok_or_else(malformed)?;
        if OF_TAGS.contains(&field) {
            return Err(unsupported("TagFieldSpecifications"));
        }
        let known = match transit {
            true => TRANSIT.contains(&field),
            false => DEFAULT.contains(&field) || MORE.contains(&field),
        };
        if !known {
            return Err(fault("InvalidParameter", format!("Unknown fields provided: ${{{field}}}")));
        }
    }
    Ok(given.to_owned())
}
