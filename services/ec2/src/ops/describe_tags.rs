//! `DescribeTags`: every tag of every resource, in the order of the resources' ids.
//! Source: EC2 API reference, "DescribeTags" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeTagsRequest, DescribeTagsResult, TagDescription};
use store::Scan;

use crate::describe::{Ask, listed};
use crate::filter::{Accessor, Filters};
use crate::resource::{Listed, key};
use crate::tags::TagSets;

/// A tag of a resource.
pub(crate) struct TagRow {
    /// Id of the resource and key of the tag: the order of the list.
    place: String,
    resource: String,
    noun: String,
    key: String,
    value: String,
}

impl Listed for TagRow {
    const SHOWS_TAGS: bool = false;
    const FILTERS: &'static [(&'static str, Accessor<TagRow>)] = &[
        ("key", |t, p| p.text(&t.key)),
        ("resource-id", |t, p| p.text(&t.resource)),
        ("resource-type", |t, p| p.text(&t.noun)),
        ("value", |t, p| p.text(&t.value)),
    ];
    fn id(&self) -> &str {
        &self.place
    }
}

/// Errors: InvalidParameterValue: an unknown filter, MaxResults. InvalidPaginationToken.
pub(crate) fn decide(cx: &mut Cx, i: &DescribeTagsRequest) -> Result<DescribeTagsResult, Fault> {
    let (by_tag, plain): (Vec<_>, Vec<_>) = i
        .filters
        .iter()
        .flatten()
        .cloned()
        .partition(|f| f.name.as_deref().is_some_and(|n| n.starts_with("tag:")));
    // `tag:K` means the tag itself here, not a resource that has it.
    let wanted: Vec<(String, Vec<crate::filter::Pattern>)> = by_tag
        .into_iter()
        .map(|f| {
            let key = f.name.unwrap_or_default()["tag:".len()..].to_owned();
            (key, f.values.iter().flatten().map(|v| crate::filter::Pattern::new(v)).collect())
        })
        .collect();
    let plain = Some(plain);
    let ask = Ask::new("DescribeTags", &plain).pages(i.max_results, &i.next_token);
    let sets = cx.scan::<TagSets>(range(cx, &ask)?)?;
    let rows = sets.flat_map(|((_, _, id), set)| {
        set.tags.into_iter().map(move |(key, value)| TagRow {
            place: format!("{id}\u{0}{key}"),
            resource: id.clone(),
            noun: set.noun.clone(),
            key,
            value,
        })
    });
    let rows = rows.filter(|t| {
        wanted.iter().all(|(key, values)| t.key == *key && values.iter().any(|v| v.matches(&t.value)))
    });
    let found = listed(cx, &ask, rows)?;
    let tags = found.show(|t, _| TagDescription {
        key: Some(t.key.clone()),
        resource_id: Some(t.resource.clone()),
        resource_type: Some(t.noun.clone()),
        value: Some(t.value.clone()),
    });
    Ok(DescribeTagsResult { next_token: found.next, tags })
}

/// Where tags are looked for: of the one resource that is asked for, or from where the page begins.
fn range(cx: &Cx, ask: &Ask<'_>) -> Result<Scan<TagSets>, Fault> {
    let scope = (cx.scope.account.as_str(), cx.scope.region);
    let one = Filters::<TagRow>::read(ask.filters)?;
    let all = match one.exact("resource-id") {
        Some(id) => Scan::prefix(&(scope.0, scope.1, id)),
        None => Scan::prefix(&scope),
    };
    let after = ask.start(cx)?;
    let id = after.as_deref().and_then(|place| place.split('\u{0}').next());
    Ok(id.map_or(all.clone(), |id| all.from(&key(cx, id))))
}
