//! MFA delete: a bucket whose versions go, and whose versioning changes, only with a code of the account's MFA device.
//! Source: S3 user guide, "Configuring MFA delete".
//!
//! Differs: AWS wants HTTPS for it; the local endpoint needn't be.

use codec::Fault;
use directory::{MfaDevices, mfa_device};
use kernel::Cx;

use crate::err;
use crate::state::Bucket;

/// Asks for a code where a bucket wants one: `x-amz-mfa` holds the device's serial number, a space and the code.
///
/// Errors: `AccessDenied`.
pub(crate) fn require(cx: &mut Cx, bucket: &Bucket, given: Option<&str>) -> Result<(), Fault> {
    if bucket.mfa_delete { check(cx, bucket, given) } else { Ok(()) }
}

/// Checks and spends the code. Only the owner's root may: it is the root's device.
///
/// Errors: `AccessDenied`.
pub(crate) fn check(cx: &mut Cx, bucket: &Bucket, given: Option<&str>) -> Result<(), Fault> {
    let refused = || Fault::new("AccessDenied", 403, "Mfa Authentication must be used for this request");
    let (serial, code) = given.and_then(|g| g.trim().rsplit_once(' ')).ok_or_else(refused)?;
    let found = mfa_device(cx.tx(), serial.trim()).map_err(Fault::internal)?;
    let Some(mut device) = found.filter(|d| d.account == bucket.account && d.enabled_ms.is_some()) else {
        return Err(err::access_denied());
    };
    let Some(step) = device.accepts(code, &[cx.now_ms, cx.real_now_ms]) else {
        return Err(err::access_denied());
    };
    device.last_step = step;
    cx.put::<MfaDevices>(&device.key(), &device);
    Ok(())
}
