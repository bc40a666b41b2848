//! UploadPartCopy: a part whose bytes are those of an object, or of a range of it. They are read and put away anew: a range of a
//! blob is no blob.

use codec::{Fault, Timestamp};
use kernel::{Cx, Flow, Guard};
use shapes_s3::{CopyPartResult, UploadPartCopyOutput, UploadPartCopyRequest};

use super::copy_object::{self, From};
use super::get_object;
use super::upload_part::{self, MOST_BYTES, Place};
use crate::attributes::{quoted, version_id};
use crate::checksum::{Algorithm, Kept, Wanted};
use crate::conditions::Conditions;
use crate::encryption::{Customer, Protection};
use crate::{access, archive, buckets, content, err, guard, names, reading, uploads};

/// Two resources: what is read, and what is written.
pub(crate) fn guard(cx: &Cx, i: &UploadPartCopyRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: None,
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    let write = guard::object(cx, place, ("s3:PutObject", "s3:PutObject"))?;
    let from = From::parse(&i.copy_source)?;
    Ok(write.and(copy_object::source(cx, &from, i.expected_source_bucket_owner.as_deref())?))
}

/// Errors: InvalidArgument: no part number, no range; NoSuchUpload; NoSuchKey; PreconditionFailed; InvalidRequest: too large a
/// source, encryption that doesn't fit.
pub(crate) async fn flow(
    flow: &mut Flow<'_>,
    i: &UploadPartCopyRequest,
) -> Result<UploadPartCopyOutput, Fault> {
    names::check_key(&i.key)?;
    let number = upload_part::part_number(i.part_number)?;
    let from = From::parse(&i.copy_source)?;
    let (upload, request_charged) = flow.read(|cx| {
        let bucket = buckets::find(cx, &i.bucket, None)?;
        Ok((uploads::find(cx, &bucket, &i.key, &i.upload_id)?, access::charged(cx, &bucket)?))
    })?;
    let customer = Customer {
        algorithm: i.sse_customer_algorithm.as_deref(),
        key: i.sse_customer_key.as_deref(),
        md5: i.sse_customer_key_md5.as_deref(),
    };
    let protection = upload_part::protection(&upload.sse, customer)?;
    let look = |cx: &mut Cx| {
        let bucket = buckets::find(cx, &from.bucket, None)?;
        let v = get_object::version(cx, &bucket, &from.key, from.version_id.as_deref(), "GET")?;
        conditions(i).check(&v, true)?;
        archive::check_read(&v, cx.now_ms, true)?;
        let unlocked = Protection::to_read(&v.content.sse, source_customer(i))?;
        let bytes = range(i.copy_source_range.as_deref(), v.content.size_bytes)?;
        let found = reading::find(flow.blobs(), cx, &bucket, (&from.key, &v), bytes)?;
        Ok(((unlocked, version_id(&bucket, &v)), found))
    };
    let what = format!("{}/{}", from.bucket, from.key);
    let ((_, source_version), mut bytes) =
        reading::begin(flow, look, |(unlocked, _)| unlocked, &what).await?;
    let wanted = Wanted { kept: upload_part::kept(&upload, None)?, ..Wanted::default() };
    let received = content::receive(flow, &mut bytes, &protection, &wanted, MOST_BYTES).await?;
    let at = Place { bucket: &i.bucket, key: &i.key, upload_id: &i.upload_id, number };
    flow.decide(|cx| upload_part::keep(cx, &at, &received)).await?;
    let shows = upload.algorithm.is_some() && wanted.kept != Kept::Nothing;
    let sum = |a: Algorithm| (shows && received.shown.0 == a).then(|| received.shown.1.clone());
    let out = UploadPartCopyOutput {
        copy_source_version_id: source_version,
        copy_part_result: Some(CopyPartResult {
            e_tag: quoted(&received.content.etag),
            last_modified: Some(Timestamp { epoch_ms: flow.now_ms().div_euclid(1_000) * 1_000 }),
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
        }),
        server_side_encryption: (!upload.sse.algorithm.is_empty()).then(|| upload.sse.algorithm.clone()),
        sse_customer_algorithm: upload_part::customer_algorithm(&upload.sse),
        sse_customer_key_md5: upload_part::customer_md5(&upload.sse),
        request_charged,
        ..UploadPartCopyOutput::default()
    };
    received.committed();
    Ok(out)
}

fn conditions(i: &UploadPartCopyRequest) -> Conditions<'_> {
    Conditions {
        if_match: i.copy_source_if_match.as_deref(),
        if_none_match: i.copy_source_if_none_match.as_deref(),
        if_modified_since: i.copy_source_if_modified_since,
        if_unmodified_since: i.copy_source_if_unmodified_since,
    }
}

fn source_customer(i: &UploadPartCopyRequest) -> Customer<'_> {
    Customer {
        algorithm: i.copy_source_sse_customer_algorithm.as_deref(),
        key: i.copy_source_sse_customer_key.as_deref(),
        md5: i.copy_source_sse_customer_key_md5.as_deref(),
    }
}

/// Which bytes of a source are copied: `bytes=first-last`, both of them given and within it.
///
/// Errors: InvalidArgument; InvalidRequest: all of a source that is too large for a part.
fn range(given: Option<&str>, size: u64) -> Result<(u64, u64), Fault> {
    let Some(text) = given else {
        if size > MOST_BYTES {
            return Err(err::invalid_request(
                "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
            ));
        }
        return Ok((0, size));
    };
    let malformed = || {
        let message = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy";
        err::invalid_argument(message, "x-amz-copy-source-range", text)
    };
    let number = |t: &str| t.bytes().all(|b| b.is_ascii_digit()).then(|| t.parse::<u64>().ok()).flatten();
    let (first, last) = text.strip_prefix("bytes=").and_then(|t| t.split_once('-')).ok_or_else(malformed)?;
    let (first, last) = number(first).zip(number(last)).ok_or_else(malformed)?;
    if first > last {
        return Err(malformed());
    }
    if last >= size {
        let message = format!("Range specified is not valid for source object of size: {size}");
        return Err(err::invalid_argument(&message, "x-amz-copy-source-range", text));
    }
    Ok((first, last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_name_bytes_that_are_there() {
        let of = |text, size| range(Some(text), size).ok();
        assert_eq!(range(None, 7).ok(), Some((0, 7)));
        assert_eq!(of("bytes=0-6", 7), Some((0, 7)));
        assert_eq!(of("bytes=6-6", 7), Some((6, 7)));
        for bad in ["bytes=0-7", "bytes=5-3", "bytes=-3", "bytes=3-", "0-3", "bytes=0-1,3-4", "bytes=a-b", ""]
        {
            assert_eq!(of(bad, 7), None, "{bad}");
        }
        assert!(range(None, MOST_BYTES + 1).is_err());
    }
}
