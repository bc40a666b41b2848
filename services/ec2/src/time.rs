//! What the clock does: nothing by timer yet. States that come with time are worked out when they are shown.

use codec::Fault;
use kernel::{Cx, Timer};

/// A timer fell due. An unknown kind is our own failure.
pub(crate) fn on_timer(_: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    Err(Fault::internal(format!("no timer of kind {}", timer.kind)))
}
