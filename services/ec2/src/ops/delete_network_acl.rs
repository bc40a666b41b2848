//! `DeleteNetworkAcl`: neither a default one nor one with subnets. Source: EC2 API reference, "DeleteNetworkAcl".

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DeleteNetworkAclRequest;

use crate::err::{has_dependencies, invalid_value};
use crate::network_acl::NetworkAcl;
use crate::resource::{find, remove};

/// Errors: InvalidNetworkAclID.NotFound; InvalidParameterValue: a default one; DependencyViolation.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteNetworkAclRequest) -> Result<Empty, Fault> {
    let acl = find::<NetworkAcl>(cx, &i.network_acl_id)?;
    if acl.is_default {
        return Err(invalid_value(format!("cannot delete default network ACL {}", acl.id)));
    }
    if !acl.associations.is_empty() {
        return Err(has_dependencies("networkAcl", &acl.id));
    }
    remove(cx, &acl)?;
    Ok(Empty {})
}
