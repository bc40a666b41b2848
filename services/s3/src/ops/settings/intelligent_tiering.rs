//! Archive tiers of Intelligent-Tiering: PutBucketIntelligentTieringConfiguration, Get…, Delete…, List…. An enabled one would
//! archive what nobody reads, which is not built and refused.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{
    DeleteBucketIntelligentTieringConfigurationRequest, GetBucketIntelligentTieringConfigurationOutput,
    GetBucketIntelligentTieringConfigurationRequest, ListBucketIntelligentTieringConfigurationsOutput,
    ListBucketIntelligentTieringConfigurationsRequest, PutBucketIntelligentTieringConfigurationRequest,
};

use super::named;
use crate::settings::Kind;
use crate::{err, guard};

const KIND: Kind = Kind {
    name: "intelligent-tiering",
    operation: "PutBucketIntelligentTieringConfiguration",
    member: "IntelligentTieringConfiguration",
};

pub(super) fn put_guard(
    cx: &Cx,
    i: &PutBucketIntelligentTieringConfigurationRequest,
) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutIntelligentTieringConfiguration")
}

pub(super) fn get_guard(
    cx: &Cx,
    i: &GetBucketIntelligentTieringConfigurationRequest,
) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetIntelligentTieringConfiguration")
}

pub(super) fn delete_guard(
    cx: &Cx,
    i: &DeleteBucketIntelligentTieringConfigurationRequest,
) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutIntelligentTieringConfiguration")
}

pub(super) fn list_guard(
    cx: &Cx,
    i: &ListBucketIntelligentTieringConfigurationsRequest,
) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetIntelligentTieringConfiguration")
}

/// Errors: MalformedXML; InvalidArgument: days; NotImplemented: an enabled configuration; those of `named.rs`.
pub(super) fn put(cx: &mut Cx, i: &PutBucketIntelligentTieringConfigurationRequest) -> Result<Empty, Fault> {
    let asked = &i.intelligent_tiering_configuration;
    if let Some(f) = &asked.filter {
        let and =
            f.and.as_ref().map(|a| (usize::from(a.prefix.is_some()), a.tags.as_deref().unwrap_or_default()));
        named::check_filter(&[f.prefix.is_some(), f.tag.is_some(), f.and.is_some()], f.tag.as_ref(), and)?;
    }
    if asked.tierings.is_empty() || !matches!(asked.status.as_str(), "Enabled" | "Disabled") {
        return Err(err::malformed_xml());
    }
    for tiering in &asked.tierings {
        let least = match tiering.access_tier.as_str() {
            "ARCHIVE_ACCESS" => 90,
            "DEEP_ARCHIVE_ACCESS" => 180,
            _ => return Err(err::malformed_xml()),
        };
        if !(least..=730).contains(&tiering.days) {
            let message = format!("Days must be between {least} and 730 for {}", tiering.access_tier);
            return Err(err::invalid_argument(&message, "Days", &tiering.days.to_string()));
        }
    }
    if asked.status == "Enabled" {
        return Err(err::not_built("IntelligentTieringConfiguration"));
    }
    named::put(cx, (&i.bucket, KIND), (&i.id, &asked.id), asked)
}

/// Errors: NoSuchConfiguration.
pub(super) fn get(
    cx: &mut Cx,
    i: &GetBucketIntelligentTieringConfigurationRequest,
) -> Result<GetBucketIntelligentTieringConfigurationOutput, Fault> {
    let found = named::get(cx, (&i.bucket, KIND), &i.id)?;
    Ok(GetBucketIntelligentTieringConfigurationOutput { intelligent_tiering_configuration: Some(found) })
}

/// Errors: NoSuchConfiguration.
pub(super) fn delete(
    cx: &mut Cx,
    i: &DeleteBucketIntelligentTieringConfigurationRequest,
) -> Result<Empty, Fault> {
    named::delete(cx, (&i.bucket, KIND), &i.id)
}

/// Errors: InvalidArgument: a token that isn't one.
pub(super) fn list(
    cx: &mut Cx,
    i: &ListBucketIntelligentTieringConfigurationsRequest,
) -> Result<ListBucketIntelligentTieringConfigurationsOutput, Fault> {
    let page = named::list(cx, (&i.bucket, KIND), i.continuation_token.as_deref())?;
    Ok(ListBucketIntelligentTieringConfigurationsOutput {
        is_truncated: Some(page.next.is_some()),
        continuation_token: i.continuation_token.clone(),
        next_continuation_token: page.next,
        intelligent_tiering_configuration_list: (!page.items.is_empty()).then_some(page.items),
    })
}
