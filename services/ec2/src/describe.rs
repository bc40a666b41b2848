//! The engine behind every Describe operation: ids, filters, pages. Rows are read in the order of their keys, one at a time,
//! until a page is full; by an exact tag or an exact parent they are found through an index. What a row looks like in the
//! answer is said by its type.
//! Source: EC2 developer guide, "Pagination for Amazon EC2 API responses"; API reference of the operations (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::Filter;

use crate::err::{combination, fault, invalid_value};
use crate::filter::{Filters, binding};
use crate::resource::{Listed, Resource, all_after, children_after, find, get};
use crate::tags::{self, Tags};

/// What a Describe call asks for. Members are borrowed from its input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    /// Name of the operation: tokens are bound to it.
    pub(crate) operation: &'static str,
    /// `Filters`
    pub(crate) filters: Option<&'a [Filter]>,
    /// `…Ids`
    pub(crate) ids: Option<&'a [String]>,
    /// `MaxResults`
    pub(crate) max: Option<i32>,
    /// `NextToken`
    pub(crate) token: Option<&'a str>,
    /// Least and most that `MaxResults` may be.
    pub(crate) limits: (i32, i32),
    /// Wire name of the ids, where AWS refuses them together with `MaxResults`.
    pub(crate) exclusive: Option<&'static str>,
}

impl<'a> Ask<'a> {
    /// All, with EC2's usual limits of 5 to 1,000 for pages.
    pub(crate) fn new(operation: &'static str, filters: &'a Option<Vec<Filter>>) -> Ask<'a> {
        let filters = filters.as_deref();
        Ask { operation, filters, ids: None, max: None, token: None, limits: (5, 1_000), exclusive: None }
    }

    /// Only these.
    #[must_use]
    pub(crate) fn ids(self, ids: &'a Option<Vec<String>>) -> Ask<'a> {
        Ask { ids: ids.as_deref().filter(|ids| !ids.is_empty()), ..self }
    }

    /// By pages.
    #[must_use]
    pub(crate) fn pages(self, max: Option<i32>, token: &'a Option<String>) -> Ask<'a> {
        Ask { max, token: token.as_deref().filter(|t| !t.is_empty()), ..self }
    }

    /// With other limits of pages.
    #[must_use]
    pub(crate) fn limits(self, least: i32, most: i32) -> Ask<'a> {
        Ask { limits: (least, most), ..self }
    }

    /// Ids and pages exclude each other.
    #[must_use]
    pub(crate) fn exclusive(self, wire_name: &'static str) -> Ask<'a> {
        Ask { exclusive: Some(wire_name), ..self }
    }

    /// Items of a page. When none was asked for, of a piece of the whole; what is named by ids is short enough.
    ///
    /// Errors: InvalidParameterCombination: ids with `MaxResults`. InvalidParameterValue: out of its limits.
    pub(crate) fn page_size(&self, cx: &Cx) -> Result<usize, Fault> {
        let Some(max) = self.max else {
            let piece = cx.request.piece_items.filter(|_| self.ids.is_none());
            return Ok(piece.unwrap_or(usize::MAX));
        };
        if let (Some(name), Some(_)) = (self.exclusive, self.ids) {
            return Err(combination(format!(
                "The parameter {name} cannot be used with the parameter maxResults"
            )));
        }
        let wrong = |bound: &str, n: i32| {
            invalid_value(format!(
                "Value ( {max} ) for parameter maxResults is invalid. Expecting a value {bound} than {n}."
            ))
        };
        match max {
            m if m < self.limits.0 => Err(wrong("greater", self.limits.0)),
            m if m > self.limits.1 => Err(wrong("less", self.limits.1)),
            m => Ok(m.unsigned_abs() as usize),
        }
    }

    fn binding(&self) -> String {
        format!("{}\u{3}{}", binding(self.filters), self.ids.unwrap_or_default().join("\u{1}"))
    }

    /// The key behind which the page begins.
    ///
    /// Errors: InvalidPaginationToken: no token of this list.
    pub(crate) fn start(&self, cx: &Cx) -> Result<Option<String>, Fault> {
        cx.page_start(self.operation, &[&self.binding()], self.token)
            .map_err(|_| fault("InvalidPaginationToken", "The specified pagination token is invalid."))
    }
}

/// For lists that gather themselves, with more than ids and filters to bind their tokens to.
impl Ask<'_> {
    /// As the engine's own, bound to `more`, too.
    pub(crate) fn start_bound(&self, cx: &Cx, more: &str) -> Result<Option<String>, Fault> {
        cx.page_start(self.operation, &[&self.binding(), more], self.token)
            .map_err(|_| fault("InvalidPaginationToken", "The specified pagination token is invalid."))
    }

    /// The token of the page behind `last`.
    pub(crate) fn token_bound(&self, cx: &Cx, more: &str, last: &str) -> String {
        cx.page_token(self.operation, &[&self.binding(), more], last)
    }
}

/// A page of a list.
pub(crate) struct Found<R> {
    /// Rows with their tags.
    pub(crate) items: Vec<(R, Tags)>,
    /// Present exactly if there are more.
    pub(crate) next: Option<String>,
}

impl<R> Found<R> {
    /// The items as answers show them.
    pub(crate) fn show<T>(&self, show: impl Fn(&R, &Tags) -> T) -> Option<Vec<T>> {
        Some(self.items.iter().map(|(row, tags)| show(row, tags)).collect())
    }
}

/// Describes resources of a stored type.
///
/// Errors: InvalidParameterValue: an unknown filter, `MaxResults` out of its limits. FilterLimitExceeded.
/// `Invalid….NotFound`, `Invalid….Malformed`: an id. InvalidPaginationToken.
pub(crate) fn stored<R: Resource>(cx: &Cx, ask: &Ask<'_>) -> Result<Found<R>, Fault> {
    stored_if(cx, ask, |_| true)
}

/// As [`stored`], of those rows alone that can be seen at all.
pub(crate) fn stored_if<R: Resource>(
    cx: &Cx,
    ask: &Ask<'_>,
    visible: impl Fn(&R) -> bool,
) -> Result<Found<R>, Fault> {
    let filters = Filters::<R>::read(ask.filters)?;
    let size = ask.page_size(cx)?;
    let after = ask.start(cx)?;
    let after = after.as_deref();
    if let Some(ids) = ask.ids {
        let mut rows = Vec::new();
        for id in ids.iter().collect::<std::collections::BTreeSet<_>>() {
            let row = find::<R>(cx, id)?;
            if !visible(&row) {
                return Err(R::KIND.not_found(id));
            }
            rows.push(row);
        }
        let rest = rows.into_iter().filter(|r| after.is_none_or(|a| r.id() > a));
        return gather(cx, ask, &filters, size, rest.map(Ok));
    }
    let by_id = |id: String| get::<R>(cx, &id).transpose();
    if let Some(tag) = filters.exact_tag() {
        let rows = tags::ids_with(cx, R::KIND, tag, after)?.filter_map(by_id);
        return gather(cx, ask, &filters, size, rows.filter(|r| r.as_ref().map_or(true, &visible)));
    }
    if let Some(parent) = R::LINKED.iter().find_map(|name| filters.exact(name)) {
        let rows = children_after(cx, parent, R::KIND, after)?.filter_map(by_id);
        return gather(cx, ask, &filters, size, rows.filter(|r| r.as_ref().map_or(true, &visible)));
    }
    gather(cx, ask, &filters, size, all_after::<R>(cx, after)?.filter(&visible).map(Ok))
}

/// Describes what isn't stored but worked out: `rows` in the order of their ids.
pub(crate) fn listed<R: Listed>(
    cx: &Cx,
    ask: &Ask<'_>,
    rows: impl Iterator<Item = R>,
) -> Result<Found<R>, Fault> {
    let filters = Filters::<R>::read(ask.filters)?;
    let size = ask.page_size(cx)?;
    let after = ask.start(cx)?;
    let rest = rows.filter(|r| after.as_deref().is_none_or(|a| r.id() > a));
    gather(cx, ask, &filters, size, rest.map(Ok))
}

fn gather<R: Listed>(
    cx: &Cx,
    ask: &Ask<'_>,
    filters: &Filters<R>,
    size: usize,
    rows: impl Iterator<Item = Result<R, Fault>>,
) -> Result<Found<R>, Fault> {
    let mut items: Vec<(R, Tags)> = Vec::new();
    for row in rows {
        let row = row?;
        let mut tags = match filters.by_tag() {
            true => tags::of(cx, row.id())?,
            false => Tags::new(),
        };
        if !filters.hold(cx, &row, &tags) {
            continue;
        }
        if items.len() == size {
            let last = items.last().map(|(r, _)| r.id()).unwrap_or_default();
            let next = Some(cx.page_token(ask.operation, &[&ask.binding()], last));
            return Ok(Found { items, next });
        }
        if !filters.by_tag() {
            tags = tags::of(cx, row.id())?;
        }
        items.push((row, tags));
    }
    Ok(Found { items, next: None })
}
