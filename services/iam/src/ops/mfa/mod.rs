//! Virtual MFA devices. The rows and the codes are `directory`'s, because STS asks for codes too; here devices are made,
//! assigned, listed, tagged.
//! Differs: hardware tokens and security keys can't be made here, so a serial number is always an ARN. Codes count by the
//! virtual clock or by the real one, whichever fits: apps on phones know only the real time.

mod assign;
mod devices;
mod qr;

use codec::Fault;
use directory::{MfaDevice, MfaDevices, mfa_key};
use kernel::{Cx, Guard, Operation, Target};
use shapes_iam::{err as shapes_err, op};
use store::Table;

use crate::owner::{OwnedKey, Owner};
use crate::state::Mark;
use crate::{guards, tags};

pub(crate) use assign::{has_device, renamed};

/// Devices assigned to a user: partition, account, user's id, path and name of the device.
pub(crate) struct DevicesOfUser;
impl Table for DevicesOfUser {
    const NAME: &'static str = "iam.mfa_of_user";
    const VERSION: u16 = 1;
    type Key = OwnedKey;
    type Row = Mark;
}

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateVirtualMFADevice>(
            |cx, i| {
                let (path, tags) = (&i.path, &i.tags);
                Ok(guards::new(cx, "mfa", path, &i.virtual_mfa_device_name, tags, "iam:TagMFADevice"))
            },
            devices::create,
        ),
        Operation::write::<op::DeleteVirtualMFADevice>(|cx, i| device(cx, &i.serial_number), devices::delete),
        Operation::read::<op::ListVirtualMFADevices>(
            |cx, _| Ok(guards::all(cx, "mfa", &None)),
            devices::list,
        ),
        Operation::write::<op::EnableMFADevice>(|cx, i| guards::user(cx, &i.user_name), assign::enable),
        Operation::write::<op::DeactivateMFADevice>(
            |cx, i| guards::user_or_caller(cx, &i.user_name),
            assign::deactivate,
        ),
        Operation::write::<op::ResyncMFADevice>(|cx, i| guards::user(cx, &i.user_name), assign::resync),
        Operation::read::<op::ListMFADevices>(|cx, i| guards::user_or_caller(cx, &i.user_name), assign::list),
        Operation::read::<op::GetMFADevice>(|cx, i| guards::user_or_caller(cx, &i.user_name), assign::get),
        Operation::write::<op::TagMFADevice>(
            |cx, i| Ok(Guard::of(on(cx, &i.serial_number)?.request_tags(tags::given(&i.tags)))),
            devices::tag,
        ),
        Operation::write::<op::UntagMFADevice>(
            |cx, i| Ok(Guard::of(on(cx, &i.serial_number)?.tag_keys(i.tag_keys.clone()))),
            devices::untag,
        ),
        Operation::read::<op::ListMFADeviceTags>(|cx, i| device(cx, &i.serial_number), devices::list_tags),
    ]
}

fn device(cx: &Cx, serial: &str) -> Result<Guard, Fault> {
    on(cx, serial).map(Guard::of)
}

fn on(cx: &Cx, serial: &str) -> Result<Target, Fault> {
    Ok(Target::on(serial).tags(lookup(cx, serial)?.map(|d| d.tags).unwrap_or_default()))
}

/// The device of that serial number in the call's account.
fn lookup(cx: &Cx, serial: &str) -> Result<Option<MfaDevice>, Fault> {
    match mfa_key(serial).filter(|k| k.0 == cx.scope.partition && k.1 == cx.scope.account) {
        Some(key) => cx.get::<MfaDevices>(&key),
        None => Ok(None),
    }
}

/// As [`lookup`]. Source of the text: quoted in public issues; not recorded.
fn find(cx: &Cx, serial: &str) -> Result<MfaDevice, Fault> {
    lookup(cx, serial)?.ok_or_else(|| {
        let text = format!("VirtualMFADevice with serial number {serial} doesn't exist.");
        shapes_err::no_such_entity_exception(text)
    })
}

fn save(cx: &mut Cx, device: &MfaDevice) {
    cx.put::<MfaDevices>(&device.key(), device);
}

/// The user to whom a device is assigned.
fn owner_of(cx: &Cx, device: &MfaDevice) -> Result<Option<Owner>, Fault> {
    match device.user.as_deref() {
        None => Ok(None),
        Some("") => Ok(Some(Owner::root(cx))),
        Some(name) => crate::owner::named(cx, name).map(Some),
    }
}

/// How many devices an account has, how many of them are assigned, and whether one is the root's.
pub(crate) fn count(cx: &Cx) -> Result<(usize, usize, bool), Fault> {
    let all: Vec<MfaDevice> =
        cx.scan_prefix::<MfaDevices>(&crate::state::home(cx))?.map(|(_, d)| d).collect();
    let root = all.iter().any(|d| d.user.as_deref() == Some(""));
    Ok((all.len(), all.iter().filter(|d| d.user.is_some()).count(), root))
}
