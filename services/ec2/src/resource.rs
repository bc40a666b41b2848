//! Rows of resources: one table per type, keyed by account, region and id; and one table of links for all types, so that
//! what stands on a resource is found without looking at everything. Links are kept by [`save`], [`put_new`] and [`remove`] alone.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use codec::Fault;
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Scan, Shared, Table};

use crate::filter::Accessor;
use crate::instance::{self, Part};
use crate::kind::{Keys, Kind, Seen};
use crate::{flow_log, tags};

/// Account, region, id.
pub(crate) type ResourceKey = (String, String, String);

/// What can be listed and filtered, stored or not.
pub(crate) trait Listed: Sized + 'static {
    /// Filters of its Describe operation, but for those by tag, which are the engine's.
    const FILTERS: &'static [(&'static str, Accessor<Self>)];
    /// Whether lists show its tags.
    const SHOWS_TAGS: bool = true;
    /// What names it, in the order of lists.
    fn id(&self) -> &str;
}

/// A stored resource.
pub(crate) trait Resource: Listed + Row + Clone + Default + Send + 'static {
    /// Name of its table: `ec2.vpc`.
    const TABLE: &'static str;
    /// Its type.
    const KIND: &'static Kind;
    /// Filters whose exact value is one of [`Resource::parents`]: they are answered from the links.
    const LINKED: &'static [&'static str] = &[];
    /// Ids that it stands on or is known by: its VPC, its subnet, its association ids. None may be empty.
    fn parents(&self) -> Vec<String> {
        Vec::new()
    }
    /// What it is to the descriptions of instances, by their ids.
    fn parts(&self) -> Vec<(String, Part)> {
        Vec::new()
    }
    /// What it takes of a quota that is too large to be counted each time: under which name, and how much.
    fn tally(&self) -> Option<(String, u64)> {
        None
    }
    /// Condition keys besides its tags and the region.
    fn keys(&self, _: &Cx) -> Keys {
        Vec::new()
    }
    /// Last part of its ARN.
    fn arn_id(&self) -> &str {
        self.id()
    }
}

/// The table of a type of resource.
pub(crate) struct Of<R>(PhantomData<R>);
impl<R: Resource> Table for Of<R> {
    const NAME: &'static str = R::TABLE;
    const VERSION: u16 = 1;
    type Key = ResourceKey;
    type Row = R;
}

/// That one resource stands on another. Says nothing more.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Link;
impl Row for Link {
    fn write(&self, _: &mut RowWriter) {}
    fn read(_: &mut RowReader) -> Result<Link, RowError> {
        Ok(Link)
    }
}

/// Account, region, what is stood on, who stands on it.
pub(crate) struct Links;
impl Table for Links {
    const NAME: &'static str = "ec2.link";
    const VERSION: u16 = 1;
    type Key = (String, String, String, String);
    type Row = Link;
}

/// How much is taken of a quota.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Count {
    pub(crate) n: u64,
}
impl Row for Count {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.n);
    }
    fn read(r: &mut RowReader) -> Result<Count, RowError> {
        Ok(Count { n: r.get(1)? })
    }
}

/// Account, region, name.
pub(crate) struct Counts;
impl Table for Counts {
    const NAME: &'static str = "ec2.count";
    const VERSION: u16 = 1;
    type Key = ResourceKey;
    type Row = Count;
}

/// The key of that id in the call's scope.
pub(crate) fn key(cx: &Cx, id: &str) -> ResourceKey {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), id.to_owned())
}

fn link(cx: &Cx, parent: &str, child: &str) -> (String, String, String, String) {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), parent.to_owned(), child.to_owned())
}

/// The resource of that id, if there is one.
pub(crate) fn get<R: Resource>(cx: &Cx, id: &str) -> Result<Option<R>, Fault> {
    cx.get::<Of<R>>(&key(cx, id))
}

/// As [`get`], for a resource that many calls look at: the store keeps it at hand.
pub(crate) fn kept<R: Resource + Sync>(cx: &Cx, id: &str) -> Result<Option<Shared<R>>, Fault> {
    cx.get_kept::<Of<R>>(&(cx.scope.account.as_str(), cx.scope.region, id))
}

/// The resource of that id.
///
/// Errors: `Invalid….Malformed`, `Invalid….NotFound`, as its kind words them.
pub(crate) fn find<R: Resource>(cx: &Cx, id: &str) -> Result<R, Fault> {
    R::KIND.formed(id)?;
    get::<R>(cx, id)?.ok_or_else(|| R::KIND.not_found(id))
}

/// The resource that stands on `name`: by an association id, a name, an address.
pub(crate) fn by_link<R: Resource>(cx: &Cx, name: &str) -> Result<Option<R>, Fault> {
    let Some(id) = children(cx, name, R::KIND)?.next() else { return Ok(None) };
    get::<R>(cx, &id)
}

/// How much the call's account has taken in the region under a name ([`Resource::tally`]).
pub(crate) fn count(cx: &Cx, name: &str) -> Result<u64, Fault> {
    Ok(cx.get::<Counts>(&key(cx, name))?.map_or(0, |row| row.n))
}

/// Counts what one state of a resource took no more, and what the next one takes.
fn recount(cx: &mut Cx, before: Option<(String, u64)>, after: Option<(String, u64)>) -> Result<(), Fault> {
    if before == after {
        return Ok(());
    }
    if let Some((name, n)) = before {
        let n = count(cx, &name)?.saturating_sub(n);
        cx.put::<Counts>(&key(cx, &name), &Count { n });
    }
    if let Some((name, n)) = after {
        take(cx, &name, n)?;
    }
    Ok(())
}

/// Counts what is taken of a quota ([`Resource::tally`]).
pub(crate) fn take(cx: &mut Cx, name: &str, more: u64) -> Result<(), Fault> {
    let n = count(cx, name)? + more;
    cx.put::<Counts>(&key(cx, name), &Count { n });
    Ok(())
}

/// Stores a resource, new or changed.
pub(crate) fn save<R: Resource>(cx: &mut Cx, row: &R) -> Result<(), Fault> {
    let id = row.id().to_owned();
    let old = get::<R>(cx, &id)?;
    recount(cx, old.as_ref().and_then(R::tally), row.tally())?;
    instance::changed(cx, old.as_ref(), Some(row))?;
    let before: BTreeSet<String> = old.map(|r| r.parents().into_iter().collect()).unwrap_or_default();
    let after: BTreeSet<String> = row.parents().into_iter().collect();
    for parent in before.difference(&after) {
        cx.delete::<Links>(&link(cx, parent, &id));
    }
    for parent in after.difference(&before) {
        debug_assert!(!parent.is_empty(), "{id} stands on nothing");
        cx.put::<Links>(&link(cx, parent, &id), &Link);
    }
    cx.put::<Of<R>>(&key(cx, &id), row);
    Ok(())
}

/// Writes a new resource with its links. What it counts and what it is to descriptions is the caller's to note.
pub(crate) fn put_new<R: Resource>(cx: &mut Cx, row: &R) {
    let id = row.id();
    for parent in row.parents() {
        debug_assert!(!parent.is_empty(), "{id} stands on nothing");
        cx.put::<Links>(&link(cx, &parent, id), &Link);
    }
    cx.put::<Of<R>>(&key(cx, id), row);
}

/// Removes a resource with its links, tags and flow logs.
pub(crate) fn remove<R: Resource>(cx: &mut Cx, row: &R) -> Result<(), Fault> {
    let old = get::<R>(cx, row.id())?;
    recount(cx, old.as_ref().and_then(R::tally), None)?;
    instance::changed(cx, old.as_ref(), None)?;
    for parent in row.parents() {
        cx.delete::<Links>(&link(cx, &parent, row.id()));
    }
    tags::forget(cx, row.id())?;
    flow_log::end_of(cx, R::KIND, row.id())?;
    cx.delete::<Of<R>>(&key(cx, row.id()));
    Ok(())
}

/// Removes a resource of another account or region, in whose lane the decision is, with its links and tags.
pub(crate) fn remove_at<R: Resource>(cx: &mut Cx, key: &ResourceKey, row: &R) -> Result<(), Fault> {
    debug_assert!(row.tally().is_none(), "counts are kept in the call's own scope");
    tags::forget_at(cx, key)?;
    for parent in row.parents() {
        cx.delete::<Links>(&(key.0.clone(), key.1.clone(), parent, key.2.clone()));
    }
    cx.delete::<Of<R>>(key);
    Ok(())
}

/// All of a type in the call's scope, in the order of their ids, lazily.
pub(crate) fn all<R: Resource>(cx: &Cx) -> Result<impl Iterator<Item = R>, Fault> {
    all_after(cx, None)
}

/// All of a type behind that id.
pub(crate) fn all_after<'a, 'c, R: Resource>(
    cx: &'a Cx<'c>,
    after: Option<&str>,
) -> Result<impl Iterator<Item = R> + use<'a, 'c, R>, Fault> {
    let mut scan = Scan::prefix(&(cx.scope.account.as_str(), cx.scope.region));
    if let Some(after) = after {
        scan = scan.after(&key(cx, after));
    }
    Ok(cx.scan::<Of<R>>(scan)?.map(|(_, row)| row))
}

/// Ids of those of a type that stand on `parent`, in order, lazily.
pub(crate) fn children(
    cx: &Cx,
    parent: &str,
    kind: &'static Kind,
) -> Result<impl Iterator<Item = String>, Fault> {
    children_after(cx, parent, kind, None)
}

/// As [`children`], behind that id.
pub(crate) fn children_after(
    cx: &Cx,
    parent: &str,
    kind: &'static Kind,
    after: Option<&str>,
) -> Result<impl Iterator<Item = String>, Fault> {
    let head = format!("{}-", kind.prefix);
    let mut scan =
        Scan::prefix(&(cx.scope.account.as_str(), cx.scope.region, parent)).from(&link(cx, parent, &head));
    if let Some(after) = after {
        scan = scan.after(&link(cx, parent, after));
    }
    let ids = cx.scan::<Links>(scan)?.map(|((_, _, _, child), _)| child);
    // Ids of another type can lie between: `eni-…` and `eni-attach-…`.
    let longer = head.clone();
    Ok(ids.take_while(move |id| id.starts_with(&head)).filter(move |id| !id[longer.len()..].contains('-')))
}

/// Rows of a type that stand on `parent`, in order.
pub(crate) fn on<R: Resource>(cx: &Cx, parent: &str) -> Result<Vec<R>, Fault> {
    children(cx, parent, R::KIND)?.filter_map(|id| get::<R>(cx, &id).transpose()).collect()
}

/// For [`Kind::seen`]: by id or by whatever else links to it.
pub(crate) fn seen<R: Resource>(cx: &Cx, name: &str) -> Result<Option<Seen>, Fault> {
    let row = match get::<R>(cx, name)? {
        Some(row) => Some(row),
        None => by_link::<R>(cx, name)?,
    };
    Ok(row.map(|r| Seen { id: r.id().to_owned(), arn_id: r.arn_id().to_owned(), keys: r.keys(cx) }))
}
