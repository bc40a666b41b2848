//! PutBucketLogging, GetBucketLogging: whether requests to a bucket are logged, and where. Logging is `access_log.rs`'s.

use codec::{Empty, Fault, Value};
use kernel::{Cx, Guard};
use shapes_s3::{GetBucketLoggingOutput, GetBucketLoggingRequest, LoggingEnabled, PutBucketLoggingRequest};

use crate::settings::LOGGING;
use crate::state::{Bucket, Buckets};
use crate::{access, access_log, buckets, err, guard, settings};

pub(super) fn put_guard(cx: &Cx, i: &PutBucketLoggingRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketLogging")
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketLoggingRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketLogging")
}

/// Errors: InvalidTargetBucketForLogging; CrossLocationLoggingProhibitted; AccessControlListNotSupported: grants on a bucket
/// without lists; MalformedXML.
pub(super) fn put(cx: &mut Cx, i: &PutBucketLoggingRequest) -> Result<Empty, Fault> {
    let mut bucket = buckets::find(cx, &i.bucket, None)?;
    let asked = &i.bucket_logging_status.logging_enabled;
    if let Some(asked) = asked {
        check(cx, &bucket, asked)?;
    }
    // What waits goes where it was meant to go.
    access_log::deliver(cx, &bucket, &i.bucket)?;
    match asked {
        Some(_) => settings::set(cx, &bucket, LOGGING, "", &i.bucket_logging_status)?,
        None => settings::remove(cx, &bucket, LOGGING.name, ""),
    }
    bucket.logs = asked.is_some();
    cx.put::<Buckets>(&buckets::key(cx.scope, &i.bucket), &bucket);
    Ok(Empty {})
}

fn check(cx: &Cx, bucket: &Bucket, asked: &LoggingEnabled) -> Result<(), Fault> {
    let text = |t: &str| Value::String(t.to_owned());
    let no_target = |why: &str| {
        Fault::new("InvalidTargetBucketForLogging", 400, why)
            .with_field("TargetBucket", text(&asked.target_bucket))
    };
    let target = buckets::find(cx, &asked.target_bucket, None)
        .map_err(|_| no_target("The target bucket for logging does not exist"))?;
    if target.account != bucket.account {
        return Err(no_target(
            "The owner for the bucket to be logged and the target bucket must be the same.",
        ));
    }
    if target.region != bucket.region {
        let fault =
            Fault::new("CrossLocationLoggingProhibitted", 403, "Cross S3 location logging not allowed. ");
        // Recorded: the classic region isn't named as a source.
        let fault = match bucket.region.as_str() {
            "us-east-1" => fault,
            region => fault.with_field("SourceBucketLocation", text(region)),
        };
        return Err(fault.with_field("TargetBucketLocation", text(&target.region)));
    }
    if access::is_enforced(&target) && asked.target_grants.as_ref().is_some_and(|g| !g.is_empty()) {
        return Err(err::acl_not_supported());
    }
    let Some(format) = &asked.target_object_key_format else { return Ok(()) };
    let source = format.partitioned_prefix.as_ref().and_then(|p| p.partition_date_source.as_deref());
    let both = format.simple_prefix.is_some() == format.partitioned_prefix.is_some();
    if both || source.is_some_and(|s| !matches!(s, "EventTime" | "DeliveryTime")) {
        return Err(err::malformed_xml());
    }
    Ok(())
}

pub(super) fn get(cx: &mut Cx, i: &GetBucketLoggingRequest) -> Result<GetBucketLoggingOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    Ok(GetBucketLoggingOutput { logging_enabled: access_log::target(cx, &bucket)? })
}
