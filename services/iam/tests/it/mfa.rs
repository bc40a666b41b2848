//! MFA devices with codes as an app makes them: by the virtual clock, by the real one, and by a clock that is off.

use directory::MfaDevice;
use service_iam::service;
use shapes_iam::*;
use testkit::{EPOCH_MS, Lab};

const PHONE: &str = "arn:aws:iam::000000000000:mfa/phone";

fn lab() -> (Lab, MfaDevice) {
    let lab = Lab::new(vec![service()]);
    let input = CreateUserRequest { user_name: "u".to_owned(), ..CreateUserRequest::default() };
    lab.call::<op::CreateUser>(input).unwrap();
    let input = CreateVirtualMFADeviceRequest {
        virtual_mfa_device_name: "phone".to_owned(),
        ..CreateVirtualMFADeviceRequest::default()
    };
    let made = lab.call::<op::CreateVirtualMFADevice>(input).unwrap().virtual_mfa_device;
    let seed = String::from_utf8(made.base32_string_seed.unwrap().0).unwrap();
    assert_eq!((made.serial_number.as_str(), seed.len()), (PHONE, 64));
    assert_eq!(&made.qr_code_png.unwrap().0[1..4], b"PNG");
    (lab, MfaDevice { seed, ..MfaDevice::default() })
}

fn enable(lab: &Lab, app: &MfaDevice, at_ms: i64) -> Result<(), codec::Fault> {
    let input = EnableMFADeviceRequest {
        user_name: "u".to_owned(),
        serial_number: PHONE.to_owned(),
        authentication_code1: app.code(at_ms).unwrap(),
        authentication_code2: app.code(at_ms + 30_000).unwrap(),
    };
    lab.call::<op::EnableMFADevice>(input).map(drop)
}

#[test]
fn two_codes_in_a_row_assign_a_device() {
    let (lab, app) = lab();
    enable(&lab, &app, EPOCH_MS - 30_000).unwrap();
    let f = enable(&lab, &app, EPOCH_MS).err().unwrap();
    assert_eq!(f.code(), "EntityAlreadyExists");
    let list = ListMFADevicesRequest { user_name: Some("u".to_owned()), marker: None, max_items: Some(1) };
    let listed = lab.call::<op::ListMFADevices>(list).unwrap();
    assert_eq!((listed.mfa_devices[0].serial_number.as_str(), listed.is_truncated), (PHONE, Some(false)));
    let assigned = ListVirtualMFADevicesRequest {
        assignment_status: Some("Assigned".to_owned()),
        ..ListVirtualMFADevicesRequest::default()
    };
    let devices = lab.call::<op::ListVirtualMFADevices>(assigned).unwrap().virtual_mfa_devices;
    assert_eq!(devices[0].user.as_ref().unwrap().user_name.as_deref(), Some("u"));

    let rename = UpdateUserRequest {
        user_name: "u".to_owned(),
        new_user_name: Some("v".to_owned()),
        ..UpdateUserRequest::default()
    };
    lab.call::<op::UpdateUser>(rename).unwrap();
    lab.kernel.check().unwrap();
    let get = GetMFADeviceRequest { serial_number: PHONE.to_owned(), user_name: Some("v".to_owned()) };
    assert_eq!(lab.call::<op::GetMFADevice>(get).unwrap().user_name.as_deref(), Some("v"));

    let delete_user = DeleteUserRequest { user_name: "v".to_owned() };
    let f = lab.call::<op::DeleteUser>(delete_user.clone()).err().unwrap();
    assert_eq!(f.message(), "Cannot delete entity, must delete MFA device first.");
    let delete = DeleteVirtualMFADeviceRequest { serial_number: PHONE.to_owned() };
    let f = lab.call::<op::DeleteVirtualMFADevice>(delete.clone()).err().unwrap();
    assert_eq!(
        (f.code(), f.message()),
        ("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")
    );
    let off = DeactivateMFADeviceRequest { user_name: Some("v".to_owned()), serial_number: PHONE.to_owned() };
    lab.call::<op::DeactivateMFADevice>(off).unwrap();
    lab.call::<op::DeleteVirtualMFADevice>(delete).unwrap();
    lab.call::<op::DeleteUser>(delete_user).unwrap();
    lab.kernel.check().unwrap();
}

#[test]
fn codes_by_the_real_clock_and_by_one_that_is_off() {
    let (lab, app) = lab();
    let real_ms = lab.kernel.clock.real_now_ms();
    enable(&lab, &app, real_ms - 30_000).unwrap();

    let (lab, app) = self::lab();
    let hours = 3 * 3_600_000;
    assert_eq!(enable(&lab, &app, EPOCH_MS - hours).err().unwrap().code(), "InvalidAuthenticationCode");
    enable(&lab, &app, EPOCH_MS - 300_000).unwrap();
    let resync = |at_ms: i64| {
        let input = ResyncMFADeviceRequest {
            user_name: "u".to_owned(),
            serial_number: PHONE.to_owned(),
            authentication_code1: app.code(at_ms).unwrap(),
            authentication_code2: app.code(at_ms + 30_000).unwrap(),
        };
        lab.call::<op::ResyncMFADevice>(input).map(drop)
    };
    assert_eq!(resync(EPOCH_MS - hours).err().unwrap().code(), "InvalidAuthenticationCode");
    resync(EPOCH_MS).unwrap();
    let device = directory::mfa_device(&lab.kernel.store.tx(), PHONE).unwrap().unwrap();
    assert_eq!(device.drift_steps, 1);
}

#[test]
fn a_user_has_eight_devices_at_most() {
    let (lab, _) = lab();
    for n in 0..9 {
        let name = format!("d{n}");
        let input = CreateVirtualMFADeviceRequest {
            virtual_mfa_device_name: name.clone(),
            ..CreateVirtualMFADeviceRequest::default()
        };
        let made = lab.call::<op::CreateVirtualMFADevice>(input).unwrap().virtual_mfa_device;
        let seed = String::from_utf8(made.base32_string_seed.unwrap().0).unwrap();
        let app = MfaDevice { seed, ..MfaDevice::default() };
        let input = EnableMFADeviceRequest {
            user_name: "u".to_owned(),
            serial_number: made.serial_number,
            authentication_code1: app.code(EPOCH_MS).unwrap(),
            authentication_code2: app.code(EPOCH_MS + 30_000).unwrap(),
        };
        match lab.call::<op::EnableMFADevice>(input) {
            Ok(_) => assert!(n < 8, "{n}"),
            Err(f) => assert_eq!((n, f.message()), (8, "Cannot exceed quota for MFADevicesPerUser: 8")),
        }
    }
    let mut marker = None;
    for n in 0..8 {
        let input = ListMFADevicesRequest { user_name: Some("u".to_owned()), marker, max_items: Some(1) };
        let page = lab.call::<op::ListMFADevices>(input).unwrap();
        assert_eq!(page.mfa_devices[0].serial_number, format!("arn:aws:iam::000000000000:mfa/d{n}"));
        marker = page.marker;
    }
    assert_eq!(marker, None);
    lab.kernel.check().unwrap();
}
