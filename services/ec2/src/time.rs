//! What the clock does: forgets what is shown for a while after it was deleted. States that come with time are worked out when
//! they are shown.

use codec::Fault;
use kernel::{Cx, Timer};

use crate::nat_gateway::NatGateway;
use crate::resource::{get, remove};

/// A NAT gateway that was deleted is no longer shown.
pub(crate) const FORGET_NAT_GATEWAY: &str = "forget-nat-gateway";

/// A timer fell due. An unknown kind is our own failure.
pub(crate) fn on_timer(cx: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    match timer.kind.as_str() {
        FORGET_NAT_GATEWAY => match get::<NatGateway>(cx, &timer.subject)? {
            Some(row) => remove(cx, &row),
            None => Ok(()),
        },
        other => Err(Fault::internal(format!("no timer of kind {other}"))),
    }
}
