//! `UnassignIpv6Addresses`: addresses and prefixes of IPv6 come back.
//! Source: EC2 API reference, "UnassignIpv6Addresses" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{UnassignIpv6AddressesRequest, UnassignIpv6AddressesResult};

use crate::addresses::release;
use crate::err::{invalid_value, missing};
use crate::network_interface::{NetworkInterface, users_own};
use crate::resource::{find, save};

/// Errors: InvalidNetworkInterfaceID.NotFound; MissingParameter; InvalidParameterValue: not assigned.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &UnassignIpv6AddressesRequest,
) -> Result<UnassignIpv6AddressesResult, Fault> {
    let mut row = users_own(find::<NetworkInterface>(cx, &i.network_interface_id)?)?;
    let given = i.ipv6_addresses.as_deref().unwrap_or_default();
    let prefixes = i.ipv6_prefixes.as_deref().unwrap_or_default();
    if given.is_empty() && prefixes.is_empty() {
        return Err(missing("ipv6Addresses"));
    }
    for text in given.iter().chain(prefixes) {
        if !row.ipv6.contains(text) && !row.ipv6_prefixes.contains(text) {
            return Err(invalid_value(format!("Some of [{text}] are not assigned to interface {}", row.id)));
        }
        row.ipv6.retain(|a| a != text);
        row.ipv6_prefixes.retain(|p| p != text);
        release(cx, &row.subnet, text)?;
    }
    row.has_primary_ipv6 = row.has_primary_ipv6 && !row.ipv6.is_empty();
    save(cx, &row)?;
    Ok(UnassignIpv6AddressesResult {
        network_interface_id: Some(row.id),
        unassigned_ipv6_addresses: Some(given.to_vec()),
        unassigned_ipv6_prefixes: (!prefixes.is_empty()).then(|| prefixes.to_vec()),
    })
}
