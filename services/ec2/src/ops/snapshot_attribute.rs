//! `DescribeSnapshotAttribute`, `ModifySnapshotAttribute`, `ResetSnapshotAttribute`: who may make volumes of a snapshot.
//! Source: EC2 API reference, the operations (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::{
    CreateVolumePermission, DescribeSnapshotAttributeRequest, DescribeSnapshotAttributeResult,
    ModifySnapshotAttributeRequest, ResetSnapshotAttributeRequest,
};

use crate::err::{combination, fault, invalid_parameter, invalid_value, missing};
use crate::{settings, snapshot};

/// Errors: InvalidSnapshot.NotFound; AuthFailure; InvalidParameterValue: an attribute.
pub(crate) fn describe(
    cx: &mut Cx,
    i: &DescribeSnapshotAttributeRequest,
) -> Result<DescribeSnapshotAttributeResult, Fault> {
    let row = snapshot::find_own(cx, &i.snapshot_id)?;
    let permission = |to: &String| match to.as_str() {
        "all" => CreateVolumePermission { group: Some(to.clone()), user_id: None },
        _ => CreateVolumePermission { user_id: Some(to.clone()), group: None },
    };
    let wanted = i.attribute == "createVolumePermission";
    Ok(DescribeSnapshotAttributeResult {
        product_codes: (!wanted).then(Vec::new),
        snapshot_id: Some(row.id),
        create_volume_permissions: wanted.then(|| row.shared.iter().map(permission).collect()),
    })
}

/// Errors: InvalidSnapshot.NotFound; AuthFailure; InvalidParameterValue: an account, an encrypted snapshot made public;
/// MissingParameter: nothing to change; OperationNotPermitted (text inferred): made public where the account blocks that.
pub(crate) fn modify(cx: &mut Cx, i: &ModifySnapshotAttributeRequest) -> Result<Empty, Fault> {
    let mut row = snapshot::find_own(cx, &i.snapshot_id)?;
    i.attribute.as_deref().map_or(Ok(()), sharing)?;
    let (mut add, mut remove) = (Vec::new(), Vec::new());
    if let Some(change) = &i.create_volume_permission {
        add.extend(change.add.iter().flatten().filter_map(name));
        remove.extend(change.remove.iter().flatten().filter_map(name));
    }
    let flat: Vec<String> =
        i.user_ids.iter().flatten().chain(i.group_names.iter().flatten()).cloned().collect();
    match i.operation_type.as_deref() {
        Some("add") => add.extend(flat),
        Some("remove") => remove.extend(flat),
        Some(other) => return Err(invalid_parameter(other, "operationType", "")),
        None if !flat.is_empty() => return Err(missing("operationType")),
        None => {}
    }
    if add.is_empty() && remove.is_empty() {
        return Err(combination("No attributes specified."));
    }
    for to in &add {
        grantee(to)?;
        if to == "all" && row.encrypted {
            return Err(fault("InvalidParameterValue", "Encrypted snapshots can't be made public."));
        }
        if to == "all" && !row.shared.contains(to) && !settings::read(cx)?.snapshot_sharing.is_empty() {
            let text = "You can't publicly share this snapshot because block public access for snapshots is enabled for this account in this Region.";
            return Err(fault("OperationNotPermitted", text));
        }
    }
    share(&mut row.shared, add, &remove);
    snapshot::save(cx, &row)?;
    Ok(Empty {})
}

/// Adds and removes grantees.
pub(crate) fn share(shared: &mut Vec<String>, add: Vec<String>, remove: &[String]) {
    shared.extend(add);
    shared.retain(|s| !remove.contains(s));
    shared.sort();
    shared.dedup();
}

/// Refuses another attribute than the one that can change.
fn sharing(attribute: &str) -> Result<(), Fault> {
    match attribute {
        "createVolumePermission" => Ok(()),
        other => Err(invalid_parameter(other, "attribute", "")),
    }
}

/// Refuses what is neither an account nor `all`.
pub(crate) fn grantee(to: &str) -> Result<(), Fault> {
    let account = to.len() == 12 && to.bytes().all(|b| b.is_ascii_digit());
    if account || to == "all" { Ok(()) } else { Err(invalid_value(format!("Invalid user ID: {to}"))) }
}

fn name(p: &CreateVolumePermission) -> Option<String> {
    p.user_id.clone().or_else(|| p.group.clone())
}

/// Errors: InvalidSnapshot.NotFound; AuthFailure; InvalidParameterValue: an attribute.
pub(crate) fn reset(cx: &mut Cx, i: &ResetSnapshotAttributeRequest) -> Result<Empty, Fault> {
    let mut row = snapshot::find_own(cx, &i.snapshot_id)?;
    sharing(&i.attribute)?;
    row.shared.clear();
    snapshot::save(cx, &row)?;
    Ok(Empty {})
}
