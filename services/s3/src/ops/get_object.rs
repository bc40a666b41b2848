//! GetObject and HeadObject: a version, or a range of it, under conditions.

use codec::{Fault, Timestamp};
use directory::IdentityKind;
use kernel::{Cx, Flow, Guard};
use shapes_s3::{GetObjectOutput, GetObjectRequest, HeadObjectOutput, HeadObjectRequest};

use crate::conditions::Conditions;
use crate::encryption::{Customer, Protection};
use crate::state::{Bucket, Part, Version};
use crate::versions::Named;
use crate::{access, archive, attributes, buckets, content, err, guard, lifecycle, range, reading, versions};

const ACTIONS: (&str, &str) = ("s3:GetObject", "s3:GetObjectVersion");

pub(crate) fn guard(cx: &Cx, i: &GetObjectRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ACTIONS)
}

pub(crate) fn head_guard(cx: &Cx, i: &HeadObjectRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ACTIONS)
}

/// The version that a read means.
///
/// Errors: NoSuchKey; NoSuchVersion; InvalidArgument; MethodNotAllowed for a delete marker by its id.
pub(crate) fn version(
    cx: &Cx,
    bucket: &Bucket,
    key: &str,
    id: Option<&str>,
    method: &str,
) -> Result<Version, Fault> {
    let found = match id {
        None => match versions::latest(cx, bucket, key)? {
            None => {
                guard::check_may_miss(cx)?;
                return Err(err::no_such_key(key));
            }
            Some(v) if v.is_delete_marker => {
                guard::check_may_miss(cx)?;
                return Err(err::deleted(key, &v.id));
            }
            Some(v) => return Ok(v),
        },
        Some(id) => match versions::find(cx, bucket, key, id)? {
            Named::Found(v) => *v,
            Named::Absent => {
                guard::check_may_miss(cx)?;
                return Err(err::no_such_version(key, id));
            }
            Named::Malformed => return Err(err::invalid_version_id(id)),
        },
    };
    if found.is_delete_marker {
        return Err(err::marker_has_no_content(method, &found.id));
    }
    Ok(found)
}

/// What GetObject and HeadObject have in common.
struct Ask<'a> {
    key: &'a str,
    version_id: Option<&'a str>,
    conditions: Conditions<'a>,
    range: Option<&'a str>,
    part_number: Option<i32>,
    customer: Customer<'a>,
    with_checksums: bool,
}

/// What is to be answered: the head, and which bytes.
struct Shown {
    output: GetObjectOutput,
    bytes: (u64, u64),
    protection: Protection,
}

/// Errors: PreconditionFailed, 304; InvalidRequest, AccessDenied about a customer's key; InvalidRange, InvalidPartNumber.
fn show(cx: &Cx, bucket: &Bucket, v: &Version, ask: &Ask<'_>) -> Result<Shown, Fault> {
    let is_latest = ask.version_id.is_none();
    let protection = Protection::to_read(&v.content.sse, ask.customer)?;
    ask.conditions.check(v, false)?;
    let size = v.content.size_bytes;
    let mut output = attributes::shown(bucket, v, ask.with_checksums);
    output.restore = archive::header(v, cx.now_ms);
    output.request_charged = access::charged(cx, bucket)?;
    if is_latest {
        output.expiration = lifecycle::expiration(cx, bucket, ask.key, v)?;
    }
    if ask.range.is_some() && ask.part_number.is_some() {
        return Err(err::invalid_request("Cannot specify both Range header and partNumber query parameter"));
    }
    let part = match ask.part_number {
        Some(n) => Some(part(cx, bucket, v, n)?),
        None => None,
    };
    if let Some(part) = &part {
        output.parts_count = (v.parts > 0).then_some(v.parts as i32);
        if v.parts > 0 {
            output = of_part(output, v, part, ask.with_checksums);
        }
    }
    let asked = match (part, ask.range) {
        (Some(part), _) => Some((part.offset_bytes, part.offset_bytes + part.content.size_bytes)),
        (None, Some(header)) => range::parse(header, size)?,
        (None, None) => None,
    };
    let bytes = asked.unwrap_or((0, size));
    if asked.is_some() && size > 0 {
        output.content_range = Some(format!("bytes {}-{}/{size}", bytes.0, bytes.1 - 1));
        output.content_length = Some((bytes.1 - bytes.0) as i64);
        if bytes != (0, size) && ask.part_number.is_none() {
            // A checksum of the whole says nothing of a part of it.
            output = without_checksums(output);
        }
    }
    Ok(Shown { output, bytes, protection })
}

fn without_checksums(o: GetObjectOutput) -> GetObjectOutput {
    GetObjectOutput {
        checksum_crc32: None,
        checksum_crc32_c: None,
        checksum_crc64_nvme: None,
        checksum_sha1: None,
        checksum_sha256: None,
        checksum_sha512: None,
        checksum_md5: None,
        checksum_xxhash64: None,
        checksum_xxhash3: None,
        checksum_xxhash128: None,
        checksum_type: None,
        ..o
    }
}

/// The checksums that a read of a part answers: the part's own, where the object's is made of them.
fn of_part(o: GetObjectOutput, v: &Version, part: &Part, with_checksums: bool) -> GetObjectOutput {
    let bare = without_checksums(o);
    if !with_checksums || !v.content.composite {
        return bare;
    }
    let of = Version { content: part.content.clone(), ..Version::default() };
    let sum = |name: &str| attributes::checksum_of(&of, name);
    GetObjectOutput {
        checksum_crc32: sum("CRC32"),
        checksum_crc32_c: sum("CRC32C"),
        checksum_sha1: sum("SHA1"),
        checksum_sha256: sum("SHA256"),
        checksum_sha512: sum("SHA512"),
        checksum_md5: sum("MD5"),
        checksum_xxhash64: sum("XXHASH64"),
        checksum_xxhash3: sum("XXHASH3"),
        checksum_xxhash128: sum("XXHASH128"),
        checksum_type: attributes::checksum_type(v),
        ..bare
    }
}

/// A part; an object that was not uploaded in parts is the only one of its own.
fn part(cx: &Cx, bucket: &Bucket, v: &Version, number: i32) -> Result<Part, Fault> {
    if !(1..=10_000).contains(&number) {
        return Err(err::no_part_number(&number.to_string()));
    }
    let unsatisfiable = || err::invalid_part_number(number, v.parts.max(1));
    if v.parts == 0 {
        let whole = Part { content: v.content.clone(), ..Part::default() };
        return if number == 1 { Ok(whole) } else { Err(unsatisfiable()) };
    }
    let all = content::parts(cx, bucket, &v.content.id)?;
    Ok(all.into_iter().nth(number as usize - 1).ok_or_else(unsatisfiable)?.1)
}

pub(crate) async fn flow(flow: &mut Flow<'_>, i: &GetObjectRequest) -> Result<GetObjectOutput, Fault> {
    let ask = Ask {
        key: &i.key,
        version_id: i.version_id.as_deref(),
        conditions: Conditions {
            if_match: i.if_match.as_deref(),
            if_none_match: i.if_none_match.as_deref(),
            if_modified_since: i.if_modified_since,
            if_unmodified_since: i.if_unmodified_since,
        },
        range: i.range.as_deref(),
        part_number: i.part_number,
        customer: Customer {
            algorithm: i.sse_customer_algorithm.as_deref(),
            key: i.sse_customer_key.as_deref(),
            md5: i.sse_customer_key_md5.as_deref(),
        },
        with_checksums: i.checksum_mode.is_some(),
    };
    let said = Said {
        cache_control: &i.response_cache_control,
        content_disposition: &i.response_content_disposition,
        content_encoding: &i.response_content_encoding,
        content_language: &i.response_content_language,
        content_type: &i.response_content_type,
        expires: i.response_expires,
    };
    let look = |cx: &mut Cx| {
        said.check(cx)?;
        let bucket = buckets::find(cx, &i.bucket, None)?;
        let v = version(cx, &bucket, &i.key, i.version_id.as_deref(), "GET")?;
        let shown = show(cx, &bucket, &v, &ask)?;
        archive::check_read(&v, cx.now_ms, false)?;
        let found = reading::find(flow.blobs(), cx, &bucket, (&i.key, &v), shown.bytes)?;
        cx.meter("Requests-Tier2", 1.0);
        Ok((shown, found))
    };
    let what = format!("{}/{}", i.bucket, i.key);
    let (Shown { mut output, bytes, .. }, mut reading) =
        reading::begin(flow, look, |shown| &shown.protection, &what).await?;
    said.apply(&mut output);
    match reading.take_whole() {
        Some(bytes) => flow.answer(bytes),
        None => flow.answer_with(bytes.1 - bytes.0, reading).await?,
    }
    Ok(output)
}

/// What a request has the answer's headers say.
struct Said<'a> {
    cache_control: &'a Option<String>,
    content_disposition: &'a Option<String>,
    content_encoding: &'a Option<String>,
    content_language: &'a Option<String>,
    content_type: &'a Option<String>,
    expires: Option<Timestamp>,
}

impl Said<'_> {
    /// Errors: InvalidRequest: only signed requests may. Source: S3 API reference, GetObject, "Overriding response header
    /// values through the request"; the text widely quoted.
    fn check(&self, cx: &Cx) -> Result<(), Fault> {
        let all = [
            self.cache_control,
            self.content_disposition,
            self.content_encoding,
            self.content_language,
            self.content_type,
        ];
        let says = self.expires.is_some() || all.iter().any(|said| said.is_some());
        match says && cx.caller.kind == IdentityKind::Anonymous {
            true => Err(err::invalid_request(
                "Request specific response headers cannot be used for anonymous GET requests.",
            )),
            false => Ok(()),
        }
    }

    fn apply(&self, o: &mut GetObjectOutput) {
        let said = [
            (self.cache_control, &mut o.cache_control),
            (self.content_disposition, &mut o.content_disposition),
            (self.content_encoding, &mut o.content_encoding),
            (self.content_language, &mut o.content_language),
            (self.content_type, &mut o.content_type),
        ];
        for (asked, shown) in said {
            if asked.is_some() {
                shown.clone_from(asked);
            }
        }
        if let Some(at) = self.expires {
            o.expires = Some(at.http_date());
        }
    }
}

pub(crate) fn head(cx: &mut Cx, i: &HeadObjectRequest) -> Result<HeadObjectOutput, Fault> {
    let said = Said {
        cache_control: &i.response_cache_control,
        content_disposition: &i.response_content_disposition,
        content_encoding: &i.response_content_encoding,
        content_language: &i.response_content_language,
        content_type: &i.response_content_type,
        expires: i.response_expires,
    };
    said.check(cx)?;
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let v = version(cx, &bucket, &i.key, i.version_id.as_deref(), "HEAD")?;
    let ask = Ask {
        key: &i.key,
        version_id: i.version_id.as_deref(),
        conditions: Conditions {
            if_match: i.if_match.as_deref(),
            if_none_match: i.if_none_match.as_deref(),
            if_modified_since: i.if_modified_since,
            if_unmodified_since: i.if_unmodified_since,
        },
        range: i.range.as_deref(),
        part_number: i.part_number,
        customer: Customer {
            algorithm: i.sse_customer_algorithm.as_deref(),
            key: i.sse_customer_key.as_deref(),
            md5: i.sse_customer_key_md5.as_deref(),
        },
        with_checksums: i.checksum_mode.is_some(),
    };
    let mut output = show(cx, &bucket, &v, &ask)?.output;
    said.apply(&mut output);
    cx.meter("Requests-Tier2", 1.0);
    Ok(attributes::head(output))
}
