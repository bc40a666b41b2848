//! Configurations of which a bucket has several, each with an id: what analytics, metrics and tiering have in common.

use codec::{Empty, Fault, Record};
use kernel::{Cx, Page};
use shapes_s3::Tag;

use crate::settings::{self, Kind};
use crate::tags::{self, On};
use crate::{buckets, err};

/// Configurations of a sort at most. Source: S3 user guide, "Metrics configurations", "Storage class analysis" (1,000).
const MOST: usize = 1_000;
/// Configurations on a page. Source: S3 API reference, ListBucketMetricsConfigurations (100).
const PAGE: usize = 100;

/// Errors: InvalidArgument; IdMismatch; TooManyConfigurations.
pub(super) fn put(
    cx: &mut Cx,
    (bucket, kind): (&str, Kind),
    (id, own_id): (&str, &str),
    record: &dyn Record,
) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, bucket, None)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.len() > 64 || !id.chars().all(plain) {
        return Err(err::invalid_argument("Invalid id", "id", id));
    }
    if id != own_id {
        let message = "Document ID does not match the specified configuration ID.";
        return Err(Fault::new("IdMismatch", 400, message));
    }
    let there = settings::count(cx, &bucket, kind, MOST + 1)?;
    if there >= MOST && !settings::has(cx, &bucket, kind, id)? {
        let message = "You are attempting to create a new configuration but have already reached the 1,000-configuration limit.";
        return Err(Fault::new("TooManyConfigurations", 400, message));
    }
    settings::set(cx, &bucket, kind, id, record)?;
    Ok(Empty {})
}

fn none() -> Fault {
    Fault::new("NoSuchConfiguration", 404, "The specified configuration does not exist.")
}

/// Errors: NoSuchConfiguration.
pub(super) fn get<T: Record + Default>(cx: &Cx, (bucket, kind): (&str, Kind), id: &str) -> Result<T, Fault> {
    let bucket = buckets::find(cx, bucket, None)?;
    settings::get(cx, &bucket, kind, id)?.ok_or_else(none)
}

/// Errors: NoSuchConfiguration.
pub(super) fn delete(cx: &mut Cx, (bucket, kind): (&str, Kind), id: &str) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, bucket, None)?;
    if !settings::has(cx, &bucket, kind, id)? {
        return Err(none());
    }
    settings::remove(cx, &bucket, kind.name, id);
    Ok(Empty {})
}

/// A page of them.
///
/// Errors: InvalidArgument: a token that isn't one.
pub(super) fn list<T: Record + Default>(
    cx: &Cx,
    (name, kind): (&str, Kind),
    token: Option<&str>,
) -> Result<Page<T>, Fault> {
    let bucket = buckets::find(cx, name, None)?;
    let filters = [name, kind.name];
    let after = cx.page_start("ListConfigurations", &filters, token).map_err(|_| {
        let message = "The continuation token provided is incorrect";
        err::invalid_argument(message, "continuation-token", token.unwrap_or_default())
    })?;
    let found = settings::all::<T>(cx, &bucket, kind, after.as_deref())?;
    let page = cx.page("ListConfigurations", &filters, PAGE, found.into_iter(), |(id, _)| id.clone());
    Ok(Page { items: page.items.into_iter().map(|(_, record)| record).collect(), next: page.next })
}

/// A filter names one thing: a prefix, a tag, an access point, or several of them under `And`.
///
/// Errors: MalformedXML; those of tags.
pub(super) fn check_filter(
    given: &[bool],
    tag: Option<&Tag>,
    and: Option<(usize, &[Tag])>,
) -> Result<(), Fault> {
    if given.iter().filter(|g| **g).count() != 1 {
        return Err(err::malformed_xml());
    }
    if let Some(tag) = tag {
        tags::check(std::slice::from_ref(tag), On::Object)?;
    }
    if let Some((others, tags)) = and {
        if others + tags.len() < 2 {
            return Err(err::malformed_xml());
        }
        tags::check(tags, On::Object)?;
    }
    Ok(())
}
