//! ListParts: the parts of an upload that are there, by their numbers.

use codec::{Fault, Timestamp};
use kernel::{Cx, Guard};
use shapes_s3::{ListPartsOutput, ListPartsRequest, Part as Shown};
use store::Scan;

use super::list_objects::owner;
use super::upload_part;
use crate::attributes::quoted;
use crate::encryption::Customer;
use crate::state::{Part, Parts};
use crate::{access, buckets, err, guard, lifecycle, names, uploads};

/// The most that a page shows.
const MOST: i32 = 1_000;

pub(crate) fn guard(cx: &Cx, i: &ListPartsRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: None,
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ("s3:ListMultipartUploadParts", "s3:ListMultipartUploadParts"))
}

/// A number that an argument gives: not negative.
///
/// Errors: InvalidArgument.
pub(crate) fn count(given: Option<i32>, name: &str, usual: i32) -> Result<u32, Fault> {
    let given = given.unwrap_or(usual);
    u32::try_from(given).map_err(|_| {
        let message = format!("Argument {name} must be an integer between 0 and 2147483647");
        err::invalid_argument(&message, name, &given.to_string())
    })
}

fn customer(i: &ListPartsRequest) -> Customer<'_> {
    Customer {
        algorithm: i.sse_customer_algorithm.as_deref(),
        key: i.sse_customer_key.as_deref(),
        md5: i.sse_customer_key_md5.as_deref(),
    }
}

/// Errors: NoSuchUpload; InvalidArgument; InvalidRequest: another customer's key than the upload's.
pub(crate) fn decide(cx: &mut Cx, i: &ListPartsRequest) -> Result<ListPartsOutput, Fault> {
    names::check_key(&i.key)?;
    let limit = count(i.max_parts, "max-parts", MOST)?.min(MOST as u32);
    let marker = count(i.part_number_marker, "part-number-marker", 0)?;
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let upload = uploads::find(cx, &bucket, &i.key, &i.upload_id)?;
    upload_part::check_customer(&upload.sse, customer(i))?;
    let all = Scan::<Parts>::prefix(&(bucket.number, i.upload_id.clone()));
    let all = all.after(&(bucket.number, i.upload_id.clone(), marker));
    let mut found: Vec<(u32, Part)> =
        cx.scan(all)?.take(limit as usize + 1).map(|((_, _, n), part)| (n, part)).collect();
    let truncated = limit > 0 && found.len() > limit as usize;
    found.truncate(limit as usize);
    cx.meter("Requests-Tier1", 1.0);
    let with_sums = upload.algorithm.is_some();
    let parts: Vec<Shown> = found.iter().map(|(n, part)| shown(*n, part, with_sums)).collect();
    let (abort_date, abort_rule_id) = lifecycle::abort(cx, &bucket, &i.key, upload.initiated_ms)?.unzip();
    Ok(ListPartsOutput {
        abort_date,
        abort_rule_id,
        request_charged: access::charged(cx, &bucket)?,
        bucket: Some(i.bucket.clone()),
        key: Some(i.key.clone()),
        upload_id: Some(i.upload_id.clone()),
        part_number_marker: Some(marker as i32),
        next_part_number_marker: Some(found.last().map_or(0, |(n, _)| *n as i32)),
        max_parts: Some(limit as i32),
        is_truncated: Some(truncated),
        parts: (!parts.is_empty()).then_some(parts),
        initiator: Some(upload.initiator()),
        owner: Some(owner(cx, &upload.object.owner)),
        storage_class: Some(upload.object.storage_class.clone()),
        checksum_algorithm: upload.algorithm.clone(),
        checksum_type: upload.checksum_type(),
        ..ListPartsOutput::default()
    })
}

fn shown(number: u32, part: &Part, with_sums: bool) -> Shown {
    let sum = |name: &str| {
        let kept = part.content.checksum.as_ref().filter(|(algorithm, _)| with_sums && algorithm == name);
        kept.map(|(_, value)| value.clone())
    };
    Shown {
        part_number: Some(number as i32),
        last_modified: Some(Timestamp { epoch_ms: part.modified_ms.div_euclid(1_000) * 1_000 }),
        e_tag: quoted(&part.content.etag),
        size: Some(part.content.size_bytes as i64),
        checksum_crc32: sum("CRC32"),
        checksum_crc32_c: sum("CRC32C"),
        checksum_crc64_nvme: sum("CRC64NVME"),
        checksum_sha1: sum("SHA1"),
        checksum_sha256: sum("SHA256"),
        checksum_sha512: sum("SHA512"),
        checksum_md5: sum("MD5"),
        checksum_xxhash64: sum("XXHASH64"),
        checksum_xxhash3: sum("XXHASH3"),
        checksum_xxhash128: sum("XXHASH128"),
    }
}
