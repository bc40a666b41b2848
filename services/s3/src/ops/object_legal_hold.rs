//! GetObjectLegalHold and PutObjectLegalHold: a lock without an end, until it is taken off.

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_s3::{
    GetObjectLegalHoldOutput, GetObjectLegalHoldRequest, ObjectLockLegalHold, PutObjectLegalHoldOutput,
    PutObjectLegalHoldRequest,
};

use super::get_object;
use crate::{access, buckets, err, events, guard, lock, versions};

pub(crate) fn get_guard(cx: &Cx, i: &GetObjectLegalHoldRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ("s3:GetObjectLegalHold", "s3:GetObjectLegalHold"))
}

/// Errors: InvalidRequest; NoSuchKey; NoSuchObjectLockConfiguration.
pub(crate) fn get(cx: &mut Cx, i: &GetObjectLegalHoldRequest) -> Result<GetObjectLegalHoldOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    if !bucket.object_lock {
        return Err(lock::missing());
    }
    let v = get_object::version(cx, &bucket, &i.key, i.version_id.as_deref(), "GET")?;
    let hold = v.legal_hold.ok_or_else(err::no_object_lock)?;
    let status = Some(if hold { "ON" } else { "OFF" }.to_owned());
    Ok(GetObjectLegalHoldOutput { legal_hold: Some(ObjectLockLegalHold { status }) })
}

pub(crate) fn put_guard(cx: &Cx, i: &PutObjectLegalHoldRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ("s3:PutObjectLegalHold", "s3:PutObjectLegalHold"))
}

/// Errors: InvalidRequest; MalformedXML; NoSuchKey.
pub(crate) fn put(cx: &mut Cx, i: &PutObjectLegalHoldRequest) -> Result<PutObjectLegalHoldOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    if !bucket.object_lock {
        return Err(lock::missing());
    }
    let hold = match i.legal_hold.as_ref().and_then(|h| h.status.as_deref()) {
        Some("ON") => true,
        Some("OFF") => false,
        _ => return Err(err::malformed_xml()),
    };
    let mut v = get_object::version(cx, &bucket, &i.key, i.version_id.as_deref(), "PUT")?;
    v.legal_hold = Some(hold);
    versions::update(cx, &bucket, &i.key, &v)?;
    events::changed(cx, &bucket, &i.bucket)?;
    Ok(PutObjectLegalHoldOutput { request_charged: access::charged(cx, &bucket)? })
}
