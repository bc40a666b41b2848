//! Request metrics: PutBucketMetricsConfiguration, Get…, Delete…, List…. They would be read in CloudWatch, which does not
//! stand yet.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{
    DeleteBucketMetricsConfigurationRequest, GetBucketMetricsConfigurationOutput,
    GetBucketMetricsConfigurationRequest, ListBucketMetricsConfigurationsOutput,
    ListBucketMetricsConfigurationsRequest, PutBucketMetricsConfigurationRequest,
};

use super::named;
use crate::guard;
use crate::settings::Kind;

const KIND: Kind =
    Kind { name: "metrics", operation: "PutBucketMetricsConfiguration", member: "MetricsConfiguration" };

pub(super) fn put_guard(cx: &Cx, i: &PutBucketMetricsConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutMetricsConfiguration")
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketMetricsConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetMetricsConfiguration")
}

pub(super) fn delete_guard(cx: &Cx, i: &DeleteBucketMetricsConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutMetricsConfiguration")
}

pub(super) fn list_guard(cx: &Cx, i: &ListBucketMetricsConfigurationsRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetMetricsConfiguration")
}

/// Errors: MalformedXML; those of `named.rs`.
pub(super) fn put(cx: &mut Cx, i: &PutBucketMetricsConfigurationRequest) -> Result<Empty, Fault> {
    let asked = &i.metrics_configuration;
    if let Some(f) = &asked.filter {
        let given = [f.prefix.is_some(), f.tag.is_some(), f.access_point_arn.is_some(), f.and.is_some()];
        let and = f.and.as_ref().map(|a| {
            let others = usize::from(a.prefix.is_some()) + usize::from(a.access_point_arn.is_some());
            (others, a.tags.as_deref().unwrap_or_default())
        });
        named::check_filter(&given, f.tag.as_ref(), and)?;
    }
    named::put(cx, (&i.bucket, KIND), (&i.id, &asked.id), asked)
}

/// Errors: NoSuchConfiguration.
pub(super) fn get(
    cx: &mut Cx,
    i: &GetBucketMetricsConfigurationRequest,
) -> Result<GetBucketMetricsConfigurationOutput, Fault> {
    let found = named::get(cx, (&i.bucket, KIND), &i.id)?;
    Ok(GetBucketMetricsConfigurationOutput { metrics_configuration: Some(found) })
}

/// Errors: NoSuchConfiguration.
pub(super) fn delete(cx: &mut Cx, i: &DeleteBucketMetricsConfigurationRequest) -> Result<Empty, Fault> {
    named::delete(cx, (&i.bucket, KIND), &i.id)
}

/// Errors: InvalidArgument: a token that isn't one.
pub(super) fn list(
    cx: &mut Cx,
    i: &ListBucketMetricsConfigurationsRequest,
) -> Result<ListBucketMetricsConfigurationsOutput, Fault> {
    let page = named::list(cx, (&i.bucket, KIND), i.continuation_token.as_deref())?;
    Ok(ListBucketMetricsConfigurationsOutput {
        is_truncated: Some(page.next.is_some()),
        continuation_token: i.continuation_token.clone(),
        next_continuation_token: page.next,
        metrics_configuration_list: (!page.items.is_empty()).then_some(page.items),
    })
}
