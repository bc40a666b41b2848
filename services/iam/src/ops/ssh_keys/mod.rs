//! SSH public keys of users, for CodeCommit.
//! Source: IAM API reference, "UploadSSHPublicKey", "GetSSHPublicKey"; texts: inferred from other IAM texts, but for the
//! quota's.

mod public_key;

use codec::{Empty, Fault};
use kernel::{Cx, Operation};
use shapes_iam::{err as shapes_err, op};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::answers::at;
use crate::owner::{self, OwnedKey, Owner, status};
use crate::quotas::Quota;
use crate::{guards, ids, pages};
use public_key::RsaKey;

/// SSH keys of a user. Source: IAM user guide, "IAM and AWS STS quotas".
const KEYS: Quota = Quota { name: "SSHPublicKeysPerUser", limit: 5 };

/// An SSH public key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Key {
    /// `ssh-rsa AAAA…`
    ssh: String,
    active: bool,
    uploaded_ms: i64,
}

impl Row for Key {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.ssh);
        w.put(2, &self.active);
        w.put(3, &self.uploaded_ms);
    }
    fn read(r: &mut RowReader) -> Result<Key, RowError> {
        Ok(Key { ssh: r.get(1)?, active: r.get(2)?, uploaded_ms: r.get(3)? })
    }
}

/// SSH public keys by owner and id.
pub(crate) struct Keys;
impl Table for Keys {
    const NAME: &'static str = "iam.ssh_key";
    const VERSION: u16 = 1;
    type Key = OwnedKey;
    type Row = Key;
}

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::UploadSSHPublicKey>(|cx, i| guards::user(cx, &i.user_name), upload),
        Operation::read::<op::GetSSHPublicKey>(|cx, i| guards::user(cx, &i.user_name), get),
        Operation::read::<op::ListSSHPublicKeys>(|cx, i| guards::user_or_caller(cx, &i.user_name), list),
        Operation::write::<op::UpdateSSHPublicKey>(|cx, i| guards::user(cx, &i.user_name), update),
        Operation::write::<op::DeleteSSHPublicKey>(|cx, i| guards::user(cx, &i.user_name), delete),
    ]
}

fn upload(
    cx: &mut Cx,
    i: &shapes_iam::UploadSSHPublicKeyRequest,
) -> Result<shapes_iam::UploadSSHPublicKeyResponse, Fault> {
    let owner = owner::named(cx, &i.user_name)?;
    let ssh = RsaKey::read(&i.ssh_public_key_body).ok_or_else(invalid)?.ssh();
    let all = owner.things::<Keys>(cx)?;
    if all.iter().any(|(_, k)| k.ssh == ssh) {
        return Err(shapes_err::duplicate_ssh_public_key_exception(
            "The SSH public key is already associated with this user.",
        ));
    }
    KEYS.check(all.len() + 1)?;
    let row = Key { ssh, active: true, uploaded_ms: cx.now_ms };
    let id = ids::unique(cx, "APKA");
    let key = owner.key(cx, &id);
    cx.put::<Keys>(&key, &row);
    Ok(shapes_iam::UploadSSHPublicKeyResponse { ssh_public_key: Some(shown(&owner, id, &row, "SSH")?) })
}

fn get(
    cx: &mut Cx,
    i: &shapes_iam::GetSSHPublicKeyRequest,
) -> Result<shapes_iam::GetSSHPublicKeyResponse, Fault> {
    let (owner, key, row) = find(cx, &i.user_name, &i.ssh_public_key_id)?;
    let key = shown(&owner, key.3, &row, &i.encoding)?;
    Ok(shapes_iam::GetSSHPublicKeyResponse { ssh_public_key: Some(key) })
}

fn list(
    cx: &mut Cx,
    i: &shapes_iam::ListSSHPublicKeysRequest,
) -> Result<shapes_iam::ListSSHPublicKeysResponse, Fault> {
    let owner = owner::named_or_caller(cx, &i.user_name)?;
    let asked = pages::asked(cx, "ListSSHPublicKeys", &[&owner.id], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, owner.things::<Keys>(cx)?, |(k, _)| k.3.clone());
    let page = page.map(|(k, row)| shapes_iam::SSHPublicKeyMetadata {
        user_name: owner.name.clone(),
        ssh_public_key_id: k.3,
        status: status(row.active),
        upload_date: at(row.uploaded_ms),
    });
    Ok(shapes_iam::ListSSHPublicKeysResponse {
        ssh_public_keys: Some(page.items),
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

fn update(cx: &mut Cx, i: &shapes_iam::UpdateSSHPublicKeyRequest) -> Result<Empty, Fault> {
    let (_, key, mut row) = find(cx, &i.user_name, &i.ssh_public_key_id)?;
    row.active = i.status == "Active";
    cx.put::<Keys>(&key, &row);
    Ok(Empty {})
}

fn delete(cx: &mut Cx, i: &shapes_iam::DeleteSSHPublicKeyRequest) -> Result<Empty, Fault> {
    let (_, key, _) = find(cx, &i.user_name, &i.ssh_public_key_id)?;
    cx.delete::<Keys>(&key);
    Ok(Empty {})
}

fn find(cx: &Cx, user: &str, id: &str) -> Result<(Owner, OwnedKey, Key), Fault> {
    let owner = owner::named(cx, user)?;
    let key = owner.key(cx, id);
    let row = cx.get::<Keys>(&key)?.ok_or_else(|| {
        shapes_err::no_such_entity_exception(format!("The Public Key with id {id} cannot be found."))
    })?;
    Ok((owner, key, row))
}

fn invalid() -> Fault {
    shapes_err::invalid_public_key_exception("The SSH public key is invalid or malformed.")
}

fn shown(owner: &Owner, id: String, row: &Key, encoding: &str) -> Result<shapes_iam::SSHPublicKey, Fault> {
    let key = RsaKey::read(&row.ssh).ok_or_else(invalid)?;
    Ok(shapes_iam::SSHPublicKey {
        user_name: owner.name.clone(),
        ssh_public_key_id: id,
        fingerprint: key.fingerprint(),
        ssh_public_key_body: if encoding == "PEM" { key.pem() } else { key.ssh() },
        status: status(row.active),
        upload_date: Some(at(row.uploaded_ms)),
    })
}
