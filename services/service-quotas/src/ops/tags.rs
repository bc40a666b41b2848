//! `TagResource`, `UntagResource`, `ListTagsForResource`. Source: Service Quotas API reference (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_service_quotas as s;

use crate::tags::{add, named, of, take};

/// Errors: NoSuchResourceException; IllegalArgumentException.
pub(crate) fn list(
    cx: &mut Cx,
    i: &s::ListTagsForResourceRequest,
) -> Result<s::ListTagsForResourceResponse, Fault> {
    let quota = named(cx, &i.resource_arn)?;
    let tags = of(cx, quota.service, quota.code)?;
    let tags = tags.into_iter().map(|(key, value)| s::Tag { key, value }).collect();
    Ok(s::ListTagsForResourceResponse { tags: Some(tags) })
}

/// Errors: NoSuchResourceException; IllegalArgumentException; TooManyTagsException.
pub(crate) fn tag(cx: &mut Cx, i: &s::TagResourceRequest) -> Result<s::TagResourceResponse, Fault> {
    let quota = named(cx, &i.resource_arn)?;
    add(cx, quota, &i.tags)?;
    Ok(s::TagResourceResponse::default())
}

/// Errors: NoSuchResourceException; IllegalArgumentException.
pub(crate) fn untag(cx: &mut Cx, i: &s::UntagResourceRequest) -> Result<s::UntagResourceResponse, Fault> {
    let quota = named(cx, &i.resource_arn)?;
    take(cx, quota, &i.tag_keys)?;
    Ok(s::UntagResourceResponse::default())
}
