//! `DeleteNetworkAclEntry`: never the last one. Source: EC2 API reference, "DeleteNetworkAclEntry" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DeleteNetworkAclEntryRequest;

use crate::acl_entry;
use crate::network_acl::{LAST, NetworkAcl};
use crate::resource::{find, save};

/// Errors: InvalidNetworkAclID.NotFound; InvalidNetworkAclEntry.NotFound.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteNetworkAclEntryRequest) -> Result<Empty, Fault> {
    let mut acl = find::<NetworkAcl>(cx, &i.network_acl_id)?;
    let before = acl.entries.len();
    acl.entries.retain(|e| e.number >= LAST || e.egress != i.egress || e.number != i.rule_number);
    if acl.entries.len() == before {
        return Err(acl_entry::not_found(i.rule_number));
    }
    save(cx, &acl)?;
    Ok(Empty {})
}
