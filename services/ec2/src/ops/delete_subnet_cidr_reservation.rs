//! `DeleteSubnetCidrReservation`. Source: EC2 API reference, "DeleteSubnetCidrReservation" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DeleteSubnetCidrReservationRequest, DeleteSubnetCidrReservationResult};

use crate::resource::{find, remove};
use crate::subnet_cidr_reservation::{Reservation, show};
use crate::tags;

/// Errors: InvalidSubnetCidrReservationId.NotFound.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DeleteSubnetCidrReservationRequest,
) -> Result<DeleteSubnetCidrReservationResult, Fault> {
    let row = find::<Reservation>(cx, &i.subnet_cidr_reservation_id)?;
    let shown = show(cx, &row, &tags::of(cx, &row.id)?);
    remove(cx, &row)?;
    Ok(DeleteSubnetCidrReservationResult { deleted_subnet_cidr_reservation: Some(shown) })
}
