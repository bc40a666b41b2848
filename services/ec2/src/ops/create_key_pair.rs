//! `CreateKeyPair`: the private key is in the answer and nowhere else. Source: EC2 API reference, "CreateKeyPair".

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateKeyPairRequest, KeyPair as Answer};

use crate::err::{self, fault, invalid_parameter, invalid_value};
use crate::key_pair::{KEY_PAIR, KeyPair, make_ed25519, make_rsa, named};
use crate::quotas::{self, room};
use crate::resource::{all, save};
use crate::{id, tags};

/// Refuses a name that no new key pair may have, and a key pair too many.
///
/// Errors: InvalidParameterValue; InvalidKeyPair.Duplicate; KeyPairLimitExceeded.
pub(crate) fn check(cx: &Cx, name: &str) -> Result<(), Fault> {
    if name.is_empty() || name.chars().count() > 255 || !name.is_ascii() || name.trim() != name {
        return Err(invalid_value(format!(
            "Invalid value '{name}' for keyPairName. It has up to 255 ASCII characters and neither leading nor trailing spaces."
        )));
    }
    if named(cx, name)?.is_some() {
        return Err(fault("InvalidKeyPair.Duplicate", format!("The keypair '{name}' already exists.")));
    }
    room(cx, &quotas::KEY_PAIRS, all::<KeyPair>(cx)?, 1)
}

/// Errors: those of [`check`]; InvalidParameterValue: the type.
pub(crate) fn decide(cx: &mut Cx, i: &CreateKeyPairRequest) -> Result<Answer, Fault> {
    err::refuse(&[("KeyFormat", i.key_format.as_deref() == Some("ppk"))])?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &KEY_PAIR)?;
    check(cx, &i.key_name)?;
    let kind = i.key_type.as_deref().unwrap_or("rsa");
    let new = match kind {
        "rsa" => make_rsa(cx, &i.key_name),
        "ed25519" => make_ed25519(cx, &i.key_name),
        other => return Err(invalid_parameter(other, "keyType", "")),
    };
    let row = KeyPair {
        id: id::fresh(cx, "key"),
        name: i.key_name.clone(),
        kind: kind.to_owned(),
        fingerprint: new.fingerprint,
        public_key: new.public_key,
        created_ms: cx.now_ms,
    };
    save(cx, &row)?;
    tags::add(cx, &KEY_PAIR, &row.id, &tags)?;
    Ok(Answer {
        key_pair_id: Some(row.id),
        tags: tags::shown(&tags),
        key_name: Some(row.name),
        key_fingerprint: Some(row.fingerprint),
        key_material: Some(new.material),
    })
}
