//! GetObjectLockConfiguration and PutObjectLockConfiguration: object lock of a bucket, and the retention that its new versions get.

use codec::{Fault, Value};
use kernel::{Cx, Guard};
use shapes_s3::{
    DefaultRetention, GetObjectLockConfigurationOutput, GetObjectLockConfigurationRequest,
    ObjectLockConfiguration, PutObjectLockConfigurationOutput, PutObjectLockConfigurationRequest,
};

use crate::state::{Buckets, Versioning};
use crate::{access, buckets, err, guard, lock, settings};

/// The longest default retention. Source: S3 user guide, "Object Lock considerations" (100 years).
const MOST_DAYS: i32 = 36_500;
const MOST_YEARS: i32 = 100;

pub(crate) fn get_guard(cx: &Cx, i: &GetObjectLockConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketObjectLockConfiguration")
}

/// Errors: ObjectLockConfigurationNotFoundError.
pub(crate) fn get(
    cx: &mut Cx,
    i: &GetObjectLockConfigurationRequest,
) -> Result<GetObjectLockConfigurationOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    if !bucket.object_lock {
        let message = "Object Lock configuration does not exist for this bucket";
        return Err(Fault::new("ObjectLockConfigurationNotFoundError", 404, message)
            .with_field("BucketName", Value::String(i.bucket.clone())));
    }
    let enabled = Some("Enabled".to_owned());
    let config = lock::config(cx, &bucket)?.unwrap_or_default();
    let config = ObjectLockConfiguration { object_lock_enabled: enabled, ..config };
    Ok(GetObjectLockConfigurationOutput { object_lock_configuration: Some(config) })
}

pub(crate) fn put_guard(cx: &Cx, i: &PutObjectLockConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketObjectLockConfiguration")
}

/// Errors: MalformedXML; InvalidArgument; InvalidBucketState where versions aren't kept.
pub(crate) fn put(
    cx: &mut Cx,
    i: &PutObjectLockConfigurationRequest,
) -> Result<PutObjectLockConfigurationOutput, Fault> {
    let mut bucket = buckets::find(cx, &i.bucket, None)?;
    let config = i.object_lock_configuration.clone().unwrap_or_default();
    if config.object_lock_enabled.as_deref() != Some("Enabled") {
        return Err(err::malformed_xml());
    }
    if let Some(rule) = &config.rule {
        check_retention(rule.default_retention.as_ref().ok_or_else(err::malformed_xml)?)?;
    }
    if bucket.versioning != Versioning::Enabled {
        let message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
        return Err(Fault::new("InvalidBucketState", 409, message));
    }
    if !bucket.object_lock {
        bucket.object_lock = true;
        cx.put::<Buckets>(&buckets::key(cx.scope, &i.bucket), &bucket);
    }
    settings::set(cx, &bucket, settings::OBJECT_LOCK, "", &config)?;
    Ok(PutObjectLockConfigurationOutput { request_charged: access::charged(cx, &bucket)? })
}

fn check_retention(retention: &DefaultRetention) -> Result<(), Fault> {
    if retention.default_event_hold.is_some() {
        return Err(err::not_built("DefaultEventHold"));
    }
    if !matches!(retention.mode.as_deref(), Some(lock::GOVERNANCE | lock::COMPLIANCE)) {
        return Err(err::malformed_xml());
    }
    let (period, most) = match (retention.days, retention.years) {
        (Some(days), None) => (days, MOST_DAYS),
        (None, Some(years)) => (years, MOST_YEARS),
        _ => return Err(err::malformed_xml()),
    };
    let refused = |message| Err(Fault::new("InvalidArgument", 400, message));
    match period {
        ..=0 => refused("Default retention period must be a positive integer value"),
        n if n > most => refused("Default retention period too large"),
        _ => Ok(()),
    }
}
