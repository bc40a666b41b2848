//! `CreateAccessKey`: makes an access key for a user, the caller or the root.
//! Source: IAM API reference, "CreateAccessKey" (2026-11-22).

use crate::answers;
use crate::guards;
use crate::ids;
use crate::keys;
use crate::quotas;
use crate::state::{KeysOfUser, Mark};
use codec::Fault;
use directory::{AccessKey, AccessKeys};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{CreateAccessKeyRequest, CreateAccessKeyResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::CreateAccessKey>(guard, decide)
}

fn guard(cx: &Cx, i: &CreateAccessKeyRequest) -> Result<Guard, Fault> {
    guards::user_or_caller(cx, &i.user_name)
}

fn decide(cx: &mut Cx, i: &CreateAccessKeyRequest) -> Result<CreateAccessKeyResponse, Fault> {
    let user = keys::owner(cx, &i.user_name)?;
    quotas::ACCESS_KEYS.check(keys::of(cx, &user)?.len() + 1)?;
    let id = ids::access_key(cx);
    let row = AccessKey {
        partition: cx.scope.partition.to_owned(),
        account: cx.scope.account.clone(),
        user: user.clone(),
        secret: ids::secret(cx),
        active: true,
        created_ms: cx.now_ms,
    };
    cx.put::<AccessKeys>(&id, &row);
    let index = keys::index(cx, &user, &id);
    cx.put::<KeysOfUser>(&index, &Mark);
    let access_key = shapes_iam::AccessKey {
        user_name: user,
        access_key_id: id,
        status: keys::status(row.active).to_owned(),
        secret_access_key: row.secret,
        create_date: Some(answers::at(row.created_ms)),
    };
    Ok(CreateAccessKeyResponse { access_key })
}
