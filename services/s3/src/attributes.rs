//! Attributes of an object: the headers that a write sets and a read answers.

use std::collections::BTreeMap;

use codec::Timestamp;
use shapes_s3::{GetObjectOutput, HeadObjectOutput};

use crate::state::{Bucket, Version, Versioning};

/// The content type of an object that was written without one.
pub(crate) const DEFAULT_TYPE: &str = "binary/octet-stream";

/// System metadata of a write, as the rows keep it: those that were given.
pub(crate) fn headers(given: &[(&str, &Option<String>)]) -> BTreeMap<String, String> {
    given.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value).clone()?))).collect()
}

/// The version id that answers show: none where versioning was never on.
pub(crate) fn version_id(bucket: &Bucket, version: &Version) -> Option<String> {
    (bucket.versioning != Versioning::Off).then(|| version.id.clone())
}

/// An entity tag as HTTP writes it.
pub(crate) fn quoted(etag: &str) -> Option<String> {
    Some(["\"", etag, "\""].concat())
}

/// A key as a location shows it: all but RFC 3986's unreserved characters encoded.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(b)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// A storage class as answers show it: the standard one isn't.
pub(crate) fn shown_class(class: &str) -> Option<String> {
    (!class.is_empty() && class != "STANDARD").then(|| class.to_owned())
}

/// The checksums that an answer shows, by algorithm.
pub(crate) fn checksum_of(version: &Version, algorithm: &str) -> Option<String> {
    let (name, value) = version.content.checksum.as_ref()?;
    (name == algorithm).then(|| value.clone())
}

/// `COMPOSITE` or `FULL_OBJECT`, of an object that has a checksum.
pub(crate) fn checksum_type(version: &Version) -> Option<String> {
    version.content.checksum.as_ref()?;
    Some(if version.content.composite { "COMPOSITE" } else { "FULL_OBJECT" }.to_owned())
}

/// What reads answer of a version, without its body.
pub(crate) fn shown(bucket: &Bucket, version: &Version, with_checksums: bool) -> GetObjectOutput {
    let header = |name: &str| version.headers.get(name).cloned();
    let sum = |name: &str| checksum_of(version, name).filter(|_| with_checksums);
    let sse = &version.content.sse;
    GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        last_modified: Some(Timestamp { epoch_ms: version.modified_ms.div_euclid(1_000) * 1_000 }),
        content_length: Some(version.content.size_bytes as i64),
        e_tag: quoted(&version.content.etag),
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
        checksum_type: checksum_type(version).filter(|_| with_checksums),
        version_id: version_id(bucket, version),
        cache_control: header("cache-control"),
        content_disposition: header("content-disposition"),
        content_encoding: header("content-encoding"),
        content_language: header("content-language"),
        content_type: Some(header("content-type").unwrap_or_else(|| DEFAULT_TYPE.to_owned())),
        expires: header("expires"),
        website_redirect_location: header("x-amz-website-redirect-location"),
        server_side_encryption: (!sse.algorithm.is_empty()).then(|| sse.algorithm.clone()),
        metadata: (!version.metadata.is_empty()).then(|| version.metadata.clone()),
        sse_customer_algorithm: (!sse.customer_key_md5.is_empty()).then(|| "AES256".to_owned()),
        sse_customer_key_md5: (!sse.customer_key_md5.is_empty()).then(|| sse.customer_key_md5.clone()),
        ssekms_key_id: (!sse.kms_key_id.is_empty()).then(|| sse.kms_key_id.clone()),
        storage_class: shown_class(&version.storage_class),
        replication_status: version.replication_status.clone(),
        tag_count: (!version.tags.is_empty()).then_some(version.tags.len() as i32),
        object_lock_mode: version.lock_mode.clone(),
        object_lock_retain_until_date: version.lock_until_ms.map(|epoch_ms| Timestamp { epoch_ms }),
        object_lock_legal_hold_status: version.legal_hold.map(|on| if on { "ON" } else { "OFF" }.to_owned()),
        ..GetObjectOutput::default()
    }
}

/// The same, for a read of the head alone.
pub(crate) fn head(o: GetObjectOutput) -> HeadObjectOutput {
    HeadObjectOutput {
        delete_marker: o.delete_marker,
        accept_ranges: o.accept_ranges,
        expiration: o.expiration,
        restore: o.restore,
        last_modified: o.last_modified,
        content_length: o.content_length,
        checksum_crc32: o.checksum_crc32,
        checksum_crc32_c: o.checksum_crc32_c,
        checksum_crc64_nvme: o.checksum_crc64_nvme,
        checksum_sha1: o.checksum_sha1,
        checksum_sha256: o.checksum_sha256,
        checksum_sha512: o.checksum_sha512,
        checksum_md5: o.checksum_md5,
        checksum_xxhash64: o.checksum_xxhash64,
        checksum_xxhash3: o.checksum_xxhash3,
        checksum_xxhash128: o.checksum_xxhash128,
        checksum_type: o.checksum_type,
        e_tag: o.e_tag,
        missing_meta: o.missing_meta,
        version_id: o.version_id,
        cache_control: o.cache_control,
        content_disposition: o.content_disposition,
        content_encoding: o.content_encoding,
        content_language: o.content_language,
        content_range: o.content_range,
        content_type: o.content_type,
        expires: o.expires,
        website_redirect_location: o.website_redirect_location,
        server_side_encryption: o.server_side_encryption,
        metadata: o.metadata,
        sse_customer_algorithm: o.sse_customer_algorithm,
        sse_customer_key_md5: o.sse_customer_key_md5,
        ssekms_key_id: o.ssekms_key_id,
        bucket_key_enabled: o.bucket_key_enabled,
        storage_class: o.storage_class,
        request_charged: o.request_charged,
        replication_status: o.replication_status,
        parts_count: o.parts_count,
        tag_count: o.tag_count,
        object_lock_mode: o.object_lock_mode,
        object_lock_retain_until_date: o.object_lock_retain_until_date,
        object_lock_legal_hold_status: o.object_lock_legal_hold_status,
        ..HeadObjectOutput::default()
    }
}
