//! `ModifyAddressAttribute`, `ResetAddressAttribute`, `DescribeAddressesAttribute`: the name that an address leads back to.
//! Source: EC2 API reference, the operations (2026-11-22). Texts are inferred.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, listed};
use crate::elastic_ip::ElasticIp;
use crate::err::{invalid_parameter, missing};
use crate::resource::{all, find, save};
use crate::reverse_name::{is_named, renamed, show};

/// A host's name with its last dot, if it is one.
fn host(text: &str) -> Option<String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let good = |label: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        (1..=63).contains(&label.len()) && !label.starts_with('-') && label.bytes().all(plain)
    };
    (name.len() <= 253 && name.contains('.') && name.split('.').all(good)).then(|| format!("{name}."))
}

/// Errors: InvalidAllocationID.NotFound; MissingParameter; InvalidParameterValue: no name of a host.
pub(crate) fn modify(
    cx: &mut Cx,
    i: &s::ModifyAddressAttributeRequest,
) -> Result<s::ModifyAddressAttributeResult, Fault> {
    let given = i.domain_name.as_deref().filter(|n| !n.is_empty()).ok_or_else(|| missing("domainName"))?;
    let name = host(given).ok_or_else(|| invalid_parameter(given, "domainName", "It is no domain name."))?;
    let row = find::<ElasticIp>(cx, &i.allocation_id)?;
    let row = renamed(cx, row, name);
    save(cx, &row)?;
    Ok(s::ModifyAddressAttributeResult { address: Some(show(cx, &row)) })
}

/// Errors: InvalidAllocationID.NotFound.
pub(crate) fn reset(
    cx: &mut Cx,
    i: &s::ResetAddressAttributeRequest,
) -> Result<s::ResetAddressAttributeResult, Fault> {
    let mut row = find::<ElasticIp>(cx, &i.allocation_id)?;
    if is_named(cx, &row) {
        row = renamed(cx, row, String::new());
        save(cx, &row)?;
    }
    Ok(s::ResetAddressAttributeResult { address: Some(show(cx, &row)) })
}

/// Those that have a name, or are getting another one.
///
/// Errors: InvalidAllocationID.NotFound; those of [`listed`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeAddressesAttributeRequest,
) -> Result<s::DescribeAddressesAttributeResult, Fault> {
    let ask = Ask::new("DescribeAddressesAttribute", &None)
        .ids(&i.allocation_ids)
        .pages(i.max_results, &i.next_token)
        .limits(1, 1_000);
    let mut rows: Vec<ElasticIp> = match ask.ids {
        Some(ids) => ids.iter().map(|id| find::<ElasticIp>(cx, id)).collect::<Result<_, _>>()?,
        None => all::<ElasticIp>(cx)?.collect(),
    };
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    rows.dedup_by(|a, b| a.id == b.id);
    let found = listed(cx, &ask, rows.into_iter().filter(|a| is_named(cx, a)))?;
    let addresses = found.show(|a, _| show(cx, a));
    Ok(s::DescribeAddressesAttributeResult { addresses, next_token: found.next })
}
