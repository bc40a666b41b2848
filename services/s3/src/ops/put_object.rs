//! PutObject: takes the body in, and makes it the latest version of a key.

use std::collections::BTreeMap;

use codec::Fault;
use kernel::{Cx, Flow, Guard};
use shapes_s3::{PutObjectOutput, PutObjectRequest};

use crate::acl::Asked;
use crate::attributes::{self, checksum_of, checksum_type, quoted, version_id};
use crate::checksum::{Algorithm, Wanted};
use crate::encryption::{Customer, Protection};
use crate::guard::Written;
use crate::state::{Bucket, Version};
use crate::{
    access, buckets, conditions, content, err, events, guard, lifecycle, lock, names, tags, versions,
};

/// The largest object that one request puts. Source: S3 user guide, "Uploading objects" (5 GB).
const MOST_BYTES: u64 = 5 * 1024 * 1024 * 1024;
/// The most that user metadata may take. Source: S3 user guide, "Working with object metadata" (2 KB).
const METADATA_BYTES: usize = 2 * 1024;
const CLASSES: [&str; 11] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "OUTPOSTS",
    "GLACIER_IR",
    "SNOW",
    "EXPRESS_ONEZONE",
];

pub(crate) fn guard(cx: &Cx, i: &PutObjectRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: None,
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    let mut guard = guard::write(cx, place, facts(i))?;
    let more: Vec<_> = guard.targets[..1].iter().flat_map(|t| lock_of(i).targets(t)).collect();
    guard.targets.extend(more);
    Ok(guard)
}

/// What policies see of it.
fn facts(i: &PutObjectRequest) -> Written<'_> {
    Written {
        acl: acl(i),
        tagging: i.tagging.as_deref(),
        keys: vec![
            ("s3:x-amz-server-side-encryption", i.server_side_encryption.as_deref()),
            ("s3:x-amz-server-side-encryption-aws-kms-key-id", i.ssekms_key_id.as_deref()),
            ("s3:x-amz-server-side-encryption-customer-algorithm", i.sse_customer_algorithm.as_deref()),
            ("s3:x-amz-storage-class", i.storage_class.as_deref()),
            ("s3:x-amz-website-redirect-location", i.website_redirect_location.as_deref()),
            ("s3:if-match", i.if_match.as_deref()),
            ("s3:if-none-match", i.if_none_match.as_deref()),
        ],
    }
}

/// The access control list that the request's headers say.
pub(crate) fn acl(i: &PutObjectRequest) -> Asked<'_> {
    Asked {
        canned: i.acl.as_deref(),
        full_control: i.grant_full_control.as_deref(),
        read: i.grant_read.as_deref(),
        read_acp: i.grant_read_acp.as_deref(),
        write: None,
        write_acp: i.grant_write_acp.as_deref(),
    }
}

/// What it says of a lock.
pub(crate) fn lock_of(i: &PutObjectRequest) -> lock::Asked<'_> {
    lock::Asked {
        mode: i.object_lock_mode.as_deref(),
        until: i.object_lock_retain_until_date,
        legal_hold: i.object_lock_legal_hold_status.as_deref(),
    }
}

/// Errors: NoSuchBucket; KeyTooLongError; InvalidStorageClass; MetadataTooLarge; InvalidDigest, BadDigest and InvalidRequest
/// about digests; EntityTooLarge; MissingContentLength; PreconditionFailed.
pub(crate) async fn flow(flow: &mut Flow<'_>, i: &PutObjectRequest) -> Result<PutObjectOutput, Fault> {
    names::check_key(&i.key)?;
    check_class(i.storage_class.as_deref())?;
    check_headers(i)?;
    refuse_unbuilt(i)?;
    let locking = lock_of(i);
    locking.check(flow.now_ms())?;
    tags::of_header(i.tagging.as_deref())?;
    let customer = Customer {
        algorithm: i.sse_customer_algorithm.as_deref(),
        key: i.sse_customer_key.as_deref(),
        md5: i.sse_customer_key_md5.as_deref(),
    };
    let protection =
        Protection::asked(i.server_side_encryption.as_deref(), i.ssekms_key_id.as_deref(), customer)?;
    let head = flow.request().head.as_deref();
    let trailer = head.and_then(|h| h.headers.get("x-amz-trailer")).and_then(|v| v.to_str().ok());
    let given = [
        (Algorithm::Crc32, &i.checksum_crc32),
        (Algorithm::Crc32c, &i.checksum_crc32_c),
        (Algorithm::Crc64Nvme, &i.checksum_crc64_nvme),
        (Algorithm::Sha1, &i.checksum_sha1),
        (Algorithm::Sha256, &i.checksum_sha256),
        (Algorithm::Sha512, &i.checksum_sha512),
        (Algorithm::Md5, &i.checksum_md5),
        (Algorithm::Xxh64, &i.checksum_xxhash64),
        (Algorithm::Xxh3, &i.checksum_xxhash3),
        (Algorithm::Xxh128, &i.checksum_xxhash128),
    ];
    let wanted = Wanted::read(&given, i.checksum_algorithm.as_deref(), i.content_md5.as_deref(), trailer)?;
    // What the write is conditioned on is looked at before the body, and again when it is here.
    let has_conditions = i.if_match.is_some() || i.if_none_match.is_some();
    if locking.is_some() || has_conditions || !acl(i).is_empty() {
        flow.read(|cx| {
            let bucket = buckets::find(cx, &i.bucket, None)?;
            if locking.is_some() && !bucket.object_lock {
                return Err(lock::missing());
            }
            let arn = names::object_arn(cx.scope, &i.bucket, &i.key);
            access::of_new(cx, &bucket, ("s3:PutObject", &arn), acl(i))?;
            check_conditions(cx, &bucket, i)
        })?;
    }
    let mut upload = flow.upload(&i.body);
    if upload.length().is_none() && !upload.is_delimited() {
        return Err(err::missing_content_length());
    }
    // Forms can't say it.
    let says_nothing = !upload.is_delimited() && wanted.md5.is_none() && wanted.algorithm.is_none();
    let received = content::receive(flow, &mut *upload, &protection, &wanted, MOST_BYTES).await?;
    let (bucket, version, expiration, request_charged) = flow
        .decide(|cx| {
            let bucket = buckets::find(cx, &i.bucket, None)?;
            check_conditions(cx, &bucket, i)?;
            received.keep(cx, &bucket);
            let mut new = described(cx, &bucket, i)?;
            new.content = received.content.clone();
            locking.apply(cx, &bucket, &mut new)?;
            lock::check_said(&new, !says_nothing || cx.request.head.is_none())?;
            let version = versions::put(cx, &bucket, &i.key, new)?;
            events::created(cx, &bucket, (&i.bucket, &i.key), &version, events::PUT)?;
            let expiration = lifecycle::expiration(cx, &bucket, &i.key, &version)?;
            cx.meter("Requests-Tier1", 1.0);
            let charged = access::charged(cx, &bucket)?;
            Ok((bucket, version, expiration, charged))
        })
        .await?;
    received.committed();
    Ok(PutObjectOutput { expiration, request_charged, ..answer(&bucket, &version) })
}

fn check_conditions(cx: &Cx, bucket: &Bucket, i: &PutObjectRequest) -> Result<(), Fault> {
    if i.if_match.is_none() && i.if_none_match.is_none() {
        return Ok(());
    }
    let current = versions::latest(cx, bucket, &i.key)?;
    conditions::check_write(i.if_match.as_deref(), i.if_none_match.as_deref(), &i.key, current.as_ref())
}

/// The version that the request's headers describe, and whose it is.
///
/// Errors: those of tags and of access control lists.
pub(crate) fn described(cx: &Cx, bucket: &Bucket, i: &PutObjectRequest) -> Result<Version, Fault> {
    let arn = names::object_arn(cx.scope, &i.bucket, &i.key);
    let (owner, acl) = access::of_new(cx, bucket, ("s3:PutObject", &arn), acl(i))?;
    Ok(Version {
        owner,
        acl,
        tags: tags::of_header(i.tagging.as_deref())?,
        modified_ms: cx.now_ms,
        storage_class: i.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned()),
        headers: attributes::headers(&[
            ("cache-control", &i.cache_control),
            ("content-disposition", &i.content_disposition),
            ("content-encoding", &stored_encoding(i.content_encoding.as_deref())),
            ("content-language", &i.content_language),
            ("content-type", &i.content_type),
            ("expires", &i.expires),
            ("x-amz-website-redirect-location", &i.website_redirect_location),
        ]),
        metadata: i.metadata.clone().unwrap_or_default(),
        ..Version::default()
    })
}

/// `aws-chunked` is framing of the request and no encoding of the object.
pub(crate) fn stored_encoding(given: Option<&str>) -> Option<String> {
    let kept: Vec<&str> = given?
        .split(',')
        .map(str::trim)
        .filter(|e| !e.is_empty() && !e.eq_ignore_ascii_case("aws-chunked"))
        .collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

fn answer(bucket: &Bucket, version: &Version) -> PutObjectOutput {
    let sse = &version.content.sse;
    PutObjectOutput {
        e_tag: quoted(&version.content.etag),
        checksum_crc32: checksum_of(version, "CRC32"),
        checksum_crc32_c: checksum_of(version, "CRC32C"),
        checksum_crc64_nvme: checksum_of(version, "CRC64NVME"),
        checksum_sha1: checksum_of(version, "SHA1"),
        checksum_sha256: checksum_of(version, "SHA256"),
        checksum_sha512: checksum_of(version, "SHA512"),
        checksum_md5: checksum_of(version, "MD5"),
        checksum_xxhash64: checksum_of(version, "XXHASH64"),
        checksum_xxhash3: checksum_of(version, "XXHASH3"),
        checksum_xxhash128: checksum_of(version, "XXHASH128"),
        checksum_type: checksum_type(version),
        server_side_encryption: (!sse.algorithm.is_empty()).then(|| sse.algorithm.clone()),
        version_id: version_id(bucket, version),
        sse_customer_algorithm: (!sse.customer_key_md5.is_empty()).then(|| "AES256".to_owned()),
        sse_customer_key_md5: (!sse.customer_key_md5.is_empty()).then(|| sse.customer_key_md5.clone()),
        ..PutObjectOutput::default()
    }
}

/// Errors: `InvalidStorageClass`.
pub(crate) fn check_class(class: Option<&str>) -> Result<(), Fault> {
    match class {
        Some(c) if !CLASSES.contains(&c) => {
            let message = "The storage class you specified is not valid";
            Err(Fault::new("InvalidStorageClass", 400, message)
                .with_field("StorageClassRequested", codec::Value::String(c.to_owned())))
        }
        _ => Ok(()),
    }
}

/// Errors: those of [`check_metadata`] and [`check_redirect`].
pub(crate) fn check_headers(i: &PutObjectRequest) -> Result<(), Fault> {
    check_metadata(i.metadata.as_ref())?;
    check_redirect(i.website_redirect_location.as_deref())
}

/// Errors: `MetadataTooLarge`.
pub(crate) fn check_metadata(metadata: Option<&BTreeMap<String, String>>) -> Result<(), Fault> {
    let size: usize = metadata.into_iter().flatten().map(|(k, v)| k.len() + v.len()).sum();
    if size <= METADATA_BYTES {
        return Ok(());
    }
    let message = "Your metadata headers exceed the maximum allowed metadata size";
    Err(Fault::new("MetadataTooLarge", 400, message)
        .with_field("Size", codec::Value::String(size.to_string()))
        .with_field("MaxSizeAllowed", codec::Value::String(METADATA_BYTES.to_string())))
}

/// Errors: `InvalidRedirectLocation`. Source: S3 user guide, "Configuring a webpage redirect"; the text reported by AWS's users.
pub(crate) fn check_redirect(to: Option<&str>) -> Result<(), Fault> {
    match to {
        Some(to) if !["/", "http://", "https://"].iter().any(|start| to.starts_with(start)) => {
            let message =
                "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.";
            Err(Fault::new("InvalidRedirectLocation", 400, message))
        }
        _ => Ok(()),
    }
}

/// Members whose meaning isn't built yet: better refused than ignored.
pub(crate) fn refuse_unbuilt(i: &PutObjectRequest) -> Result<(), Fault> {
    match i.write_offset_bytes {
        Some(_) => Err(err::not_built("x-amz-write-offset-bytes")),
        None => refuse_event_hold(
            i.object_lock_event_hold.as_deref(),
            [i.object_lock_event_hold_duration_days, i.object_lock_event_hold_duration_years],
        ),
    }
}

/// Errors: NotImplemented: a retention that begins with an event.
pub(crate) fn refuse_event_hold(hold: Option<&str>, duration: [Option<i32>; 2]) -> Result<(), Fault> {
    match hold.is_some() || duration.iter().any(Option::is_some) {
        true => Err(err::not_built("x-amz-object-lock-event-hold")),
        false => Ok(()),
    }
}
