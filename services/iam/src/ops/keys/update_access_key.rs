//! `UpdateAccessKey`: switches an access key on or off; the very next call sees it.
//! Source: IAM API reference, "UpdateAccessKey" (2026-11-22).

use crate::err;
use crate::guards;
use crate::keys;
use codec::{Empty, Fault};
use directory::AccessKeys;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{UpdateAccessKeyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::UpdateAccessKey>(guard, decide)
}

fn guard(cx: &Cx, i: &UpdateAccessKeyRequest) -> Result<Guard, Fault> {
    guards::user_or_caller(cx, &i.user_name)
}

fn decide(cx: &mut Cx, i: &UpdateAccessKeyRequest) -> Result<Empty, Fault> {
    let mut row = keys::find(cx, &i.user_name, &i.access_key_id)?;
    row.active = match i.status.as_str() {
        "Active" => true,
        "Inactive" => false,
        _ => return Err(err::validation("Access keys can only be Active or Inactive.")),
    };
    cx.put::<AccessKeys>(&i.access_key_id, &row);
    Ok(Empty {})
}
