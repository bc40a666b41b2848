//! ListMultipartUploads: the uploads of a bucket that are under way, by their keys and within a key by their age.

use codec::{Fault, Timestamp};
use kernel::{Cx, Guard};
use shapes_s3::{ListMultipartUploadsOutput, ListMultipartUploadsRequest, MultipartUpload};
use store::Scan;

use super::list_objects::{owner, prefixes, spelling};
use super::list_parts::count;
use crate::listing::{after_all_with, common_prefix};
use crate::state::Bucket;
use crate::uploads::{self, Upload, Uploads};
use crate::{access, buckets, err, guard};

/// The most that a page shows.
const MOST: i32 = 1_000;

pub(crate) fn guard(cx: &Cx, i: &ListMultipartUploadsRequest) -> Result<Guard, Fault> {
    let by = guard::Listing {
        prefix: i.prefix.as_deref(),
        delimiter: i.delimiter.as_deref(),
        max_keys: i.max_uploads,
    };
    guard::list(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:ListBucketMultipartUploads", by)
}

/// What is to be listed.
struct Wanted<'a> {
    prefix: &'a str,
    delimiter: &'a str,
    /// Keys up to this one are not shown, but for its uploads after `after_id`.
    after: Option<&'a str>,
    after_id: Option<&'a str>,
    limit: usize,
}

#[derive(Default)]
struct Page {
    uploads: Vec<(String, String, Upload)>,
    prefixes: Vec<String>,
    /// The last thing shown: a key with an upload, or a common prefix.
    last: Option<(String, Option<String>)>,
    truncated: bool,
}

impl Page {
    fn len(&self) -> usize {
        self.uploads.len() + self.prefixes.len()
    }
}

/// Errors: NoSuchBucket; InvalidArgument.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &ListMultipartUploadsRequest,
) -> Result<ListMultipartUploadsOutput, Fault> {
    let spell = spelling(i.encoding_type.as_deref())?;
    let limit = count(i.max_uploads, "max-uploads", MOST)?.min(MOST as u32);
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let after = i.key_marker.as_deref().filter(|k| !k.is_empty());
    let after_id = i.upload_id_marker.as_deref().filter(|id| after.is_some() && !id.is_empty());
    if let (Some(key), Some(id)) = (after, after_id)
        && !uploads::could_be(&bucket, key, id)
    {
        return Err(err::invalid_argument("Invalid uploadId marker", "upload-id-marker", id));
    }
    let wanted = Wanted {
        prefix: i.prefix.as_deref().unwrap_or_default(),
        delimiter: i.delimiter.as_deref().unwrap_or_default(),
        after,
        after_id,
        limit: limit as usize,
    };
    let page = if limit == 0 { Page::default() } else { walk(cx, &bucket, &wanted)? };
    cx.meter("Requests-Tier1", 1.0);
    // Recorded: a page that ends with nothing but common prefixes says nothing of where to go on.
    let (next_key, next_id) = match page.last {
        Some((key, id)) if !page.uploads.is_empty() => (key, id.unwrap_or_default()),
        _ => Default::default(),
    };
    let all: Vec<_> = page.uploads.iter().map(|(key, id, u)| shown(cx, key, id, u, spell)).collect();
    Ok(ListMultipartUploadsOutput {
        bucket: Some(i.bucket.clone()),
        key_marker: Some(spell(after.unwrap_or_default())),
        upload_id_marker: Some(after_id.unwrap_or_default().to_owned()),
        next_key_marker: Some(spell(&next_key)),
        prefix: i.prefix.as_deref().filter(|p| !p.is_empty()).map(spell),
        delimiter: i.delimiter.as_deref().filter(|d| !d.is_empty()).map(spell),
        next_upload_id_marker: Some(next_id),
        max_uploads: Some(limit as i32),
        is_truncated: Some(page.truncated),
        uploads: (!all.is_empty()).then_some(all),
        common_prefixes: prefixes(&page.prefixes, spell),
        encoding_type: i.encoding_type.clone(),
        request_charged: access::charged(cx, &bucket)?,
    })
}

/// Walks uploads in order, seeking over what a common prefix covers.
fn walk(cx: &Cx, bucket: &Bucket, wanted: &Wanted<'_>) -> Result<Page, Fault> {
    let mut page = Page::default();
    let mut from = Some(match (wanted.after, wanted.after_id) {
        (None, _) => (wanted.prefix.to_owned(), String::new()),
        (Some(key), Some(id)) => (key.to_owned(), format!("{id}\0")),
        (Some(key), None) => (format!("{key}\0"), String::new()),
    });
    while let Some((key, id)) = from.take() {
        let start = match key.as_str() < wanted.prefix {
            true => (bucket.number, wanted.prefix.to_owned(), String::new()),
            false => (bucket.number, key, id),
        };
        for ((_, key, id), upload) in cx.scan::<Uploads>(Scan::prefix(&(bucket.number,)).from(&start))? {
            if !key.starts_with(wanted.prefix) {
                return Ok(page);
            }
            let shared = common_prefix(&key, wanted.prefix, wanted.delimiter).map(str::to_owned);
            let was_shown = |p: &String| wanted.after.is_some_and(|after| p.as_str() <= after);
            if let Some(p) = shared.as_ref().filter(|p| was_shown(p)) {
                from = after_all_with(p).map(|key| (key, String::new()));
                break;
            }
            if page.len() == wanted.limit {
                page.truncated = true;
                return Ok(page);
            }
            if let Some(p) = shared {
                from = after_all_with(&p).map(|key| (key, String::new()));
                page.last = Some((p.clone(), None));
                page.prefixes.push(p);
                break;
            }
            page.last = Some((key.clone(), Some(id.clone())));
            page.uploads.push((key, id, upload));
        }
    }
    Ok(page)
}

fn shown(cx: &Cx, key: &str, id: &str, upload: &Upload, spell: fn(&str) -> String) -> MultipartUpload {
    MultipartUpload {
        upload_id: Some(id.to_owned()),
        key: Some(spell(key)),
        initiated: Some(Timestamp { epoch_ms: upload.initiated_ms.div_euclid(1_000) * 1_000 }),
        storage_class: Some(upload.object.storage_class.clone()),
        owner: Some(owner(cx, &upload.object.owner)),
        initiator: Some(upload.initiator()),
        checksum_algorithm: upload.algorithm.clone(),
        checksum_type: upload.checksum_type(),
        version_id: None,
    }
}
