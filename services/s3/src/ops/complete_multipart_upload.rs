//! CompleteMultipartUpload: makes an object of parts. No byte is moved: the parts stay where they are.

use codec::{Fault, Timestamp};
use kernel::{Cx, Guard};
use shapes_s3::{CompleteMultipartUploadOutput, CompleteMultipartUploadRequest};
use store::Scan;

use super::upload_part;
use crate::assembly::{self, Whole};
use crate::attributes::{checksum_of, checksum_type, percent_encoded, quoted, version_id};
use crate::encryption::Customer;
use crate::state::{Bucket, Content, Current, Parts, Past, Place, Version};
use crate::uploads::{self, Upload, Uploads};
use crate::{access, buckets, content, err, events, guard, lifecycle, lock, names, versions};

/// How many past versions are looked at for what an upload became.
const LOOKED_AT: usize = 100;

pub(crate) fn guard(cx: &Cx, i: &CompleteMultipartUploadRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: None,
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ("s3:PutObject", "s3:PutObject"))
}

/// Errors: MalformedXML; NoSuchUpload; those of [`assembly::assemble`]; PreconditionFailed, NoSuchKey and
/// ConditionalRequestConflict about conditions.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &CompleteMultipartUploadRequest,
) -> Result<CompleteMultipartUploadOutput, Fault> {
    names::check_key(&i.key)?;
    let named = assembly::named(i)?;
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let at = (bucket.number, i.key.clone(), i.upload_id.clone());
    let Some(upload) = cx.get::<Uploads>(&at)? else {
        // A completion whose answer was lost is asked for again.
        let done = completed(cx, &bucket, i)?.filter(|v| v.content.etag == assembly::etag_of(named));
        let done = done.ok_or_else(|| err::no_such_upload(&i.upload_id))?;
        return answer(cx, &bucket, i, &done);
    };
    let customer = Customer {
        algorithm: i.sse_customer_algorithm.as_deref(),
        key: i.sse_customer_key.as_deref(),
        md5: i.sse_customer_key_md5.as_deref(),
    };
    upload_part::check_customer(&upload.sse, customer)?;
    let find = |n: u32| cx.get::<Parts>(&(bucket.number, i.upload_id.clone(), n));
    let whole = assembly::assemble(i, &upload, find)?;
    uploads::check_write(cx, (&bucket, &i.key), &upload, i.if_match.as_deref(), i.if_none_match.as_deref())?;
    cx.delete::<Uploads>(&at);
    let version = write(cx, &bucket, i, upload, whole)?;
    cx.meter("Requests-Tier1", 1.0);
    answer(cx, &bucket, i, &version)
}

/// The version that an upload became, if it is among the newest.
fn completed(cx: &Cx, bucket: &Bucket, i: &CompleteMultipartUploadRequest) -> Result<Option<Version>, Fault> {
    if !uploads::could_be(bucket, &i.key, &i.upload_id) {
        return Ok(None);
    }
    let is_it = |v: &Version| v.content.id == i.upload_id;
    let current = cx.get::<Current>(&(bucket.number, i.key.clone()))?;
    if let Some(v) = current.filter(is_it) {
        return Ok(Some(v));
    }
    let past = cx.scan::<Past>(Scan::prefix(&(bucket.number, i.key.clone())))?;
    Ok(past.take(LOOKED_AT).map(|(_, v)| v).find(is_it))
}

/// Keeps the parts that were named, frees the others, and makes the object the latest version.
fn write(
    cx: &mut Cx,
    bucket: &Bucket,
    i: &CompleteMultipartUploadRequest,
    upload: Upload,
    whole: Whole,
) -> Result<Version, Fault> {
    let mut named = whole.parts.iter().peekable();
    for (n, part) in content::parts(cx, bucket, &i.upload_id)? {
        if named.next_if(|(kept, _)| *kept == n).is_none() {
            content::free(cx, bucket, &part.content)?;
            cx.delete::<Parts>(&(bucket.number, i.upload_id.clone(), n));
        }
    }
    for (n, part) in &whole.parts {
        cx.put::<Parts>(&(bucket.number, i.upload_id.clone(), *n), part);
    }
    let object = upload.object;
    let locking = lock::Asked {
        mode: object.lock_mode.as_deref(),
        until: object.lock_until_ms.map(|epoch_ms| Timestamp { epoch_ms }),
        legal_hold: object.legal_hold.map(|on| if on { "ON" } else { "OFF" }),
    };
    let mut new = Version {
        // Source: S3 user guide, "Working with object metadata": the date is that of the initiation.
        modified_ms: upload.initiated_ms,
        content: Content {
            id: i.upload_id.clone(),
            place: Place::Parts,
            size_bytes: whole.size_bytes,
            etag: whole.etag,
            sse: upload.sse,
            checksum: whole.checksum,
            composite: upload.composite,
        },
        parts: whole.parts.len() as u32,
        ..object.clone()
    };
    locking.apply(cx, bucket, &mut new)?;
    let version = versions::put(cx, bucket, &i.key, new)?;
    events::created(cx, bucket, (&i.bucket, &i.key), &version, events::UPLOAD)?;
    Ok(version)
}

fn answer(
    cx: &Cx,
    bucket: &Bucket,
    i: &CompleteMultipartUploadRequest,
    v: &Version,
) -> Result<CompleteMultipartUploadOutput, Fault> {
    let base = &cx.request.base_url;
    let place = match buckets::is_virtual_hosted(cx, &i.bucket) {
        true => base.clone(),
        false => format!("{base}/{}", i.bucket),
    };
    let sse = &v.content.sse;
    Ok(CompleteMultipartUploadOutput {
        expiration: lifecycle::expiration(cx, bucket, &i.key, v)?,
        request_charged: access::charged(cx, bucket)?,
        location: Some(format!("{place}/{}", percent_encoded(&i.key))),
        bucket: Some(i.bucket.clone()),
        key: Some(i.key.clone()),
        e_tag: quoted(&v.content.etag),
        checksum_crc32: checksum_of(v, "CRC32"),
        checksum_crc32_c: checksum_of(v, "CRC32C"),
        checksum_crc64_nvme: checksum_of(v, "CRC64NVME"),
        checksum_sha1: checksum_of(v, "SHA1"),
        checksum_sha256: checksum_of(v, "SHA256"),
        checksum_sha512: checksum_of(v, "SHA512"),
        checksum_md5: checksum_of(v, "MD5"),
        checksum_xxhash64: checksum_of(v, "XXHASH64"),
        checksum_xxhash3: checksum_of(v, "XXHASH3"),
        checksum_xxhash128: checksum_of(v, "XXHASH128"),
        checksum_type: checksum_type(v),
        server_side_encryption: (!sse.algorithm.is_empty()).then(|| sse.algorithm.clone()),
        version_id: version_id(bucket, v),
        ..CompleteMultipartUploadOutput::default()
    })
}
