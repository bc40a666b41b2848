//! The signing key of one secret for one day, region and service, and the HMAC that everything here uses.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::canonical::hex_string;

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
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 32] {
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
