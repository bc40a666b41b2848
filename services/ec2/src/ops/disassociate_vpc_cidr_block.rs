//! `DisassociateVpcCidrBlock`: takes a block away that no subnet uses. The first block of IPv4 stays.
//! Source: EC2 API reference, "DisassociateVpcCidrBlock" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DisassociateVpcCidrBlockRequest, DisassociateVpcCidrBlockResult};

use crate::cidr::Cidr;
use crate::err::fault;
use crate::former;
use crate::resource::{by_link, on, save};
use crate::route_table::RouteTable;
use crate::subnet::Subnet;
use crate::vpc::{self, Vpc};

/// Errors: InvalidVpcCidrBlockAssociationID.NotFound; OperationNotPermitted: the first block; InvalidCidrBlock.InUse. Texts
/// of the last two reported.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DisassociateVpcCidrBlockRequest,
) -> Result<DisassociateVpcCidrBlockResult, Fault> {
    let id = i.association_id.as_str();
    let mut vpc = by_link::<Vpc>(cx, id)?.filter(|v| v.dhcp_options != id).ok_or_else(|| {
        let text = format!("The vpc CIDR block association ID '{id}' does not exist");
        fault("InvalidVpcCidrBlockAssociationID.NotFound", text)
    })?;
    let gone = vpc.cidrs.iter().chain(&vpc.ipv6).find(|c| c.id == id).cloned().unwrap_or_default();
    if gone.block == vpc.cidr {
        let text = format!(
            "The vpc CIDR block with association ID {id} may not be disassociated. It is the primary IPv4 CIDR block of the VPC"
        );
        return Err(fault("OperationNotPermitted", text));
    }
    let block = Cidr::parse(&gone.block);
    for subnet in on::<Subnet>(cx, &vpc.id)? {
        if subnet
            .block()
            .into_iter()
            .chain(subnet.ipv6_blocks())
            .any(|b| block.is_some_and(|c| c.contains(b)))
        {
            let text = format!("The vpc CIDR block '{}' is in use by a subnet", gone.block);
            return Err(fault("InvalidCidrBlock.InUse", text));
        }
    }
    vpc.cidrs.retain(|c| c.id != id);
    vpc.ipv6.retain(|c| c.id != id);
    let v6 = gone.block.contains(':');
    former::keep(cx, if v6 { &mut vpc.former_ipv6 } else { &mut vpc.former_cidrs }, gone.clone());
    save(cx, &vpc)?;
    for mut table in on::<RouteTable>(cx, &vpc.id)? {
        table.routes.retain(|r| r.destination != gone.block || r.target != "local");
        save(cx, &table)?;
    }
    Ok(DisassociateVpcCidrBlockResult {
        ipv6_cidr_block_association: v6.then(|| vpc::show_ipv6(cx, &gone, "disassociating")),
        cidr_block_association: (!v6).then(|| vpc::show_cidr(&gone, "disassociating")),
        vpc_id: Some(vpc.id),
    })
}
