//! Version 4A (`AWS4-ECDSA-P256-SHA256`): signatures that hold in a set of regions, because their key names none.
//! Client and service derive the same key pair from the access key; the client signs with the private half.
//! What is signed is spelled as in version 4 (`canonical.rs`); which regions there are isn't known here.
//!
//! Source: IAM user guide, "AWS SigV4A" and "Create a signed AWS API request"; the derivation as aws-c-auth and AWS's
//! samples (aws-samples/sigv4a-signing-examples) have it: NIST SP 800-108, a KDF in counter mode over HMAC-SHA256.

use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{DerSignature, SigningKey as EcdsaKey, VerifyingKey};
use sha2::Sha256;

use crate::canonical::{bytes_of_hex, hex_of};

/// What an `Authorization` header, a query and a string to sign name it.
pub(crate) const ALGORITHM: &str = "AWS4-ECDSA-P256-SHA256";
/// The order of the curve's group, less two: a private key is one more than a number up to that.
const ORDER_LESS_TWO: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x4f,
];
/// How many times the derivation is tried: the counter is a byte.
const TRIES: std::ops::RangeInclusive<u8> = 1..=254;
/// The longest signature in hexadecimal digits: two 33-byte numbers and their DER framing.
const LONGEST_SIGNATURE: usize = 144;
/// Fills signatures of chunks up to a fixed length.
const PADDING: char = '*';

/// The half of an access key's pair that checks signatures; callers cache it by access key, since it never changes.
#[derive(Clone, Debug)]
pub struct PublicKey {
    key: VerifyingKey,
}

impl PublicKey {
    /// Derives the key of an access key.
    pub fn derive(access_key_id: &str, secret: &str) -> PublicKey {
        PrivateKey::derive(access_key_id, secret).public()
    }

    /// Whether that is a signature (DER in hexadecimal, perhaps padded with `*`) of the text.
    pub(crate) fn holds(&self, text: &[u8], signature: &str) -> bool {
        let signature = trimmed(signature);
        let bytes = (signature.len() <= LONGEST_SIGNATURE).then(|| bytes_of_hex(signature)).flatten();
        let signature = bytes.and_then(|b| DerSignature::try_from(&b[..]).ok());
        signature.is_some_and(|s| self.key.verify(text, &s).is_ok())
    }
}

/// The half that signs: for tests and tools, which are clients.
#[derive(Clone)]
pub struct PrivateKey {
    key: EcdsaKey,
}

impl PrivateKey {
    /// Derives the key of an access key.
    pub fn derive(access_key_id: &str, secret: &str) -> PrivateKey {
        PrivateKey { key: TRIES.into_iter().find_map(|n| candidate(access_key_id, secret, n)).expect(
            "that none of 254 numbers of 256 bits is below the curve's order has a probability of 2^-8128",
        ) }
    }

    /// The other half.
    pub fn public(&self) -> PublicKey {
        PublicKey { key: *self.key.verifying_key() }
    }

    /// A signature of the text: DER in hexadecimal. The same text always gets the same one.
    pub fn sign(&self, text: &[u8]) -> String {
        let signature: DerSignature = self.key.sign(text);
        hex_of(signature.as_bytes())
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey(hidden)")
    }
}

/// The `n`th number that the derivation gives, made a key if it is small enough to be one.
fn candidate(access_key_id: &str, secret: &str, n: u8) -> Option<EcdsaKey> {
    let secret = ["AWS4A", secret].concat();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    // The block's number, the label and its end, the context, and the length of what is wanted in bits.
    mac.update(&1u32.to_be_bytes());
    mac.update(ALGORITHM.as_bytes());
    mac.update(&[0]);
    mac.update(access_key_id.as_bytes());
    mac.update(&[n]);
    mac.update(&256u32.to_be_bytes());
    let mut number: [u8; 32] = mac.finalize().into_bytes().into();
    if number > ORDER_LESS_TWO {
        return None;
    }
    for byte in number.iter_mut().rev() {
        let (next, carried) = byte.overflowing_add(1);
        *byte = next;
        if !carried {
            break;
        }
    }
    EcdsaKey::from_slice(&number).ok()
}

/// A chunk's signature without what fills it up.
pub(crate) fn trimmed(signature: &str) -> &str {
    signature.trim_end_matches(PADDING)
}

/// Whether a region is in a set: names with commas between them, in each of which `*` stands for anything.
pub fn is_in_region_set(set: &str, region: &str) -> bool {
    set.split(',').map(str::trim).any(|pattern| fits(pattern, region))
}

fn fits(pattern: &str, region: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == region };
    let Some(mut left) = region.strip_prefix(first) else { return false };
    let Some((middle, last)) = rest.rsplit_once('*').or(Some(("", rest))) else { return false };
    for part in middle.split('*') {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}
