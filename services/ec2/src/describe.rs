//! The engine behind every Describe operation: ids, filters, pages. Rows are read in the order of their keys, one at a time,
//! until a page is full; by an exact tag or an exact parent they are found through an index. What a row looks like in the
//! answer is said by its type.
//! Source: EC2 developer guide, "Pagination for Amazon EC2 API responses"; API reference of the operations (2026-11-22).

use std::collections::BTreeSet;

use codec::Fault;
use kernel::Cx;
use shapes_ec2::Filter;

use crate::err::{combination, fault, invalid_value};
use crate::filter::{Filters, binding};
use crate::kind::Kind;
use crate::resource::{Listed, Resource, all_after, children_after, get};
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

/// What is stored and can be described: resources, and what is kept for their descriptions alone.
pub(crate) trait Described: Listed {
    /// Its type.
    const KIND: &'static Kind;
    /// As [`Resource::LINKED`].
    const LINKED: &'static [&'static str];
    /// The one of that id.
    fn one(cx: &Cx, id: &str) -> Result<Option<Self>, Fault>;
    /// All behind that id, in the order of their ids, lazily.
    fn after(cx: &Cx, after: Option<&str>) -> Result<impl Iterator<Item = Self>, Fault>;
    /// Takes its tags out of it, if they came with it.
    fn own_tags(&mut self) -> Option<Tags>;
}

impl<R: Resource> Described for R {
    const KIND: &'static Kind = <R as Resource>::KIND;
    const LINKED: &'static [&'static str] = <R as Resource>::LINKED;
    fn one(cx: &Cx, id: &str) -> Result<Option<R>, Fault> {
        get::<R>(cx, id)
    }
    fn after(cx: &Cx, after: Option<&str>) -> Result<impl Iterator<Item = R>, Fault> {
        all_after::<R>(cx, after)
    }
    fn own_tags(&mut self) -> Option<Tags> {
        None
    }
}

/// Describes resources of a stored type.
///
/// Errors: InvalidParameterValue: an unknown filter, `MaxResults` out of its limits. FilterLimitExceeded.
/// `Invalid….NotFound`, `Invalid….Malformed`: an id. InvalidPaginationToken.
pub(crate) fn stored<R: Described>(cx: &Cx, ask: &Ask<'_>) -> Result<Found<R>, Fault> {
    stored_if(cx, ask, |_| true)
}

/// As [`stored`], of those rows alone that can be seen at all.
pub(crate) fn stored_if<R: Described>(
    cx: &Cx,
    ask: &Ask<'_>,
    visible: impl Fn(&R) -> bool,
) -> Result<Found<R>, Fault> {
    let search = Search::<R>::read(cx, ask)?;
    let after = search.after.as_deref();
    if let Some(ids) = ask.ids {
        let mut rows = Vec::new();
        for id in ids.iter().collect::<BTreeSet<_>>() {
            R::KIND.formed(id)?;
            let row = R::one(cx, id)?.filter(&visible).ok_or_else(|| R::KIND.not_found(id))?;
            rows.push(with_tags(row));
        }
        let rest = rows.into_iter().filter(|(r, _)| after.is_none_or(|a| r.id() > a));
        return search.gather(rest.map(Ok));
    }
    let by_id = |id: String| R::one(cx, &id).map(|row| row.filter(&visible).map(with_tags)).transpose();
    if let Some(tag) = search.filters.exact_tag() {
        return search.gather(tags::ids_with(cx, R::KIND, tag, after)?.filter_map(by_id));
    }
    if let Some(parent) = R::LINKED.iter().find_map(|name| search.filters.exact(name)) {
        return search.gather(children_after(cx, parent, R::KIND, after)?.filter_map(by_id));
    }
    search.gather(R::after(cx, after)?.filter(&visible).map(with_tags).map(Ok))
}

fn with_tags<R: Described>(mut row: R) -> (R, Option<Tags>) {
    let tags = row.own_tags();
    (row, tags)
}

/// Describes what isn't stored but worked out: `rows` in the order of their ids.
pub(crate) fn listed<R: Listed>(
    cx: &Cx,
    ask: &Ask<'_>,
    rows: impl Iterator<Item = R>,
) -> Result<Found<R>, Fault> {
    let search = Search::<R>::read(cx, ask)?;
    let rest = rows.filter(|r| search.after.as_deref().is_none_or(|a| r.id() > a));
    search.gather(rest.map(|r| Ok((r, None))))
}

/// A call's filters and page.
struct Search<'a, R: Listed> {
    cx: &'a Cx<'a>,
    ask: &'a Ask<'a>,
    filters: Filters<R>,
    size: usize,
    after: Option<String>,
}

impl<'a, R: Listed> Search<'a, R> {
    fn read(cx: &'a Cx<'a>, ask: &'a Ask<'a>) -> Result<Search<'a, R>, Fault> {
        let filters = Filters::<R>::read(ask.filters)?;
        Ok(Search { cx, ask, filters, size: ask.page_size(cx)?, after: ask.start(cx)? })
    }

    /// Takes what holds until the page is full. Rows come in the order of their ids, with their tags or without.
    fn gather(
        &self,
        rows: impl Iterator<Item = Result<(R, Option<Tags>), Fault>>,
    ) -> Result<Found<R>, Fault> {
        let mut reader = tags::Reader::new(self.cx);
        let mut items: Vec<(R, Tags)> = Vec::new();
        for row in rows {
            let (row, mut tags) = row?;
            if tags.is_none() && self.filters.by_tag() {
                tags = Some(reader.of(row.id())?);
            }
            if !self.filters.hold(self.cx, &row, tags.as_deref().unwrap_or_default()) {
                continue;
            }
            if items.len() == self.size {
                let last = items.last().map(|(r, _)| r.id()).unwrap_or_default();
                let next = Some(self.cx.page_token(self.ask.operation, &[&self.ask.binding()], last));
                return Ok(Found { items, next });
            }
            let tags = match tags {
                Some(tags) => tags,
                None if !R::SHOWS_TAGS => Tags::new(),
                None => reader.of(row.id())?,
            };
            items.push((row, tags));
        }
        Ok(Found { items, next: None })
    }
}
