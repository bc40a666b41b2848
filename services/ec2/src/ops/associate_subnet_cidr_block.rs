//! `AssociateSubnetCidrBlock`: a block of IPv6 out of the VPC's; a subnet has one.
//! Source: EC2 API reference, "AssociateSubnetCidrBlock" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{AssociateSubnetCidrBlockRequest, AssociateSubnetCidrBlockResult};

use crate::err::{self, fault, missing};
use crate::id;
use crate::ops::create_subnet::{free, ipv6_block};
use crate::resource::{find, save};
use crate::subnet::{self, Subnet};
use crate::vpc::{CidrAssociation, Vpc};

/// Errors: InvalidSubnetID.NotFound; MissingParameter; InvalidSubnet.Range; InvalidSubnet.Conflict;
/// CidrLimitExceeded: it has one.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &AssociateSubnetCidrBlockRequest,
) -> Result<AssociateSubnetCidrBlockResult, Fault> {
    err::refuse(&[
        ("Ipv6IpamPoolId", i.ipv6_ipam_pool_id.is_some()),
        ("Ipv6NetmaskLength", i.ipv6_netmask_length.is_some()),
    ])?;
    let mut subnet = find::<Subnet>(cx, &i.subnet_id)?;
    let vpc = find::<Vpc>(cx, &subnet.vpc)?;
    let block = ipv6_block(i.ipv6_cidr_block.as_deref().ok_or_else(|| missing("ipv6CidrBlock"))?, &vpc)?;
    if !subnet.ipv6.is_empty() {
        let text = "This subnet has met its maximum number of allowed CIDRs: 1";
        return Err(fault("CidrLimitExceeded", text));
    }
    free(cx, &vpc, block)?;
    let new = CidrAssociation { id: id::fresh(cx, "subnet-cidr-assoc"), block: block.to_string() };
    subnet.ipv6.push(new.clone());
    save(cx, &subnet)?;
    Ok(AssociateSubnetCidrBlockResult {
        ipv6_cidr_block_association: Some(subnet::show_ipv6(&new, "associating")),
        subnet_id: Some(subnet.id),
    })
}
