//! `ReplaceNetworkAclEntry`: another entry under the same number. Source: EC2 API reference, "ReplaceNetworkAclEntry".

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::ReplaceNetworkAclEntryRequest;

use crate::acl_entry;
use crate::network_acl::NetworkAcl;
use crate::resource::{find, save};

/// Errors: InvalidNetworkAclID.NotFound; InvalidNetworkAclEntry.NotFound; those of `acl_entry.rs`.
pub(crate) fn decide(cx: &mut Cx, i: &ReplaceNetworkAclEntryRequest) -> Result<Empty, Fault> {
    let mut acl = find::<NetworkAcl>(cx, &i.network_acl_id)?;
    let entry = acl_entry::read(&i.into())?;
    let there = acl.entries.iter_mut().find(|e| e.egress == entry.egress && e.number == entry.number);
    let there = there.ok_or_else(|| acl_entry::not_found(entry.number))?;
    *there = entry;
    save(cx, &acl)?;
    Ok(Empty {})
}
