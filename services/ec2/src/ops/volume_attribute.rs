//! `DescribeVolumeAttribute`, `ModifyVolumeAttribute`, `EnableVolumeIO`.
//! Source: EC2 API reference, the operations; EBS user guide, "Work with an impaired volume" (2026-11-22).
//!
//! Differs from AWS: no volume is ever impaired, so that its I/O is always enabled and enabling it changes nothing.

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::{
    AttributeBooleanValue, DescribeVolumeAttributeRequest, DescribeVolumeAttributeResult,
    EnableVolumeIORequest, ModifyVolumeAttributeRequest,
};

use crate::err::{combination, invalid_parameter};
use crate::resource::{find, save};
use crate::volume::Volume;

/// Errors: InvalidVolume.NotFound; InvalidParameterValue: an attribute.
pub(crate) fn describe(
    cx: &mut Cx,
    i: &DescribeVolumeAttributeRequest,
) -> Result<DescribeVolumeAttributeResult, Fault> {
    let row = find::<Volume>(cx, &i.volume_id)?;
    let mut shown = DescribeVolumeAttributeResult::default();
    match i.attribute.as_str() {
        "autoEnableIO" => shown.auto_enable_io = Some(AttributeBooleanValue { value: Some(row.auto_io) }),
        "productCodes" => shown.product_codes = Some(Vec::new()),
        other => return Err(invalid_parameter(other, "attribute", "")),
    }
    shown.volume_id = Some(row.id);
    Ok(shown)
}

/// Errors: InvalidVolume.NotFound; InvalidParameterCombination: nothing to change.
pub(crate) fn modify(cx: &mut Cx, i: &ModifyVolumeAttributeRequest) -> Result<Empty, Fault> {
    let mut row = find::<Volume>(cx, &i.volume_id)?;
    let Some(on) = i.auto_enable_io.as_ref().and_then(|v| v.value) else {
        return Err(combination("No attributes specified."));
    };
    row.auto_io = on;
    save(cx, &row)?;
    Ok(Empty {})
}

/// Errors: InvalidVolume.NotFound.
pub(crate) fn enable_io(cx: &mut Cx, i: &EnableVolumeIORequest) -> Result<Empty, Fault> {
    find::<Volume>(cx, &i.volume_id)?;
    Ok(Empty {})
}
