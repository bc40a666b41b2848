//! Changes to SAML providers: metadata, private keys, tags.

use codec::{Empty, Fault};
use directory::{SamlPrivateKey, SamlProvider, SamlProviders};
use kernel::{BASE32, Cx};

use super::{VALID_MS, arn, find, key, metadata, save};
use crate::quotas::Quota;
use crate::{err, tags, x509};

/// Private keys of one provider. Source: IAM API reference, "UpdateSAMLProvider" (AddPrivateKey).
const KEYS: Quota = Quota { name: "PrivateKeysPerSAMLProvider", limit: 2 };

pub(super) fn set_metadata(cx: &Cx, row: &mut SamlProvider, text: &str) -> Result<(), Fault> {
    let read = metadata::read(text).ok_or_else(|| err::invalid_input("Could not parse metadata"))?;
    row.valid_until_ms = read.valid_until_ms.unwrap_or(cx.now_ms + VALID_MS);
    text.clone_into(&mut row.metadata);
    Ok(())
}

pub(super) fn add_key(cx: &Cx, row: &mut SamlProvider, pem: &str) -> Result<(), Fault> {
    if x509::private_key(pem).is_none() {
        return Err(err::invalid_input("Could not parse private key"));
    }
    KEYS.check(row.keys.len() + 1)?;
    let id = cx.ids.text("iam.saml_key", 32, BASE32);
    row.keys.push(SamlPrivateKey { id, pem: pem.to_owned(), added_ms: cx.now_ms });
    Ok(())
}

/// Errors: InvalidInput: assertions must be encrypted, and there is no key to read them with.
pub(super) fn check_encryption(row: &SamlProvider) -> Result<(), Fault> {
    if row.encryption.as_deref() == Some("Required") && row.keys.is_empty() {
        return Err(err::invalid_input(
            "A private key is required when the assertion encryption mode is Required.",
        ));
    }
    Ok(())
}

pub(super) fn update(
    cx: &mut Cx,
    i: &shapes_iam::UpdateSAMLProviderRequest,
) -> Result<shapes_iam::UpdateSAMLProviderResponse, Fault> {
    let mut row = find(cx, &i.saml_provider_arn)?;
    if let Some(text) = &i.saml_metadata_document {
        set_metadata(cx, &mut row, text)?;
    }
    if let Some(id) = &i.remove_private_key {
        let before = row.keys.len();
        row.keys.retain(|k| k.id != *id);
        if row.keys.len() == before {
            let text = format!("The private key with id {id} cannot be found.");
            return Err(shapes_iam::err::no_such_entity_exception(text));
        }
    }
    if let Some(pem) = &i.add_private_key {
        add_key(cx, &mut row, pem)?;
    }
    if i.assertion_encryption_mode.is_some() {
        row.encryption.clone_from(&i.assertion_encryption_mode);
    }
    check_encryption(&row)?;
    save(cx, &row);
    Ok(shapes_iam::UpdateSAMLProviderResponse { saml_provider_arn: Some(arn(cx, &row.name)) })
}

pub(super) fn delete(cx: &mut Cx, i: &shapes_iam::DeleteSAMLProviderRequest) -> Result<Empty, Fault> {
    let row = find(cx, &i.saml_provider_arn)?;
    let key = key(cx, &row.name);
    cx.delete::<SamlProviders>(&key);
    Ok(Empty {})
}

pub(super) fn tag(cx: &mut Cx, i: &shapes_iam::TagSAMLProviderRequest) -> Result<Empty, Fault> {
    let mut row = find(cx, &i.saml_provider_arn)?;
    tags::add(&mut row.tags, &i.tags)?;
    save(cx, &row);
    Ok(Empty {})
}

pub(super) fn untag(cx: &mut Cx, i: &shapes_iam::UntagSAMLProviderRequest) -> Result<Empty, Fault> {
    let mut row = find(cx, &i.saml_provider_arn)?;
    tags::remove(&mut row.tags, &i.tag_keys)?;
    save(cx, &row);
    Ok(Empty {})
}
