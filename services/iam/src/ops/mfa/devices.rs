//! Making, deleting, listing and tagging virtual MFA devices.

use codec::{Blob, Empty, Fault};
use directory::{MfaDevice, MfaDevices, User};
use kernel::{BASE32, Cx};
use shapes_iam::err as shapes_err;

use super::{find, lookup, owner_of, qr, save};
use crate::answers::{self, at};
use crate::state::home;
use crate::{holder, pages, tags};

/// Characters of a seed: 320 bits. Source: recorded seeds in AWS's documentation have 64 characters.
const SEED: usize = 64;

pub(super) fn create(
    cx: &mut Cx,
    i: &shapes_iam::CreateVirtualMFADeviceRequest,
) -> Result<shapes_iam::CreateVirtualMFADeviceResponse, Fault> {
    let device = MfaDevice {
        partition: cx.scope.partition.to_owned(),
        account: cx.scope.account.clone(),
        path: i.path.clone().unwrap_or_else(|| "/".to_owned()),
        name: i.virtual_mfa_device_name.clone(),
        seed: cx.ids.text("iam.mfa_seed", SEED, BASE32),
        created_ms: cx.now_ms,
        tags: tags::new(&i.tags)?,
        ..MfaDevice::default()
    };
    if lookup(cx, &device.serial_number())?.is_some() {
        return Err(shapes_err::entity_already_exists_exception(
            "MFADevice entity at the same path and name already exists.",
        ));
    }
    save(cx, &device);
    let account = crate::ops::account_settings::alias(cx)?.unwrap_or_else(|| cx.scope.account.clone());
    let uri = format!("otpauth://totp/{}@{account}?secret={}", device.name, device.seed);
    Ok(shapes_iam::CreateVirtualMFADeviceResponse {
        virtual_mfa_device: shapes_iam::VirtualMFADevice {
            serial_number: device.serial_number(),
            base32_string_seed: Some(Blob(device.seed.into_bytes())),
            qr_code_png: qr::png(&uri).map(Blob),
            tags: answers::tags(&device.tags),
            ..shapes_iam::VirtualMFADevice::default()
        },
    })
}

pub(super) fn delete(cx: &mut Cx, i: &shapes_iam::DeleteVirtualMFADeviceRequest) -> Result<Empty, Fault> {
    let device = find(cx, &i.serial_number)?;
    if device.user.is_some() {
        return Err(shapes_err::delete_conflict_exception(
            "MFA VirtualDevice in use. Must deactivate first.",
        ));
    }
    cx.delete::<MfaDevices>(&device.key());
    Ok(Empty {})
}

pub(super) fn list(
    cx: &mut Cx,
    i: &shapes_iam::ListVirtualMFADevicesRequest,
) -> Result<shapes_iam::ListVirtualMFADevicesResponse, Fault> {
    let status = i.assignment_status.as_deref().unwrap_or("Any");
    let asked = pages::asked(cx, "ListVirtualMFADevices", &[status], &i.marker, i.max_items)?;
    let wanted = |d: &MfaDevice| match status {
        "Assigned" => d.user.is_some(),
        "Unassigned" => d.user.is_none(),
        _ => true,
    };
    let home = home(cx);
    let all = cx.scan_prefix::<MfaDevices>(&home)?.map(|(_, d)| d).filter(wanted);
    let page = asked.cut_all(cx, all.collect(), MfaDevice::serial_number);
    let devices = page.items.iter().map(|d| listed(cx, d)).collect::<Result<_, _>>()?;
    Ok(shapes_iam::ListVirtualMFADevicesResponse {
        virtual_mfa_devices: devices,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

/// A device as lists show it: without seed, picture and tags.
fn listed(cx: &Cx, d: &MfaDevice) -> Result<shapes_iam::VirtualMFADevice, Fault> {
    let user = match owner_of(cx, d)? {
        Some(o) if o.is_root() => Some(shapes_iam::User {
            user_id: cx.scope.account.clone(),
            arn: cx.scope.global_arn("iam", "root"),
            ..shapes_iam::User::default()
        }),
        Some(o) => Some(answers::listed_user(cx, &holder::find::<User>(cx, &o.name)?.1)),
        None => None,
    };
    Ok(shapes_iam::VirtualMFADevice {
        serial_number: d.serial_number(),
        user,
        enable_date: d.enabled_ms.map(at),
        ..shapes_iam::VirtualMFADevice::default()
    })
}

pub(super) fn tag(cx: &mut Cx, i: &shapes_iam::TagMFADeviceRequest) -> Result<Empty, Fault> {
    let mut device = find(cx, &i.serial_number)?;
    tags::add(&mut device.tags, &i.tags)?;
    save(cx, &device);
    Ok(Empty {})
}

pub(super) fn untag(cx: &mut Cx, i: &shapes_iam::UntagMFADeviceRequest) -> Result<Empty, Fault> {
    let mut device = find(cx, &i.serial_number)?;
    tags::remove(&mut device.tags, &i.tag_keys)?;
    save(cx, &device);
    Ok(Empty {})
}

pub(super) fn list_tags(
    cx: &mut Cx,
    i: &shapes_iam::ListMFADeviceTagsRequest,
) -> Result<shapes_iam::ListMFADeviceTagsResponse, Fault> {
    let asked = pages::asked(cx, "ListMFADeviceTags", &[&i.serial_number], &i.marker, i.max_items)?;
    let page = tags::page(cx, &asked, &find(cx, &i.serial_number)?.tags);
    Ok(shapes_iam::ListMFADeviceTagsResponse {
        tags: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
