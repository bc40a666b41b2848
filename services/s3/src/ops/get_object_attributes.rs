//! GetObjectAttributes: what there is to know of an object without its bytes, as far as it is asked for.

use codec::{Fault, Timestamp};
use kernel::{Cx, Guard};
use shapes_s3::{
    Checksum, GetObjectAttributesOutput, GetObjectAttributesParts, GetObjectAttributesRequest, ObjectPart,
};

use super::get_object;
use super::list_parts::count;
use crate::attributes::{checksum_of, checksum_type, version_id};
use crate::encryption::{Customer, Protection};
use crate::state::{Bucket, Part, Version};
use crate::{access, buckets, content, err, guard, names};

/// The most parts that a page shows.
const MOST: i32 = 1_000;
const NAMES: [&str; 5] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

/// Two actions on the same object.
pub(crate) fn guard(cx: &Cx, i: &GetObjectAttributesRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    let attributes = ("s3:GetObjectAttributes", "s3:GetObjectVersionAttributes");
    let mut both = guard::object(cx, place, ("s3:GetObject", "s3:GetObjectVersion"))?;
    for target in guard::object(cx, place, attributes)?.targets {
        both = both.and(target);
    }
    Ok(both)
}

/// Errors: InvalidArgument: no such attribute; NoSuchKey, NoSuchVersion, MethodNotAllowed; InvalidRequest and AccessDenied about a
/// customer's key.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &GetObjectAttributesRequest,
) -> Result<GetObjectAttributesOutput, Fault> {
    names::check_key(&i.key)?;
    let asked: Vec<&str> = i.object_attributes.iter().flat_map(|a| a.split(',')).map(str::trim).collect();
    if let Some(unknown) = asked.iter().find(|a| !NAMES.contains(a)) {
        let message = "Invalid attribute name specified.";
        return Err(err::invalid_argument(message, "x-amz-object-attributes", unknown));
    }
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let v = get_object::version(cx, &bucket, &i.key, i.version_id.as_deref(), "GET")?;
    let customer = Customer {
        algorithm: i.sse_customer_algorithm.as_deref(),
        key: i.sse_customer_key.as_deref(),
        md5: i.sse_customer_key_md5.as_deref(),
    };
    Protection::to_read(&v.content.sse, customer)?;
    let wants = |name: &str| asked.contains(&name);
    let object_parts = match wants("ObjectParts") && v.parts > 0 {
        true => Some(parts(cx, &bucket, &v, i)?),
        false => None,
    };
    cx.meter("Requests-Tier2", 1.0);
    Ok(GetObjectAttributesOutput {
        last_modified: Some(Timestamp { epoch_ms: v.modified_ms.div_euclid(1_000) * 1_000 }),
        version_id: version_id(&bucket, &v),
        e_tag: wants("ETag").then(|| v.content.etag.clone()),
        checksum: checksum(&v).filter(|_| wants("Checksum")),
        object_parts,
        storage_class: wants("StorageClass").then(|| v.storage_class.clone()),
        object_size: wants("ObjectSize").then_some(v.content.size_bytes as i64),
        request_charged: access::charged(cx, &bucket)?,
        ..GetObjectAttributesOutput::default()
    })
}

/// Without the number of parts that reads append to a composite checksum.
fn checksum(v: &Version) -> Option<Checksum> {
    v.content.checksum.as_ref()?;
    let sum = |name: &str| checksum_of(v, name).map(|s| s.split('-').next().unwrap_or_default().to_owned());
    Some(Checksum {
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
        checksum_type: checksum_type(v),
    })
}

/// How many parts there are; and what they are, where their checksums make the object's.
fn parts(
    cx: &Cx,
    bucket: &Bucket,
    v: &Version,
    i: &GetObjectAttributesRequest,
) -> Result<GetObjectAttributesParts, Fault> {
    let total = Some(v.parts as i32);
    if !v.content.composite {
        return Ok(GetObjectAttributesParts { total_parts_count: total, ..Default::default() });
    }
    let limit = count(i.max_parts, "max-parts", MOST)?.min(MOST as u32) as usize;
    let marker = count(i.part_number_marker, "part-number-marker", 0)?;
    let all = content::parts(cx, bucket, &v.content.id)?;
    let mut shown: Vec<(u32, Part)> = all.into_iter().filter(|(n, _)| *n > marker).collect();
    let truncated = limit > 0 && shown.len() > limit;
    shown.truncate(limit);
    Ok(GetObjectAttributesParts {
        total_parts_count: total,
        part_number_marker: Some(marker as i32),
        next_part_number_marker: Some(shown.last().map_or(0, |(n, _)| *n as i32)),
        max_parts: Some(limit as i32),
        is_truncated: Some(truncated),
        parts: Some(shown.iter().map(|(n, part)| object_part(*n, part)).collect()),
    })
}

fn object_part(number: u32, part: &Part) -> ObjectPart {
    let of = Version { content: part.content.clone(), ..Version::default() };
    let sum = |name: &str| checksum_of(&of, name);
    ObjectPart {
        part_number: Some(number as i32),
        size: Some(part.content.size_bytes as i64),
        checksum_crc32: sum("CRC32"),
        checksum_crc32_c: sum("CRC32C"),
        checksum_sha1: sum("SHA1"),
        checksum_sha256: sum("SHA256"),
        checksum_sha512: sum("SHA512"),
        checksum_md5: sum("MD5"),
        checksum_xxhash64: sum("XXHASH64"),
        checksum_xxhash3: sum("XXHASH3"),
        checksum_xxhash128: sum("XXHASH128"),
        ..ObjectPart::default()
    }
}
