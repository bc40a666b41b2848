//! `GetManagedPrefixListEntries`: of the latest version, or of another.
//! Source: EC2 API reference, "GetManagedPrefixListEntries" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{GetManagedPrefixListEntriesRequest, GetManagedPrefixListEntriesResult, PrefixListEntry};

use crate::describe::{Ask, listed};
use crate::filter::Accessor;
use crate::ops::restore_managed_prefix_list_version::no_version;
use crate::prefix_list::{ListEntry, entries, known};
use crate::resource::Listed;

struct EntryRow {
    place: String,
    entry: ListEntry,
}

impl Listed for EntryRow {
    const FILTERS: &'static [(&'static str, Accessor<EntryRow>)] = &[];
    fn id(&self) -> &str {
        &self.place
    }
}

/// Errors: InvalidPrefixListID.NotFound; InvalidPrefixListVersion.NotFound; those of [`listed`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &GetManagedPrefixListEntriesRequest,
) -> Result<GetManagedPrefixListEntriesResult, Fault> {
    let list = known(cx, &i.prefix_list_id)?;
    let version = i.target_version.map_or(Ok(list.version), u64::try_from).unwrap_or(0);
    let all = entries(cx, &list, version)?
        .ok_or_else(|| no_version(&list, i.target_version.unwrap_or_default()))?;
    let ids = Some(vec![list.id.clone(), version.to_string()]);
    let ask = Ask::new("GetManagedPrefixListEntries", &None)
        .ids(&ids)
        .pages(i.max_results, &i.next_token)
        .limits(1, 100);
    let rows = all.into_iter().enumerate().map(|(n, entry)| EntryRow { place: format!("{n:05}"), entry });
    let found = listed(cx, &ask, rows)?;
    let entries = found.show(|r, _| PrefixListEntry {
        cidr: Some(r.entry.cidr.clone()),
        description: Some(r.entry.description.clone()).filter(|d| !d.is_empty()),
    });
    Ok(GetManagedPrefixListEntriesResult { entries, next_token: found.next })
}
