//! `AssignPrivateNatGatewayAddress`, `UnassignPrivateNatGatewayAddress`, `AssociateNatGatewayAddress`,
//! `DisassociateNatGatewayAddress`: secondary addresses of NAT gateways. Those that leave drain first: for as long as the
//! call says, or, where it doesn't, for 350 seconds with `--profile real` and not at all with `--profile dev`.
//! Source: EC2 API reference, the operations; VPC user guide, "Edit secondary IP address associations" (2026-11-22); the
//! code and text of OperationInProgress as reported. Texts are inferred otherwise.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::addresses::{Want, hold};
use crate::err::{self, combination, fault, invalid_parameter};
use crate::nat_gateway::{self, NatAddress, NatGateway, add_address, fits, free_publics, show_address};
use crate::network_interface::{NetworkInterface, count};
use crate::resource::{find, save};
use crate::{time, vpc};

/// AWS takes about this long to add one.
const USUAL_MS: i64 = 30_000;
/// How long connections drain if the call doesn't say.
const DRAIN_MS: i64 = 350_000;
/// How long it can say, in seconds.
const DRAINS_S: std::ops::RangeInclusive<i32> = 1..=4_000;

/// A gateway whose addresses can change, of the kind that the call is for.
///
/// Errors: NatGatewayNotFound, NatGatewayMalformed; IncorrectState; InvalidParameterValue: of the other kind;
/// OperationInProgress: others of its addresses come or go.
fn steady(cx: &Cx, id: &str, private: bool) -> Result<NatGateway, Fault> {
    let row = find::<NatGateway>(cx, id)?;
    if row.state(cx) != "available" {
        let text = format!("NAT gateway {id} is in invalid state. Current state: {}", row.state(cx));
        return Err(fault("IncorrectState", text));
    }
    if row.private != private {
        let why = if private { "It is a public NAT gateway." } else { "It is a private NAT gateway." };
        return Err(invalid_parameter(id, "natGatewayId", why));
    }
    let moving: Vec<&NatAddress> =
        row.addresses.iter().filter(|a| a.status(cx.now_ms) != "succeeded").collect();
    let Some(first) = moving.first() else { return Ok(row) };
    let (what, name): (_, fn(&NatAddress) -> &str) = match private {
        true => ("private IPs", |a| &a.private_ip),
        false => ("EIPs", |a| &a.allocation),
    };
    let names: Vec<&str> = moving.iter().map(|a| name(a)).collect();
    let doing = first.status(cx.now_ms).to_uppercase();
    let text = format!("Service is currently {doing} the following {what}: [{}].", names.join(", "));
    Err(fault("OperationInProgress", text))
}

/// Addresses from that place on, as answers show them.
fn shown(
    cx: &Cx,
    row: &NatGateway,
    places: impl Iterator<Item = usize>,
) -> Option<Vec<s::NatGatewayAddress>> {
    Some(places.map(|at| show_address(cx, row, at)).collect())
}

/// Those that were added, which the answer shows on their way, however soon they are there.
fn added(cx: &Cx, row: &NatGateway, from: usize, status: &str) -> Option<Vec<s::NatGatewayAddress>> {
    let mut all = shown(cx, row, from..row.addresses.len())?;
    all.iter_mut().for_each(|a| a.status = Some(status.to_owned()));
    Some(all)
}

/// Errors: those of [`steady`]; InvalidParameterCombination: addresses and a count, or neither; InvalidParameterValue;
/// InvalidIPAddress.InUse; InsufficientFreeAddressesInSubnet; PrivateIpAddressLimitExceeded.
pub(crate) fn assign(
    cx: &mut Cx,
    i: &s::AssignPrivateNatGatewayAddressRequest,
) -> Result<s::AssignPrivateNatGatewayAddressResult, Fault> {
    let given = i.private_ip_addresses.as_deref().unwrap_or_default();
    let any = count(i.private_ip_address_count, "privateIpAddressCount")?;
    if given.is_empty() == (any == 0) {
        return Err(combination("Specify either privateIpAddresses or privateIpAddressCount"));
    }
    let mut row = steady(cx, &i.nat_gateway_id, true)?;
    fits(cx, &row, given.len() + any)?;
    let wants = given.iter().map(|text| Want::This(text));
    let wants = wants.chain((0..any).map(|_| Want::Address { v6: false }));
    let (from, ready_ms) = (row.addresses.len(), vpc::ready_ms(cx, USUAL_MS));
    let mut interface = find::<NetworkInterface>(cx, &row.interface)?;
    for want in wants {
        let private_ip = hold(cx, &row.subnet, &interface.id, want)?;
        add_address(cx, &mut row, &private_ip, None, ready_ms)?;
        interface.ipv4.push(private_ip);
    }
    save(cx, &interface)?;
    save(cx, &row)?;
    let nat_gateway_addresses = added(cx, &row, from, "assigning");
    Ok(s::AssignPrivateNatGatewayAddressResult { nat_gateway_id: Some(row.id), nat_gateway_addresses })
}

/// Errors: those of [`steady`]; InvalidParameterCombination: another number of private addresses; InvalidAllocationID.NotFound;
/// Resource.AlreadyAssociated; InvalidParameterValue; InvalidIPAddress.InUse; InsufficientFreeAddressesInSubnet;
/// AddressLimitExceeded.
pub(crate) fn associate(
    cx: &mut Cx,
    i: &s::AssociateNatGatewayAddressRequest,
) -> Result<s::AssociateNatGatewayAddressResult, Fault> {
    err::refuse(&[
        ("AvailabilityZone", i.availability_zone.is_some()),
        ("AvailabilityZoneId", i.availability_zone_id.is_some()),
    ])?;
    let given = i.private_ip_addresses.as_deref().unwrap_or_default();
    if !given.is_empty() && given.len() != i.allocation_ids.len() {
        return Err(combination("The number of private IP addresses must match that of allocation IDs"));
    }
    let mut row = steady(cx, &i.nat_gateway_id, false)?;
    let publics = free_publics(cx, &i.allocation_ids)?;
    fits(cx, &row, publics.len())?;
    let (from, ready_ms) = (row.addresses.len(), vpc::ready_ms(cx, USUAL_MS));
    let mut interface = find::<NetworkInterface>(cx, &row.interface)?;
    for (n, public) in publics.into_iter().enumerate() {
        let want = given.get(n).map_or(Want::Address { v6: false }, |text| Want::This(text));
        let private_ip = hold(cx, &row.subnet, &interface.id, want)?;
        add_address(cx, &mut row, &private_ip, Some(public), ready_ms)?;
        interface.ipv4.push(private_ip);
    }
    save(cx, &interface)?;
    save(cx, &row)?;
    let nat_gateway_addresses = added(cx, &row, from, "associating");
    Ok(s::AssociateNatGatewayAddressResult { nat_gateway_id: Some(row.id), nat_gateway_addresses })
}

/// Places of addresses that are to leave: none of them the first one.
fn leaving(
    row: &NatGateway,
    names: &[String],
    name: fn(&NatAddress) -> &str,
    unknown: impl Fn(&str) -> Fault,
) -> Result<Vec<usize>, Fault> {
    let at = |n: &String| row.addresses.iter().position(|a| name(a) == n).ok_or_else(|| unknown(n));
    let mut places = names.iter().map(at).collect::<Result<Vec<usize>, Fault>>()?;
    places.sort_unstable();
    places.dedup();
    match places.first() {
        Some(0) => {
            Err(invalid_parameter(name(&row.addresses[0]), "natGatewayAddress", "It is the primary one."))
        }
        _ => Ok(places),
    }
}

/// Lets addresses drain, and tells how they look then.
fn let_go(
    cx: &mut Cx,
    mut row: NatGateway,
    places: &[usize],
    drain_s: Option<i32>,
) -> Result<Option<Vec<s::NatGatewayAddress>>, Fault> {
    if let Some(given) = drain_s.filter(|s| !DRAINS_S.contains(s)) {
        return Err(invalid_parameter(given, "maxDrainDurationSeconds", "It must be between 1 and 4000."));
    }
    let leaves_ms = match drain_s {
        Some(given) => cx.now_ms + i64::from(given) * 1_000,
        None => vpc::ready_ms(cx, DRAIN_MS),
    };
    places.iter().for_each(|at| row.addresses[*at].leaves_ms = Some(leaves_ms));
    save(cx, &row)?;
    let seen = shown(cx, &row, places.iter().copied());
    match leaves_ms > cx.now_ms {
        true => cx.timer_set(time::DRAIN_NAT_GATEWAY, &row.id, leaves_ms)?,
        false => nat_gateway::drain(cx, &row.id)?,
    }
    Ok(seen)
}

/// Errors: those of [`steady`]; InvalidParameterValue: the primary address, or none of its own.
pub(crate) fn unassign(
    cx: &mut Cx,
    i: &s::UnassignPrivateNatGatewayAddressRequest,
) -> Result<s::UnassignPrivateNatGatewayAddressResult, Fault> {
    let row = steady(cx, &i.nat_gateway_id, true)?;
    let unknown =
        |ip: &str| invalid_parameter(ip, "privateIpAddress", "It is not assigned to the NAT gateway.");
    let places = leaving(&row, &i.private_ip_addresses, |a| &a.private_ip, unknown)?;
    let nat_gateway_addresses = let_go(cx, row, &places, i.max_drain_duration_seconds)?;
    let nat_gateway_id = Some(i.nat_gateway_id.clone());
    Ok(s::UnassignPrivateNatGatewayAddressResult { nat_gateway_id, nat_gateway_addresses })
}

/// Errors: those of [`steady`]; InvalidAssociationID.NotFound; InvalidParameterValue: the primary address.
pub(crate) fn disassociate(
    cx: &mut Cx,
    i: &s::DisassociateNatGatewayAddressRequest,
) -> Result<s::DisassociateNatGatewayAddressResult, Fault> {
    let row = steady(cx, &i.nat_gateway_id, false)?;
    let unknown = |id: &str| {
        fault("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist"))
    };
    let places = leaving(&row, &i.association_ids, |a| &a.association, unknown)?;
    let nat_gateway_addresses = let_go(cx, row, &places, i.max_drain_duration_seconds)?;
    let nat_gateway_id = Some(i.nat_gateway_id.clone());
    Ok(s::DisassociateNatGatewayAddressResult { nat_gateway_id, nat_gateway_addresses })
}
