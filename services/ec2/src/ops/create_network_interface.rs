//! `CreateNetworkInterface`: with given or any addresses and prefixes of both families.
//! Source: EC2 API reference, "CreateNetworkInterface" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateNetworkInterfaceRequest, CreateNetworkInterfaceResult};

use crate::addresses::Lender;
use crate::err::{self, invalid_value};
use crate::network_interface::{NETWORK_INTERFACE, NetworkInterface, Plan, Wanted, make_of, show};
use crate::resource::{find, save};
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
    let wanted = wanted(i);
    let plan = Plan {
        subnet: &i.subnet_id,
        groups: i.groups.as_deref().unwrap_or_default(),
        primary: wanted.ipv4()?.0,
        description: i.description.as_deref().unwrap_or_default(),
        kind,
        manager: "",
    };
    let mut lender = Lender::of(cx, plan.subnet)?;
    let mut row = make_of(cx, &plan, &mut lender)?;
    wanted.fill(cx, &mut row, &mut lender)?;
    lender.finish(cx)?;
    save(cx, &row)?;
    Ok(row)
}

fn wanted(i: &CreateNetworkInterfaceRequest) -> Wanted<'_> {
    Wanted {
        primary: i.private_ip_address.as_deref(),
        addresses: i.private_ip_addresses.as_deref().unwrap_or_default(),
        more: i.secondary_private_ip_address_count,
        ipv6: i.ipv6_addresses.as_deref().unwrap_or_default(),
        ipv6_count: i.ipv6_address_count,
        ipv4_prefixes: i.ipv4_prefixes.as_deref().unwrap_or_default(),
        ipv4_prefix_count: i.ipv4_prefix_count,
        ipv6_prefixes: i.ipv6_prefixes.as_deref().unwrap_or_default(),
        ipv6_prefix_count: i.ipv6_prefix_count,
        primary_ipv6: i.enable_primary_ipv6,
    }
}
