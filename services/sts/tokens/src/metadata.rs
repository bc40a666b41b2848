//! What STS reads out of a provider's metadata: the identity provider's name and the keys that it signs with. That it is
//! metadata at all IAM checked when it was uploaded.
//! Source: OASIS "Metadata for the SAML 2.0".

use directory::CertifiedKey;

use crate::signature::{DSIG, decoded};
use crate::xml::Element;

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// Keys of one provider at most.
const KEYS: usize = 20;

/// An identity provider.
pub struct IdentityProvider {
    /// Its name, as assertions name their issuer.
    pub entity_id: String,
    /// Keys that it signs with.
    pub keys: Vec<CertifiedKey>,
}

/// Reads a metadata document.
pub fn read(text: &str) -> Option<IdentityProvider> {
    let root = Element::parse(text)?;
    let entity_id = root.attribute("entityID")?.to_owned();
    let descriptors = root.all(METADATA, "IDPSSODescriptor").flat_map(|d| d.all(METADATA, "KeyDescriptor"));
    let signing = descriptors.filter(|d| d.attribute("use").is_none_or(|u| u == "signing"));
    let mut keys = Vec::new();
    for descriptor in signing {
        descriptor.walk(&mut |e| {
            if e.is(DSIG, "X509Certificate") && keys.len() < KEYS {
                keys.extend(decoded(&e.text()).and_then(|der| CertifiedKey::of(&der)));
            }
        });
    }
    Some(IdentityProvider { entity_id, keys })
}
