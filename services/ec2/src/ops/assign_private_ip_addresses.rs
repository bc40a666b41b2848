//! `AssignPrivateIpAddresses`: secondary addresses or prefixes of IPv4, given or any.
//! Source: EC2 API reference, "AssignPrivateIpAddresses" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    AssignPrivateIpAddressesRequest, AssignPrivateIpAddressesResult, AssignedPrivateIpAddress,
    Ipv4PrefixSpecification,
};

use crate::addresses::{Want, hold, holder, release};
use crate::elastic_ip::{self, ElasticIp};
use crate::err::{combination, fault};
use crate::network_interface::{NetworkInterface, count, fits_instance, users_own};
use crate::resource::{find, on, save};

/// Errors: InvalidNetworkInterfaceID.NotFound; InvalidParameterCombination: not exactly one way; those of [`fits_instance`]; those of `addresses.rs`;
/// InvalidParameterValue: another interface's primary address.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &AssignPrivateIpAddressesRequest,
) -> Result<AssignPrivateIpAddressesResult, Fault> {
    let mut row = users_own(find::<NetworkInterface>(cx, &i.network_interface_id)?)?;
    let given = i.private_ip_addresses.as_deref().unwrap_or_default();
    let prefixes = i.ipv4_prefixes.as_deref().unwrap_or_default();
    let any = count(i.secondary_private_ip_address_count, "secondaryPrivateIpAddressCount")?;
    let any_prefixes = count(i.ipv4_prefix_count, "ipv4PrefixCount")?;
    let ways = [given.len(), prefixes.len(), any, any_prefixes].into_iter().filter(|n| *n > 0).count();
    if ways != 1 {
        return Err(combination(
            "Exactly one of privateIpAddresses, secondaryPrivateIpAddressCount, ipv4Prefixes and ipv4PrefixCount must be given",
        ));
    }
    let place = row.subnet.clone();
    let (mut addresses, mut blocks) = (Vec::new(), Vec::new());
    for text in given {
        if i.allow_reassignment == Some(true) {
            take_over(cx, &row, text)?;
        }
        addresses.push(hold(cx, &place, &row.id, Want::This(text))?);
    }
    for _ in 0..any {
        addresses.push(hold(cx, &place, &row.id, Want::Address { v6: false })?);
    }
    for text in prefixes {
        blocks.push(hold(cx, &place, &row.id, Want::This(text))?);
    }
    for _ in 0..any_prefixes {
        blocks.push(hold(cx, &place, &row.id, Want::Prefix { v6: false })?);
    }
    row.ipv4.extend(addresses.iter().cloned());
    row.ipv4_prefixes.extend(blocks.iter().cloned());
    fits_instance(cx, &row)?;
    save(cx, &row)?;
    let address = |a: String| AssignedPrivateIpAddress { private_ip_address: Some(a) };
    let prefix = |p: String| Ipv4PrefixSpecification { ipv4_prefix: Some(p) };
    Ok(AssignPrivateIpAddressesResult {
        network_interface_id: Some(row.id),
        assigned_private_ip_addresses: Some(addresses.into_iter().map(address).collect()),
        assigned_ipv4_prefixes: (!blocks.is_empty()).then(|| blocks.into_iter().map(prefix).collect()),
    })
}

/// Takes a secondary address away from the interface that has it.
fn take_over(cx: &mut Cx, row: &NetworkInterface, text: &str) -> Result<(), Fault> {
    let Some(other) = holder(cx, &row.subnet, text)?.filter(|h| *h != row.id) else { return Ok(()) };
    let mut other = users_own(find::<NetworkInterface>(cx, &other)?)?;
    if other.primary() == text || !other.ipv4.iter().any(|a| a == text) {
        let text = format!("Address {text} is a primary address and cannot be reassigned");
        return Err(fault("InvalidParameterValue", text));
    }
    for address in on::<ElasticIp>(cx, &other.id)?.into_iter().filter(|a| a.private_ip == text) {
        elastic_ip::unbind(cx, address)?;
    }
    other.ipv4.retain(|a| a != text);
    save(cx, &other)?;
    release(cx, &row.subnet, text)
}
