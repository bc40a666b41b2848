//! What the clock does: forgets what is shown for a while after it ended. States that come with time are worked out when
//! they are shown.

use codec::Fault;
use kernel::{Cx, Timer};

use crate::instance;
use crate::nat_gateway::NatGateway;
use crate::resource::{get, remove};
use crate::{capacity_reservation, vpc_peering_connection};

/// A NAT gateway that was deleted is no longer shown.
pub(crate) const FORGET_NAT_GATEWAY: &str = "forget-nat-gateway";
/// A peering connection that ended is no longer shown.
pub(crate) const FORGET_PEERING: &str = "forget-peering";

/// A timer fell due. An unknown kind is our own failure.
pub(crate) fn on_timer(cx: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    match timer.kind.as_str() {
        FORGET_NAT_GATEWAY => match get::<NatGateway>(cx, &timer.subject)? {
            Some(row) => remove(cx, &row),
            None => Ok(()),
        },
        instance::END => instance::end(cx, &timer.subject),
        capacity_reservation::EXPIRE => capacity_reservation::expire(cx, &timer.subject),
        capacity_reservation::FORGET => capacity_reservation::forget(cx, &timer.subject),
        instance::FORGET => instance::forget(cx, &timer.subject),
        FORGET_PEERING => vpc_peering_connection::forget(cx, &timer.subject),
        other => Err(Fault::internal(format!("no timer of kind {other}"))),
    }
}
