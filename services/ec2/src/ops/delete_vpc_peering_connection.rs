//! `DeleteVpcPeeringConnection`: by either side; a request only by who asked. Routes over it become blackholes.
//! Source: EC2 API reference, "DeleteVpcPeeringConnection" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DeleteVpcPeeringConnectionRequest, DeleteVpcPeeringConnectionResult};

use crate::resource::find;
use crate::time;
use crate::vpc_peering_connection::{Peering, SHOWN_MS, save_both};

/// Errors: InvalidVpcPeeringConnectionID.NotFound; InvalidStateTransition.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DeleteVpcPeeringConnectionRequest,
) -> Result<DeleteVpcPeeringConnectionResult, Fault> {
    let mut row = find::<Peering>(cx, &i.vpc_peering_connection_id)?;
    let from: &[&str] = match row.here(cx) {
        (true, _) => &["active", "pending-acceptance"],
        _ => &["active"],
    };
    row.may(cx, from, "deleted")?;
    row.code = "deleted".to_owned();
    row.message = format!("Deleted by {}", cx.scope.account);
    save_both(cx, &row)?;
    let forget_ms = cx.now_ms + SHOWN_MS;
    cx.timer_set(time::FORGET_PEERING, &row.id, forget_ms)?;
    Ok(DeleteVpcPeeringConnectionResult { return_: Some(true) })
}
