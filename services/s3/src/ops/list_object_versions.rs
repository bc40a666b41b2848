//! ListObjectVersions: all versions and delete markers of a bucket's keys, newest first within a key, page by page.

use std::any::Any;

use codec::{Fault, R, Reader, Record, Timestamp, WireError, Writer};
use kernel::{Cx, Guard};
use shapes_s3::{DeleteMarkerEntry, ListObjectVersionsOutput, ListObjectVersionsRequest, ObjectVersion};
use store::Scan;

use super::list_objects::{limit, owner, prefixes, spelling};
use crate::attributes::{checksum_type, quoted};
use crate::listing::{MOST_KEYS, after_all_with, common_prefix};
use crate::state::{Bucket, Current, Past, Version};
use crate::versions::{self, NULL, Named};
use crate::{access, archive, buckets, err, guard};

pub(crate) fn guard(cx: &Cx, i: &ListObjectVersionsRequest) -> Result<Guard, Fault> {
    let by = guard::Listing {
        prefix: i.prefix.as_deref(),
        delimiter: i.delimiter.as_deref(),
        max_keys: i.max_keys,
    };
    guard::list(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:ListBucketVersions", by)
}

/// Where a page begins.
struct From {
    key: String,
    /// Versions of that key from this `seq` downwards; `None`: all of them.
    below_seq: Option<u64>,
}

/// A page as it grows.
#[derive(Default)]
struct Page {
    versions: Vec<(String, Version, bool)>,
    prefixes: Vec<String>,
    truncated: bool,
    /// The last thing shown: a key with a version id, or a common prefix.
    last: (String, Option<String>),
}

impl Page {
    fn len(&self) -> usize {
        self.versions.len() + self.prefixes.len()
    }
}

/// Errors: NoSuchBucket; InvalidArgument: a version marker without a key marker, or one that is no version id.
pub(crate) fn decide(cx: &mut Cx, i: &ListObjectVersionsRequest) -> Result<Box<dyn Record>, Fault> {
    let (limit, spell) = (limit(i.max_keys)?, spelling(i.encoding_type.as_deref())?);
    let restore = archive::is_asked_for(i.optional_object_attributes.as_deref())?;
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let (prefix, delimiter) =
        (i.prefix.as_deref().unwrap_or_default(), i.delimiter.as_deref().unwrap_or_default());
    let page = match limit {
        0 => Page::default(),
        _ => walk(cx, &bucket, (prefix, delimiter), begin(cx, &bucket, i, prefix, delimiter)?, limit)?,
    };
    cx.meter("Requests-Tier1", 1.0);
    let item = |(key, v, latest): &(String, Version, bool)| match v.is_delete_marker {
        true => Item::Marker(Some(vec![marker(cx, key, v, *latest, spell)])),
        false => Item::Version(Some(vec![ObjectVersion {
            restore_status: archive::status(v, cx.now_ms).filter(|_| restore),
            ..version(cx, key, v, *latest, spell)
        }])),
    };
    let items: Vec<Item> = page.versions.iter().map(item).collect();
    let (last_key, last_id) = page.last;
    let output = ListObjectVersionsOutput {
        is_truncated: Some(page.truncated),
        key_marker: Some(spell(i.key_marker.as_deref().unwrap_or_default())),
        version_id_marker: Some(i.version_id_marker.clone().unwrap_or_default()),
        next_key_marker: page.truncated.then(|| spell(&last_key)),
        next_version_id_marker: last_id.filter(|_| page.truncated),
        versions: None,
        delete_markers: None,
        name: Some(i.bucket.clone()),
        prefix: Some(spell(prefix)),
        delimiter: i.delimiter.as_deref().filter(|d| !d.is_empty()).map(spell),
        max_keys: Some(i.max_keys.unwrap_or(MOST_KEYS).min(MOST_KEYS)),
        common_prefixes: prefixes(&page.prefixes, spell),
        encoding_type: i.encoding_type.clone(),
        request_charged: access::charged(cx, &bucket)?,
    };
    Ok(match cx.request.head {
        Some(_) => Box::new(InOrder { output, items }),
        None => Box::new(apart(output, items)),
    })
}

/// A version or a delete marker, as a list of one.
enum Item {
    Version(Option<Vec<ObjectVersion>>),
    Marker(Option<Vec<DeleteMarkerEntry>>),
}

/// With versions and delete markers in lists of their own, as the model has them.
fn apart(mut output: ListObjectVersionsOutput, items: Vec<Item>) -> ListObjectVersionsOutput {
    for item in items {
        match item {
            Item::Version(one) => output.versions.get_or_insert_default().extend(one.into_iter().flatten()),
            Item::Marker(one) => {
                output.delete_markers.get_or_insert_default().extend(one.into_iter().flatten());
            }
        }
    }
    output
}

/// With versions and delete markers as they follow each other, which is how they are written to clients.
/// Source: S3 API reference, ListObjectVersions, "Sample Response".
struct InOrder {
    /// All but those.
    output: ListObjectVersionsOutput,
    items: Vec<Item>,
}

impl Record for InOrder {
    fn read_member(&mut self, index: u16, r: &mut dyn Reader) -> R {
        self.output.read_member(index, r)
    }

    fn write_members(&self, w: &mut dyn Writer) -> R {
        self.output.write_members(w)?;
        let (version, marker) = (index("Versions")?, index("DeleteMarkers")?);
        self.items.iter().try_for_each(|item| match item {
            Item::Version(one) => w.member(version, one),
            Item::Marker(one) => w.member(marker, one),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any + Send + Sync> {
        self
    }
}

/// Where the output's shape has a member.
fn index(name: &str) -> R<u16> {
    let model = model::service(shapes_s3::SERVICE);
    let output = model.and_then(|m| Some(m.shape(m.operation("ListObjectVersions")?.output?)));
    let index = output.and_then(|shape| shape.members.iter().position(|m| m.name == name));
    index.map(|n| n as u16).ok_or_else(|| WireError(format!("ListObjectVersions answers no {name}")))
}

fn begin(
    cx: &Cx,
    bucket: &Bucket,
    i: &ListObjectVersionsRequest,
    prefix: &str,
    delimiter: &str,
) -> Result<Option<From>, Fault> {
    let id = i.version_id_marker.as_deref().filter(|m| !m.is_empty());
    let Some(key) = i.key_marker.as_deref().filter(|m| !m.is_empty()) else {
        if let Some(id) = id {
            let message = "A version-id marker cannot be specified without a key marker.";
            return Err(err::invalid_argument(message, "version-id-marker", id));
        }
        return Ok(Some(From { key: prefix.to_owned(), below_seq: None }));
    };
    if let Some(id) = id {
        let below_seq = match versions::find(cx, bucket, key, id)? {
            Named::Found(v) => v.seq,
            // It went meanwhile: its id still says where it was.
            Named::Absent => versions::seq_of(id).unwrap_or(u64::MAX),
            Named::Malformed => return Err(err::invalid_version_id(id)),
        };
        return Ok(Some(From { key: key.to_owned(), below_seq: Some(below_seq) }));
    }
    if common_prefix(key, prefix, delimiter) == Some(key) {
        return Ok(after_all_with(key).map(|key| From { key, below_seq: None }));
    }
    let key = if key < prefix { prefix.to_owned() } else { format!("{key}\0") };
    Ok(Some(From { key, below_seq: None }))
}

/// Walks keys in order, seeking over what a common prefix covers.
fn walk(
    cx: &Cx,
    bucket: &Bucket,
    (prefix, delimiter): (&str, &str),
    mut from: Option<From>,
    limit: usize,
) -> Result<Page, Fault> {
    let mut page = Page::default();
    while let Some(start) = from.take() {
        let Some(key) = next_key(cx, bucket, &start.key)? else { break };
        if !key.starts_with(prefix) {
            break;
        }
        if let Some(shared) = common_prefix(&key, prefix, delimiter) {
            if page.len() == limit {
                page.truncated = true;
                break;
            }
            page.last = (shared.to_owned(), None);
            page.prefixes.push(shared.to_owned());
            from = after_all_with(shared).map(|key| From { key, below_seq: None });
            continue;
        }
        let below = start.below_seq.filter(|_| start.key == key);
        if !of_key(cx, bucket, &key, below, limit, &mut page)? {
            page.truncated = true;
            break;
        }
        from = Some(From { key: format!("{key}\0"), below_seq: None });
    }
    Ok(page)
}

/// The first key from `start` on that has a version.
fn next_key(cx: &Cx, bucket: &Bucket, start: &str) -> Result<Option<String>, Fault> {
    let all = Scan::<Current>::prefix(&(bucket.number,)).from(&(bucket.number, start.to_owned()));
    let current = cx.scan(all)?.next().map(|((_, key), _)| key);
    let all = Scan::<Past>::prefix(&(bucket.number,)).from(&(bucket.number, start.to_owned(), 0));
    let past = cx.scan(all)?.next().map(|((_, key, _), _)| key);
    Ok(match (current, past) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    })
}

/// Adds the versions of one key; `false` when they don't all fit.
fn of_key(
    cx: &Cx,
    bucket: &Bucket,
    key: &str,
    below: Option<u64>,
    limit: usize,
    page: &mut Page,
) -> Result<bool, Fault> {
    let current = cx.get::<Current>(&(bucket.number, key.to_owned()))?;
    let has_current = current.is_some();
    let first = below.map_or(0, |seq| !seq);
    let all =
        Scan::<Past>::prefix(&(bucket.number, key.to_owned())).from(&(bucket.number, key.to_owned(), first));
    let newest = match has_current {
        true => None,
        false => cx.scan_prefix::<Past>(&(bucket.number, key.to_owned()))?.next().map(|(_, v)| v.seq),
    };
    let past = cx.scan(all)?.map(|(_, v)| (newest == Some(v.seq), v));
    for (latest, v) in current.map(|v| (true, v)).into_iter().chain(past) {
        if below.is_some_and(|seq| v.seq >= seq) {
            continue;
        }
        if page.len() == limit {
            return Ok(false);
        }
        page.last = (key.to_owned(), Some(v.id.clone()));
        page.versions.push((key.to_owned(), v, latest));
    }
    Ok(true)
}

fn version(cx: &Cx, key: &str, v: &Version, latest: bool, spell: fn(&str) -> String) -> ObjectVersion {
    ObjectVersion {
        e_tag: quoted(&v.content.etag),
        checksum_algorithm: v.content.checksum.as_ref().map(|(name, _)| vec![name.clone()]),
        checksum_type: checksum_type(v),
        size: Some(v.content.size_bytes as i64),
        storage_class: Some(v.storage_class.clone()),
        key: Some(spell(key)),
        version_id: Some(if v.id.is_empty() { NULL.to_owned() } else { v.id.clone() }),
        is_latest: Some(latest),
        last_modified: Some(Timestamp { epoch_ms: v.modified_ms.div_euclid(1_000) * 1_000 }),
        owner: Some(owner(cx, &v.owner)),
        restore_status: None,
    }
}

fn marker(cx: &Cx, key: &str, v: &Version, latest: bool, spell: fn(&str) -> String) -> DeleteMarkerEntry {
    DeleteMarkerEntry {
        owner: Some(owner(cx, &v.owner)),
        key: Some(spell(key)),
        version_id: Some(v.id.clone()),
        is_latest: Some(latest),
        last_modified: Some(Timestamp { epoch_ms: v.modified_ms.div_euclid(1_000) * 1_000 }),
    }
}
