//! `RejectVpcPeeringConnection`: by the account that was asked. Source: EC2 API reference, "RejectVpcPeeringConnection".

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{RejectVpcPeeringConnectionRequest, RejectVpcPeeringConnectionResult};

use crate::ops::accept_vpc_peering_connection::asked;
use crate::resource::find;
use crate::time;
use crate::vpc_peering_connection::{Peering, SHOWN_MS, save_both};

/// Errors: InvalidVpcPeeringConnectionID.NotFound; OperationNotPermitted; InvalidStateTransition.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &RejectVpcPeeringConnectionRequest,
) -> Result<RejectVpcPeeringConnectionResult, Fault> {
    let mut row = find::<Peering>(cx, &i.vpc_peering_connection_id)?;
    asked(cx, &row, "reject")?;
    row.may(cx, &["pending-acceptance"], "rejected")?;
    row.code = "rejected".to_owned();
    row.message = "Inactive".to_owned();
    save_both(cx, &row)?;
    let forget_ms = cx.now_ms + SHOWN_MS;
    cx.timer_set(time::FORGET_PEERING, &row.id, forget_ms)?;
    Ok(RejectVpcPeeringConnectionResult { return_: Some(true) })
}
