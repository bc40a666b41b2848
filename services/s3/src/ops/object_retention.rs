//! GetObjectRetention and PutObjectRetention: until when a version is locked.

use codec::{Fault, Timestamp};
use kernel::{Cx, Guard};
use shapes_s3::{
    GetObjectRetentionOutput, GetObjectRetentionRequest, ObjectLockRetention, PutObjectRetentionOutput,
    PutObjectRetentionRequest,
};

use super::get_object;
use crate::state::Version;
use crate::{access, buckets, err, events, guard, lock, versions};

pub(crate) fn get_guard(cx: &Cx, i: &GetObjectRetentionRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ("s3:GetObjectRetention", "s3:GetObjectRetention"))
}

/// Errors: InvalidRequest; NoSuchKey; NoSuchObjectLockConfiguration.
pub(crate) fn get(cx: &mut Cx, i: &GetObjectRetentionRequest) -> Result<GetObjectRetentionOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    if !bucket.object_lock {
        return Err(lock::missing());
    }
    let v = get_object::version(cx, &bucket, &i.key, i.version_id.as_deref(), "GET")?;
    let (Some(mode), Some(until_ms)) = (v.lock_mode, v.lock_until_ms) else {
        return Err(err::no_object_lock());
    };
    Ok(GetObjectRetentionOutput {
        retention: Some(ObjectLockRetention {
            mode: Some(mode),
            retain_until_date: Some(Timestamp { epoch_ms: until_ms }),
            ..ObjectLockRetention::default()
        }),
    })
}

/// Bypassing governance is a permission of its own.
pub(crate) fn put_guard(cx: &Cx, i: &PutObjectRetentionRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    let mut guard = guard::object(cx, place, ("s3:PutObjectRetention", "s3:PutObjectRetention"))?;
    if i.bypass_governance_retention == Some(true) {
        guard = guard::with_bypass(guard);
    }
    Ok(guard)
}

/// Errors: InvalidRequest; MalformedXML; InvalidArgument; NoSuchKey; AccessDenied for what would loosen a lock.
pub(crate) fn put(cx: &mut Cx, i: &PutObjectRetentionRequest) -> Result<PutObjectRetentionOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    if !bucket.object_lock {
        return Err(lock::missing());
    }
    let asked = read(i.retention.as_ref(), cx.now_ms)?;
    let mut v = get_object::version(cx, &bucket, &i.key, i.version_id.as_deref(), "PUT")?;
    let bypass = i.bypass_governance_retention == Some(true);
    if !may_change(&v, asked.as_ref(), cx.now_ms, bypass) {
        return Err(lock::protected());
    }
    v.lock_mode = asked.as_ref().map(|(mode, _)| mode.clone());
    v.lock_until_ms = asked.map(|(_, until)| until.epoch_ms);
    versions::update(cx, &bucket, &i.key, &v)?;
    events::changed(cx, &bucket, &i.bucket)?;
    Ok(PutObjectRetentionOutput { request_charged: access::charged(cx, &bucket)? })
}

/// What is asked for; `None`: no retention any more.
fn read(asked: Option<&ObjectLockRetention>, now_ms: i64) -> Result<Option<(String, Timestamp)>, Fault> {
    let asked = asked.cloned().unwrap_or_default();
    if asked.event_hold.is_some() || asked.event_hold_duration.is_some() {
        return Err(err::not_built("EventHold"));
    }
    match (asked.mode, asked.retain_until_date) {
        (None, None) => Ok(None),
        (Some(mode), Some(until)) if mode == lock::GOVERNANCE || mode == lock::COMPLIANCE => {
            lock::check_future("RetainUntilDate", until, now_ms)?;
            Ok(Some((mode, until)))
        }
        _ => Err(err::malformed_xml()),
    }
}

/// Whoever locks a version longer in the same mode may; whatever else loosens it needs to bypass governance, and compliance
/// is never loosened.
fn may_change(v: &Version, asked: Option<&(String, Timestamp)>, now_ms: i64, bypass: bool) -> bool {
    let (Some(mode), Some(until_ms)) = (v.lock_mode.as_deref(), v.lock_until_ms) else { return true };
    let tightens = asked.is_some_and(|(to, until)| to == mode && until.epoch_ms >= until_ms);
    until_ms <= now_ms || tightens || (bypass && mode == lock::GOVERNANCE)
}
