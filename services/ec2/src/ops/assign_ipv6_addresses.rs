//! `AssignIpv6Addresses`: addresses or prefixes of IPv6, given or any.
//! Source: EC2 API reference, "AssignIpv6Addresses" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{AssignIpv6AddressesRequest, AssignIpv6AddressesResult};

use crate::addresses::{Want, hold};
use crate::err::combination;
use crate::network_interface::{NetworkInterface, count, fits_instance, users_own};
use crate::resource::{find, save};

/// Errors: InvalidNetworkInterfaceID.NotFound; InvalidParameterCombination: not exactly one way; those of [`fits_instance`]; those of `addresses.rs`.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &AssignIpv6AddressesRequest,
) -> Result<AssignIpv6AddressesResult, Fault> {
    let mut row = users_own(find::<NetworkInterface>(cx, &i.network_interface_id)?)?;
    let given = i.ipv6_addresses.as_deref().unwrap_or_default();
    let prefixes = i.ipv6_prefixes.as_deref().unwrap_or_default();
    let any = count(i.ipv6_address_count, "ipv6AddressCount")?;
    let any_prefixes = count(i.ipv6_prefix_count, "ipv6PrefixCount")?;
    let ways = [given.len(), prefixes.len(), any, any_prefixes].into_iter().filter(|n| *n > 0).count();
    if ways != 1 {
        return Err(combination(
            "Exactly one of ipv6Addresses, ipv6AddressCount, ipv6Prefixes and ipv6PrefixCount must be given",
        ));
    }
    let place = row.subnet.clone();
    let (mut addresses, mut blocks) = (Vec::new(), Vec::new());
    for text in given {
        addresses.push(hold(cx, &place, &row.id, Want::This(text))?);
    }
    for _ in 0..any {
        addresses.push(hold(cx, &place, &row.id, Want::Address { v6: true })?);
    }
    for text in prefixes {
        blocks.push(hold(cx, &place, &row.id, Want::This(text))?);
    }
    for _ in 0..any_prefixes {
        blocks.push(hold(cx, &place, &row.id, Want::Prefix { v6: true })?);
    }
    row.ipv6.extend(addresses.iter().cloned());
    row.ipv6_prefixes.extend(blocks.iter().cloned());
    fits_instance(cx, &row)?;
    save(cx, &row)?;
    Ok(AssignIpv6AddressesResult {
        assigned_ipv6_addresses: Some(addresses),
        assigned_ipv6_prefixes: (!blocks.is_empty()).then_some(blocks),
        network_interface_id: Some(row.id),
    })
}
