//! `DeleteManagedPrefixList`: one that no rule and no route refers to.
//! Source: EC2 API reference, "DeleteManagedPrefixList" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DeleteManagedPrefixListRequest, DeleteManagedPrefixListResult, ManagedPrefixList};

use crate::err::fault;
use crate::ops::get_managed_prefix_list_associations::users;
use crate::prefix_list::{Versions, own, show, version_key};
use crate::resource::remove;
use crate::tags;

/// Errors: InvalidPrefixListID.NotFound; PrefixListInUse; UnauthorizedOperation: a list of AWS's.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DeleteManagedPrefixListRequest,
) -> Result<DeleteManagedPrefixListResult, Fault> {
    let list = own(cx, &i.prefix_list_id)?;
    if !users(cx, &list.id)?.is_empty() {
        let text = format!("The prefix list '{}' is in use by other resources.", list.id);
        return Err(fault("PrefixListInUse", text));
    }
    let shown = show(cx, &list, &tags::of(cx, &list.id)?);
    for version in 1..=list.version {
        let key = version_key(cx, &list.id, version);
        cx.delete::<Versions>(&key);
    }
    remove(cx, &list)?;
    let state = Some("delete-complete".to_owned());
    Ok(DeleteManagedPrefixListResult { prefix_list: Some(ManagedPrefixList { state, ..shown }) })
}
