//! `DeleteKeyPair`: one that isn't there is no error. Source: EC2 API reference, "DeleteKeyPair" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DeleteKeyPairRequest, DeleteKeyPairResult};

use crate::err::missing;
use crate::key_pair::{KeyPair, named};
use crate::resource::{get, remove};

/// Errors: MissingParameter.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteKeyPairRequest) -> Result<DeleteKeyPairResult, Fault> {
    let row = match (i.key_pair_id.as_deref(), i.key_name.as_deref()) {
        (Some(id), name) => get::<KeyPair>(cx, id)?.filter(|k| name.is_none_or(|n| n == k.name)),
        (None, Some(name)) => named(cx, name)?,
        (None, None) => return Err(missing("KeyName")),
    };
    if let Some(row) = &row {
        remove(cx, row)?;
    }
    Ok(DeleteKeyPairResult { return_: Some(true), key_pair_id: row.map(|r| r.id) })
}
