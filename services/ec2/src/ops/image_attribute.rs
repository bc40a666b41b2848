//! `DescribeImageAttribute`, `ModifyImageAttribute`, `ResetImageAttribute`: description, launch permissions, IMDS.
//! Source: EC2 API reference, the operations (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::{
    AttributeValue, DescribeImageAttributeRequest, ImageAttribute, LaunchPermission,
    ModifyImageAttributeRequest, ResetImageAttributeRequest,
};

use crate::err::{self, combination, invalid_parameter, missing};
use crate::image::{self, Image, show_device};
use crate::ops::snapshot_attribute::{grantee, share};
use crate::settings;

/// What can be modified.
const MODIFIED: [&str; 3] = ["description", "launchPermission", "imdsSupport"];

/// An attribute's name as it is documented. The case of its letters doesn't matter (inferred: Ansible's `ec2_ami` changes
/// descriptions by `Description`).
fn as_documented(name: &str) -> &str {
    MODIFIED.into_iter().find(|m| m.eq_ignore_ascii_case(name)).unwrap_or(name)
}

fn text(value: &str) -> Option<AttributeValue> {
    Some(AttributeValue { value: Some(value.to_owned()).filter(|v| !v.is_empty()) })
}

fn permission(to: &str) -> LaunchPermission {
    match to {
        "all" => LaunchPermission { group: Some(to.to_owned()), ..LaunchPermission::default() },
        _ => LaunchPermission { user_id: Some(to.to_owned()), ..LaunchPermission::default() },
    }
}

/// Errors: InvalidAMIID.NotFound; AuthFailure: another account's; InvalidParameterValue: an attribute.
pub(crate) fn describe(cx: &mut Cx, i: &DescribeImageAttributeRequest) -> Result<ImageAttribute, Fault> {
    let row = image::find_own(cx, &i.image_id)?;
    let mut shown = ImageAttribute { image_id: Some(row.id.clone()), ..ImageAttribute::default() };
    match i.attribute.as_str() {
        "description" => shown.description = text(&row.description),
        "kernel" => shown.kernel_id = text(""),
        "ramdisk" => shown.ramdisk_id = text(""),
        "launchPermission" => {
            shown.launch_permissions = Some(row.shared.iter().map(|to| permission(to)).collect())
        }
        "productCodes" => shown.product_codes = Some(Vec::new()),
        "blockDeviceMapping" => {
            shown.block_device_mappings = Some(row.devices.iter().map(show_device).collect())
        }
        "sriovNetSupport" => shown.sriov_net_support = text(if row.sriov { "simple" } else { "" }),
        "bootMode" => shown.boot_mode = text(&row.boot_mode),
        "tpmSupport" => shown.tpm_support = text(&row.tpm),
        "imdsSupport" => shown.imds_support = text(&row.imds),
        "lastLaunchedTime" => shown.last_launched_time = text(""),
        "deregistrationProtection" => shown.deregistration_protection = text(row.protection.show()),
        other => return Err(invalid_parameter(other, "attribute", "")),
    }
    Ok(shown)
}

/// Errors: InvalidAMIID.NotFound; AuthFailure; InvalidParameterCombination: none or several attributes;
/// InvalidParameterValue: an attribute, an account; MissingParameter; OperationNotPermitted (text inferred): making it public
/// where the account blocks that.
pub(crate) fn modify(cx: &mut Cx, i: &ModifyImageAttributeRequest) -> Result<Empty, Fault> {
    err::refuse(&[
        ("OrganizationArns", i.organization_arns.is_some()),
        ("OrganizationalUnitArns", i.organizational_unit_arns.is_some()),
        ("ProductCodes", i.product_codes.is_some()),
    ])?;
    let mut row = image::find_own(cx, &i.image_id)?;
    let named = i.attribute.as_deref().map(as_documented);
    let description = match (&i.description, named) {
        (Some(d), _) => d.value.clone(),
        (None, Some("description")) => Some(i.value.clone().ok_or_else(|| missing("value"))?),
        _ => None,
    };
    let imds = i.imds_support.as_ref().and_then(|v| v.value.clone());
    let (add, remove) = permissions(i)?;
    if let Some(other) = named.filter(|n| !MODIFIED.contains(n)) {
        return Err(invalid_parameter(other, "attribute", ""));
    }
    let sharing = !add.is_empty() || !remove.is_empty();
    match usize::from(description.is_some()) + usize::from(imds.is_some()) + usize::from(sharing) {
        0 => return Err(combination("No attributes specified.")),
        1 => {}
        _ => return Err(combination("Fields for multiple attribute types specified")),
    }
    if let Some(mode) = imds {
        if mode != "v2.0" {
            return Err(invalid_parameter(mode, "imdsSupport", ""));
        }
        row.imds = mode;
    }
    row.description = description.unwrap_or(row.description);
    for to in &add {
        grantee(to)?;
        if to == "all" && !row.shared.contains(to) && !settings::read(cx)?.images_unblocked {
            let text = "You can't publicly share this image because block public access for AMIs is enabled for this account in this Region.";
            return Err(err::fault("OperationNotPermitted", text));
        }
    }
    share_with(cx, row, add, &remove)?;
    Ok(Empty {})
}

fn share_with(cx: &mut Cx, mut row: Image, add: Vec<String>, remove: &[String]) -> Result<(), Fault> {
    share(&mut row.shared, add, remove);
    image::save(cx, &row)
}

/// Launch permissions that are added and removed.
fn permissions(i: &ModifyImageAttributeRequest) -> Result<(Vec<String>, Vec<String>), Fault> {
    let (mut add, mut remove) = (Vec::new(), Vec::new());
    if let Some(change) = &i.launch_permission {
        for p in change.add.iter().flatten().chain(change.remove.iter().flatten()) {
            err::refuse(&[
                ("LaunchPermission.OrganizationArn", p.organization_arn.is_some()),
                ("LaunchPermission.OrganizationalUnitArn", p.organizational_unit_arn.is_some()),
            ])?;
        }
        let name = |p: &LaunchPermission| p.user_id.clone().or_else(|| p.group.clone());
        add.extend(change.add.iter().flatten().filter_map(name));
        remove.extend(change.remove.iter().flatten().filter_map(name));
    }
    let flat: Vec<String> =
        i.user_ids.iter().flatten().chain(i.user_groups.iter().flatten()).cloned().collect();
    match i.operation_type.as_deref() {
        Some("add") => add.extend(flat),
        Some("remove") => remove.extend(flat),
        Some(other) => return Err(invalid_parameter(other, "operationType", "")),
        None if !flat.is_empty() => return Err(missing("operationType")),
        None => {}
    }
    Ok((add, remove))
}

/// Errors: InvalidAMIID.NotFound; AuthFailure.
pub(crate) fn reset(cx: &mut Cx, i: &ResetImageAttributeRequest) -> Result<Empty, Fault> {
    let mut row = image::find_own(cx, &i.image_id)?;
    row.shared.clear();
    image::save(cx, &row)?;
    Ok(Empty {})
}
