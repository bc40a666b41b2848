//! `RestoreManagedPrefixListVersion`: entries of an earlier version, as a new one.
//! Source: EC2 API reference, "RestoreManagedPrefixListVersion" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{RestoreManagedPrefixListVersionRequest, RestoreManagedPrefixListVersionResult};

use crate::err::fault;
use crate::ops::modify_managed_prefix_list::{check_version, next_version};
use crate::prefix_list::{PrefixList, entries, own, show};
use crate::resource::save;
use crate::tags;

/// The error for a version that there isn't.
pub(crate) fn no_version(list: &PrefixList, version: i64) -> Fault {
    let text = format!("The version {version} of the prefix list '{}' does not exist", list.id);
    fault("InvalidPrefixListVersion.NotFound", text)
}

/// Errors: InvalidPrefixListID.NotFound; PrefixListVersionMismatch; InvalidPrefixListVersion.NotFound.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &RestoreManagedPrefixListVersionRequest,
) -> Result<RestoreManagedPrefixListVersionResult, Fault> {
    let mut list = own(cx, &i.prefix_list_id)?;
    check_version(&list, i.current_version)?;
    let version = u64::try_from(i.previous_version).unwrap_or(0);
    let old = entries(cx, &list, version)?.ok_or_else(|| no_version(&list, i.previous_version))?;
    next_version(cx, &mut list, old);
    list.last = "restore".to_owned();
    save(cx, &list)?;
    let shown = show(cx, &list, &tags::of(cx, &list.id)?);
    Ok(RestoreManagedPrefixListVersionResult { prefix_list: Some(shown) })
}
