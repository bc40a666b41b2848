//! ListObjects and ListObjectsV2: the latest versions of a bucket's keys, page by page.

use codec::{Fault, Timestamp};
use kernel::{Cx, Guard};
use shapes_s3::{
    CommonPrefix, ListObjectsOutput, ListObjectsRequest, ListObjectsV2Output, ListObjectsV2Request, Object,
    Owner,
};

use crate::attributes::{checksum_type, quoted};
use crate::listing::{self, MOST_KEYS, Page, Wanted, url_encoded};
use crate::state::Version;
use crate::{access, archive, buckets, err, guard, names};

pub(crate) fn guard_1(cx: &Cx, i: &ListObjectsRequest) -> Result<Guard, Fault> {
    let by = guard::Listing {
        prefix: i.prefix.as_deref(),
        delimiter: i.delimiter.as_deref(),
        max_keys: i.max_keys,
    };
    guard::list(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:ListBucket", by)
}

pub(crate) fn guard_2(cx: &Cx, i: &ListObjectsV2Request) -> Result<Guard, Fault> {
    let by = guard::Listing {
        prefix: i.prefix.as_deref(),
        delimiter: i.delimiter.as_deref(),
        max_keys: i.max_keys,
    };
    guard::list(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:ListBucket", by)
}

/// How many keys a page may have.
///
/// Errors: InvalidArgument.
pub(crate) fn limit(max_keys: Option<i32>) -> Result<usize, Fault> {
    match max_keys.unwrap_or(MOST_KEYS) {
        n if n < 0 => {
            let message = "Argument maxKeys must be an integer between 0 and 2147483647";
            Err(err::invalid_argument(message, "maxKeys", &n.to_string()))
        }
        n => Ok(n.min(MOST_KEYS) as usize),
    }
}

/// How names are to be shown.
///
/// Errors: InvalidArgument.
pub(crate) fn spelling(encoding_type: Option<&str>) -> Result<fn(&str) -> String, Fault> {
    match encoding_type {
        None => Ok(str::to_owned),
        Some("url") => Ok(url_encoded),
        Some(other) => {
            let message = "Invalid Encoding Method specified in Request";
            Err(err::invalid_argument(message, "encoding-type", other))
        }
    }
}

/// What is told of each object beside the rest.
#[derive(Clone, Copy)]
struct With {
    owner: bool,
    restore: bool,
}

fn object(cx: &Cx, key: &str, v: &Version, with: With, spell: fn(&str) -> String) -> Object {
    Object {
        key: Some(spell(key)),
        last_modified: Some(Timestamp { epoch_ms: v.modified_ms.div_euclid(1_000) * 1_000 }),
        e_tag: quoted(&v.content.etag),
        checksum_algorithm: v.content.checksum.as_ref().map(|(name, _)| vec![name.clone()]),
        checksum_type: checksum_type(v),
        size: Some(v.content.size_bytes as i64),
        storage_class: Some(v.storage_class.clone()),
        owner: with.owner.then(|| owner(cx, &v.owner)),
        restore_status: archive::status(v, cx.now_ms).filter(|_| with.restore),
    }
}

/// The owner of an object: of its bucket, unless access control lists say otherwise.
pub(crate) fn owner(cx: &Cx, account: &str) -> Owner {
    let account = if account.is_empty() { &cx.scope.account } else { account };
    Owner { id: Some(names::canonical_id(account)), ..Owner::default() }
}

pub(crate) fn prefixes(all: &[String], spell: fn(&str) -> String) -> Option<Vec<CommonPrefix>> {
    let shown = all.iter().map(|p| CommonPrefix { prefix: Some(spell(p)) });
    (!all.is_empty()).then(|| shown.collect())
}

/// Errors: NoSuchBucket; InvalidArgument.
pub(crate) fn decide_1(cx: &mut Cx, i: &ListObjectsRequest) -> Result<ListObjectsOutput, Fault> {
    let (limit, spell) = (limit(i.max_keys)?, spelling(i.encoding_type.as_deref())?);
    let restore = archive::is_asked_for(i.optional_object_attributes.as_deref())?;
    let with = With { owner: true, restore };
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let wanted = Wanted {
        prefix: i.prefix.as_deref().unwrap_or_default(),
        delimiter: i.delimiter.as_deref().unwrap_or_default(),
        after: i.marker.as_deref().filter(|m| !m.is_empty()),
        limit,
    };
    let page = if limit == 0 { Page::default() } else { listing::current(cx, &bucket, &wanted)? };
    cx.meter("Requests-Tier1", 1.0);
    Ok(ListObjectsOutput {
        is_truncated: Some(page.next.is_some()),
        marker: Some(spell(i.marker.as_deref().unwrap_or_default())),
        // Without a delimiter the last key is where to go on.
        next_marker: page.next.as_deref().filter(|_| !wanted.delimiter.is_empty()).map(spell),
        contents: (!page.objects.is_empty())
            .then(|| page.objects.iter().map(|(k, v)| object(cx, k, v, with, spell)).collect()),
        name: Some(i.bucket.clone()),
        prefix: Some(spell(wanted.prefix)),
        delimiter: i.delimiter.as_deref().filter(|d| !d.is_empty()).map(spell),
        max_keys: Some(i.max_keys.unwrap_or(MOST_KEYS).min(MOST_KEYS)),
        common_prefixes: prefixes(&page.prefixes, spell),
        encoding_type: i.encoding_type.clone(),
        request_charged: access::charged(cx, &bucket)?,
    })
}

/// Errors: NoSuchBucket; InvalidArgument.
pub(crate) fn decide_2(cx: &mut Cx, i: &ListObjectsV2Request) -> Result<ListObjectsV2Output, Fault> {
    let (limit, spell) = (limit(i.max_keys)?, spelling(i.encoding_type.as_deref())?);
    let restore = archive::is_asked_for(i.optional_object_attributes.as_deref())?;
    let with = With { owner: i.fetch_owner == Some(true), restore };
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let token = i.continuation_token.as_deref();
    let start = cx.page_start("ListObjectsV2", &[&i.bucket], token).map_err(|_| {
        let message = "The continuation token provided is incorrect";
        err::invalid_argument(message, "continuation-token", token.unwrap_or_default())
    })?;
    let wanted = Wanted {
        prefix: i.prefix.as_deref().unwrap_or_default(),
        delimiter: i.delimiter.as_deref().unwrap_or_default(),
        after: start.as_deref().or(i.start_after.as_deref()).filter(|a| !a.is_empty()),
        limit,
    };
    let page = if limit == 0 { Page::default() } else { listing::current(cx, &bucket, &wanted)? };
    cx.meter("Requests-Tier1", 1.0);
    Ok(ListObjectsV2Output {
        is_truncated: Some(page.next.is_some()),
        key_count: Some(page.len() as i32),
        next_continuation_token: page
            .next
            .as_deref()
            .map(|last| cx.page_token("ListObjectsV2", &[&i.bucket], last)),
        contents: (!page.objects.is_empty())
            .then(|| page.objects.iter().map(|(k, v)| object(cx, k, v, with, spell)).collect()),
        name: Some(i.bucket.clone()),
        prefix: Some(spell(wanted.prefix)),
        delimiter: i.delimiter.as_deref().filter(|d| !d.is_empty()).map(spell),
        max_keys: Some(i.max_keys.unwrap_or(MOST_KEYS).min(MOST_KEYS)),
        common_prefixes: prefixes(&page.prefixes, spell),
        encoding_type: i.encoding_type.clone(),
        continuation_token: i.continuation_token.clone(),
        start_after: i.start_after.as_deref().map(spell),
        request_charged: access::charged(cx, &bucket)?,
    })
}
