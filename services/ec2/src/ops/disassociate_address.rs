//! `DisassociateAddress`. Source: EC2 API reference, "DisassociateAddress" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DisassociateAddressRequest;

use crate::elastic_ip::{self, ElasticIp};
use crate::err::{combination, fault, missing};
use crate::network_interface::NetworkInterface;
use crate::ops::describe_addresses::by_public_ip;
use crate::resource::{by_link, get};

/// Errors: MissingParameter; InvalidParameterCombination; InvalidAssociationID.NotFound; InvalidAddress.NotFound; AuthFailure: a NAT gateway's.
pub(crate) fn decide(cx: &mut Cx, i: &DisassociateAddressRequest) -> Result<Empty, Fault> {
    let address = match (i.association_id.as_deref(), i.public_ip.as_deref()) {
        (Some(_), Some(_)) => {
            let text = "You may specify public IP or association id, but not both in the same call";
            return Err(combination(text));
        }
        (Some(id), None) => {
            by_link::<ElasticIp>(cx, id)?.filter(|a| a.association == id).ok_or_else(|| {
                fault("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist"))
            })?
        }
        (None, Some(ip)) => by_public_ip(cx, ip)?,
        (None, None) => return Err(missing("associationId")),
    };
    if get::<NetworkInterface>(cx, &address.interface)?.is_some_and(|n| !n.manager.is_empty()) {
        return Err(fault("AuthFailure", "You do not have permission to access the specified resource."));
    }
    elastic_ip::unbind(cx, address)?;
    Ok(Empty {})
}
