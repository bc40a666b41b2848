//! `AssociateAddress`: binds an Elastic IP address to a private address of an interface. One that is bound already moves,
//! unless `AllowReassociation` is false. Source: EC2 API reference, "AssociateAddress" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{AssociateAddressRequest, AssociateAddressResult};

use crate::attachment;
use crate::elastic_ip::{self, ElasticIp};
use crate::err::{combination, fault, invalid_value, missing};
use crate::internet_gateway::INTERNET_GATEWAY;
use crate::network_interface::{NetworkInterface, users_own};
use crate::ops::describe_addresses::by_public_ip;
use crate::resource::{children, find, on};

/// Errors: MissingParameter; InvalidParameterCombination (of interface and instance: inferred); InvalidAllocationID.NotFound; InvalidAddress.NotFound; InvalidNetworkInterfaceID.NotFound;
/// InvalidInstanceID.NotFound; Gateway.NotAttached; Resource.AlreadyAssociated; InvalidParameterValue: the private address.
pub(crate) fn decide(cx: &mut Cx, i: &AssociateAddressRequest) -> Result<AssociateAddressResult, Fault> {
    let address = match (i.allocation_id.as_deref(), i.public_ip.as_deref()) {
        (Some(_), Some(_)) => {
            let text = "You may specify public IP or allocation id, but not both in the same call";
            return Err(combination(text));
        }
        (Some(id), None) => find::<ElasticIp>(cx, id)?,
        (None, Some(ip)) => by_public_ip(cx, ip)?,
        (None, None) => return Err(missing("allocationId")),
    };
    let interface = interface(cx, i)?;
    let private_ip = match i.private_ip_address.as_deref() {
        None => interface.primary().to_owned(),
        Some(ip) if interface.ipv4.iter().any(|a| a == ip) => ip.to_owned(),
        Some(ip) => {
            let text =
                format!("The private IP address {ip} is not assigned to network interface {}", interface.id);
            return Err(invalid_value(text));
        }
    };
    if children(cx, &interface.vpc, &INTERNET_GATEWAY)?.next().is_none() {
        let text = format!("Network {} is not attached to any internet gateway", interface.vpc);
        return Err(fault("Gateway.NotAttached", text));
    }
    if address.interface == interface.id && address.private_ip == private_ip {
        return Ok(AssociateAddressResult { association_id: Some(address.association) });
    }
    make_room(cx, i, &address, &interface, &private_ip)?;
    attachment::replaced_public(cx, &interface, &private_ip)?;
    let instance = interface.attachment.as_ref().map(|a| a.instance.clone()).unwrap_or_default();
    let bound = elastic_ip::bind(cx, address, &interface.id, &private_ip, &instance)?;
    Ok(AssociateAddressResult { association_id: Some(bound.association) })
}

fn interface(cx: &Cx, i: &AssociateAddressRequest) -> Result<NetworkInterface, Fault> {
    match (i.network_interface_id.as_deref(), i.instance_id.as_deref()) {
        (Some(_), Some(_)) => {
            Err(combination("The parameter networkInterfaceId cannot be used with the parameter instanceId"))
        }
        (Some(id), None) => users_own(find::<NetworkInterface>(cx, id)?),
        (None, Some(id)) => {
            let own = on::<NetworkInterface>(cx, id)?;
            let first = own.into_iter().find(|n| n.attachment.as_ref().is_some_and(|a| a.is_first()));
            first.ok_or_else(|| {
                fault("InvalidInstanceID.NotFound", format!("The instance ID '{id}' does not exist"))
            })
        }
        (None, None) => Err(missing("networkInterfaceId")),
    }
}

/// Unbinds what is bound at either end, if the call allows it.
fn make_room(
    cx: &mut Cx,
    i: &AssociateAddressRequest,
    address: &ElasticIp,
    interface: &NetworkInterface,
    private_ip: &str,
) -> Result<(), Fault> {
    let taken: Vec<ElasticIp> =
        on::<ElasticIp>(cx, &interface.id)?.into_iter().filter(|a| a.private_ip == private_ip).collect();
    if i.allow_reassociation == Some(false) {
        if !address.association.is_empty() {
            let text = format!(
                "resource {} is already associated with associate-id {}",
                address.id, address.association
            );
            return Err(fault("Resource.AlreadyAssociated", text));
        }
        if let Some(other) = taken.first() {
            let text = format!(
                "resource {} is already associated with associate-id {}",
                interface.id, other.association
            );
            return Err(fault("Resource.AlreadyAssociated", text));
        }
    }
    for other in taken {
        elastic_ip::unbind(cx, other)?;
    }
    Ok(())
}
