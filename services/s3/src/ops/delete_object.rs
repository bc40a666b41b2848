//! DeleteObject: a delete marker where versions are kept, the end of a version where one is named.

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_s3::{DeleteObjectOutput, DeleteObjectRequest};

use crate::state::{Bucket, Version, Versioning};
use crate::versions::Named;
use crate::{access, buckets, err, events, guard, lock, mfa, names, versions};

pub(crate) fn guard(cx: &Cx, i: &DeleteObjectRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    let guard = guard::object(cx, place, ("s3:DeleteObject", "s3:DeleteObjectVersion"))?;
    let bypasses = i.bypass_governance_retention == Some(true) && i.version_id.is_some();
    Ok(if bypasses { guard::with_bypass(guard) } else { guard })
}

/// What became of a key.
#[derive(Default)]
pub(crate) struct Deleted {
    /// A delete marker was made, or removed.
    pub(crate) marker: bool,
    /// Version that was made or removed.
    pub(crate) version_id: Option<String>,
    /// What was removed.
    pub(crate) size_bytes: Option<u64>,
}

/// Deletes a key, or one of its versions. What isn't there is deleted already.
///
/// Errors: InvalidArgument: no version id; AccessDenied: the version is locked.
pub(crate) fn delete(
    cx: &mut Cx,
    bucket: &Bucket,
    (name, key): (&str, &str),
    version_id: Option<&str>,
    bypass: bool,
) -> Result<Deleted, Fault> {
    if let Some(id) = version_id {
        return match versions::find(cx, bucket, key, id)? {
            Named::Found(v) => {
                if lock::is_locked(&v, cx.now_ms, bypass) {
                    return Err(lock::protected());
                }
                versions::remove(cx, bucket, key, &v)?;
                events::removed(cx, bucket, (name, key), &v, events::DELETE)?;
                let size_bytes = (!v.is_delete_marker).then_some(v.content.size_bytes);
                Ok(Deleted { marker: v.is_delete_marker, version_id: Some(id.to_owned()), size_bytes })
            }
            Named::Absent => Ok(Deleted { version_id: Some(id.to_owned()), ..Deleted::default() }),
            Named::Malformed => Err(err::invalid_version_id(id)),
        };
    }
    if bucket.versioning == Versioning::Off {
        let Some(v) = versions::latest(cx, bucket, key)? else { return Ok(Deleted::default()) };
        versions::remove(cx, bucket, key, &v)?;
        events::removed(cx, bucket, (name, key), &v, events::DELETE)?;
        return Ok(Deleted { size_bytes: Some(v.content.size_bytes), ..Deleted::default() });
    }
    let marker = Version {
        is_delete_marker: true,
        modified_ms: cx.now_ms,
        owner: bucket.account.clone(),
        ..Version::default()
    };
    let made = versions::put(cx, bucket, key, marker)?;
    events::removed(cx, bucket, (name, key), &made, events::MARKER)?;
    Ok(Deleted { marker: true, version_id: Some(made.id), size_bytes: None })
}

/// Errors: NoSuchBucket; NotImplemented; PreconditionFailed; NoSuchKey for a condition on what isn't there; InvalidArgument.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteObjectRequest) -> Result<DeleteObjectOutput, Fault> {
    names::check_key(&i.key)?;
    let bucket = buckets::find(cx, &i.bucket, None)?;
    check_bypass(i.bypass_governance_retention, &bucket)?;
    if i.version_id.is_some() {
        mfa::require(cx, &bucket, i.mfa.as_deref())?;
    }
    // Only directory buckets take these.
    if i.if_match_last_modified_time.is_some() {
        return Err(err::not_taken("x-amz-if-match-last-modified-time"));
    }
    if i.if_match_size.is_some() {
        return Err(err::not_taken("x-amz-if-match-size"));
    }
    let conditions = Conditions { etag: i.if_match.as_deref(), modified: None, size: None };
    conditions.check(cx, &bucket, &i.key, i.version_id.as_deref())?;
    let bypass = i.bypass_governance_retention == Some(true);
    let done = delete(cx, &bucket, (&i.bucket, &i.key), i.version_id.as_deref(), bypass)?;
    Ok(DeleteObjectOutput {
        delete_marker: done.marker.then_some(true),
        version_id: done.version_id,
        request_charged: access::charged(cx, &bucket)?,
    })
}

/// Errors: InvalidArgument: the header has no meaning in a bucket without object lock. Recorded: not even to say no.
pub(crate) fn check_bypass(given: Option<bool>, bucket: &Bucket) -> Result<(), Fault> {
    if given.is_none() || bucket.object_lock {
        return Ok(());
    }
    let message = "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.";
    let name = codec::Value::String("x-amz-bypass-governance-retention".to_owned());
    Err(Fault::new("InvalidArgument", 400, message).with_field("ArgumentName", name))
}

/// What a delete may be conditioned on.
pub(crate) struct Conditions<'a> {
    pub(crate) etag: Option<&'a str>,
    pub(crate) modified: Option<codec::Timestamp>,
    pub(crate) size: Option<i64>,
}

impl Conditions<'_> {
    pub(crate) fn check(&self, cx: &Cx, bucket: &Bucket, key: &str, id: Option<&str>) -> Result<(), Fault> {
        if self.etag.is_none() && self.modified.is_none() && self.size.is_none() {
            return Ok(());
        }
        let found = match id {
            None => versions::latest(cx, bucket, key)?.filter(|v| !v.is_delete_marker),
            Some(id) => match versions::find(cx, bucket, key, id)? {
                Named::Found(v) => Some(*v),
                _ => None,
            },
        };
        let Some(v) = found else {
            return Err(err::no_such_key(key));
        };
        let second = |ms: i64| ms.div_euclid(1_000);
        if self.etag.is_some_and(|tag| tag != "*" && tag.trim_matches('"') != v.content.etag) {
            return Err(err::precondition_failed("If-Match"));
        }
        if self.modified.is_some_and(|t| second(t.epoch_ms) != second(v.modified_ms)) {
            return Err(err::precondition_failed("x-amz-if-match-last-modified-time"));
        }
        if self.size.is_some_and(|n| n != v.content.size_bytes as i64) {
            return Err(err::precondition_failed("x-amz-if-match-size"));
        }
        Ok(())
    }
}
