//! Reading many: what `Query` and `Scan` share. A page ends with its limit or before it grows over 1 MB of what was looked at,
//! filtered or not. Source: developer guide, "Paginating table query results", "Querying tables" (2026-11-22).

use codec::Fault;
use dynamodb_language::expression::{Condition, Projection};
use dynamodb_language::{Item, size};
use kernel::Cx;

use crate::capacity::{Consumed, Side, take};
use crate::err::{invalid, invalid_values};
use crate::item::Items;
use crate::keys;
use crate::range::{Range, Start, items};
use crate::state::Index;
use crate::table::{Open, index_status};

/// Most bytes that one page looks at.
pub(crate) const PAGE_BYTES: usize = 1 << 20;

/// What is to be read.
#[derive(Clone, Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) open: &'a Open,
    pub(crate) index: Option<&'a Index>,
    pub(crate) range: Range,
    pub(crate) start: Option<Start>,
    pub(crate) reverse: bool,
    pub(crate) limit: Option<usize>,
    pub(crate) consistent: bool,
    pub(crate) filter: Option<&'a Condition>,
    pub(crate) projection: Option<&'a Projection>,
    pub(crate) select: Select,
}

/// One page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    /// Nothing when only the count is wanted.
    pub(crate) items: Vec<Item>,
    pub(crate) count: usize,
    pub(crate) scanned: usize,
    /// Key of the last item looked at, if there may be more.
    pub(crate) last: Option<Item>,
    pub(crate) consumed: Consumed,
}

/// What is answered of each item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Select {
    /// All of it: of a local index, what isn't projected is fetched from the table.
    All,
    /// What the index has.
    Projected,
    /// What the projection names.
    Specific,
    /// Nothing but how many.
    Count,
}

/// The index of a read.
///
/// Errors: ValidationException: there is none, it can't be read yet, or not consistently.
pub(crate) fn index<'a>(
    cx: &Cx,
    open: &'a Open,
    name: Option<&str>,
    consistent: bool,
) -> Result<Option<&'a Index>, Fault> {
    let Some(name) = name else { return Ok(None) };
    let Some(index) = open.index(name).filter(|i| i.deleting_ms == 0) else {
        return Err(invalid(format!("The table does not have the specified index: {name}")));
    };
    if index.global && consistent {
        return Err(invalid("Consistent reads are not supported on global secondary indexes"));
    }
    if index_status(index, cx.now_ms) == "CREATING" {
        return Err(invalid(format!("Cannot read from backfilling global secondary index: {name}")));
    }
    Ok(Some(index))
}

/// Reads what `Select`, the projection and the index mean together.
///
/// Errors: ValidationException: they contradict each other.
pub(crate) fn select(
    asked: Option<&str>,
    index: Option<&Index>,
    projected_by: Option<&str>,
    using: &str,
) -> Result<Select, Fault> {
    let contradiction = |what: &str| {
        let by = projected_by.unwrap_or_default();
        Err(invalid(format!("Cannot specify the {by} when choosing to get {what}")))
    };
    match asked {
        None if projected_by.is_some() => Ok(Select::Specific),
        None if index.is_some() => Ok(Select::Projected),
        None => Ok(Select::All),
        Some("SPECIFIC_ATTRIBUTES") if projected_by.is_none() => Err(invalid(
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
        )),
        Some("SPECIFIC_ATTRIBUTES") => Ok(Select::Specific),
        Some("COUNT") if projected_by.is_some() => contradiction("only the Count"),
        Some("COUNT") => Ok(Select::Count),
        Some("ALL_PROJECTED_ATTRIBUTES") if index.is_none() => {
            Err(invalid(format!("ALL_PROJECTED_ATTRIBUTES can be used only when {using} using an IndexName")))
        }
        Some("ALL_PROJECTED_ATTRIBUTES") if projected_by.is_some() => {
            contradiction("ALL_PROJECTED_ATTRIBUTES")
        }
        Some("ALL_PROJECTED_ATTRIBUTES") => Ok(Select::Projected),
        Some(_) if projected_by.is_some() => contradiction("ALL_ATTRIBUTES"),
        Some(_) => match index {
            Some(i) if i.global && !i.projection.is_all() => Err(invalid_values(format!(
                "Select type ALL_ATTRIBUTES is not supported for global secondary index {} because its projection type is not \
                 ALL",
                i.name
            ))),
            _ => Ok(Select::All),
        },
    }
}

/// Refuses attributes that a global index doesn't have.
fn check_projected(r: &Reading) -> Result<(), Fault> {
    let Some(index) = r.index.filter(|i| i.global && !i.projection.is_all()) else { return Ok(()) };
    let Some(p) = r.projection else { return Ok(()) };
    let missing: Vec<&str> =
        p.named().attributes.iter().map(String::as_str).filter(|a| !has(r.open, index, a)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(invalid_values(
        format!(
            "One or more parameter values were invalid: Global secondary index {} does not project [{}]",
            index.name,
            missing.join(", ")
        )
        .trim_start_matches("One or more parameter values were invalid: "),
    ))
}

/// Whether an index has that attribute of its items.
fn has(open: &Open, index: &Index, attribute: &str) -> bool {
    index.projection.is_all()
        || open.t.keys.iter().chain(&index.keys).any(|k| k.name == attribute)
        || index.projection.attributes.iter().any(|a| a == attribute)
}

/// Whether items of a local index must be fetched from the table.
fn fetches(r: &Reading) -> bool {
    let Some(index) = r.index.filter(|i| !i.global && !i.projection.is_all()) else { return false };
    match r.select {
        Select::All => true,
        Select::Specific => {
            r.projection.is_some_and(|p| p.named().attributes.iter().any(|a| !has(r.open, index, a)))
        }
        Select::Projected | Select::Count => false,
    }
}

/// Reads one page, and takes what it consumes.
pub(crate) fn page(cx: &mut Cx, r: &Reading) -> Result<Page, Fault> {
    check_projected(r)?;
    let (mut page, bytes, fetched) = walk(cx, r)?;
    let factor = if r.consistent { 1.0 } else { 0.5 };
    let units = bytes.div_ceil(4_096).max(1) as f64 * factor;
    let mut consumed = Consumed::default();
    match r.index {
        None => consumed.table = units,
        Some(i) => {
            let map = if i.global { &mut consumed.global } else { &mut consumed.local };
            map.insert(i.name.clone(), units);
            consumed.table = fetched * factor;
        }
    }
    let place = match &r.range {
        Range::Partition { hash, .. } if r.index.is_none() => Some(crate::item::spread(hash)),
        _ => None,
    };
    take(cx, r.open, Side::Read, &consumed, place)?;
    page.consumed = consumed;
    Ok(page)
}

/// The page, the bytes looked at, and the units of what was fetched from the table.
fn walk(cx: &Cx, r: &Reading) -> Result<(Page, usize, f64), Fault> {
    let fetches = fetches(r);
    let (mut page, mut bytes, mut fetched) = (Page::default(), 0, 0.0);
    // The last item looked at, unless it is the page's last.
    let mut aside: Option<Item> = None;
    for item in items(cx, r.open, r.index, &r.range, r.start.as_ref(), r.reverse)? {
        let here = size::item(&item);
        if r.limit.is_some_and(|l| page.scanned >= l) || (page.scanned > 0 && bytes + here > PAGE_BYTES) {
            page.last = aside.as_ref().or(page.items.last()).map(|i| last_key(r, i));
            return Ok((page, bytes, fetched));
        }
        bytes += here;
        page.scanned += 1;
        let whole = match fetches {
            true => whole(cx, r.open, &item)?,
            false => None,
        };
        if let Some(whole) = &whole {
            fetched += crate::capacity::read_units(size::item(whole));
        }
        let seen = whole.as_ref().unwrap_or(&item);
        let found = r.filter.is_none_or(|f| f.holds(seen));
        page.count += usize::from(found);
        aside = match (found && r.select != Select::Count, r.projection, whole) {
            (false, ..) => Some(item),
            (true, Some(p), whole) => {
                page.items.push(p.apply(whole.as_ref().unwrap_or(&item)));
                Some(item)
            }
            (true, None, Some(whole)) => {
                page.items.push(whole);
                Some(item)
            }
            (true, None, None) => {
                page.items.push(item);
                None
            }
        };
    }
    // AWS stops at the limit without looking whether there is more.
    if r.limit == Some(page.scanned) {
        page.last = aside.as_ref().or(page.items.last()).map(|i| last_key(r, i));
    }
    Ok((page, bytes, fetched))
}

fn whole(cx: &Cx, open: &Open, entry: &Item) -> Result<Option<Item>, Fault> {
    let Some(key) = keys::of_item(&open.t.keys, entry) else { return Ok(None) };
    Ok(cx.get::<Items>(&key.item_key(open.t.number))?.map(|s| s.item))
}

fn last_key(r: &Reading, item: &Item) -> Item {
    let mut key = keys::attributes(&r.open.t.keys, item);
    if let Some(i) = r.index {
        key.extend(keys::attributes(&i.keys, item));
    }
    key
}
