//! SSH public keys: the two encodings that IAM takes and gives, and the fingerprint.
//! Source: RFC 4253, section 6.6 (`ssh-rsa`); IAM user guide, "Use IAM with CodeCommit" (RSA, 2048 to 16384 bits).

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use crate::x509::{self, Der, PublicKey};

const SEQUENCE: u8 = 0x30;

/// An RSA key: modulus and exponent, as signed integers of most significant byte first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RsaKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl RsaKey {
    /// Reads `ssh-rsa AAAA… comment` or a PEM text. Nothing for other keys, and for those too short or too long.
    pub(super) fn read(text: &str) -> Option<RsaKey> {
        let text = text.trim();
        let key = if text.starts_with("-----BEGIN") { from_pem(text)? } else { from_ssh(text)? };
        let bits = key.modulus.iter().skip_while(|b| **b == 0).count() * 8;
        (2_048..=16_384).contains(&bits).then_some(key)
    }

    /// `ssh-rsa AAAA…`
    pub(super) fn ssh(&self) -> String {
        format!("ssh-rsa {}", STANDARD.encode(self.blob()))
    }

    /// `-----BEGIN PUBLIC KEY-----…`
    pub(super) fn pem(&self) -> String {
        x509::to_pem("PUBLIC KEY", &x509::rsa_public_key_info(&self.modulus, &self.exponent))
    }

    /// MD5 of the SSH form: sixteen pairs of hex digits with colons between.
    pub(super) fn fingerprint(&self) -> String {
        let mut out = String::with_capacity(47);
        for (i, byte) in Md5::digest(self.blob()).iter().enumerate() {
            let colon = if i == 0 { "" } else { ":" };
            write!(out, "{colon}{byte:02x}").expect("a string takes all");
        }
        out
    }

    fn blob(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for part in [&b"ssh-rsa"[..], &self.exponent, &self.modulus] {
            out.extend_from_slice(&(part.len() as u32).to_be_bytes());
            out.extend_from_slice(part);
        }
        out
    }
}

fn from_ssh(text: &str) -> Option<RsaKey> {
    let mut words = text.split_ascii_whitespace();
    let ("ssh-rsa", packed) = (words.next()?, words.next()?) else { return None };
    let bytes = STANDARD.decode(packed).ok()?;
    let mut rest = bytes.as_slice();
    let (kind, exponent, modulus) = (part(&mut rest)?, part(&mut rest)?, part(&mut rest)?);
    (kind == b"ssh-rsa" && rest.is_empty() && !exponent.is_empty())
        .then(|| RsaKey { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
}

fn part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let (part, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *rest = after;
    Some(part)
}

fn from_pem(text: &str) -> Option<RsaKey> {
    let blocks = x509::pem(text)?;
    let [(label, der)] = &blocks[..] else { return None };
    let content = Der(der).expect(SEQUENCE).filter(|_| label == "PUBLIC KEY")?;
    match x509::public_key(content)? {
        PublicKey::Rsa(modulus, exponent) => Some(RsaKey { modulus, exponent }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(bytes: usize) -> RsaKey {
        RsaKey { modulus: [vec![0], vec![0xab; bytes]].concat(), exponent: vec![1, 0, 1] }
    }

    #[test]
    fn both_encodings_hold_the_same_key() {
        let k = key(256);
        assert_eq!(RsaKey::read(&format!("{} me@here\n", k.ssh())), Some(k.clone()));
        assert_eq!(RsaKey::read(&k.pem()), Some(k.clone()));
        assert_eq!(k.fingerprint().len(), 47);
    }

    #[test]
    fn other_keys_are_none() {
        for bad in
            [&key(128).ssh(), "ssh-rsa", "ssh-ed25519 AAAA", "ssh-rsa AAAAB3Nz", "-----BEGIN PUBLIC KEY-----"]
        {
            assert_eq!(RsaKey::read(bad), None, "{bad}");
        }
    }
}
