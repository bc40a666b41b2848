//! `CreateNatGateway`: public with an Elastic IP address, or private.
//! Source: EC2 API reference, "CreateNatGateway"; VPC user guide, "NAT gateways" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateNatGatewayRequest, CreateNatGatewayResult};

use crate::addresses::{Want, hold};
use crate::elastic_ip::ElasticIp;
use crate::err::{self, combination, missing};
use crate::internet_gateway::INTERNET_GATEWAY;
use crate::nat_gateway::{NAT_GATEWAY, NatGateway, add_address, fits, free_publics, show};
use crate::network_interface::{NetworkInterface, Plan, count, make};
use crate::quotas::{self, room};
use crate::resource::{all, children, find, save};
use crate::subnet::Subnet;
use crate::{id, tags, token, vpc};

/// AWS takes about this long.
const USUAL_MS: i64 = 90_000;

/// Errors: InvalidSubnetID.NotFound; InvalidAllocationID.NotFound; Resource.AlreadyAssociated; MissingParameter;
/// InvalidParameterCombination; NatGatewayLimitExceeded; AddressLimitExceeded; PrivateIpAddressLimitExceeded;
/// IdempotentParameterMismatch. Without an internet gateway the
/// gateway is made and fails (`Gateway.NotAttached`).
pub(crate) fn decide(cx: &mut Cx, i: &CreateNatGatewayRequest) -> Result<CreateNatGatewayResult, Fault> {
    err::refuse(&[
        ("AvailabilityMode", i.availability_mode.as_deref().is_some_and(|m| m != "zonal")),
        ("AvailabilityZoneAddresses", i.availability_zone_addresses.is_some()),
        ("VpcId", i.vpc_id.is_some()),
    ])?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &NAT_GATEWAY)?;
    let (made, token) = token::look_up(cx, "CreateNatGateway", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<NatGateway>(cx, &id)?,
        None => new(cx, i)?,
    };
    tags::add(cx, &NAT_GATEWAY, &row.id, &tags)?;
    token::keep(cx, token, &row.id);
    let mut shown = show(cx, &row, &tags::of(cx, &row.id)?);
    shown.state = Some("pending".to_owned());
    Ok(CreateNatGatewayResult { client_token: i.client_token.clone(), nat_gateway: Some(shown) })
}

fn new(cx: &mut Cx, i: &CreateNatGatewayRequest) -> Result<NatGateway, Fault> {
    let subnet = find::<Subnet>(cx, i.subnet_id.as_deref().ok_or_else(|| missing("subnetId"))?)?;
    let private = i.connectivity_type.as_deref() == Some("private");
    let secondary = i.secondary_allocation_ids.as_deref().unwrap_or_default();
    if private && (i.allocation_id.is_some() || !secondary.is_empty()) {
        return Err(combination("An Elastic IP address cannot be specified for a private NAT gateway"));
    }
    if !private && i.allocation_id.is_none() {
        return Err(missing("allocationId"));
    }
    consistent(i, private, secondary.len())?;
    let publics = free_publics(cx, i.allocation_id.iter().chain(secondary))?;
    let there = all::<NatGateway>(cx)?.filter(|g| g.zone == subnet.zone && g.deleting_ms.is_none());
    room(cx, &quotas::NAT_GATEWAYS_PER_ZONE, there, 1)?;
    let id = id::fresh(cx, "nat");
    let mut row = NatGateway {
        ready_ms: vpc::ready_ms(cx, USUAL_MS),
        created_ms: cx.now_ms,
        subnet: subnet.id,
        vpc: subnet.vpc,
        zone: subnet.zone,
        private,
        id,
        ..NatGateway::default()
    };
    if !private && children(cx, &row.vpc, &INTERNET_GATEWAY)?.next().is_none() {
        let text = format!("Network {} has no Internet gateway attached", row.vpc);
        row.failure = Some(("Gateway.NotAttached".to_owned(), text));
    } else {
        furnish(cx, i, &mut row, publics)?;
    }
    save(cx, &row)?;
    Ok(row)
}

/// Gives the gateway its interface and addresses.
fn furnish(
    cx: &mut Cx,
    i: &CreateNatGatewayRequest,
    row: &mut NatGateway,
    publics: Vec<ElasticIp>,
) -> Result<(), Fault> {
    let description = format!("Interface for NAT Gateway {}", row.id);
    let plan = Plan {
        subnet: &row.subnet,
        primary: i.private_ip_address.as_deref(),
        description: &description,
        kind: "nat_gateway",
        manager: &row.id,
        ..Plan::default()
    };
    let mut interface = make(cx, &plan)?;
    // Traffic passes through it, and its groups are none.
    interface.groups.clear();
    interface.skips_check = true;
    more_addresses(cx, i, row, &mut interface, publics.len())?;
    interface.attachment = Some(crate::network_interface::Attachment {
        id: id::fresh(cx, "ela-attach"),
        instance_owner: "amazon-aws".to_owned(),
        device_index: 1,
        attached_ms: cx.now_ms,
        ..Default::default()
    });
    save(cx, &interface)?;
    row.interface.clone_from(&interface.id);
    let (mut publics, ready_ms) = (publics.into_iter(), row.ready_ms);
    for private_ip in &interface.ipv4 {
        add_address(cx, row, private_ip, publics.next(), ready_ms)?;
    }
    fits(cx, row, 0)
}

/// Refuses secondary addresses that don't go together.
fn consistent(i: &CreateNatGatewayRequest, private: bool, publics: usize) -> Result<(), Fault> {
    let given = i.secondary_private_ip_addresses.as_deref().unwrap_or_default();
    match i.secondary_private_ip_address_count {
        Some(_) if !private => {
            let text = "SecondaryPrivateIpAddressCount cannot be specified for a public NAT gateway";
            Err(combination(text))
        }
        Some(_) if !given.is_empty() => Err(combination(
            "SecondaryPrivateIpAddressCount and SecondaryPrivateIpAddresses cannot be specified together",
        )),
        _ if !private && !given.is_empty() && given.len() != publics => Err(combination(
            "The number of secondary private IP addresses must match that of secondary allocation IDs",
        )),
        _ => Ok(()),
    }
}

/// Secondary private addresses: given ones, so many, or one for each Elastic IP address.
fn more_addresses(
    cx: &mut Cx,
    i: &CreateNatGatewayRequest,
    row: &NatGateway,
    interface: &mut NetworkInterface,
    publics: usize,
) -> Result<(), Fault> {
    for text in i.secondary_private_ip_addresses.iter().flatten() {
        interface.ipv4.push(hold(cx, &row.subnet, &interface.id, Want::This(text))?);
    }
    let any = count(i.secondary_private_ip_address_count, "secondaryPrivateIpAddressCount")?;
    let wanted = (1 + any).max(publics);
    while interface.ipv4.len() < wanted {
        interface.ipv4.push(hold(cx, &row.subnet, &interface.id, Want::Address { v6: false })?);
    }
    Ok(())
}
