//! `DeleteAccessKey`: deletes an access key; the very next call sees it.
//! Source: IAM API reference, "DeleteAccessKey" (2026-11-22).

use crate::guards;
use crate::keys;
use crate::state::KeysOfUser;
use codec::{Empty, Fault};
use directory::AccessKeys;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DeleteAccessKeyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DeleteAccessKey>(guard, decide)
}

fn guard(cx: &Cx, i: &DeleteAccessKeyRequest) -> Result<Guard, Fault> {
    guards::user_or_caller(cx, &i.user_name)
}

fn decide(cx: &mut Cx, i: &DeleteAccessKeyRequest) -> Result<Empty, Fault> {
    let row = keys::find(cx, &i.user_name, &i.access_key_id)?;
    cx.delete::<AccessKeys>(&i.access_key_id);
    let index = keys::index(cx, &row.user, &i.access_key_id);
    cx.delete::<KeysOfUser>(&index);
    cx.directory.last_uses.forget(&i.access_key_id);
    Ok(Empty {})
}
