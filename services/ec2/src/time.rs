//! What the clock does: forgets what is shown for a while after it ended. States that come with time are worked out when
//! they are shown.

use codec::Fault;
use kernel::{Cx, Timer};

use crate::carrier_gateway::CarrierGateway;
use crate::customer_gateway::CustomerGateway;
use crate::group_vpc::GroupVpc;
use crate::instance;
use crate::life::forget;
use crate::nat_gateway::{self, NatGateway};
use crate::ops::transit_gateway::peering;
use crate::resource::{get, remove};
use crate::transit_gateway::TransitGateway;
use crate::transit_gateway::route_table::TransitRouteTable;
use crate::vpn_connection::VpnConnection;
use crate::vpn_gateway::VpnGateway;
use crate::{address_transfer, capacity_reservation, fleet, spot_request, vpc_peering_connection};

/// A NAT gateway that was deleted is no longer shown.
pub(crate) const FORGET_NAT_GATEWAY: &str = "forget-nat-gateway";
/// Addresses of a NAT gateway have drained.
pub(crate) const DRAIN_NAT_GATEWAY: &str = "drain-nat-gateway";
/// A peering connection that ended is no longer shown.
pub(crate) const FORGET_PEERING: &str = "forget-peering";

/// An offer of an address expires, or is no longer shown.
pub(crate) const END_TRANSFER: &str = "end-transfer";
/// What ended with a life is no longer shown.
pub(crate) const FORGET_ENDED: &str = "forget-ended";

/// A timer fell due. An unknown kind is our own failure.
pub(crate) fn on_timer(cx: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    match timer.kind.as_str() {
        FORGET_NAT_GATEWAY => match get::<NatGateway>(cx, &timer.subject)? {
            Some(row) => remove(cx, &row),
            None => Ok(()),
        },
        DRAIN_NAT_GATEWAY => nat_gateway::drain(cx, &timer.subject),
        END_TRANSFER => address_transfer::end(cx, &timer.subject),
        instance::END => instance::end(cx, &timer.subject),
        capacity_reservation::EXPIRE => capacity_reservation::expire(cx, &timer.subject),
        capacity_reservation::FORGET => capacity_reservation::forget(cx, &timer.subject),
        fleet::TEND => fleet::tend(cx, &timer.subject),
        fleet::EXPIRE => fleet::expire(cx, &timer.subject),
        fleet::FORGET => fleet::forget(cx, &timer.subject),
        spot_request::EVALUATE => spot_request::on_time(cx, &timer.subject),
        instance::FORGET => instance::forget(cx, &timer.subject),
        FORGET_ENDED => forget_ended(cx, &timer.subject),
        FORGET_PEERING => vpc_peering_connection::forget(cx, &timer.subject),
        other => Err(Fault::internal(format!("no timer of kind {other}"))),
    }
}

fn forget_ended(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    match id.rsplit_once('-').map(|(prefix, _)| prefix) {
        Some("cagw") => forget::<CarrierGateway>(cx, id),
        Some("sgvpc") => forget::<GroupVpc>(cx, id),
        Some("tgw") => forget::<TransitGateway>(cx, id),
        Some("tgw-attach") => peering::forget(cx, id),
        Some("tgw-rtb") => forget::<TransitRouteTable>(cx, id),
        Some("cgw") => forget::<CustomerGateway>(cx, id),
        Some("vgw") => forget::<VpnGateway>(cx, id),
        Some("vpn") => forget::<VpnConnection>(cx, id),
        _ => Err(Fault::internal(format!("{id} is of no type that ends"))),
    }
}
