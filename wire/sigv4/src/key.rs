//! What signatures are checked with: the signing key of one secret for one day, region and service, and its HMAC; or the
//! public key of version 4A, whose derivation is `v4a.rs`'s.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::canonical::{hex_string, unhex};
use crate::v4a::PublicKey;

/// What a claim's signature is checked with.
#[derive(Clone, Debug)]
pub enum Key {
    /// Version 4: the key that both sides have.
    Shared(SigningKey),
    /// Version 4A: the half that checks.
    Public(PublicKey),
}

impl Key {
    /// Whether that is a signature of the text.
    pub(crate) fn holds(&self, text: &[u8], signature: &str) -> bool {
        match self {
            Key::Shared(key) => unhex(signature).is_some_and(|given| key.sign(text).ct_eq(&given).into()),
            Key::Public(key) => key.holds(text, signature),
        }
    }
}

/// A derived signing key; callers cache it by (access key, date, region, service).
#[derive(Clone)]
pub struct SigningKey {
    mac: Hmac<Sha256>,
}

impl SigningKey {
    /// Derives the key of a secret for a scope.
    ///
    /// Source: IAM user guide, "Create a signed AWS API request", step 4.
    pub fn derive(secret: &str, date: &str, region: &str, service: &str) -> SigningKey {
        let mut first = Vec::with_capacity(4 + secret.len());
        first.extend_from_slice(b"AWS4");
        first.extend_from_slice(secret.as_bytes());
        let day = hmac(&first, date.as_bytes());
        let region = hmac(&day, region.as_bytes());
        let service = hmac(&region, service.as_bytes());
        SigningKey::from_bytes(&hmac(&service, b"aws4_request"))
    }

    /// The key made of the 32 bytes that a derivation elsewhere gave.
    pub fn from_bytes(bytes: &[u8; 32]) -> SigningKey {
        SigningKey { mac: Hmac::new_from_slice(bytes).expect("HMAC takes keys of any length") }
    }

    /// The signature of a string to sign. The two padded key blocks are already hashed in `mac`.
    pub fn sign(&self, message: &[u8]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

impl SigningKey {
    /// Whether that is the signature (in hexadecimal) of a text that is signed by itself: of a form's policy.
    pub fn signs(&self, text: &[u8], signature: &str) -> bool {
        let found = hex_string(&self.sign(text));
        bool::from(found.as_bytes().ct_eq(signature.as_bytes()))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(hidden)")
    }
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}
