//! `DeleteNatGateway`: its addresses come back at once; it is shown as deleted for an hour.
//! Source: EC2 API reference, "DeleteNatGateway" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DeleteNatGatewayRequest, DeleteNatGatewayResult};

use crate::nat_gateway::{NatGateway, SHOWN_MS};
use crate::network_interface::{NetworkInterface, destroy};
use crate::resource::{find, get, save};
use crate::{time, vpc};

const USUAL_MS: i64 = 45_000;

/// Errors: NatGatewayNotFound; NatGatewayMalformed. One that is deleted already is answered as before.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteNatGatewayRequest) -> Result<DeleteNatGatewayResult, Fault> {
    let mut row = find::<NatGateway>(cx, &i.nat_gateway_id)?;
    if row.deleting_ms.is_none() {
        if let Some(interface) = get::<NetworkInterface>(cx, &row.interface)? {
            destroy(cx, &interface)?;
        }
        row.deleting_ms = Some(cx.now_ms);
        row.deleted_ms = vpc::ready_ms(cx, USUAL_MS);
        cx.timer_set(time::FORGET_NAT_GATEWAY, &row.id, row.deleted_ms + SHOWN_MS)?;
        save(cx, &row)?;
    }
    Ok(DeleteNatGatewayResult { nat_gateway_id: Some(row.id) })
}
