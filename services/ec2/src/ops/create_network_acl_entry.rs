//! `CreateNetworkAclEntry`. Source: EC2 API reference, "CreateNetworkAclEntry" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::CreateNetworkAclEntryRequest;

use crate::acl_entry;
use crate::err::fault;
use crate::network_acl::{LAST, NetworkAcl};
use crate::quotas::{self, room};
use crate::resource::{find, save};

/// Errors: InvalidNetworkAclID.NotFound; NetworkAclEntryAlreadyExists; NetworkAclEntryLimitExceeded; those of `acl_entry.rs`.
pub(crate) fn decide(cx: &mut Cx, i: &CreateNetworkAclEntryRequest) -> Result<Empty, Fault> {
    let mut acl = find::<NetworkAcl>(cx, &i.network_acl_id)?;
    let entry = acl_entry::read(&i.into())?;
    if acl.entries.iter().any(|e| e.egress == entry.egress && e.number == entry.number) {
        let text = format!("The network acl entry identified by {} already exists.", entry.number);
        return Err(fault("NetworkAclEntryAlreadyExists", text));
    }
    let same = |e: &&crate::network_acl::Entry| {
        e.egress == entry.egress && e.number < LAST && e.block.contains(':') == entry.block.contains(':')
    };
    room(cx, &quotas::ENTRIES_PER_ACL, acl.entries.iter().filter(same), 1)?;
    acl.entries.push(entry);
    acl.entries.sort_by_key(|e| (!e.egress, e.number));
    save(cx, &acl)?;
    Ok(Empty {})
}
