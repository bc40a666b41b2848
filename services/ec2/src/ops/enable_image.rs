//! `EnableImage`, `DisableImage`, `EnableImageDeprecation`, `DisableImageDeprecation`.
//! Source: EC2 user guide, "Disable an AMI", "Deprecate an AMI" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    DisableImageDeprecationRequest, DisableImageDeprecationResult, DisableImageRequest, DisableImageResult,
    EnableImageDeprecationRequest, EnableImageDeprecationResult, EnableImageRequest, EnableImageResult,
};

use crate::err::invalid_value;
use crate::image;

/// Errors: InvalidAMIID.NotFound; AuthFailure.
pub(crate) fn enable(cx: &mut Cx, i: &EnableImageRequest) -> Result<EnableImageResult, Fault> {
    let mut row = image::find_own(cx, &i.image_id)?;
    row.disabled = false;
    image::save(cx, &row)?;
    Ok(EnableImageResult { return_: Some(true) })
}

/// A disabled image is shared with nobody any more. Errors: InvalidAMIID.NotFound; AuthFailure.
pub(crate) fn disable(cx: &mut Cx, i: &DisableImageRequest) -> Result<DisableImageResult, Fault> {
    let mut row = image::find_own(cx, &i.image_id)?;
    row.disabled = true;
    row.shared.clear();
    image::save(cx, &row)?;
    Ok(DisableImageResult { return_: Some(true) })
}

/// Errors: InvalidAMIID.NotFound; AuthFailure; InvalidParameterValue: a date of the past, or more than ten years away.
pub(crate) fn deprecate(
    cx: &mut Cx,
    i: &EnableImageDeprecationRequest,
) -> Result<EnableImageDeprecationResult, Fault> {
    let mut row = image::find_own(cx, &i.image_id)?;
    let at_ms = i.deprecate_at.epoch_ms;
    if at_ms < cx.now_ms || at_ms > cx.now_ms + 3_653 * 86_400_000 {
        return Err(invalid_value(
            "The deprecation date must lie in the future, no more than 10 years from now.",
        ));
    }
    // To the minute, rounded up.
    row.deprecated_ms = Some((at_ms + 59_999).div_euclid(60_000) * 60_000);
    image::save(cx, &row)?;
    Ok(EnableImageDeprecationResult { return_: Some(true) })
}

/// Errors: InvalidAMIID.NotFound; AuthFailure.
pub(crate) fn restore(
    cx: &mut Cx,
    i: &DisableImageDeprecationRequest,
) -> Result<DisableImageDeprecationResult, Fault> {
    let mut row = image::find_own(cx, &i.image_id)?;
    row.deprecated_ms = None;
    image::save(cx, &row)?;
    Ok(DisableImageDeprecationResult { return_: Some(true) })
}
