//! `UnassignPrivateIpAddresses`: secondary addresses and prefixes come back; Elastic IP addresses on them are unbound.
//! Source: EC2 API reference, "UnassignPrivateIpAddresses" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::UnassignPrivateIpAddressesRequest;

use crate::addresses::release;
use crate::elastic_ip::{self, ElasticIp};
use crate::err::{invalid_value, missing};
use crate::network_interface::{NetworkInterface, users_own};
use crate::resource::{find, on, save};

/// Errors: InvalidNetworkInterfaceID.NotFound; MissingParameter; InvalidParameterValue: not assigned, or primary.
pub(crate) fn decide(cx: &mut Cx, i: &UnassignPrivateIpAddressesRequest) -> Result<Empty, Fault> {
    let mut row = users_own(find::<NetworkInterface>(cx, &i.network_interface_id)?)?;
    let given = i.private_ip_addresses.as_deref().unwrap_or_default();
    let prefixes = i.ipv4_prefixes.as_deref().unwrap_or_default();
    if given.is_empty() && prefixes.is_empty() {
        return Err(missing("privateIpAddresses"));
    }
    for text in given {
        if row.primary() == text || !row.ipv4.contains(text) {
            let text = format!("Some of [{text}] are not assigned to interface {}", row.id);
            return Err(invalid_value(text));
        }
        for address in on::<ElasticIp>(cx, &row.id)?.into_iter().filter(|a| a.private_ip == *text) {
            elastic_ip::unbind(cx, address)?;
        }
        row.ipv4.retain(|a| a != text);
        release(cx, &row.subnet, text)?;
    }
    for text in prefixes {
        if !row.ipv4_prefixes.contains(text) {
            return Err(invalid_value(format!("Some of [{text}] are not assigned to interface {}", row.id)));
        }
        row.ipv4_prefixes.retain(|p| p != text);
        release(cx, &row.subnet, text)?;
    }
    save(cx, &row)?;
    Ok(Empty {})
}
