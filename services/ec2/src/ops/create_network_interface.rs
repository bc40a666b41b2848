//! `CreateNetworkInterface`: with given or any addresses and prefixes of both families.
//! Source: EC2 API reference, "CreateNetworkInterface" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateNetworkInterfaceRequest, CreateNetworkInterfaceResult};

use crate::addresses::{Want, hold};
use crate::err::{self, combination, fault, invalid_value};
use crate::network_interface::{NETWORK_INTERFACE, NetworkInterface, Plan, count, make, show};
use crate::resource::{find, save};
use crate::subnet::Subnet;
use crate::{tags, token};

/// Kinds that users may ask for.
const KINDS: [&str; 5] = ["interface", "efa", "efa-only", "branch", "trunk"];

/// Errors: InvalidSubnetID.NotFound; InvalidGroup.NotFound; InvalidParameterValue; InvalidParameterCombination;
/// InvalidIPAddress.InUse; InsufficientFreeAddressesInSubnet; NetworkInterfaceLimitExceeded; IdempotentParameterMismatch.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &CreateNetworkInterfaceRequest,
) -> Result<CreateNetworkInterfaceResult, Fault> {
    err::refuse(&[
        ("ConnectionTrackingSpecification", i.connection_tracking_specification.is_some()),
        ("Operator", i.operator.is_some()),
    ])?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &NETWORK_INTERFACE)?;
    let (made, token) = token::look_up(cx, "CreateNetworkInterface", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<NetworkInterface>(cx, &id)?,
        None => new(cx, i)?,
    };
    tags::add(cx, &NETWORK_INTERFACE, &row.id, &tags)?;
    token::keep(cx, token, &row.id);
    let shown = show(cx, &row, &tags::of(cx, &row.id)?)?;
    Ok(CreateNetworkInterfaceResult {
        network_interface: Some(shapes_ec2::NetworkInterface { status: Some("pending".to_owned()), ..shown }),
        client_token: i.client_token.clone(),
    })
}

fn new(cx: &mut Cx, i: &CreateNetworkInterfaceRequest) -> Result<NetworkInterface, Fault> {
    let kind = i.interface_type.as_deref().unwrap_or("interface");
    if !KINDS.contains(&kind) {
        return Err(invalid_value(format!("Invalid interface type: {kind}")));
    }
    let (primary, others) = ipv4(i)?;
    let plan = Plan {
        subnet: &i.subnet_id,
        groups: i.groups.as_deref().unwrap_or_default(),
        primary,
        description: i.description.as_deref().unwrap_or_default(),
        kind,
        manager: "",
    };
    let mut row = make(cx, &plan)?;
    let place = row.subnet.clone();
    for text in others {
        row.ipv4.push(hold(cx, &place, &row.id, Want::This(text))?);
    }
    for _ in 0..count(i.secondary_private_ip_address_count, "secondaryPrivateIpAddressCount")? {
        row.ipv4.push(hold(cx, &place, &row.id, Want::Address { v6: false })?);
    }
    ipv6(cx, i, &mut row)?;
    prefixes(cx, i, &mut row)?;
    row.has_primary_ipv6 = i.enable_primary_ipv6 == Some(true) && !row.ipv6.is_empty();
    save(cx, &row)?;
    Ok(row)
}

/// The primary address that was asked for, and the others.
fn ipv4(i: &CreateNetworkInterfaceRequest) -> Result<(Option<&str>, Vec<&str>), Fault> {
    let given = i.private_ip_addresses.as_deref().unwrap_or_default();
    let mut primary = i.private_ip_address.as_deref();
    let mut others = Vec::new();
    for a in given {
        let Some(text) = a.private_ip_address.as_deref() else { continue };
        match a.primary {
            Some(true) if primary.is_some_and(|p| p != text) => {
                return Err(fault(
                    "InvalidParameterCombination",
                    "Only one primary private IP address can be specified",
                ));
            }
            Some(true) => primary = Some(text),
            _ => others.push(text),
        }
    }
    if !others.is_empty() && i.secondary_private_ip_address_count.is_some_and(|n| n > 0) {
        return Err(combination(
            "The parameters privateIpAddresses and secondaryPrivateIpAddressCount may not be used together",
        ));
    }
    Ok((primary, others))
}

fn ipv6(cx: &mut Cx, i: &CreateNetworkInterfaceRequest, row: &mut NetworkInterface) -> Result<(), Fault> {
    let given = i.ipv6_addresses.as_deref().unwrap_or_default();
    let subnet = find::<Subnet>(cx, &row.subnet)?;
    let mut any = count(i.ipv6_address_count, "ipv6AddressCount")?;
    if !given.is_empty() && any > 0 {
        return Err(combination(
            "The parameters ipv6Addresses and ipv6AddressCount may not be used together",
        ));
    }
    if given.is_empty() && i.ipv6_address_count.is_none() && subnet.assigns_ipv6 {
        any = 1;
    }
    for a in given {
        let text = a.ipv6_address.as_deref().unwrap_or_default();
        row.ipv6.push(hold(cx, &subnet.id, &row.id, Want::This(text))?);
    }
    for _ in 0..any {
        row.ipv6.push(hold(cx, &subnet.id, &row.id, Want::Address { v6: true })?);
    }
    Ok(())
}

fn prefixes(cx: &mut Cx, i: &CreateNetworkInterfaceRequest, row: &mut NetworkInterface) -> Result<(), Fault> {
    let place = row.subnet.clone();
    for p in i.ipv4_prefixes.iter().flatten() {
        let text = p.ipv4_prefix.as_deref().unwrap_or_default();
        row.ipv4_prefixes.push(hold(cx, &place, &row.id, Want::This(text))?);
    }
    for p in i.ipv6_prefixes.iter().flatten() {
        let text = p.ipv6_prefix.as_deref().unwrap_or_default();
        row.ipv6_prefixes.push(hold(cx, &place, &row.id, Want::This(text))?);
    }
    for _ in 0..count(i.ipv4_prefix_count, "ipv4PrefixCount")? {
        row.ipv4_prefixes.push(hold(cx, &place, &row.id, Want::Prefix { v6: false })?);
    }
    for _ in 0..count(i.ipv6_prefix_count, "ipv6PrefixCount")? {
        row.ipv6_prefixes.push(hold(cx, &place, &row.id, Want::Prefix { v6: true })?);
    }
    Ok(())
}
