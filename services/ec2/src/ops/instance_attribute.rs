//! `DescribeInstanceAttribute`, `ModifyInstanceAttribute`, `ResetInstanceAttribute`: one attribute a call.
//! Source: EC2 API reference, the operations (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::{
    AttributeBooleanValue, AttributeValue, DescribeInstanceAttributeRequest, EnclaveOptions,
    InstanceAttribute, ModifyInstanceAttributeRequest, ResetInstanceAttributeRequest,
};

use crate::err::{self, combination, fault, invalid_parameter, missing};
use crate::instance::{self, Instance, STOPPED, interfaces};
use crate::network_interface;
use crate::resource::{find, on, save};
use crate::volume::Volume;
use crate::{image, instance_type, launch, settings};

fn text(value: &str) -> Option<AttributeValue> {
    Some(AttributeValue { value: Some(value.to_owned()).filter(|v| !v.is_empty()) })
}

fn flag(value: bool) -> Option<AttributeBooleanValue> {
    Some(AttributeBooleanValue { value: Some(value) })
}

/// Errors: InvalidInstanceID.NotFound; InvalidParameterValue: an attribute.
pub(crate) fn describe(
    cx: &mut Cx,
    i: &DescribeInstanceAttributeRequest,
) -> Result<InstanceAttribute, Fault> {
    let row = find::<Instance>(cx, &i.instance_id)?;
    let whole = instance::whole(cx, &row.id)?;
    let first = whole.interfaces.first();
    let mut shown = InstanceAttribute { instance_id: Some(row.id.clone()), ..InstanceAttribute::default() };
    match i.attribute.as_str() {
        "instanceType" => shown.instance_type = text(&row.kind),
        "kernel" => shown.kernel_id = text(""),
        "ramdisk" => shown.ramdisk_id = text(""),
        "userData" => shown.user_data = text(&row.user_data),
        "disableApiTermination" => shown.disable_api_termination = flag(row.keeps),
        "disableApiStop" => shown.disable_api_stop = flag(row.keeps_running),
        "instanceInitiatedShutdownBehavior" => {
            shown.instance_initiated_shutdown_behavior = text(&row.on_shutdown)
        }
        "rootDeviceName" => shown.root_device_name = text(&row.root),
        "blockDeviceMapping" => shown.block_device_mappings = Some(instance::show_devices(whole.disks)),
        "productCodes" => shown.product_codes = Some(Vec::new()),
        "sourceDestCheck" => shown.source_dest_check = flag(first.is_some_and(|n| !n.skips_check)),
        "groupSet" => {
            shown.groups = first.map(|n| network_interface::show_groups(cx, n)).transpose()?;
        }
        "ebsOptimized" => shown.ebs_optimized = flag(row.ebs_optimized),
        "sriovNetSupport" => shown.sriov_net_support = text("simple"),
        "enaSupport" => shown.ena_support = flag(true),
        "enclaveOptions" => shown.enclave_options = Some(EnclaveOptions { enabled: Some(false) }),
        other => return Err(invalid_parameter(other, "attribute", "Unknown attribute.")),
    }
    Ok(shown)
}

/// Errors: InvalidInstanceID.NotFound; InvalidParameterCombination: none or several attributes; IncorrectInstanceState:
/// it must be stopped; InvalidParameterValue; InvalidGroup.NotFound; InvalidInstanceAttributeValue: a type.
pub(crate) fn modify(cx: &mut Cx, i: &ModifyInstanceAttributeRequest) -> Result<Empty, Fault> {
    err::refuse(&[
        ("EnclaveOptions", i.enclave_options.is_some()),
        ("Kernel", i.kernel.is_some()),
        ("Ramdisk", i.ramdisk.is_some()),
        ("SriovNetSupport", i.sriov_net_support.is_some()),
        ("EnaSupport", i.ena_support.is_some()),
    ])?;
    let mut row = instance::living(cx, &i.instance_id)?;
    let named = |name: &str| i.value.clone().filter(|_| i.attribute.as_deref() == Some(name));
    let boolean = |given: &Option<AttributeBooleanValue>, name: &str| match named(name).as_deref() {
        None | Some("true" | "false") => {
            Ok(given.as_ref().and_then(|v| v.value).or_else(|| named(name).map(|v| v == "true")))
        }
        Some(other) => Err(invalid_parameter(other, name, "")),
    };
    let string = |given: &Option<AttributeValue>, name: &str| {
        given.as_ref().and_then(|v| v.value.clone()).or_else(|| named(name))
    };
    let mut changed = 0;
    if let Some(on) = boolean(&i.disable_api_termination, "disableApiTermination")? {
        changed += 1;
        row.keeps = on;
    }
    if let Some(on) = boolean(&i.disable_api_stop, "disableApiStop")? {
        changed += 1;
        row.keeps_running = on;
    }
    if let Some(on) = boolean(&i.ebs_optimized, "ebsOptimized")? {
        changed += 1;
        stopped(cx, &row)?;
        row.ebs_optimized = on;
    }
    if let Some(kind) = string(&i.instance_type, "instanceType") {
        changed += 1;
        retype(cx, &mut row, &kind)?;
    }
    if let Some(what) = string(&i.instance_initiated_shutdown_behavior, "instanceInitiatedShutdownBehavior") {
        changed += 1;
        if !["stop", "terminate"].contains(&what.as_str()) {
            return Err(invalid_parameter(what, "instanceInitiatedShutdownBehavior", ""));
        }
        row.on_shutdown = what;
    }
    let data = i.user_data.as_ref().and_then(|v| v.value.as_ref()).map(|b| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(&b.0)
    });
    if let Some(data) = data.or_else(|| named("userData")) {
        changed += 1;
        stopped(cx, &row)?;
        row.user_data = launch::user_data(Some(&data))?;
    }
    changed += on_interface(cx, i, &row, boolean(&i.source_dest_check, "sourceDestCheck")?)?;
    changed += on_devices(cx, i, &row)?;
    match changed {
        1 => {}
        0 if i.attribute.is_some() && i.value.is_none() => return Err(missing("value")),
        0 => return Err(combination("No attributes specified.")),
        _ => return Err(combination("Fields for multiple attribute types specified")),
    }
    save(cx, &row)?;
    Ok(Empty {})
}

fn stopped(cx: &Cx, row: &Instance) -> Result<(), Fault> {
    if row.state(cx) == STOPPED {
        return Ok(());
    }
    let text = format!("The instance '{}' is not in the 'stopped' state.", row.id);
    Err(fault("IncorrectInstanceState", text))
}

fn retype(cx: &Cx, row: &mut Instance, name: &str) -> Result<(), Fault> {
    stopped(cx, row)?;
    let wrong = || {
        let text = format!("Invalid value '{name}' for InstanceType.");
        fault("InvalidInstanceAttributeValue", text)
    };
    let kind =
        instance_type::named(name).filter(|t| t.zones(cx.scope.region).contains(&row.zone_id.as_str()));
    let kind = kind.ok_or_else(wrong)?;
    if let Some(image) = image::visible(cx, &row.image)? {
        launch::fits(&image, &kind)?;
    }
    row.credits = launch::credits(&settings::read(cx)?, &kind, None)?;
    (row.cores, row.threads) = (kind.cores(), kind.threads());
    kind.name().clone_into(&mut row.kind);
    Ok(())
}

/// Source/destination check and groups, which are the first interface's.
fn on_interface(
    cx: &mut Cx,
    i: &ModifyInstanceAttributeRequest,
    row: &Instance,
    check: Option<bool>,
) -> Result<usize, Fault> {
    if check.is_none() && i.groups.is_none() {
        return Ok(0);
    }
    let mut all = interfaces(cx, row)?;
    if all.len() != 1 {
        return Err(fault(
            "InvalidInstanceID",
            format!(
                "There are multiple interfaces attached to instance '{}'. Please specify an interface ID for the operation instead.",
                row.id
            ),
        ));
    }
    let mut n = all.remove(0);
    if let Some(on) = check {
        n.skips_check = !on;
    }
    if let Some(ids) = &i.groups {
        if ids.is_empty() {
            return Err(missing("groupId"));
        }
        n.groups = network_interface::groups(cx, &n.vpc, ids)?;
    }
    save(cx, &n)?;
    Ok(usize::from(check.is_some()) + usize::from(i.groups.is_some()))
}

/// What of its volumes goes with it.
fn on_devices(cx: &mut Cx, i: &ModifyInstanceAttributeRequest, row: &Instance) -> Result<usize, Fault> {
    let given = i.block_device_mappings.as_deref().unwrap_or_default();
    for m in given {
        err::refuse(&[
            ("BlockDeviceMapping.NoDevice", m.no_device.is_some()),
            ("BlockDeviceMapping.VirtualName", m.virtual_name.is_some()),
        ])?;
        let name = m.device_name.as_deref().ok_or_else(|| missing("deviceName"))?;
        let mut found = false;
        for mut v in on::<Volume>(cx, &row.id)? {
            for a in v.attached.iter_mut().filter(|a| a.instance == row.id && a.device == name) {
                if m.ebs.as_ref().and_then(|e| e.volume_id.as_ref()).is_some_and(|id| *id != v.id) {
                    continue;
                }
                found = true;
                let new = m.ebs.as_ref().and_then(|e| e.delete_on_termination);
                a.delete_on_termination = new.unwrap_or(a.delete_on_termination);
            }
            save(cx, &v)?;
        }
        if !found {
            let text = format!("No device is currently mapped at {name}");
            return Err(fault("InvalidInstanceAttributeValue", text));
        }
    }
    Ok(usize::from(!given.is_empty()))
}

/// Errors: InvalidInstanceID.NotFound; InvalidParameterValue: an attribute.
pub(crate) fn reset(cx: &mut Cx, i: &ResetInstanceAttributeRequest) -> Result<Empty, Fault> {
    let row = instance::living(cx, &i.instance_id)?;
    match i.attribute.as_str() {
        "sourceDestCheck" => {
            for mut n in interfaces(cx, &row)?.into_iter().take(1) {
                n.skips_check = false;
                save(cx, &n)?;
            }
            Ok(Empty {})
        }
        "kernel" | "ramdisk" => stopped(cx, &row).map(|()| Empty {}),
        other => Err(invalid_parameter(other, "attribute", "")),
    }
}
