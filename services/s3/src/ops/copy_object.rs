//! CopyObject: another object with the same bytes. No byte is moved: the copy shares them. They are read through where the copy
//! has other digests than its source.

use blobs::Pin;
use codec::{Fault, Timestamp};
use kernel::{Cx, Flow, Guard, Healing};
use shapes_s3::{CopyObjectOutput, CopyObjectRequest, CopyObjectResult};

use super::{get_object, put_object};
use crate::acl::Asked;
use crate::attributes::{self, checksum_of, checksum_type, quoted, version_id};
use crate::checksum::Algorithm;
use crate::conditions::{self, Conditions};
use crate::control::through::{self, Side};
use crate::encryption::{Customer, Protection};
use crate::guard::Written;
use crate::reading::{self, Found, Unread};
use crate::state::{Bucket, Sse, Version};
use crate::{
    access, archive, buckets, content, err, events, guard, healing, lifecycle, lock, names, tags, versions,
};

/// The largest object that is copied in one request. Source: S3 API reference, CopyObject (5 GB).
const MOST_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// How often a source that is replaced meanwhile is looked at.
const LOOKS: usize = 4;

/// A copy source: `bucket/key?versionId=id`, with the key percent-encoded.
pub(crate) struct From {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) version_id: Option<String>,
}

impl From {
    /// Errors: InvalidArgument.
    pub(crate) fn parse(text: &str) -> Result<From, Fault> {
        let malformed = || {
            let message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
            err::invalid_argument(message, "x-amz-copy-source", text)
        };
        let (path, version_id) = match text.split_once("?versionId=") {
            Some((path, id)) => (path, Some(id.to_owned())),
            None => (text, None),
        };
        let path = codec::decode_path(path.strip_prefix('/').unwrap_or(path));
        let no_key = || {
            let message = "Invalid copy source object key";
            err::invalid_argument(message, "x-amz-copy-source", "x-amz-copy-source")
        };
        let (bucket, key) = path.split_once('/').ok_or_else(no_key)?;
        if bucket.is_empty() || key.is_empty() {
            return Err(malformed());
        }
        Ok(From { bucket: bucket.to_owned(), key: key.to_owned(), version_id })
    }
}

/// Two resources: what is read, and what is written.
pub(crate) fn guard(cx: &Cx, i: &CopyObjectRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: None,
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    let facts = Written {
        acl: acl(i),
        tagging: i.tagging.as_deref().filter(|_| i.tagging_directive.as_deref() == Some("REPLACE")),
        keys: vec![
            ("s3:x-amz-copy-source", Some(i.copy_source.strip_prefix('/').unwrap_or(&i.copy_source))),
            ("s3:x-amz-metadata-directive", i.metadata_directive.as_deref()),
            ("s3:x-amz-server-side-encryption", i.server_side_encryption.as_deref()),
            ("s3:x-amz-server-side-encryption-aws-kms-key-id", i.ssekms_key_id.as_deref()),
            ("s3:x-amz-server-side-encryption-customer-algorithm", i.sse_customer_algorithm.as_deref()),
            ("s3:x-amz-storage-class", i.storage_class.as_deref()),
            ("s3:x-amz-website-redirect-location", i.website_redirect_location.as_deref()),
        ],
    };
    let mut guard = guard::write(cx, place, facts)?;
    let more: Vec<_> = guard.targets[..1].iter().flat_map(|t| lock_of(i).targets(t)).collect();
    guard.targets.extend(more);
    let from = From::parse(&i.copy_source)?;
    let expected_owner = i.expected_source_bucket_owner.as_deref();
    guard.targets.push(source(cx, &from, expected_owner)?);
    let ask = guard::bucket_ask(cx, &from.bucket, expected_owner)?;
    guard.asks.push(from_source(cx, ask, &from, None)?);
    Ok(guard)
}

/// The access control list that the request's headers say.
fn acl(i: &CopyObjectRequest) -> Asked<'_> {
    Asked {
        canned: i.acl.as_deref(),
        full_control: i.grant_full_control.as_deref(),
        read: i.grant_read.as_deref(),
        read_acp: i.grant_read_acp.as_deref(),
        write: None,
        write_acp: i.grant_write_acp.as_deref(),
    }
}

fn lock_of(i: &CopyObjectRequest) -> lock::Asked<'_> {
    lock::Asked {
        mode: i.object_lock_mode.as_deref(),
        until: i.object_lock_retain_until_date,
        legal_hold: i.object_lock_legal_hold_status.as_deref(),
    }
}

/// The target of a copy's source.
pub(crate) fn source(cx: &Cx, from: &From, expected_owner: Option<&str>) -> Result<kernel::Target, Fault> {
    let bucket = buckets::find(cx, &from.bucket, expected_owner)?;
    let version_id = from.version_id.as_deref();
    let place = guard::Object { bucket: &from.bucket, key: &from.key, version_id, expected_owner };
    let action = if version_id.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
    from_source(cx, guard::object_target(cx, &bucket, place)?.action(action), from, Some(&from.key))
}

/// With the access point that the source was named by, rather than the copy's own.
fn from_source(
    cx: &Cx,
    target: kernel::Target,
    from: &From,
    key: Option<&str>,
) -> Result<kernel::Target, Fault> {
    let blocks = access::blocks(cx, &buckets::find(cx, &from.bucket, None)?)?;
    through::before(cx, target, key, Side::Source, blocks)
}

/// Errors: NoSuchBucket; NoSuchKey; InvalidRequest: a copy onto itself that changes nothing, too large a source;
/// PreconditionFailed; those of encryption.
pub(crate) async fn flow(flow: &mut Flow<'_>, i: &CopyObjectRequest) -> Result<CopyObjectOutput, Fault> {
    names::check_key(&i.key)?;
    put_object::check_class(i.storage_class.as_deref())?;
    let from = From::parse(&i.copy_source)?;
    lock_of(i).check(flow.now_ms())?;
    check_directives(i)?;
    put_object::check_redirect(i.website_redirect_location.as_deref())?;
    put_object::refuse_event_hold(
        i.object_lock_event_hold.as_deref(),
        [i.object_lock_event_hold_duration_days, i.object_lock_event_hold_duration_years],
    )?;
    let customer = Customer {
        algorithm: i.sse_customer_algorithm.as_deref(),
        key: i.sse_customer_key.as_deref(),
        md5: i.sse_customer_key_md5.as_deref(),
    };
    let to = Protection::asked(i.server_side_encryption.as_deref(), i.ssekms_key_id.as_deref(), customer)?;
    let asked = i.checksum_algorithm.as_deref().map(Algorithm::named).transpose()?;
    // The source may be replaced while it is read: then the replacement is.
    for _ in 0..LOOKS {
        if let Some((bucket, version, source)) = attempt(flow, i, &from, &to, asked).await? {
            let (expiration, request_charged) = flow.read(|cx| {
                let expiration = lifecycle::expiration(cx, &bucket, &i.key, &version)?;
                Ok((expiration, access::charged(cx, &bucket)?))
            })?;
            return Ok(CopyObjectOutput {
                expiration,
                request_charged,
                ..answer(&bucket, &version, &source)
            });
        }
    }
    Err(err::conditional_conflict("x-amz-copy-source", &from.key))
}

/// Copies what the source is now; `None`: it was replaced meanwhile.
async fn attempt(
    flow: &Flow<'_>,
    i: &CopyObjectRequest,
    from: &From,
    to: &Protection,
    asked: Option<Algorithm>,
) -> Result<Option<(Bucket, Version, (Bucket, Version))>, Fault> {
    // A blob that the source names now may lose its last name before the copy names it: pins keep it until then.
    let look = |cx: &mut Cx| {
        let (bucket, version) = read_source(cx, i, from)?;
        let was = Protection::to_read(&version.content.sse, source_customer(i))?;
        let blobs = content::blobs_of(cx, &bucket, &version.content)?;
        let pins: Vec<_> = blobs.into_iter().filter_map(|id| flow.blobs().pin(id)).collect();
        let all = (0, version.content.size_bytes);
        let found = reading::find(flow.blobs(), cx, &bucket, (&from.key, &version), all)?;
        Ok(((version, pins, was), found))
    };
    let ((seen, pins, was), found) = reading::look(flow, look).await?;
    let what = format!("{}/{}", from.bucket, from.key);
    let Some(digested) = digested(flow, found, &was, afresh(&seen, asked), what).await? else {
        return Ok(None);
    };
    let master = flow.master_key();
    let done = flow
        .decide(|cx| {
            let (from_bucket, source) = read_source(cx, i, from)?;
            let blobs = content::blobs_of(cx, &from_bucket, &source.content)?;
            let is_held = blobs.iter().copied().eq(pins.iter().map(Pin::id));
            if source.content.id != seen.content.id || !is_held {
                return Ok(None);
            }
            let bucket = buckets::find(cx, &i.bucket, None)?;
            check_change(i, from, &source)?;
            let current = versions::latest(cx, &bucket, &i.key)?;
            conditions::check_write(
                i.if_match.as_deref(),
                i.if_none_match.as_deref(),
                &i.key,
                current.as_ref(),
            )?;
            let was = Protection::to_read(&source.content.sse, source_customer(i))?;
            let rewrap = |sse: &Sse| {
                let wrapped_key =
                    content::rewrapped(sse, was.wrapping_key(&master), to.wrapping_key(&master))?;
                Ok(Sse { wrapped_key, ..to.sse() })
            };
            let mut new = described(cx, i, &source)?;
            let arn = names::object_arn(cx.scope, &i.bucket, &i.key);
            (new.owner, new.acl) = access::of_new(cx, &bucket, ("s3:PutObject", &arn), acl(i))?;
            new.content = content::share(cx, (&source.content, &from_bucket), &bucket, &rewrap)?;
            if let Some((md5, sum)) = &digested {
                new.content.etag = to.etag(md5, cx.ids);
                new.content.checksum = Some(sum.clone());
                new.content.composite = false;
            } else if to.sse().customer_key_md5.is_empty() == source.content.sse.customer_key_md5.is_empty() {
                new.content.etag.clone_from(&source.content.etag);
            }
            lock_of(i).apply(cx, &bucket, &mut new)?;
            let version = versions::put(cx, &bucket, &i.key, new)?;
            events::created(cx, &bucket, (&i.bucket, &i.key), &version, events::COPY)?;
            cx.meter("Requests-Tier1", 1.0);
            Ok(Some((bucket, version, (from_bucket, source))))
        })
        .await?;
    drop(pins);
    Ok(done)
}

/// Reads a source through for its digests, if an algorithm asks for that; `None`: it was corrupt, and isn't any more.
async fn digested(
    flow: &Flow<'_>,
    found: Found,
    was: &Protection,
    asked: Option<Algorithm>,
    what: String,
) -> Result<Option<Option<Digested>>, Fault> {
    let Some(algorithm) = asked else { return Ok(Some(None)) };
    match reading::open(flow, found, was.wrapping_key(&flow.master_key()), what).await {
        Ok(mut body) => Ok(Some(Some(content::digest(&mut body, algorithm).await?))),
        Err(Unread::Failed(fault)) => Err(fault),
        Err(Unread::Broken(spot, fault)) => match healing::heal(flow, &spot).await? {
            Healing::Failed => Err(fault),
            Healing::Healed | Healing::Gone => Ok(None),
        },
    }
}

/// MD5, and a checksum with its algorithm's name.
type Digested = (Vec<u8>, (String, String));

/// The algorithm for whose sake a source is read through: it has another checksum than the copy shall have, or digests of parts
/// where the copy has those of all bytes.
fn afresh(source: &Version, asked: Option<Algorithm>) -> Option<Algorithm> {
    let own = source.content.checksum.as_ref().and_then(|(name, _)| Algorithm::named(name).ok());
    let in_parts = source.parts > 0 || source.content.composite;
    match asked.or(own) {
        algorithm if algorithm == own && !in_parts => None,
        algorithm => Some(algorithm.unwrap_or(Algorithm::Crc64Nvme)),
    }
}

fn source_customer(i: &CopyObjectRequest) -> Customer<'_> {
    Customer {
        algorithm: i.copy_source_sse_customer_algorithm.as_deref(),
        key: i.copy_source_sse_customer_key.as_deref(),
        md5: i.copy_source_sse_customer_key_md5.as_deref(),
    }
}

fn read_source(cx: &Cx, i: &CopyObjectRequest, from: &From) -> Result<(Bucket, Version), Fault> {
    let bucket = buckets::find(cx, &from.bucket, None)?;
    let version = get_object::version(cx, &bucket, &from.key, from.version_id.as_deref(), "GET")?;
    let conditions = Conditions {
        if_match: i.copy_source_if_match.as_deref(),
        if_none_match: i.copy_source_if_none_match.as_deref(),
        if_modified_since: i.copy_source_if_modified_since,
        if_unmodified_since: i.copy_source_if_unmodified_since,
    };
    conditions.check(&version, true)?;
    archive::check_read(&version, cx.now_ms, true)?;
    if version.content.size_bytes > MOST_BYTES {
        return Err(err::invalid_request(
            "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
        ));
    }
    Ok((bucket, version))
}

fn check_directives(i: &CopyObjectRequest) -> Result<(), Fault> {
    let known = |d: &Option<String>| matches!(d.as_deref(), None | Some("COPY" | "REPLACE"));
    if !known(&i.metadata_directive) {
        let value = i.metadata_directive.as_deref().unwrap_or_default();
        return Err(err::invalid_argument("Unknown metadata directive.", "x-amz-metadata-directive", value));
    }
    if !known(&i.tagging_directive) {
        let value = i.tagging_directive.as_deref().unwrap_or_default();
        return Err(err::invalid_argument("Unknown tagging directive.", "x-amz-tagging-directive", value));
    }
    Ok(())
}

/// A copy onto itself must change something.
fn check_change(i: &CopyObjectRequest, from: &From, source: &Version) -> Result<(), Fault> {
    let onto_itself = from.bucket == i.bucket && from.key == i.key && from.version_id.is_none();
    let changes = i.metadata_directive.as_deref() == Some("REPLACE")
        || i.storage_class.as_deref().is_some_and(|c| c != source.storage_class)
        || i.website_redirect_location.is_some()
        || i.server_side_encryption.is_some()
        || i.sse_customer_algorithm.is_some()
        || i.tagging_directive.as_deref() == Some("REPLACE");
    if onto_itself && !changes {
        return Err(err::invalid_request(
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        ));
    }
    Ok(())
}

fn described(cx: &Cx, i: &CopyObjectRequest, source: &Version) -> Result<Version, Fault> {
    let replaces = i.metadata_directive.as_deref() == Some("REPLACE");
    let given = attributes::headers(&[
        ("cache-control", &i.cache_control),
        ("content-disposition", &i.content_disposition),
        ("content-encoding", &put_object::stored_encoding(i.content_encoding.as_deref())),
        ("content-language", &i.content_language),
        ("content-type", &i.content_type),
        ("expires", &i.expires),
    ]);
    if replaces {
        put_object::check_metadata(i.metadata.as_ref())?;
    }
    let (mut headers, metadata) = match replaces {
        true => (given, i.metadata.clone().unwrap_or_default()),
        false => (source.headers.clone(), source.metadata.clone()),
    };
    headers.remove("x-amz-website-redirect-location");
    if let Some(to) = &i.website_redirect_location {
        headers.insert("x-amz-website-redirect-location".to_owned(), to.clone());
    }
    let tags = match i.tagging_directive.as_deref() {
        Some("REPLACE") => tags::of_header(i.tagging.as_deref())?,
        _ => source.tags.clone(),
    };
    Ok(Version {
        modified_ms: cx.now_ms,
        storage_class: i.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned()),
        headers,
        metadata,
        tags,
        ..Version::default()
    })
}

fn answer(bucket: &Bucket, version: &Version, (from_bucket, source): &(Bucket, Version)) -> CopyObjectOutput {
    let sse = &version.content.sse;
    CopyObjectOutput {
        copy_object_result: Some(CopyObjectResult {
            e_tag: quoted(&version.content.etag),
            last_modified: Some(Timestamp { epoch_ms: version.modified_ms.div_euclid(1_000) * 1_000 }),
            checksum_type: checksum_type(version),
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
        }),
        copy_source_version_id: version_id(from_bucket, source),
        version_id: version_id(bucket, version),
        server_side_encryption: (!sse.algorithm.is_empty()).then(|| sse.algorithm.clone()),
        sse_customer_algorithm: (!sse.customer_key_md5.is_empty()).then(|| "AES256".to_owned()),
        sse_customer_key_md5: (!sse.customer_key_md5.is_empty()).then(|| sse.customer_key_md5.clone()),
        ..CopyObjectOutput::default()
    }
}
