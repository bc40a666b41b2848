//! Tags of tables: `TagResource`, `UntagResource`, `ListTagsOfResource`.
//!
//! Errors: ResourceNotFoundException: no such table. ValidationException: too many tags, keys that are reserved or given twice.
//! Source: developer guide, "Tagging restrictions in DynamoDB" (2026-11-22).

use std::collections::BTreeSet;

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_dynamodb::{
    ListTagsOfResourceInput, ListTagsOfResourceOutput, Tag, TagResourceInput, UntagResourceInput,
};

use crate::err::{invalid, no_arn};
use crate::names::Arn;
use crate::table::Open;

const MAX_TAGS: usize = 50;
const PAGE: usize = 10;

/// The tags as they stand after these were added.
pub(crate) fn merged(before: &[(String, String)], more: &[Tag]) -> Result<Vec<(String, String)>, Fault> {
    let distinct: BTreeSet<&String> = more.iter().map(|t| &t.key).collect();
    if distinct.len() < more.len() {
        return Err(invalid("One or more parameter values were invalid: Duplicate tag keys found"));
    }
    let mut all = before.to_vec();
    for tag in more {
        if tag.key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid(
                "One or more parameter values were invalid: Tag keys cannot start with aws:",
            ));
        }
        match all.iter_mut().find(|(k, _)| *k == tag.key) {
            Some((_, v)) => v.clone_from(&tag.value),
            None => all.push((tag.key.clone(), tag.value.clone())),
        }
    }
    if all.len() > MAX_TAGS {
        return Err(invalid(format!("Too many tags: a resource may have at most {MAX_TAGS}")));
    }
    Ok(all)
}

/// The table of an ARN, as operations on tags and policies look for it.
pub(crate) fn of_arn(cx: &Cx, arn: &str) -> Result<Open, Fault> {
    let Some(a) = Arn::parse(arn) else {
        return Err(invalid(format!("Invalid TableArn: Invalid ResourceArn provided as input {arn}")));
    };
    let found = if a.is_in(cx.scope) && a.rest.is_empty() { Open::named(cx, a.table)? } else { None };
    found.ok_or_else(|| no_arn(arn))
}

/// Adds and replaces tags.
pub(crate) fn tag(cx: &mut Cx, i: &TagResourceInput) -> Result<Empty, Fault> {
    let mut open = of_arn(cx, &i.resource_arn)?;
    open.t.change().tags = merged(&open.t.tags, &i.tags)?;
    open.save(cx);
    Ok(Empty::default())
}

/// Removes tags.
pub(crate) fn untag(cx: &mut Cx, i: &UntagResourceInput) -> Result<Empty, Fault> {
    let mut open = of_arn(cx, &i.resource_arn)?;
    open.t.change().tags.retain(|(key, _)| !i.tag_keys.contains(key));
    open.save(cx);
    Ok(Empty::default())
}

/// Lists tags, ten a page.
pub(crate) fn list(cx: &mut Cx, i: &ListTagsOfResourceInput) -> Result<ListTagsOfResourceOutput, Fault> {
    let open = of_arn(cx, &i.resource_arn)?;
    let filters = [i.resource_arn.as_str()];
    let start = cx
        .page_start("ListTagsOfResource", &filters, i.next_token.as_deref())
        .map_err(|_| invalid("Invalid NextToken"))?;
    let mut tags = open.t.tags.clone();
    tags.sort();
    let rest = tags.into_iter().filter(|(k, _)| start.as_ref().is_none_or(|s| k > s));
    let page = cx.page("ListTagsOfResource", &filters, PAGE, rest, |(k, _)| k.clone());
    let shown = page.items.into_iter().map(|(key, value)| Tag { key, value }).collect();
    Ok(ListTagsOfResourceOutput { tags: Some(shown), next_token: page.next })
}
