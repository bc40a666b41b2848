//! Tags of all resources: one row per resource, and an index by key and value that filters use. What a request may set, and
//! `TagSpecifications`. Who may tag is the guard's (`guard.rs`).
//! Source: EC2 user guide, "Tag your Amazon EC2 resources", tag restrictions (2026-11-22).

use std::iter::Peekable;

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{Tag, TagSpecification};
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::err::{fault, invalid_value};
use crate::instance;
use crate::kind::Kind;
use crate::resource::{Link, ResourceKey, key};

/// Tags that one resource may have.
const PER_RESOURCE: usize = 50;
/// Characters of a key and of a value.
const KEY_CHARS: usize = 128;
const VALUE_CHARS: usize = 256;

/// Keys and values, in the order of keys.
pub(crate) type Tags = Vec<(String, String)>;

/// The tags of a resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TagSet {
    /// Type of the resource.
    pub(crate) noun: String,
    /// In the order of keys.
    pub(crate) tags: Tags,
}

impl Row for TagSet {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.noun);
        w.put(2, &self.tags);
    }
    fn read(r: &mut RowReader) -> Result<TagSet, RowError> {
        Ok(TagSet { noun: r.get(1)?, tags: r.get(2)? })
    }
}

/// Tags by resource. A resource without tags has no row.
pub(crate) struct TagSets;
impl Table for TagSets {
    const NAME: &'static str = "ec2.tags";
    const VERSION: u16 = 1;
    type Key = ResourceKey;
    type Row = TagSet;
}

/// Account, region, type, key, value, id.
type IndexKey = (String, String, String, String, String, String);

/// Resources by tag.
pub(crate) struct TagIndex;
impl Table for TagIndex {
    const NAME: &'static str = "ec2.tag_index";
    const VERSION: u16 = 1;
    type Key = IndexKey;
    type Row = Link;
}

fn index(cx: &Cx, noun: &str, (k, v): &(String, String), id: &str) -> IndexKey {
    let (account, region) = (cx.scope.account.clone(), cx.scope.region.to_owned());
    (account, region, noun.to_owned(), k.clone(), v.clone(), id.to_owned())
}

/// The tags of a resource.
pub(crate) fn of(cx: &Cx, id: &str) -> Result<Tags, Fault> {
    Ok(cx.get::<TagSets>(&key(cx, id))?.map(|s| s.tags).unwrap_or_default())
}

/// Reads the tags of one resource after the other, in the order of their ids: in one go as long as they lie close together,
/// each by itself from then on.
pub(crate) struct Reader<'a> {
    cx: &'a Cx<'a>,
    rows: Option<Rows<'a>>,
    apart: bool,
}

type Rows<'a> = Peekable<Box<dyn Iterator<Item = (ResourceKey, TagSet)> + 'a>>;

/// Rows of other resources that are passed over on the way to the next one.
const PASSED: usize = 4;

impl<'a> Reader<'a> {
    pub(crate) fn new(cx: &'a Cx<'a>) -> Reader<'a> {
        Reader { cx, rows: None, apart: false }
    }

    /// The tags of a resource.
    pub(crate) fn of(&mut self, id: &str) -> Result<Tags, Fault> {
        if self.apart {
            return of(self.cx, id);
        }
        let rows = match &mut self.rows {
            Some(rows) => rows,
            none => none.insert(rows_from(self.cx, id)?),
        };
        for _ in 0..PASSED {
            match rows.peek() {
                Some(((.., at), _)) if at.as_str() < id => drop(rows.next()),
                Some(((.., at), set)) if at == id => return Ok(set.tags.clone()),
                _ => return Ok(Tags::new()),
            }
        }
        self.apart = true;
        of(self.cx, id)
    }
}

fn rows_from<'a>(cx: &'a Cx<'a>, id: &str) -> Result<Rows<'a>, Fault> {
    let of_scope = Scan::prefix(&(cx.scope.account.as_str(), cx.scope.region));
    let rows: Box<dyn Iterator<Item = _>> = Box::new(cx.scan::<TagSets>(of_scope.from(&key(cx, id)))?);
    Ok(rows.peekable())
}

/// As answers show them; absent when there are none.
pub(crate) fn shown(tags: &[(String, String)]) -> Option<Vec<Tag>> {
    (!tags.is_empty()).then(|| all_shown(tags))
}

/// As [`shown`], without copies.
pub(crate) fn into_shown(tags: Tags) -> Option<Vec<Tag>> {
    let all = tags.into_iter().map(|(k, v)| Tag { key: Some(k), value: Some(v) });
    Some(all.collect::<Vec<_>>()).filter(|all| !all.is_empty())
}

/// As answers show them, an empty list included.
pub(crate) fn all_shown(tags: &[(String, String)]) -> Vec<Tag> {
    tags.iter().map(|(k, v)| Tag { key: Some(k.clone()), value: Some(v.clone()) }).collect()
}

/// Replaces a resource's tags, and their index.
fn store(cx: &mut Cx, noun: &str, id: &str, tags: Tags) -> Result<(), Fault> {
    let before = of(cx, id)?;
    for tag in before.iter().filter(|t| !tags.contains(t)) {
        cx.delete::<TagIndex>(&index(cx, noun, tag, id));
    }
    for tag in tags.iter().filter(|t| !before.contains(t)) {
        cx.put::<TagIndex>(&index(cx, noun, tag, id), &Link);
    }
    instance::tagged(cx, noun, id, &tags)?;
    match tags.is_empty() {
        true => cx.delete::<TagSets>(&key(cx, id)),
        false => cx.put::<TagSets>(&key(cx, id), &TagSet { noun: noun.to_owned(), tags }),
    }
    Ok(())
}

/// Adds tags to a resource, replacing values of keys that it has.
///
/// Errors: TagLimitExceeded: it would have more than 50.
pub(crate) fn add(cx: &mut Cx, kind: &Kind, id: &str, new: &[(String, String)]) -> Result<(), Fault> {
    if new.is_empty() {
        return Ok(());
    }
    let mut tags = of(cx, id)?;
    tags.retain(|(k, _)| !new.iter().any(|(n, _)| n == k));
    tags.extend(new.iter().cloned());
    tags.sort();
    if tags.iter().filter(|(k, _)| !reserved(k)).count() > PER_RESOURCE {
        return Err(too_many());
    }
    store(cx, kind.noun, id, tags)
}

/// Tags a new resource, in the order of keys. What they are to descriptions is the caller's to note.
pub(crate) fn put_new(cx: &mut Cx, kind: &Kind, id: &str, tags: &Tags) {
    for tag in tags {
        cx.put::<TagIndex>(&index(cx, kind.noun, tag, id), &Link);
    }
    cx.put::<TagSets>(&key(cx, id), &TagSet { noun: kind.noun.to_owned(), tags: tags.clone() });
}

/// Takes tags from a resource: by key, or by key and value.
pub(crate) fn take(
    cx: &mut Cx,
    kind: &Kind,
    id: &str,
    gone: &[(String, Option<String>)],
) -> Result<(), Fault> {
    let mut tags = of(cx, id)?;
    tags.retain(|(k, v)| !gone.iter().any(|(gk, gv)| gk == k && gv.as_ref().is_none_or(|gv| gv == v)));
    store(cx, kind.noun, id, tags)
}

/// Takes all of the user's tags from a resource.
pub(crate) fn take_all(cx: &mut Cx, kind: &Kind, id: &str) -> Result<(), Fault> {
    let kept = of(cx, id)?.into_iter().filter(|(k, _)| reserved(k)).collect();
    store(cx, kind.noun, id, kept)
}

/// The resource is gone.
pub(crate) fn forget(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    match cx.get::<TagSets>(&key(cx, id))? {
        Some(set) => store(cx, &set.noun, id, Tags::new()),
        None => Ok(()),
    }
}

/// Ids of a type with exactly that tag, in order, behind `after`.
pub(crate) fn ids_with(
    cx: &Cx,
    kind: &Kind,
    (k, v): (&str, &str),
    after: Option<&str>,
) -> Result<impl Iterator<Item = String>, Fault> {
    let mut scan = Scan::prefix(&(cx.scope.account.as_str(), cx.scope.region, kind.noun, k, v));
    if let Some(after) = after {
        scan = scan.after(&index(cx, kind.noun, &(k.to_owned(), v.to_owned()), after));
    }
    Ok(cx.scan::<TagIndex>(scan)?.map(|((.., id), _)| id))
}

/// A resource of another account or region is gone.
pub(crate) fn forget_at(cx: &mut Cx, key: &ResourceKey) -> Result<(), Fault> {
    let Some(set) = cx.get::<TagSets>(key)? else { return Ok(()) };
    for (k, v) in set.tags {
        let (account, region, id) = key.clone();
        cx.delete::<TagIndex>(&(account, region, set.noun.clone(), k, v, id));
    }
    cx.delete::<TagSets>(key);
    Ok(())
}

fn reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("aws:"))
}

fn too_many() -> Fault {
    fault("TagLimitExceeded", format!("The maximum number of tags for this resource is {PER_RESOURCE}."))
}

/// Tags out of a request, checked.
///
/// Errors: InvalidParameterValue: a key without text, too long, reserved, or given twice; a value too long.
/// TagLimitExceeded: more than 50.
pub(crate) fn read(given: &[Tag]) -> Result<Tags, Fault> {
    let mut tags = Tags::new();
    for tag in given {
        let (key, value) = (tag.key.clone().unwrap_or_default(), tag.value.clone().unwrap_or_default());
        check_key(&key)?;
        if value.chars().count() > VALUE_CHARS {
            return Err(invalid_value(format!(
                "Tag value exceeds the maximum length of {VALUE_CHARS} characters"
            )));
        }
        if tags.iter().any(|(k, _)| *k == key) {
            return Err(invalid_value(format!("Duplicate tag key '{key}' specified.")));
        }
        tags.push((key, value));
    }
    if tags.len() > PER_RESOURCE {
        return Err(too_many());
    }
    tags.sort();
    Ok(tags)
}

fn check_key(key: &str) -> Result<(), Fault> {
    if key.is_empty() {
        return Err(invalid_value("Tag key cannot be null or empty."));
    }
    if key.chars().count() > KEY_CHARS {
        return Err(invalid_value(format!("Tag key exceeds the maximum length of {KEY_CHARS} characters")));
    }
    if reserved(key) {
        return Err(invalid_value("Tag keys starting with 'aws:' are reserved for internal use"));
    }
    Ok(())
}

/// The refusal of a type of resource that a call doesn't make.
pub(crate) fn not_taggable(noun: &str) -> Fault {
    invalid_value(format!("'{noun}' is not a valid taggable resource type for this operation."))
}

/// The tags for a type of resource out of a call's `TagSpecifications`; `makes` are the types that the call makes.
///
/// Errors: InvalidParameterValue: a specification without type or tags, or of a type that the call doesn't make.
pub(crate) fn specified(
    given: Option<&[TagSpecification]>,
    kind: &Kind,
    makes: &[&Kind],
) -> Result<Tags, Fault> {
    let mut own = Vec::new();
    for spec in given.unwrap_or_default() {
        let Some(noun) = spec.resource_type.as_deref() else {
            return Err(invalid_value("Tag specification resource type must have a value"));
        };
        if !makes.iter().any(|k| k.noun == noun) {
            return Err(not_taggable(noun));
        }
        let tags = spec.tags.as_deref().unwrap_or_default();
        if tags.is_empty() {
            return Err(invalid_value("Tag specification must have at least one tag"));
        }
        if noun == kind.noun {
            own.extend(tags.iter().cloned());
        } else {
            read(tags)?;
        }
    }
    read(&own)
}

/// As [`specified`], for calls that make one type of resource.
pub(crate) fn for_new(given: Option<&[TagSpecification]>, kind: &Kind) -> Result<Tags, Fault> {
    specified(given, kind, &[kind])
}
