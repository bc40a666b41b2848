//! Storage class analysis: PutBucketAnalyticsConfiguration, Get…, Delete…, List…. Nothing shows an analysis but its export,
//! which is refused.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{
    DeleteBucketAnalyticsConfigurationRequest, GetBucketAnalyticsConfigurationOutput,
    GetBucketAnalyticsConfigurationRequest, ListBucketAnalyticsConfigurationsOutput,
    ListBucketAnalyticsConfigurationsRequest, PutBucketAnalyticsConfigurationRequest,
};

use super::named;
use crate::settings::Kind;
use crate::{err, guard};

const KIND: Kind = Kind {
    name: "analytics",
    operation: "PutBucketAnalyticsConfiguration",
    member: "AnalyticsConfiguration",
};

pub(super) fn put_guard(cx: &Cx, i: &PutBucketAnalyticsConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutAnalyticsConfiguration")
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketAnalyticsConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetAnalyticsConfiguration")
}

pub(super) fn delete_guard(cx: &Cx, i: &DeleteBucketAnalyticsConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutAnalyticsConfiguration")
}

pub(super) fn list_guard(cx: &Cx, i: &ListBucketAnalyticsConfigurationsRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetAnalyticsConfiguration")
}

/// Errors: NotImplemented: an export; MalformedXML; those of `named.rs`.
pub(super) fn put(cx: &mut Cx, i: &PutBucketAnalyticsConfigurationRequest) -> Result<Empty, Fault> {
    let asked = &i.analytics_configuration;
    if asked.storage_class_analysis.data_export.is_some() {
        return Err(err::not_built("StorageClassAnalysis.DataExport"));
    }
    if let Some(f) = &asked.filter {
        let and =
            f.and.as_ref().map(|a| (usize::from(a.prefix.is_some()), a.tags.as_deref().unwrap_or_default()));
        named::check_filter(&[f.prefix.is_some(), f.tag.is_some(), f.and.is_some()], f.tag.as_ref(), and)?;
    }
    named::put(cx, (&i.bucket, KIND), (&i.id, &asked.id), asked)
}

/// Errors: NoSuchConfiguration.
pub(super) fn get(
    cx: &mut Cx,
    i: &GetBucketAnalyticsConfigurationRequest,
) -> Result<GetBucketAnalyticsConfigurationOutput, Fault> {
    let found = named::get(cx, (&i.bucket, KIND), &i.id)?;
    Ok(GetBucketAnalyticsConfigurationOutput { analytics_configuration: Some(found) })
}

/// Errors: NoSuchConfiguration.
pub(super) fn delete(cx: &mut Cx, i: &DeleteBucketAnalyticsConfigurationRequest) -> Result<Empty, Fault> {
    named::delete(cx, (&i.bucket, KIND), &i.id)
}

/// Errors: InvalidArgument: a token that isn't one.
pub(super) fn list(
    cx: &mut Cx,
    i: &ListBucketAnalyticsConfigurationsRequest,
) -> Result<ListBucketAnalyticsConfigurationsOutput, Fault> {
    let page = named::list(cx, (&i.bucket, KIND), i.continuation_token.as_deref())?;
    Ok(ListBucketAnalyticsConfigurationsOutput {
        is_truncated: Some(page.next.is_some()),
        continuation_token: i.continuation_token.clone(),
        next_continuation_token: page.next,
        analytics_configuration_list: (!page.items.is_empty()).then_some(page.items),
    })
}
