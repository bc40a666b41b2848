//! Operations that mean their caller when they name no user.

use codec::Fault;
use directory::IdentityKind;
use kernel::Cx;

use crate::err;

/// The user that a call is about: the one named, or the caller; empty for the account's root.
///
/// Errors: ValidationError: no name, and the caller is no user.
pub(crate) fn user_name(cx: &Cx, name: &Option<String>) -> Result<String, Fault> {
    if let Some(name) = name {
        return Ok(name.clone());
    }
    match cx.caller.kind {
        IdentityKind::Root => Ok(String::new()),
        IdentityKind::User => Ok(cx.caller.name.clone()),
        _ => Err(err::validation("Must specify userName when calling with non-User credentials")),
    }
}
