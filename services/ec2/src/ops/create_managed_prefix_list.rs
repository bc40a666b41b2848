//! `CreateManagedPrefixList`. Source: EC2 API reference, "CreateManagedPrefixList" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{AddPrefixListEntry, CreateManagedPrefixListRequest, CreateManagedPrefixListResult};

use crate::cidr::Cidr;
use crate::err::{fault, invalid_parameter, invalid_value};
use crate::prefix_list::{ListEntry, ListVersion, PREFIX_LIST, PrefixList, Versions, show, version_key};
use crate::quotas::{self, room};
use crate::resource::{all, find, save};
use crate::{id, tags, token};

/// Errors: InvalidParameterValue: name, family, number or blocks of entries; PrefixListMaxEntriesExceeded;
/// PrefixListLimitExceeded; IdempotentParameterMismatch.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &CreateManagedPrefixListRequest,
) -> Result<CreateManagedPrefixListResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &PREFIX_LIST)?;
    let (made, token) = token::look_up(cx, "CreateManagedPrefixList", i.client_token.as_deref(), i)?;
    let list = match made {
        Some(id) => find::<PrefixList>(cx, &id)?,
        None => make(cx, i)?,
    };
    tags::add(cx, &PREFIX_LIST, &list.id, &tags)?;
    token::keep(cx, token, &list.id);
    let shown = show(cx, &list, &tags::of(cx, &list.id)?);
    Ok(CreateManagedPrefixListResult { prefix_list: Some(shown) })
}

fn make(cx: &mut Cx, i: &CreateManagedPrefixListRequest) -> Result<PrefixList, Fault> {
    name(&i.prefix_list_name)?;
    let ipv6 = match i.address_family.as_str() {
        "IPv4" => false,
        "IPv6" => true,
        other => return Err(invalid_parameter(other, "addressFamily", "It must be IPv4 or IPv6.")),
    };
    let max_entries = max(i.max_entries)?;
    let mut entries = Vec::new();
    add(&mut entries, i.entries.as_deref().unwrap_or_default(), ipv6)?;
    fits(&entries, max_entries)?;
    room(cx, &quotas::PREFIX_LISTS, all::<PrefixList>(cx)?, 1)?;
    let list = PrefixList {
        id: id::fresh(cx, "pl"),
        name: i.prefix_list_name.clone(),
        ipv6,
        max_entries,
        version: 1,
        last: "create".to_owned(),
        aws: false,
    };
    save(cx, &list)?;
    let key = version_key(cx, &list.id, 1);
    cx.put::<Versions>(&key, &ListVersion { entries });
    Ok(list)
}

/// A name that a customer's list may have.
pub(crate) fn name(name: &str) -> Result<(), Fault> {
    if name.is_empty() || name.chars().count() > 255 || name.starts_with("com.amazonaws") {
        return Err(invalid_parameter(
            name,
            "prefixListName",
            "It has up to 255 characters and can't start with com.amazonaws.",
        ));
    }
    Ok(())
}

/// A number of entries that a list may have.
pub(crate) fn max(given: i32) -> Result<u32, Fault> {
    match (1..=1_000).contains(&given) {
        true => Ok(given.unsigned_abs()),
        false => Err(invalid_parameter(given, "maxEntries", "It must be between 1 and 1000.")),
    }
}

/// Adds entries; one that is there gets the new description.
pub(crate) fn add(entries: &mut Vec<ListEntry>, new: &[AddPrefixListEntry], ipv6: bool) -> Result<(), Fault> {
    if new.len() > 100 {
        return Err(invalid_value("You can add at most 100 entries per request."));
    }
    for (i, entry) in new.iter().enumerate() {
        let block = Cidr::parse(&entry.cidr).filter(|c| c.v6 == ipv6);
        let cidr =
            block.ok_or_else(|| invalid_value(format!("The CIDR {} is invalid.", entry.cidr)))?.to_string();
        if new[..i].iter().any(|e| e.cidr == entry.cidr) {
            return Err(invalid_value(format!("Duplicate CIDR: {cidr}")));
        }
        let description = entry.description.clone().unwrap_or_default();
        match entries.iter_mut().find(|e| e.cidr == cidr) {
            Some(there) => there.description = description,
            None => entries.push(ListEntry { cidr, description }),
        }
    }
    Ok(())
}

/// Refuses more entries than a list may have.
pub(crate) fn fits(entries: &[ListEntry], max: u32) -> Result<(), Fault> {
    match entries.len() > max as usize {
        true => Err(fault(
            "PrefixListMaxEntriesExceeded",
            format!("You've reached the maximum number of entries for the prefix list: {max}."),
        )),
        false => Ok(()),
    }
}
