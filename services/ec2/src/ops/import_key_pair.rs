//! `ImportKeyPair`: a public key of RSA or ED25519. Source: EC2 API reference, "ImportKeyPair" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{ImportKeyPairRequest, ImportKeyPairResult};

use crate::key_pair::{self, KEY_PAIR, KeyPair};
use crate::ops::create_key_pair::check;
use crate::resource::save;
use crate::{id, tags};

/// Errors: InvalidKey.Format; InvalidParameterValue; InvalidKeyPair.Duplicate; KeyPairLimitExceeded.
pub(crate) fn decide(cx: &mut Cx, i: &ImportKeyPairRequest) -> Result<ImportKeyPairResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &KEY_PAIR)?;
    check(cx, &i.key_name)?;
    let (kind, fingerprint, public_key) = key_pair::import(&i.public_key_material.0)?;
    let row = KeyPair {
        id: id::fresh(cx, "key"),
        name: i.key_name.clone(),
        kind: kind.to_owned(),
        fingerprint,
        public_key,
        created_ms: cx.now_ms,
    };
    save(cx, &row)?;
    tags::add(cx, &KEY_PAIR, &row.id, &tags)?;
    Ok(ImportKeyPairResult {
        key_fingerprint: Some(row.fingerprint),
        key_name: Some(row.name),
        key_pair_id: Some(row.id),
        tags: tags::shown(&tags),
    })
}
