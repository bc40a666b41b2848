//! `ModifyManagedPrefixList`: entries, which makes a new version; or the name; or how many there may be.
//! Source: EC2 API reference, "ModifyManagedPrefixList" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{ModifyManagedPrefixListRequest, ModifyManagedPrefixListResult};

use crate::cidr::Cidr;
use crate::err::{self, combination, fault, invalid_value, missing};
use crate::ops::create_managed_prefix_list::{add, fits, max, name};
use crate::prefix_list::{ListEntry, ListVersion, PrefixList, Versions, entries, own, show, version_key};
use crate::resource::save;
use crate::tags;

/// The error for a version that isn't the latest.
pub(crate) fn check_version(list: &PrefixList, given: i64) -> Result<(), Fault> {
    match u64::try_from(given) == Ok(list.version) {
        true => Ok(()),
        false => Err(fault(
            "PrefixListVersionMismatch",
            format!(
                "The specified prefix list version {given} doesn't match the current version {}.",
                list.version
            ),
        )),
    }
}

/// Stores entries as a list's new version.
pub(crate) fn next_version(cx: &mut Cx, list: &mut PrefixList, entries: Vec<ListEntry>) {
    list.version += 1;
    let key = version_key(cx, &list.id, list.version);
    cx.put::<Versions>(&key, &ListVersion { entries });
}

/// Errors: InvalidPrefixListID.NotFound; PrefixListVersionMismatch; InvalidParameterValue; InvalidParameterCombination:
/// entries with `MaxEntries`; PrefixListMaxEntriesExceeded; UnauthorizedOperation: a list of AWS's.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &ModifyManagedPrefixListRequest,
) -> Result<ModifyManagedPrefixListResult, Fault> {
    err::refuse(&[(
        "IpamPrefixListResolverSyncEnabled",
        i.ipam_prefix_list_resolver_sync_enabled.is_some(),
    )])?;
    let mut list = own(cx, &i.prefix_list_id)?;
    let changes = i.add_entries.is_some() || i.remove_entries.is_some();
    if changes && i.max_entries.is_some() {
        return Err(combination(
            "You can't modify entries and the maximum number of entries in the same request.",
        ));
    }
    let mut now = entries(cx, &list, list.version)?.unwrap_or_default();
    if changes {
        check_version(&list, i.current_version.ok_or_else(|| missing("currentVersion"))?)?;
        if i.remove_entries.as_ref().is_some_and(|gone| gone.len() > 100) {
            return Err(invalid_value("You can remove at most 100 entries per request."));
        }
        for gone in i.remove_entries.iter().flatten() {
            let cidr = Cidr::parse(&gone.cidr).map(|c| c.to_string()).unwrap_or_default();
            let before = now.len();
            now.retain(|e| e.cidr != cidr);
            if now.len() == before {
                return Err(invalid_value(format!("The CIDR {} is not in the prefix list.", gone.cidr)));
            }
        }
        add(&mut now, i.add_entries.as_deref().unwrap_or_default(), list.ipv6)?;
        fits(&now, list.max_entries)?;
        next_version(cx, &mut list, now.clone());
    }
    if let Some(new) = &i.prefix_list_name {
        name(new)?;
        list.name.clone_from(new);
    }
    if let Some(new) = i.max_entries {
        list.max_entries = max(new)?;
        fits(&now, list.max_entries)?;
    }
    list.last = "modify".to_owned();
    save(cx, &list)?;
    let shown = show(cx, &list, &tags::of(cx, &list.id)?);
    Ok(ModifyManagedPrefixListResult { prefix_list: Some(shown) })
}
