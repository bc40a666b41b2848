//! What IAM reads out of certificates and keys: PEM, and the few fields of X.509, PKCS #1, PKCS #8 and SEC 1 that it needs.
//! No signature is checked and nothing is verified but that things belong together.
//! Source: RFC 7468 (PEM), RFC 5280 (certificates), RFC 8017, RFC 5958, RFC 5915 (keys), ITU-T X.690 (DER).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::text::parse_time;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;

/// rsaEncryption.
pub(crate) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// id-ecPublicKey.
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

/// A certificate, as far as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// Issuer's name, as DER.
    pub(crate) issuer: Vec<u8>,
    /// Subject's name, as DER.
    pub(crate) subject: Vec<u8>,
    /// End of its validity, milliseconds since the epoch.
    pub(crate) not_after_ms: i64,
    key: PublicKey,
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// Modulus and exponent, as DER's integers.
    Rsa(Vec<u8>, Vec<u8>),
    /// The point.
    Ec(Vec<u8>),
    /// Of an algorithm that isn't read here.
    Other,
}

/// A private key, by its public half; none where the key doesn't hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PrivateKey(Option<PublicKey>);

impl Certificate {
    /// Whether a private key is this certificate's. A key that doesn't hold its public half is taken to be.
    pub(crate) fn matches(&self, key: &PrivateKey) -> bool {
        key.0.as_ref().is_none_or(|public| *public == self.key)
    }
}

/// The blocks of a PEM text: labels and bytes. Nothing for a text that has none or a broken one.
pub(crate) fn pem(text: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(i) = rest.find("-----BEGIN ") {
        let (label, after) = rest[i + 11..].split_once("-----")?;
        let (body, after) = after.split_once(&format!("-----END {label}-----"))?;
        let packed: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        blocks.push((label.to_owned(), STANDARD.decode(packed).ok()?));
        rest = after;
    }
    (!blocks.is_empty()).then_some(blocks)
}

/// The certificates of a PEM text; nothing if it holds anything else.
pub(crate) fn certificates(text: &str) -> Option<Vec<Certificate>> {
    let blocks = pem(text)?;
    blocks.iter().map(|(label, der)| (label == "CERTIFICATE").then(|| certificate(der)).flatten()).collect()
}

/// The private key of a PEM text: PKCS #1, PKCS #8 or SEC 1, not encrypted.
pub(crate) fn private_key(text: &str) -> Option<PrivateKey> {
    let blocks = pem(text)?;
    // OpenSSL writes the curve in a block of its own before an EC key.
    let mut keys = blocks.iter().filter(|(label, _)| label != "EC PARAMETERS");
    let (label, der) = keys.next()?;
    if keys.next().is_some() {
        return None;
    }
    match label.as_str() {
        "RSA PRIVATE KEY" => rsa_private(der),
        "EC PRIVATE KEY" => ec_private(der),
        "PRIVATE KEY" => {
            let mut key = Der(der).enter(SEQUENCE)?;
            key.expect(INTEGER)?;
            let algorithm = key.enter(SEQUENCE)?.expect(OID)?;
            let inner = key.expect(OCTET_STRING)?;
            match algorithm {
                RSA => rsa_private(inner),
                EC => ec_private(inner),
                _ => Some(PrivateKey(None)),
            }
        }
        _ => None,
    }
}

fn rsa_private(der: &[u8]) -> Option<PrivateKey> {
    let mut key = Der(der).enter(SEQUENCE)?;
    key.expect(INTEGER)?;
    let (modulus, exponent) = (key.expect(INTEGER)?, key.expect(INTEGER)?);
    key.expect(INTEGER)?;
    Some(PrivateKey(Some(PublicKey::Rsa(modulus.to_vec(), exponent.to_vec()))))
}

fn ec_private(der: &[u8]) -> Option<PrivateKey> {
    let mut key = Der(der).enter(SEQUENCE)?;
    key.expect(INTEGER)?;
    key.expect(OCTET_STRING)?;
    while let Some((tag, content)) = key.next() {
        if tag == 0xa1 {
            let point = Der(content).expect(BIT_STRING)?.get(1..)?;
            return Some(PrivateKey(Some(PublicKey::Ec(point.to_vec()))));
        }
    }
    Some(PrivateKey(None))
}

fn certificate(der: &[u8]) -> Option<Certificate> {
    let mut whole = Der(der).enter(SEQUENCE)?;
    let mut body = whole.enter(SEQUENCE)?;
    if body.0.first() == Some(&0xa0) {
        body.next()?; // Version.
    }
    body.expect(INTEGER)?; // Serial number.
    body.expect(SEQUENCE)?; // Signature algorithm.
    let issuer = body.expect(SEQUENCE)?.to_vec();
    let mut validity = body.enter(SEQUENCE)?;
    let (_, not_after) = (time(validity.next()?)?, time(validity.next()?)?);
    let subject = body.expect(SEQUENCE)?.to_vec();
    let key = public_key(body.expect(SEQUENCE)?)?;
    whole.expect(SEQUENCE)?; // Signature algorithm again.
    whole.expect(BIT_STRING)?;
    Some(Certificate { issuer, subject, not_after_ms: not_after, key })
}

/// The content of a SubjectPublicKeyInfo.
pub(crate) fn public_key(content: &[u8]) -> Option<PublicKey> {
    let mut info = Der(content);
    let algorithm = info.enter(SEQUENCE)?.expect(OID)?;
    let bits = info.expect(BIT_STRING)?.get(1..)?;
    Some(match algorithm {
        RSA => {
            let mut key = Der(bits).enter(SEQUENCE)?;
            PublicKey::Rsa(key.expect(INTEGER)?.to_vec(), key.expect(INTEGER)?.to_vec())
        }
        EC => PublicKey::Ec(bits.to_vec()),
        _ => PublicKey::Other,
    })
}

/// UTCTime or GeneralizedTime, which RFC 5280 wants in whole seconds and Zulu time. Milliseconds since the epoch.
fn time((tag, content): (u8, &[u8])) -> Option<i64> {
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let whole = match tag {
        0x17 if text.get(..2)? < "50" => format!("20{text}"),
        0x17 => format!("19{text}"),
        0x18 => text.to_owned(),
        _ => return None,
    };
    if whole.len() != 14 || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| &whole[from..to];
    parse_time(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(8, 10),
        part(10, 12),
        part(12, 14)
    ))
}

/// A reader of DER's tags, lengths and values.
pub(crate) struct Der<'a>(pub(crate) &'a [u8]);

impl<'a> Der<'a> {
    /// The next value with its tag.
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

    /// The next value, which must have that tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(t, _)| *t == tag).map(|(_, content)| content)
    }

    /// A reader inside the next value, which must have that tag.
    pub(crate) fn enter(&mut self, tag: u8) -> Option<Der<'a>> {
        self.expect(tag).map(Der)
    }
}

/// A value as DER.
pub(crate) fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        n @ 0..=0x7f => out.push(n as u8),
        n @ 0x80..=0xff => out.extend([0x81, n as u8]),
        n @ 0x100..=0xffff => out.extend([0x82, (n >> 8) as u8, n as u8]),
        n => out.extend([0x83, (n >> 16) as u8, (n >> 8) as u8, n as u8]),
    }
    out.extend_from_slice(content);
    out
}

/// A SubjectPublicKeyInfo for an RSA key.
pub(crate) fn rsa_public_key_info(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let key = der(SEQUENCE, &[der(INTEGER, modulus), der(INTEGER, exponent)].concat());
    let algorithm = der(SEQUENCE, &[der(OID, RSA), vec![0x05, 0x00]].concat());
    let bits = der(BIT_STRING, &[&[0][..], &key].concat());
    der(SEQUENCE, &[algorithm, bits].concat())
}

/// A PEM block.
pub(crate) fn to_pem(label: &str, bytes: &[u8]) -> String {
    let packed = STANDARD.encode(bytes);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in packed.as_bytes().chunks(64) {
        out.push_str(std::str::from_utf8(line).expect("base 64 is ASCII"));
        out.push('\n');
    }
    out + &format!("-----END {label}-----\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hostile_panics() {
        let bytes: Vec<u8> = (0..=255u8).cycle().take(600).collect();
        for n in 0..bytes.len() {
            certificate(&bytes[n..]);
            certificate(&der(SEQUENCE, &der(SEQUENCE, &bytes[n..])));
        }
        assert!(certificate(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]).is_none());
        for text in ["", "-----BEGIN X-----", "-----BEGIN X-----%-----END X-----", "-----BEGIN "] {
            assert!(pem(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_public_key_there_and_back() {
        let (n, e) = (vec![0u8; 257], vec![1, 0, 1]);
        let info = rsa_public_key_info(&n, &e);
        let text = to_pem("PUBLIC KEY", &info);
        assert_eq!(pem(&text), Some(vec![("PUBLIC KEY".to_owned(), info.clone())]));
        let content = Der(&info).expect(SEQUENCE).expect("a sequence");
        assert_eq!(public_key(content), Some(PublicKey::Rsa(n, e)));
    }

    #[test]
    fn times_of_both_forms() {
        assert_eq!(time((0x17, b"491231235959Z")), parse_time("2049-12-31T23:59:59Z"));
        assert_eq!(time((0x17, b"500101000000Z")), parse_time("1950-01-01T00:00:00Z"));
        assert_eq!(time((0x18, b"20500101000000Z")), parse_time("2050-01-01T00:00:00Z"));
        assert_eq!(time((0x17, b"5001010000Z")), None);
    }
}
