//! Who may: the authorization facts of each operation. What policies say is `authz`'s; what access control lists and block
//! public access add is `access.rs`'s.
//! Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".

use codec::Fault;
use directory::IdentityKind;
use http::HeaderName;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use kernel::{Cx, Guard, SignedFor, Target};

use crate::access::{self, Subject};
use crate::acl::Asked;
use crate::state::{Bucket, Version};
use crate::versions::Named;
use crate::{buckets, lock, names, tags, versions};

/// A call that concerns no bucket: `s3:ListAllMyBuckets`.
pub(crate) fn account() -> Result<Guard, Fault> {
    Ok(Guard::any())
}

/// A call that creates a bucket.
pub(crate) fn new_bucket(cx: &Cx, name: &str) -> Result<Guard, Fault> {
    Ok(Guard::resource(names::bucket_arn(cx.scope, name)))
}

/// A call on a bucket.
///
/// Errors, in AWS's order: `NoSuchBucket`; wrong region; wrong owner.
pub(crate) fn bucket(
    cx: &Cx,
    name: &str,
    expected_owner: Option<&str>,
    action: &'static str,
) -> Result<Guard, Fault> {
    let found = found(cx, name, expected_owner)?;
    Ok(Guard::of(bucket_target(cx, &found, name)?.action(action)))
}

/// A call that lists: with what it may be limited by.
pub(crate) fn list(
    cx: &Cx,
    name: &str,
    expected_owner: Option<&str>,
    action: &'static str,
    by: Listing<'_>,
) -> Result<Guard, Fault> {
    let found = found(cx, name, expected_owner)?;
    let mut target = bucket_target(cx, &found, name)?.action(action);
    for (key, value) in [("s3:prefix", by.prefix), ("s3:delimiter", by.delimiter)] {
        if let Some(value) = value {
            target = target.key(key, vec![value.to_owned()]);
        }
    }
    if let Some(n) = by.max_keys {
        target = target.key("s3:max-keys", vec![n.to_string()]);
    }
    Ok(Guard::of(target))
}

/// What a listing asks for, as condition keys know it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Listing<'a> {
    pub(crate) prefix: Option<&'a str>,
    pub(crate) delimiter: Option<&'a str>,
    pub(crate) max_keys: Option<i32>,
}

/// A call on an object: one action without, another with a version id. A call that reads asks besides whether the caller may
/// list, where there is nothing to read.
pub(crate) fn object(
    cx: &Cx,
    place: Object<'_>,
    actions: (&'static str, &'static str),
) -> Result<Guard, Fault> {
    let found = found(cx, place.bucket, place.expected_owner)?;
    let action = if place.version_id.is_some() { actions.1 } else { actions.0 };
    if matches!(actions.0, "s3:PutObject" | "s3:DeleteObject" | "s3:AbortMultipartUpload") {
        return Ok(Guard::of(key_target(cx, &found, place, Subject::Key)?.action(action)));
    }
    let version = named_version(cx, &found, place)?;
    let guard = Guard::of(read_target(cx, &found, place, version.as_ref())?.action(action));
    Ok(match version {
        Some(_) => guard,
        None => guard.asking(bucket_target(cx, &found, place.bucket)?.action("s3:ListBucket")),
    })
}

/// An object, as a call names it.
#[derive(Clone, Copy)]
pub(crate) struct Object<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) version_id: Option<&'a str>,
    pub(crate) expected_owner: Option<&'a str>,
}

/// What a call that writes an object says of it, as policies see it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written<'a> {
    pub(crate) acl: Asked<'a>,
    pub(crate) tagging: Option<&'a str>,
    /// Further condition keys.
    pub(crate) keys: Vec<(&'static str, Option<&'a str>)>,
}

/// A call that writes an object: with leave to give it a list and tags, where it gives it some.
/// Source: S3 API reference, PutObject, "Permissions".
pub(crate) fn write(cx: &Cx, place: Object<'_>, facts: Written<'_>) -> Result<Guard, Fault> {
    let found = found(cx, place.bucket, place.expected_owner)?;
    let mut target = with_keys(key_target(cx, &found, place, Subject::Key)?, facts.keys);
    target.keys.extend(facts.acl.keys().into_iter().map(|(key, value)| (key, vec![value.to_owned()])));
    // What is malformed is refused later, and carries no tags until then.
    let tags = tags::of_header(facts.tagging).unwrap_or_default();
    target = with_tags(target, &tags);
    let mut guard = Guard::of(target.clone().action("s3:PutObject"));
    // AWS's own examples of policies for services that write with a list grant PutObject alone.
    if !facts.acl.is_empty() && cx.caller.kind != IdentityKind::Service {
        guard = guard.and(target.clone().action("s3:PutObjectAcl"));
    }
    if !tags.is_empty() {
        guard = guard.and(target.action("s3:PutObjectTagging"));
    }
    Ok(guard)
}

/// With tags that the request gives an object.
pub(crate) fn with_tags(mut target: Target, tags: &[(String, String)]) -> Target {
    if !tags.is_empty() {
        let names = tags.iter().map(|(key, _)| key.clone()).collect();
        target = target.key("s3:RequestObjectTagKeys", names);
        let one =
            |(key, value): &(String, String)| (format!("s3:RequestObjectTag/{key}"), vec![value.clone()]);
        target.claims.extend(tags.iter().map(one));
    }
    target
}

/// The bucket that a call names.
///
/// Errors, in AWS's order: `NoSuchBucket`; wrong region; wrong owner.
pub(crate) fn found(cx: &Cx, name: &str, expected_owner: Option<&str>) -> Result<Bucket, Fault> {
    let found = buckets::find(cx, name, None)?;
    buckets::check_region(cx, name, &found)?;
    buckets::check_owner(&found, expected_owner)?;
    Ok(found)
}

/// The target of an object of a bucket that was found, which the call reads.
pub(crate) fn object_target(cx: &Cx, bucket: &Bucket, place: Object<'_>) -> Result<Target, Fault> {
    let version = named_version(cx, bucket, place)?;
    read_target(cx, bucket, place, version.as_ref())
}

fn read_target(
    cx: &Cx,
    bucket: &Bucket,
    place: Object<'_>,
    version: Option<&Version>,
) -> Result<Target, Fault> {
    let subject = version.map_or(Subject::Key, Subject::Version);
    let mut target = key_target(cx, bucket, place, subject)?;
    for (key, value) in version.iter().flat_map(|v| &v.tags) {
        target.claims.push((format!("s3:ExistingObjectTag/{key}"), vec![value.clone()]));
    }
    Ok(target)
}

/// The target of a key, whatever is under it.
pub(crate) fn key_target(
    cx: &Cx,
    bucket: &Bucket,
    place: Object<'_>,
    subject: Subject<'_>,
) -> Result<Target, Fault> {
    let arn = names::object_arn(cx.scope, place.bucket, place.key);
    let mut target = with_signature(cx, access::target(cx, bucket, &arn, subject)?);
    if let Some(id) = place.version_id {
        target = target.key("s3:VersionId", vec![id.to_owned()]);
    }
    Ok(target)
}

/// The same, for a request that wants to bypass governance: a permission of its own.
pub(crate) fn with_bypass(guard: Guard) -> Guard {
    let bypass = guard.targets.first().map(lock::bypass_target);
    bypass.into_iter().fold(guard, Guard::and)
}

/// The version that a call means, if it is there and no delete marker.
fn named_version(cx: &Cx, bucket: &Bucket, place: Object<'_>) -> Result<Option<Version>, Fault> {
    let found = match place.version_id {
        None => versions::latest(cx, bucket, place.key)?,
        Some(id) => match versions::find(cx, bucket, place.key, id)? {
            Named::Found(v) => Some(*v),
            _ => None,
        },
    };
    Ok(found.filter(|v| !v.is_delete_marker))
}

/// The denial of a key that isn't there, to callers who may not list the bucket: whether it is there is then none of their
/// business. Source: S3 API reference, GetObject, "Permissions".
pub(crate) fn check_may_miss(cx: &Cx) -> Result<(), Fault> {
    cx.denial(0).map_or(Ok(()), |denial| Err(denial.clone()))
}

/// The target of the bucket itself.
pub(crate) fn bucket_target(cx: &Cx, bucket: &Bucket, name: &str) -> Result<Target, Fault> {
    let arn = names::bucket_arn(cx.scope, name);
    Ok(with_signature(cx, access::target(cx, bucket, &arn, Subject::Bucket)?))
}

/// The question whether the caller may list a bucket.
pub(crate) fn bucket_ask(cx: &Cx, name: &str, expected_owner: Option<&str>) -> Result<Target, Fault> {
    let bucket = buckets::find(cx, name, expected_owner)?;
    Ok(bucket_target(cx, &bucket, name)?.action("s3:ListBucket"))
}

/// Adds condition keys with a value.
pub(crate) fn with_keys<'v>(
    mut target: Target,
    keys: impl IntoIterator<Item = (&'static str, Option<&'v str>)>,
) -> Target {
    for (key, value) in keys {
        if let Some(value) = value {
            target = target.key(key, vec![value.to_owned()]);
        }
    }
    target
}

static AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
static AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// Condition keys of the request's signature, and of whose the resource is.
pub(crate) fn with_signature(cx: &Cx, mut target: Target) -> Target {
    let owner = target.account.clone();
    target = target.key("s3:ResourceAccount", vec![owner]);
    if cx.request.secure {
        // What the connection negotiated isn't known here; no older version is spoken.
        target = target.key("s3:TlsVersion", vec!["1.2".to_owned()]);
    }
    let Some(head) = cx.request.head.as_deref() else { return target };
    let header = |name: &HeaderName| head.headers.get(name).and_then(|v| v.to_str().ok());
    let query = head.uri.query().unwrap_or_default();
    let parameter = |name: &str| {
        let mut pairs = query.split('&').filter_map(|p| p.split_once('='));
        pairs.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    };
    let signed = [
        header(&AUTHORIZATION).map(|a| ("REST-HEADER", version(Some(a)), header(&AMZ_DATE))),
        parameter("X-Amz-Signature")
            .map(|_| ("REST-QUERY-STRING", version(parameter("X-Amz-Algorithm")), parameter("X-Amz-Date"))),
    ];
    let is_post = head.method == http::Method::POST && cx.caller.kind != IdentityKind::Anonymous;
    if is_post && header(&CONTENT_TYPE).and_then(codec::multipart::boundary).is_some() {
        let is_v2 = cx.request.signed_for == SignedFor::Nothing;
        let version = if is_v2 { "AWS" } else { "AWS4-HMAC-SHA256" };
        return target
            .key("s3:authType", vec!["POST".to_owned()])
            .key("s3:signatureversion", vec![version.to_owned()]);
    }
    if let Some((kind, version, date)) = signed.into_iter().flatten().next() {
        target = target.key("s3:authType", vec![kind.to_owned()]);
        target = target.key("s3:signatureversion", vec![version.to_owned()]);
        if let Some(at_ms) = date.and_then(signing_time_ms) {
            target = target.key("s3:signatureAge", vec![(cx.now_ms - at_ms).max(0).to_string()]);
        }
    }
    with_keys(target, [("s3:x-amz-content-sha256", header(&AMZ_CONTENT_SHA256))])
}

/// The version of a signature as policies name it, by the algorithm that it begins with.
fn version(algorithm: Option<&str>) -> &str {
    algorithm.and_then(|a| a.split(' ').next()).filter(|a| a.starts_with("AWS4-")).unwrap_or("AWS")
}

/// `20260102T030405Z`
fn signing_time_ms(text: &str) -> Option<i64> {
    let part = |from: usize, to: usize| text.get(from..to);
    let date = [part(0, 4)?, "-", part(4, 6)?, "-", part(6, 8)?];
    let time = ["T", part(9, 11)?, ":", part(11, 13)?, ":", part(13, 15)?, "Z"];
    kernel::text::parse_time(&[date.concat(), time.concat()].concat())
}
