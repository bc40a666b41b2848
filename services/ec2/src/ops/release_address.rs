//! `ReleaseAddress`: one that is not bound. Source: EC2 API reference, "ReleaseAddress" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::ReleaseAddressRequest;

use crate::address_transfer;
use crate::elastic_ip::{ElasticIp, PublicIps};
use crate::err::{combination, fault, invalid_value, missing};
use crate::ops::describe_addresses::not_found;
use crate::resource::{find, remove};

/// Errors: MissingParameter; InvalidParameterCombination; InvalidParameterValue: by public address; InvalidAllocationID.NotFound;
/// InvalidAddress.NotFound: it is announced from another border group; InvalidIPAddress.InUse;
/// InvalidAddress.Locked: a name leads back from it. An offer to another account is withdrawn.
pub(crate) fn decide(cx: &mut Cx, i: &ReleaseAddressRequest) -> Result<Empty, Fault> {
    let row = match (i.allocation_id.as_deref(), i.public_ip.as_deref()) {
        (Some(_), Some(_)) => {
            let text = "You may specify public IP or allocation id, but not both in the same call";
            return Err(combination(text));
        }
        (Some(id), None) => find::<ElasticIp>(cx, id)?,
        (None, Some(_)) => {
            let text = "You must specify an allocation id when releasing a VPC elastic IP address";
            return Err(invalid_value(text));
        }
        (None, None) => return Err(missing("allocationId")),
    };
    if i.network_border_group.as_deref().is_some_and(|g| g != cx.scope.region) {
        return Err(not_found(&row.public_ip));
    }
    if !row.association.is_empty() {
        return Err(fault("InvalidIPAddress.InUse", format!("Address {} is in use.", row.public_ip)));
    }
    if row.reverse.as_ref().is_some_and(|r| !r.now(cx).is_empty()) {
        let text = format!(
            "The address '{}' is locked: a reverse DNS record may be associated with it.",
            row.public_ip
        );
        return Err(fault("InvalidAddress.Locked", text));
    }
    address_transfer::withdraw(cx, &row.id)?;
    cx.delete::<PublicIps>(&row.public_ip);
    remove(cx, &row)?;
    Ok(Empty {})
}
