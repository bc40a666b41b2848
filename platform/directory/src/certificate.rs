//! The public key of an X.509 certificate, and whether it signed something: what an identity provider's metadata is needed
//! for. Nothing else of a certificate is read, and no chain is followed.
//! Source: RFC 5280, section 4.1; ITU-T X.690 (DER); RFC 8017 (RSASSA-PKCS1-v1_5).

use ring::signature::{self, RsaParameters, UnparsedPublicKey};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OID: u8 = 0x06;
const VERSION: u8 = 0xa0;
/// rsaEncryption.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// Digest of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// An RSA public key: DER of RFC 8017's RSAPublicKey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertifiedKey(Vec<u8>);

impl CertifiedKey {
    /// The key of a certificate in DER; `None` if it is none, or its key isn't RSA.
    pub fn of(certificate: &[u8]) -> Option<CertifiedKey> {
        let mut body = Der(Der(certificate).expect(SEQUENCE)?);
        let mut body = Der(body.expect(SEQUENCE)?);
        if body.0.first() == Some(&VERSION) {
            body.next()?;
        }
        // Serial number, algorithm, issuer, validity, subject.
        body.expect(INTEGER)?;
        for _ in 0..4 {
            body.expect(SEQUENCE)?;
        }
        let mut info = Der(body.expect(SEQUENCE)?);
        let algorithm = Der(info.expect(SEQUENCE)?).expect(OID)?;
        let bits = info.expect(BIT_STRING)?;
        (algorithm == RSA).then(|| bits.get(1..).map(|key| CertifiedKey(key.to_vec()))).flatten()
    }

    /// Whether the key signed the message (RSASSA-PKCS1-v1_5, 2048 bits or more).
    pub fn signed(&self, digest: Digest, message: &[u8], signature: &[u8]) -> bool {
        let parameters: &RsaParameters = match digest {
            Digest::Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Digest::Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
            Digest::Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        };
        UnparsedPublicKey::new(parameters, &self.0).verify(message, signature).is_ok()
    }
}

/// A reader of tags, lengths and values.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (bytes.iter().fold(0usize, |n, b| n << 8 | usize::from(*b)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }

    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(t, _)| *t == tag).map(|(_, content)| content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hostile_panics() {
        let bytes: Vec<u8> = (0..=255u8).cycle().take(600).collect();
        for n in 0..bytes.len() {
            assert_eq!(CertifiedKey::of(&bytes[n..]), None);
        }
        for text in
            [&[][..], &[0x30], &[0x30, 0x80], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 2, 0x30, 0]]
        {
            assert_eq!(CertifiedKey::of(text), None);
        }
    }
}
