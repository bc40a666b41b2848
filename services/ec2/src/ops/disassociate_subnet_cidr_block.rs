//! `DisassociateSubnetCidrBlock`: takes a subnet's block of IPv6 away, unless addresses out of it are held.
//! Source: EC2 API reference, "DisassociateSubnetCidrBlock" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DisassociateSubnetCidrBlockRequest, DisassociateSubnetCidrBlockResult};

use crate::addresses::any_held;
use crate::cidr::Cidr;
use crate::err::fault;
use crate::former;
use crate::resource::{by_link, save};
use crate::subnet::{self, Subnet};

/// Errors: InvalidSubnetCidrBlockAssociationID.NotFound; InvalidCidrBlock.InUse.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DisassociateSubnetCidrBlockRequest,
) -> Result<DisassociateSubnetCidrBlockResult, Fault> {
    let id = i.association_id.as_str();
    let mut subnet = by_link::<Subnet>(cx, id)?.filter(|n| n.vpc != id).ok_or_else(|| {
        let text = format!("The subnet CIDR block association ID '{id}' does not exist");
        fault("InvalidSubnetCidrBlockAssociationID.NotFound", text)
    })?;
    let gone = subnet.ipv6.iter().find(|c| c.id == id).cloned().unwrap_or_default();
    if let Some(block) = Cidr::parse(&gone.block)
        && any_held(cx, &subnet.id, block)?
    {
        let text = format!("The subnet CIDR block '{}' is in use", gone.block);
        return Err(fault("InvalidCidrBlock.InUse", text));
    }
    subnet.ipv6.retain(|c| c.id != id);
    former::keep(cx, &mut subnet.former_ipv6, gone.clone());
    subnet.assigns_ipv6 = false;
    save(cx, &subnet)?;
    Ok(DisassociateSubnetCidrBlockResult {
        ipv6_cidr_block_association: Some(subnet::show_ipv6(&gone, "disassociating")),
        subnet_id: Some(subnet.id),
    })
}
