//! `ReplaceNetworkAclAssociation`: another ACL for a subnet. Source: EC2 API reference, "ReplaceNetworkAclAssociation".

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{ReplaceNetworkAclAssociationRequest, ReplaceNetworkAclAssociationResult};

use crate::err::{fault, invalid_value};
use crate::id;
use crate::network_acl::NetworkAcl;
use crate::resource::{by_link, find, save};

/// Errors: InvalidNetworkAclID.NotFound; InvalidAssociationID.NotFound; InvalidParameterValue: of another VPC.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &ReplaceNetworkAclAssociationRequest,
) -> Result<ReplaceNetworkAclAssociationResult, Fault> {
    let new = find::<NetworkAcl>(cx, &i.network_acl_id)?;
    let id = i.association_id.as_str();
    let mut old =
        by_link::<NetworkAcl>(cx, id)?.filter(|a| a.associations.iter().any(|(a, _)| a == id)).ok_or_else(
            || fault("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist")),
        )?;
    if old.vpc != new.vpc {
        let text = format!("network ACL {} and association {id} belong to different networks", new.id);
        return Err(invalid_value(text));
    }
    let at = old.associations.iter().position(|(a, _)| a == id).expect("it was found by this association");
    let (_, subnet) = old.associations.remove(at);
    save(cx, &old)?;
    let mut new = find::<NetworkAcl>(cx, &new.id)?;
    let made = id::fresh(cx, "aclassoc");
    new.associations.push((made.clone(), subnet));
    save(cx, &new)?;
    Ok(ReplaceNetworkAclAssociationResult { new_association_id: Some(made) })
}
