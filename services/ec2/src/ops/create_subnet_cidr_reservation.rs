//! `CreateSubnetCidrReservation`. Source: EC2 API reference, "CreateSubnetCidrReservation" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateSubnetCidrReservationRequest, CreateSubnetCidrReservationResult};

use crate::cidr::Cidr;
use crate::err::{fault, invalid_parameter};
use crate::resource::{find, on, save};
use crate::subnet::Subnet;
use crate::subnet_cidr_reservation::{Reservation, SUBNET_CIDR_RESERVATION, show};
use crate::{id, tags};

/// Errors: InvalidSubnetID.NotFound; InvalidParameterValue: the block; InvalidCidrReservation.Overlap. Texts inferred.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &CreateSubnetCidrReservationRequest,
) -> Result<CreateSubnetCidrReservationResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &SUBNET_CIDR_RESERVATION)?;
    let subnet = find::<Subnet>(cx, &i.subnet_id)?;
    let block = Cidr::parse(&i.cidr).filter(|_| Cidr::is_exact(&i.cidr));
    let inside = |b: &Cidr| subnet.block().into_iter().chain(subnet.ipv6_blocks()).any(|s| s.contains(*b));
    let block = block
        .filter(inside)
        .ok_or_else(|| invalid_parameter(&i.cidr, "cidr", "It is no CIDR block within the subnet's."))?;
    let others = on::<Reservation>(cx, &subnet.id)?;
    if others.iter().filter_map(|r| Cidr::parse(&r.cidr)).any(|b| b.overlaps(block)) {
        let text = format!("The CIDR '{block}' overlaps another subnet CIDR reservation");
        return Err(fault("InvalidCidrReservation.Overlap", text));
    }
    let row = Reservation {
        id: id::fresh(cx, "scr"),
        subnet: subnet.id,
        cidr: block.to_string(),
        kind: i.reservation_type.clone(),
        description: i.description.clone(),
    };
    save(cx, &row)?;
    tags::add(cx, &SUBNET_CIDR_RESERVATION, &row.id, &tags)?;
    Ok(CreateSubnetCidrReservationResult { subnet_cidr_reservation: Some(show(cx, &row, &tags)) })
}
