//! `DeleteNetworkInterface`: a user's own that is not attached; its addresses come back.
//! Source: EC2 API reference, "DeleteNetworkInterface" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DeleteNetworkInterfaceRequest;

use crate::err::fault;
use crate::network_interface::{NetworkInterface, destroy, users_own};
use crate::resource::find;
use crate::trunk::branches;

/// Errors: InvalidNetworkInterfaceID.NotFound; InvalidParameterValue: in use; AuthFailure: a service's.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteNetworkInterfaceRequest) -> Result<Empty, Fault> {
    let row = users_own(find::<NetworkInterface>(cx, &i.network_interface_id)?)?;
    let carries = !branches(cx, &row.id)?.is_empty();
    if row.attachment.is_some() || !row.trunk_association.is_empty() || carries {
        let text = format!("Network interface '{}' is currently in use.", row.id);
        return Err(fault("InvalidParameterValue", text));
    }
    destroy(cx, &row)?;
    Ok(Empty {})
}
