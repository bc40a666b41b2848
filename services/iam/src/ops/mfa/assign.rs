//! Assigning devices to users, and what users have.
//! Source of the texts: answers of AWS quoted in public issues, except where a comment says inferred.

use codec::{Empty, Fault};
use directory::MfaDevice;
use kernel::Cx;
use shapes_iam::err as shapes_err;

use super::{DevicesOfUser, find, lookup, owner_of, save};
use crate::answers::at;
use crate::owner::{self, Owner};
use crate::pages;
use crate::quotas::Quota;
use crate::state::Mark;

/// Devices of one user. Source: IAM user guide, "IAM and AWS STS quotas".
const DEVICES: Quota = Quota { name: "MFADevicesPerUser", limit: 8 };

pub(super) fn enable(cx: &mut Cx, i: &shapes_iam::EnableMFADeviceRequest) -> Result<Empty, Fault> {
    let owner = named(cx, &i.user_name)?;
    let mut device = find(cx, &i.serial_number)?;
    if device.user.is_some() {
        // Inferred.
        return Err(shapes_err::entity_already_exists_exception("MFADevice is already in use."));
    }
    DEVICES.check(owner.things::<DevicesOfUser>(cx)?.len() + 1)?;
    synchronize(cx, &mut device, &i.authentication_code1, &i.authentication_code2)?;
    device.enabled_ms = Some(cx.now_ms);
    device.user = Some(owner.name.clone());
    let key = owner.key(cx, &device.key().2);
    cx.put::<DevicesOfUser>(&key, &Mark);
    save(cx, &device);
    Ok(Empty {})
}

pub(super) fn resync(cx: &mut Cx, i: &shapes_iam::ResyncMFADeviceRequest) -> Result<Empty, Fault> {
    let owner = named(cx, &i.user_name)?;
    let mut device = assigned(cx, &owner, &i.serial_number)?;
    synchronize(cx, &mut device, &i.authentication_code1, &i.authentication_code2)?;
    save(cx, &device);
    Ok(Empty {})
}

/// Learns from two codes in a row how the device's clock stands.
fn synchronize(cx: &Cx, device: &mut MfaDevice, first: &str, second: &str) -> Result<(), Fault> {
    let found = device.accepts_pair(first, second, &[cx.now_ms, cx.real_now_ms]);
    let (step, drift) = found.ok_or_else(|| {
        shapes_err::invalid_authentication_code_exception("Authentication code for device is not valid.")
    })?;
    (device.last_step, device.drift_steps) = (step, drift);
    Ok(())
}

pub(super) fn deactivate(cx: &mut Cx, i: &shapes_iam::DeactivateMFADeviceRequest) -> Result<Empty, Fault> {
    let owner = owner::named_or_caller(cx, &i.user_name)?;
    let mut device = assigned(cx, &owner, &i.serial_number)?;
    (device.user, device.enabled_ms) = (None, None);
    (device.drift_steps, device.last_step) = (0, 0);
    let key = owner.key(cx, &device.key().2);
    cx.delete::<DevicesOfUser>(&key);
    save(cx, &device);
    Ok(Empty {})
}

pub(super) fn list(
    cx: &mut Cx,
    i: &shapes_iam::ListMFADevicesRequest,
) -> Result<shapes_iam::ListMFADevicesResponse, Fault> {
    let owner = owner::named_or_caller(cx, &i.user_name)?;
    let asked = pages::asked(cx, "ListMFADevices", &[&owner.id], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, of(cx, &owner)?, MfaDevice::serial_number);
    let shown = |d: MfaDevice| shapes_iam::MFADevice {
        user_name: owner.name.clone(),
        serial_number: d.serial_number(),
        enable_date: at(d.enabled_ms.unwrap_or_default()),
    };
    let page = page.map(shown);
    Ok(shapes_iam::ListMFADevicesResponse {
        mfa_devices: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

pub(super) fn get(
    cx: &mut Cx,
    i: &shapes_iam::GetMFADeviceRequest,
) -> Result<shapes_iam::GetMFADeviceResponse, Fault> {
    let owner = owner::named_or_caller(cx, &i.user_name)?;
    let device = assigned(cx, &owner, &i.serial_number)?;
    Ok(shapes_iam::GetMFADeviceResponse {
        user_name: Some(owner.name),
        serial_number: device.serial_number(),
        enable_date: device.enabled_ms.map(at),
        certifications: None,
    })
}

/// The devices of a user.
pub(super) fn of(cx: &Cx, owner: &Owner) -> Result<Vec<MfaDevice>, Fault> {
    let keys = owner.things::<DevicesOfUser>(cx)?;
    let serial = |path_and_name: &str| cx.scope.global_arn("iam", &format!("mfa{path_and_name}"));
    let devices = keys.iter().map(|(k, _)| lookup(cx, &serial(&k.3)));
    Ok(devices.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// A device of a user's.
fn assigned(cx: &Cx, owner: &Owner, serial: &str) -> Result<MfaDevice, Fault> {
    let device = find(cx, serial)?;
    let its = owner_of(cx, &device)?;
    if its.is_none_or(|o| o.id != owner.id) {
        // Inferred.
        let text = format!("MFA Device {serial} is not assigned to user {}.", owner.name);
        return Err(shapes_err::no_such_entity_exception(text));
    }
    Ok(device)
}

/// The user of that name; the root may mean itself by its account's id, as tools do.
fn named(cx: &Cx, name: &str) -> Result<Owner, Fault> {
    if cx.caller.kind == directory::IdentityKind::Root && name == cx.scope.account {
        return Ok(Owner::root(cx));
    }
    owner::named(cx, name)
}

/// A user gets a new name.
pub(crate) fn renamed(cx: &mut Cx, owner: &Owner, new_name: &str) -> Result<(), Fault> {
    for mut device in of(cx, owner)? {
        device.user = Some(new_name.to_owned());
        save(cx, &device);
    }
    Ok(())
}

/// Whether a user has a device, for reports.
pub(crate) fn has_device(cx: &Cx, owner: &Owner) -> Result<bool, Fault> {
    Ok(!owner.things::<DevicesOfUser>(cx)?.is_empty())
}
