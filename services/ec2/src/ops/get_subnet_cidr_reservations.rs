//! `GetSubnetCidrReservations`: of one subnet. Source: EC2 API reference, "GetSubnetCidrReservations" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{GetSubnetCidrReservationsRequest, GetSubnetCidrReservationsResult};

use crate::describe::{Ask, listed};
use crate::resource::{find, on};
use crate::subnet::Subnet;
use crate::subnet_cidr_reservation::{Reservation, show};

/// Errors: InvalidSubnetID.NotFound; those of [`listed`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &GetSubnetCidrReservationsRequest,
) -> Result<GetSubnetCidrReservationsResult, Fault> {
    let subnet = find::<Subnet>(cx, &i.subnet_id)?;
    let ask = Ask::new("GetSubnetCidrReservations", &i.filters).pages(i.max_results, &i.next_token);
    let found = listed(cx, &ask, on::<Reservation>(cx, &subnet.id)?.into_iter())?;
    let of = |v6: bool| {
        let those = found.items.iter().filter(|(r, _)| r.cidr.contains(':') == v6);
        those.map(|(r, tags)| show(cx, r, tags)).collect()
    };
    Ok(GetSubnetCidrReservationsResult {
        subnet_ipv4_cidr_reservations: Some(of(false)),
        subnet_ipv6_cidr_reservations: Some(of(true)),
        next_token: found.next,
    })
}
