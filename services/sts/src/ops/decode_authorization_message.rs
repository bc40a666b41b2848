//! `DecodeAuthorizationMessage`: what an encoded message of a denial says. Messages are the kernel's (`denial_message.rs`).
//! Source: STS API reference, "DecodeAuthorizationMessage" (2026-11-22).

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_sts::{DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse, err as modelled};

use crate::callers;

/// Errors: AccessDenied: sessions that may not call STS.
pub(crate) fn guard(cx: &Cx, _: &DecodeAuthorizationMessageRequest) -> Result<Guard, Fault> {
    callers::not_borrowed(cx.caller, "DecodeAuthorizationMessage")?;
    Ok(Guard::any())
}

/// Opens the message.
///
/// Errors: InvalidAuthorizationMessageException: it isn't one that this Tabletop sealed. Reported text.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DecodeAuthorizationMessageRequest,
) -> Result<DecodeAuthorizationMessageResponse, Fault> {
    let opened = cx
        .decode_denial(&i.encoded_message)
        .ok_or_else(|| modelled::invalid_authorization_message_exception("Message is not valid"))?;
    Ok(DecodeAuthorizationMessageResponse { decoded_message: Some(opened) })
}
