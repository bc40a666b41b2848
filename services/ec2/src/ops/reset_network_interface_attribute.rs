//! `ResetNetworkInterfaceAttribute`: the source/destination check, on again.
//! Source: EC2 API reference, "ResetNetworkInterfaceAttribute" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::ResetNetworkInterfaceAttributeRequest;

use crate::err::missing;
use crate::network_interface::{NetworkInterface, users_own};
use crate::resource::{find, save};

/// Errors: MissingParameter (inferred): nothing to reset; InvalidNetworkInterfaceID.NotFound.
pub(crate) fn decide(cx: &mut Cx, i: &ResetNetworkInterfaceAttributeRequest) -> Result<Empty, Fault> {
    if i.source_dest_check.is_none() {
        return Err(missing("sourceDestCheck"));
    }
    let mut row = users_own(find::<NetworkInterface>(cx, &i.network_interface_id)?)?;
    row.skips_check = false;
    save(cx, &row)?;
    Ok(Empty {})
}
