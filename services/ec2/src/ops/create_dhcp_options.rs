//! `CreateDhcpOptions`. Source: EC2 API reference, "CreateDhcpOptions" (2026-11-22).

use std::collections::BTreeMap;

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateDhcpOptionsRequest, CreateDhcpOptionsResult};

use crate::cidr;
use crate::dhcp_options::{self, DHCP_OPTIONS, DhcpOptions};
use crate::err::{invalid_parameter, invalid_value};
use crate::resource::save;
use crate::{id, tags};

/// Options that there are, and how many addresses each takes (0: no addresses).
const KNOWN: [(&str, usize); 6] = [
    ("domain-name", 0),
    ("domain-name-servers", 4),
    ("ntp-servers", 4),
    ("netbios-name-servers", 4),
    ("netbios-node-type", 0),
    ("ipv6-address-preferred-lease-time", 0),
];

/// Errors: InvalidParameterValue: an unknown option, no or wrong values.
pub(crate) fn decide(cx: &mut Cx, i: &CreateDhcpOptionsRequest) -> Result<CreateDhcpOptionsResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &DHCP_OPTIONS)?;
    let mut options = BTreeMap::new();
    for given in &i.dhcp_configurations {
        let key = given.key.clone().unwrap_or_default();
        let values = given.values.clone().unwrap_or_default();
        check(&key, &values)?;
        if options.insert(key.clone(), values).is_some() {
            return Err(invalid_value(format!("Duplicate option: {key}")));
        }
    }
    if options.is_empty() {
        return Err(crate::err::missing("dhcpConfiguration"));
    }
    let row = DhcpOptions { id: id::fresh(cx, "dopt"), options };
    save(cx, &row)?;
    tags::add(cx, &DHCP_OPTIONS, &row.id, &tags)?;
    Ok(CreateDhcpOptionsResult { dhcp_options: Some(dhcp_options::show(cx, &row, &tags)) })
}

fn check(key: &str, values: &[String]) -> Result<(), Fault> {
    let Some((_, addresses)) = KNOWN.iter().find(|(k, _)| *k == key) else {
        return Err(invalid_parameter(key, "DHCP option name", "Unknown DHCP option"));
    };
    if values.is_empty() || values.iter().any(String::is_empty) {
        return Err(invalid_parameter("", key, "A value is needed."));
    }
    let wrong =
        values.iter().find(|v| *addresses > 0 && *v != "AmazonProvidedDNS" && cidr::bits(v).is_none());
    if let Some(wrong) = wrong {
        return Err(invalid_parameter(wrong, key, "Invalid IP address"));
    }
    if *addresses > 0 && values.len() > *addresses {
        return Err(invalid_parameter(values.len(), key, &format!("At most {addresses} addresses.")));
    }
    if key == "netbios-node-type" && !["1", "2", "4", "8"].contains(&values[0].as_str()) {
        return Err(invalid_parameter(&values[0], key, "It is 1, 2, 4 or 8."));
    }
    Ok(())
}
