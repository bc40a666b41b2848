//! GetBucketLifecycleConfiguration, PutBucketLifecycleConfiguration and DeleteBucketLifecycle.

use codec::{Empty, Fault, Value};
use kernel::{Cx, Guard};
use shapes_s3::{
    DeleteBucketLifecycleRequest, GetBucketLifecycleConfigurationOutput,
    GetBucketLifecycleConfigurationRequest, LifecycleRule, PutBucketLifecycleConfigurationOutput,
    PutBucketLifecycleConfigurationRequest,
};

use crate::lifecycle::{self, Rules};
use crate::{buckets, err, guard, lifecycle_check, lifecycle_walk, settings};

pub(crate) fn get_guard(cx: &Cx, i: &GetBucketLifecycleConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetLifecycleConfiguration")
}

/// Errors: NoSuchLifecycleConfiguration.
pub(crate) fn get(
    cx: &mut Cx,
    i: &GetBucketLifecycleConfigurationRequest,
) -> Result<GetBucketLifecycleConfigurationOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let Some(put) = lifecycle::config(cx, &bucket)? else {
        let message = "The lifecycle configuration does not exist";
        return Err(Fault::new("NoSuchLifecycleConfiguration", 404, message)
            .with_field("BucketName", Value::String(i.bucket.clone())));
    };
    Ok(GetBucketLifecycleConfigurationOutput {
        rules: put.lifecycle_configuration.map(|c| c.rules),
        transition_default_minimum_object_size: put.transition_default_minimum_object_size,
    })
}

pub(crate) fn put_guard(cx: &Cx, i: &PutBucketLifecycleConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutLifecycleConfiguration")
}

/// Errors: MalformedXML; InvalidArgument; InvalidRequest.
pub(crate) fn put(
    cx: &mut Cx,
    i: &PutBucketLifecycleConfigurationRequest,
) -> Result<PutBucketLifecycleConfigurationOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let mut config = i.lifecycle_configuration.clone().unwrap_or_default();
    lifecycle_check::check(&config.rules)?;
    let least = i.transition_default_minimum_object_size.as_deref().unwrap_or(lifecycle::ALL_CLASSES);
    if least != lifecycle::ALL_CLASSES && least != "varies_by_storage_class" {
        let name = "x-amz-transition-default-minimum-object-size";
        return Err(err::invalid_argument("Invalid transition default minimum object size", name, least));
    }
    config.rules.iter_mut().for_each(|rule| name_rule(cx, rule));
    let kept = PutBucketLifecycleConfigurationRequest {
        bucket: i.bucket.clone(),
        lifecycle_configuration: Some(config),
        transition_default_minimum_object_size: Some(least.to_owned()),
        ..PutBucketLifecycleConfigurationRequest::default()
    };
    settings::set(cx, &bucket, settings::LIFECYCLE, "", &kept)?;
    lifecycle_walk::begin(cx, &bucket, &i.bucket, &Rules::read(kept))?;
    Ok(PutBucketLifecycleConfigurationOutput {
        transition_default_minimum_object_size: Some(least.to_owned()),
    })
}

/// A rule without an id gets one.
fn name_rule(cx: &Cx, rule: &mut LifecycleRule) {
    if rule.id.as_deref().unwrap_or_default().is_empty() {
        rule.id = Some(cx.ids.text("s3.lifecycle", 48, kernel::BASE32));
    }
}

pub(crate) fn delete_guard(cx: &Cx, i: &DeleteBucketLifecycleRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutLifecycleConfiguration")
}

pub(crate) fn delete(cx: &mut Cx, i: &DeleteBucketLifecycleRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    settings::remove(cx, &bucket, settings::LIFECYCLE.name, "");
    lifecycle_walk::end(cx, &bucket, &i.bucket)?;
    Ok(Empty {})
}
