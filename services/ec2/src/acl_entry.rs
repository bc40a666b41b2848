//! Entries of network ACLs as requests give them. Source: EC2 API reference, "CreateNetworkAclEntry" (2026-11-22).

use codec::Fault;
use shapes_ec2::{CreateNetworkAclEntryRequest, IcmpTypeCode, PortRange, ReplaceNetworkAclEntryRequest};

use crate::err::{fault, invalid_parameter, invalid_value, missing};
use crate::network_acl::{Entry, LAST};
use crate::permissions::block;

/// What both operations give.
#[derive(Debug)]
pub(crate) struct Given<'a> {
    number: i32,
    egress: bool,
    protocol: &'a str,
    action: &'a str,
    ipv4: Option<&'a str>,
    ipv6: Option<&'a str>,
    icmp: Option<&'a IcmpTypeCode>,
    ports: Option<&'a PortRange>,
}

impl<'a> From<&'a CreateNetworkAclEntryRequest> for Given<'a> {
    fn from(i: &'a CreateNetworkAclEntryRequest) -> Given<'a> {
        Given {
            number: i.rule_number,
            egress: i.egress,
            protocol: &i.protocol,
            action: &i.rule_action,
            ipv4: i.cidr_block.as_deref(),
            ipv6: i.ipv6_cidr_block.as_deref(),
            icmp: i.icmp_type_code.as_ref(),
            ports: i.port_range.as_ref(),
        }
    }
}

impl<'a> From<&'a ReplaceNetworkAclEntryRequest> for Given<'a> {
    fn from(i: &'a ReplaceNetworkAclEntryRequest) -> Given<'a> {
        Given {
            number: i.rule_number,
            egress: i.egress,
            protocol: &i.protocol,
            action: &i.rule_action,
            ipv4: i.cidr_block.as_deref(),
            ipv6: i.ipv6_cidr_block.as_deref(),
            icmp: i.icmp_type_code.as_ref(),
            ports: i.port_range.as_ref(),
        }
    }
}

/// Reads an entry.
///
/// Errors: InvalidParameterValue: number, protocol, action, block, ports. MissingParameter: what the protocol needs.
pub(crate) fn read(given: &Given<'_>) -> Result<Entry, Fault> {
    if !(1..LAST).contains(&given.number) {
        return Err(invalid_parameter(given.number, "ruleNumber", "It must be between 1 and 32766."));
    }
    let protocol = protocol(given.protocol)?;
    let allow = given.action == "allow";
    let block = match (given.ipv4, given.ipv6) {
        (Some(_), None) => block(given.ipv4, false)?,
        (None, Some(_)) => block(given.ipv6, true)?,
        (None, None) => return Err(missing("cidrBlock")),
        _ => return Err(invalid_value("Only one of cidrBlock and ipv6CidrBlock may be given")),
    };
    let mut entry =
        Entry { egress: given.egress, number: given.number, protocol, allow, block, ports: None, icmp: None };
    match entry.protocol.as_str() {
        "6" | "17" => entry.ports = Some(ports(given.ports)?),
        "1" | "58" => entry.icmp = Some(icmp(given.icmp)?),
        _ => {}
    }
    Ok(entry)
}

fn protocol(given: &str) -> Result<String, Fault> {
    Ok(match given.to_ascii_lowercase().as_str() {
        "-1" | "all" => "-1".to_owned(),
        "tcp" => "6".to_owned(),
        "udp" => "17".to_owned(),
        "icmp" => "1".to_owned(),
        number if number.parse::<u8>().is_ok() => number.to_owned(),
        _ => return Err(invalid_parameter(given, "protocol", "Unknown protocol.")),
    })
}

fn ports(given: Option<&PortRange>) -> Result<(i32, i32), Fault> {
    let range = given.ok_or_else(|| missing("portRange"))?;
    let (from, to) = (
        range.from.ok_or_else(|| missing("portRange.from"))?,
        range.to.ok_or_else(|| missing("portRange.to"))?,
    );
    let good = (0..=65_535).contains(&from) && (0..=65_535).contains(&to) && from <= to;
    good.then_some((from, to))
        .ok_or_else(|| invalid_parameter(format!("{from}-{to}"), "portRange", "It is no range of ports."))
}

fn icmp(given: Option<&IcmpTypeCode>) -> Result<(i32, i32), Fault> {
    let icmp = given.ok_or_else(|| missing("icmpTypeCode"))?;
    let (kind, code) = (icmp.type_.unwrap_or(-1), icmp.code.unwrap_or(-1));
    let good = (-1..=255).contains(&kind) && (-1..=255).contains(&code);
    good.then_some((kind, code)).ok_or_else(|| {
        invalid_parameter(format!("{kind}/{code}"), "icmpTypeCode", "They lie between -1 and 255.")
    })
}

/// The error for an entry that isn't there.
pub(crate) fn not_found(number: i32) -> Fault {
    let text = format!("The network acl entry identified by {number} does not exist.");
    fault("InvalidNetworkAclEntry.NotFound", text)
}
