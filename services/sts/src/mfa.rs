//! Codes of MFA devices that come with a call. Devices and codes are the directory's; who must give a code, policies say.

use codec::Fault;
use directory::{MfaDevice, MfaDevices, mfa_device};
use kernel::Cx;

use crate::err;

/// A code that is right, not yet spent.
pub(crate) struct RightCode {
    device: MfaDevice,
    step: i64,
}

/// Checks the code of the caller's device, if the call gives one.
///
/// Errors: AccessDenied: one of both is missing; the device isn't the caller's; the code is wrong or was used before.
pub(crate) fn given(
    cx: &Cx,
    serial_number: &Option<String>,
    code: &Option<String>,
) -> Result<Option<RightCode>, Fault> {
    let (serial_number, code) = match (serial_number, code) {
        (None, None) => return Ok(None),
        (Some(s), Some(c)) => (s, c),
        _ => return Err(err::mfa_half_given()),
    };
    let who = cx.caller;
    let device = mfa_device(cx.tx(), serial_number).map_err(Fault::internal)?;
    let theirs = |d: &MfaDevice| {
        d.partition == who.partition
            && d.account == who.account
            && d.enabled_ms.is_some()
            && d.user.as_ref().is_some_and(|u| u.eq_ignore_ascii_case(&who.name))
    };
    let device = device.filter(theirs).ok_or_else(err::mfa_not_yours)?;
    match device.accepts(code, &[cx.now_ms, cx.real_now_ms]) {
        Some(step) => Ok(Some(RightCode { device, step })),
        None => Err(err::mfa_wrong_code()),
    }
}

/// Spends the code: it is good for no other call.
pub(crate) fn spend(cx: &mut Cx, code: Option<RightCode>) {
    if let Some(RightCode { mut device, step }) = code {
        device.last_step = step;
        cx.put::<MfaDevices>(&device.key(), &device);
    }
}
