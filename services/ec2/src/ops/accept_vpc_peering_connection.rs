//! `AcceptVpcPeeringConnection`: by the account that was asked, in the region of its VPC.
//! Source: EC2 API reference, "AcceptVpcPeeringConnection" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{AcceptVpcPeeringConnectionRequest, AcceptVpcPeeringConnectionResult};

use crate::err::fault;
use crate::resource::find;
use crate::tags;
use crate::vpc::Vpc;
use crate::vpc_peering_connection::{Peering, save_both, show};

/// Refuses callers of the other side.
///
/// Errors: OperationNotPermitted.
pub(crate) fn asked(cx: &Cx, row: &Peering, verb: &str) -> Result<(), Fault> {
    match row.here(cx) {
        (_, true) => Ok(()),
        _ => {
            let text = format!("User {} cannot {verb} peering {}", cx.scope.account, row.id);
            Err(fault("OperationNotPermitted", text))
        }
    }
}

/// Errors: InvalidVpcPeeringConnectionID.NotFound; OperationNotPermitted; InvalidStateTransition; InvalidVpcID.NotFound.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &AcceptVpcPeeringConnectionRequest,
) -> Result<AcceptVpcPeeringConnectionResult, Fault> {
    let mut row = find::<Peering>(cx, &i.vpc_peering_connection_id)?;
    asked(cx, &row, "accept")?;
    row.may(cx, &["pending-acceptance"], "active")?;
    let vpc = find::<Vpc>(cx, &row.accepter.vpc)?;
    row.accepter.blocks = vpc.cidrs.iter().map(|c| c.block.clone()).collect();
    row.accepter.ipv6_blocks = vpc.ipv6.iter().map(|c| c.block.clone()).collect();
    row.code = "active".to_owned();
    row.message = "Active".to_owned();
    save_both(cx, &row)?;
    let mut shown = show(cx, &row, &tags::of(cx, &row.id)?);
    if let Some(status) = &mut shown.status {
        status.code = Some("provisioning".to_owned());
        status.message = Some("Provisioning".to_owned());
    }
    Ok(AcceptVpcPeeringConnectionResult { vpc_peering_connection: Some(shown) })
}
