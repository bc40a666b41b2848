//! What the clock does: approves requests, and forgets them after 90 days.

use codec::Fault;
use kernel::{Cx, Timer};

use crate::request::{Requests, approve, key};

/// A request is approved.
pub(crate) const APPROVE: &str = "approve";
/// A request is no longer shown.
pub(crate) const FORGET: &str = "forget";

/// A timer fell due. An unknown kind is our own failure.
pub(crate) fn on_timer(cx: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    let key = key(cx, &timer.subject);
    match timer.kind.as_str() {
        APPROVE => {
            let Some(mut row) = cx.get::<Requests>(&key)? else { return Ok(()) };
            approve(cx, &mut row)?;
            cx.put::<Requests>(&key, &row);
        }
        FORGET => cx.delete::<Requests>(&key),
        other => return Err(Fault::internal(format!("no timer of kind {other}"))),
    }
    Ok(())
}
