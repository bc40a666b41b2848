//! `GetAccessKeyInfo`: which account an access key id belongs to, whoever asks and whatever state the key is in.
//! Source: STS API reference, "GetAccessKeyInfo" (2026-11-22).

use codec::Fault;
use directory::{AccessKeys, Sessions};
use kernel::{Cx, Guard};
use shapes_sts::{GetAccessKeyInfoRequest, GetAccessKeyInfoResponse};

use crate::{callers, err};

/// Errors: AccessDenied: sessions that may not call STS.
pub(crate) fn guard(cx: &Cx, _: &GetAccessKeyInfoRequest) -> Result<Guard, Fault> {
    callers::not_borrowed(cx.caller, "GetAccessKeyInfo")?;
    Ok(Guard::any())
}

/// Looks the key up.
///
/// Errors: InvalidClientTokenId: nobody has that key.
pub(crate) fn decide(cx: &mut Cx, i: &GetAccessKeyInfoRequest) -> Result<GetAccessKeyInfoResponse, Fault> {
    let account = match cx.get::<AccessKeys>(&i.access_key_id)? {
        Some(key) => Some(key.account),
        None => cx.get::<Sessions>(&i.access_key_id)?.map(|s| s.account),
    };
    let account = account.ok_or_else(err::unknown_key)?;
    Ok(GetAccessKeyInfoResponse { account: Some(account) })
}
