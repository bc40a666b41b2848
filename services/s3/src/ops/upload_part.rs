//! UploadPart: takes a part in. A part of the same number that was there before goes.

use codec::Fault;
use kernel::{Cx, Flow, Guard};
use shapes_s3::{UploadPartOutput, UploadPartRequest};

use crate::attributes::quoted;
use crate::checksum::{Algorithm, Kept, Wanted};
use crate::content::{self, Received};
use crate::encryption::{Customer, Protection};
use crate::state::{Part, Parts, Sse};
use crate::uploads::{self, Upload};
use crate::{access, buckets, err, guard, names};

/// The largest part. Source: S3 user guide, "Amazon S3 multipart upload limits" (5 GiB).
pub(crate) const MOST_BYTES: u64 = 5 * 1024 * 1024 * 1024;

pub(crate) fn guard(cx: &Cx, i: &UploadPartRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: None,
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ("s3:PutObject", "s3:PutObject"))
}

/// Errors: InvalidArgument: no part number; NoSuchUpload; InvalidRequest about encryption and checksums; InvalidDigest, BadDigest;
/// EntityTooLarge; MissingContentLength.
pub(crate) async fn flow(flow: &mut Flow<'_>, i: &UploadPartRequest) -> Result<UploadPartOutput, Fault> {
    names::check_key(&i.key)?;
    let number = part_number(i.part_number)?;
    let customer = Customer {
        algorithm: i.sse_customer_algorithm.as_deref(),
        key: i.sse_customer_key.as_deref(),
        md5: i.sse_customer_key_md5.as_deref(),
    };
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
    let mut wanted =
        Wanted::read(&given, i.checksum_algorithm.as_deref(), i.content_md5.as_deref(), trailer)?;
    let (upload, request_charged) = flow.read(|cx| {
        let bucket = buckets::find(cx, &i.bucket, None)?;
        Ok((uploads::find(cx, &bucket, &i.key, &i.upload_id)?, access::charged(cx, &bucket)?))
    })?;
    let protection = protection(&upload.sse, customer)?;
    wanted.kept = kept(&upload, wanted.algorithm)?;
    let mut body = flow.upload(&i.body);
    if body.length().is_none() {
        return Err(err::missing_content_length());
    }
    let received = content::receive(flow, &mut *body, &protection, &wanted, MOST_BYTES).await?;
    let at = Place { bucket: &i.bucket, key: &i.key, upload_id: &i.upload_id, number };
    flow.decide(|cx| keep(cx, &at, &received)).await?;
    let shows = upload.algorithm.is_some() || wanted.algorithm.is_some();
    let sum = |a: Algorithm| (shows && received.shown.0 == a).then(|| received.shown.1.clone());
    let out = UploadPartOutput {
        server_side_encryption: (!upload.sse.algorithm.is_empty()).then(|| upload.sse.algorithm.clone()),
        e_tag: quoted(&received.content.etag),
        checksum_crc32: sum(Algorithm::Crc32),
        checksum_crc32_c: sum(Algorithm::Crc32c),
        checksum_crc64_nvme: sum(Algorithm::Crc64Nvme),
        checksum_sha1: sum(Algorithm::Sha1),
        checksum_sha256: sum(Algorithm::Sha256),
        checksum_sha512: sum(Algorithm::Sha512),
        checksum_md5: sum(Algorithm::Md5),
        checksum_xxhash64: sum(Algorithm::Xxh64),
        checksum_xxhash3: sum(Algorithm::Xxh3),
        checksum_xxhash128: sum(Algorithm::Xxh128),
        sse_customer_algorithm: customer_algorithm(&upload.sse),
        sse_customer_key_md5: customer_md5(&upload.sse),
        request_charged,
        ..UploadPartOutput::default()
    };
    received.committed();
    Ok(out)
}

/// Which part of which upload.
pub(crate) struct Place<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) upload_id: &'a str,
    pub(crate) number: u32,
}

/// Makes what was received the part, if its upload is still under way.
///
/// Errors: NoSuchUpload.
pub(crate) fn keep(cx: &mut Cx, at: &Place<'_>, received: &Received) -> Result<(), Fault> {
    let bucket = buckets::find(cx, at.bucket, None)?;
    uploads::find(cx, &bucket, at.key, at.upload_id)?;
    let place = (bucket.number, at.upload_id.to_owned(), at.number);
    if let Some(old) = cx.get::<Parts>(&place)? {
        content::free(cx, &bucket, &old.content)?;
    }
    received.keep(cx, &bucket);
    let part = Part { content: received.content.clone(), modified_ms: cx.now_ms, offset_bytes: 0 };
    cx.put::<Parts>(&place, &part);
    cx.meter("Requests-Tier1", 1.0);
    Ok(())
}

/// Errors: InvalidArgument.
pub(crate) fn part_number(given: i32) -> Result<u32, Fault> {
    match u32::try_from(given) {
        Ok(n) if (1..=uploads::MOST_PARTS as u32).contains(&n) => Ok(n),
        _ => Err(err::no_part_number(&given.to_string())),
    }
}

/// How a part is protected: as its upload said.
///
/// Errors: InvalidRequest: a customer's key is missing, not wanted, or another one.
pub(crate) fn protection(sse: &Sse, customer: Customer<'_>) -> Result<Protection, Fault> {
    let given = Protection::asked(None, None, customer)?;
    let given_md5 = given.sse().customer_key_md5;
    if given_md5 == sse.customer_key_md5 {
        return Ok(given);
    }
    Err(err::invalid_request(if given_md5.is_empty() || sse.customer_key_md5.is_empty() {
        "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters."
    } else {
        "The provided encryption parameters did not match the ones used originally."
    }))
}

/// A customer's key that a request about an upload brings along, though nothing is encrypted: it is the upload's.
///
/// Errors: as [`protection`].
pub(crate) fn check_customer(sse: &Sse, customer: Customer<'_>) -> Result<(), Fault> {
    match customer.is_given() {
        true => protection(sse, customer).map(drop),
        false => Ok(()),
    }
}

/// Which checksum is kept of a part.
///
/// Errors: InvalidRequest: the part's is of another algorithm than its upload's.
pub(crate) fn kept(upload: &Upload, given: Option<Algorithm>) -> Result<Kept, Fault> {
    let Some(own) = upload.kept_algorithm()? else { return Ok(Kept::Nothing) };
    match given {
        Some(other) if upload.algorithm.is_some() && other != own => Err(err::invalid_request(format!(
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
            own.name().to_lowercase(),
            other.name().to_lowercase()
        ))),
        _ => Ok(Kept::Of(own)),
    }
}

pub(crate) fn customer_algorithm(sse: &Sse) -> Option<String> {
    (!sse.customer_key_md5.is_empty()).then(|| "AES256".to_owned())
}

pub(crate) fn customer_md5(sse: &Sse) -> Option<String> {
    (!sse.customer_key_md5.is_empty()).then(|| sse.customer_key_md5.clone())
}
