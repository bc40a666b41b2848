//! Key pairs: rows, the forms of public keys, fingerprints. Private keys are handed out once and not kept.
//! Source: EC2 user guide, "Amazon EC2 key pairs", "Verify the fingerprint"; RFC 4253 (public keys), OpenSSH's PROTOCOL.key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codec::{Fault, Timestamp};
use kernel::Cx;
use md5::{Digest, Md5};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use sha1::Sha1;
use sha2::Sha256;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::fault;
use crate::filter::Accessor;
use crate::kind::{Keys, Kind, Seen};
use crate::resource::{Listed, Resource, by_link, get};
use crate::rsa::{self, PrivateKey};
use crate::tags::{self, Tags};

pub(crate) static KEY_PAIR: Kind = Kind {
    noun: "key-pair",
    prefix: "key",
    not_found: ("InvalidKeyPair.NotFound", "The key pair '{}' does not exist"),
    malformed: None,
    seen,
};

/// A key pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct KeyPair {
    /// Id.
    pub(crate) id: String,
    /// Name, unique in the account and region.
    pub(crate) name: String,
    /// `rsa` or `ed25519`.
    pub(crate) kind: String,
    /// Fingerprint, in the form of its kind and origin.
    pub(crate) fingerprint: String,
    /// Public key, as OpenSSH writes it.
    pub(crate) public_key: String,
    /// When it was made, milliseconds since the epoch.
    pub(crate) created_ms: i64,
}

impl Row for KeyPair {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.name);
        w.put(3, &self.kind);
        w.put(4, &self.fingerprint);
        w.put(5, &self.public_key);
        w.put(6, &self.created_ms);
    }
    fn read(r: &mut RowReader) -> Result<KeyPair, RowError> {
        Ok(KeyPair {
            id: r.get(1)?,
            name: r.get(2)?,
            kind: r.get(3)?,
            fingerprint: r.get(4)?,
            public_key: r.get(5)?,
            created_ms: r.get(6)?,
        })
    }
}

fn name_link(name: &str) -> String {
    format!("key-name:{name}")
}

/// The key pair of that name.
pub(crate) fn named(cx: &Cx, name: &str) -> Result<Option<KeyPair>, Fault> {
    by_link::<KeyPair>(cx, &name_link(name))
}

fn seen(cx: &Cx, given: &str) -> Result<Option<Seen>, Fault> {
    let row = match get::<KeyPair>(cx, given)? {
        Some(row) => Some(row),
        None => named(cx, given)?,
    };
    Ok(row.map(|k| Seen { id: k.id.clone(), arn_id: k.name.clone(), keys: k.keys(cx) }))
}

impl Listed for KeyPair {
    const FILTERS: &'static [(&'static str, Accessor<KeyPair>)] = &[
        ("fingerprint", |k, p| p.text(&k.fingerprint)),
        ("key-name", |k, p| p.text(&k.name)),
        ("key-pair-id", |k, p| p.text(&k.id)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for KeyPair {
    const TABLE: &'static str = "ec2.key_pair";
    const KIND: &'static Kind = &KEY_PAIR;
    fn parents(&self) -> Vec<String> {
        vec![name_link(&self.name)]
    }
    fn keys(&self, _: &Cx) -> Keys {
        vec![("ec2:KeyPairName", vec![self.name.clone()]), ("ec2:KeyPairType", vec![self.kind.clone()])]
    }
    fn arn_id(&self) -> &str {
        &self.name
    }
}

/// A new key: fingerprint, public key, and the private one as a PEM file.
pub(crate) struct New {
    pub(crate) fingerprint: String,
    pub(crate) public_key: String,
    pub(crate) material: String,
}

/// Makes a key of RSA. Its fingerprint is the SHA-1 of the private key.
pub(crate) fn make_rsa(cx: &Cx, name: &str) -> New {
    let key = PrivateKey::make(|| cx.ids.bytes("ec2.rsa"));
    let (modulus, exponent) = key.public();
    let mut blob = Vec::new();
    for part in [b"ssh-rsa".as_slice(), &mpint(&exponent), &mpint(&modulus)] {
        string(&mut blob, part);
    }
    New {
        fingerprint: colons(&Sha1::digest(key.pkcs8())),
        public_key: format!("ssh-rsa {} {name}", STANDARD.encode(blob)),
        material: pem("RSA PRIVATE KEY", &key.pkcs1(), 64),
    }
}

/// Makes a key of ED25519. Its fingerprint is the SHA-256 of the public key.
pub(crate) fn make_ed25519(cx: &Cx, name: &str) -> New {
    let seed = cx.ids.bytes("ec2.ed25519");
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("a seed has 32 bytes");
    let public = pair.public_key().as_ref();
    let mut blob = Vec::new();
    string(&mut blob, b"ssh-ed25519");
    string(&mut blob, public);
    New {
        fingerprint: STANDARD.encode(Sha256::digest(&blob)),
        public_key: format!("ssh-ed25519 {} {name}", STANDARD.encode(&blob)),
        material: pem("OPENSSH PRIVATE KEY", &openssh(cx, &seed, public, &blob, name), 70),
    }
}

/// OpenSSH's own form of a private key, not encrypted.
fn openssh(cx: &Cx, seed: &[u8; 32], public: &[u8], blob: &[u8], name: &str) -> Vec<u8> {
    let check = &cx.ids.bytes("ec2.ed25519-check")[..4];
    let mut private = [check, check].concat();
    string(&mut private, b"ssh-ed25519");
    string(&mut private, public);
    string(&mut private, &[seed.as_slice(), public].concat());
    string(&mut private, name.as_bytes());
    let padding = (8 - private.len() % 8) % 8;
    private.extend((1..=padding).map(|n| n as u8));
    let mut out = b"openssh-key-v1\0".to_vec();
    for part in [b"none".as_slice(), b"none", b""] {
        string(&mut out, part);
    }
    out.extend_from_slice(&1u32.to_be_bytes());
    string(&mut out, blob);
    string(&mut out, &private);
    out
}

/// A public key that somebody brings: its kind, its fingerprint, and itself as OpenSSH writes it.
///
/// Errors: InvalidKey.Format: neither OpenSSH's form nor RFC 4716's, or another kind or size than EC2 takes.
pub(crate) fn import(material: &[u8]) -> Result<(&'static str, String, String), Fault> {
    let wrong = || fault("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
    let text = std::str::from_utf8(material).map_err(|_| wrong())?.trim();
    let (encoded, comment) = match text.strip_prefix("---- BEGIN SSH2 PUBLIC KEY ----") {
        Some(rest) => (rfc4716(rest), ""),
        None => {
            let mut words = text.split_whitespace().skip(1);
            (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default())
        }
    };
    let blob = STANDARD.decode(encoded).map_err(|_| wrong())?;
    let mut parts = blob.as_slice();
    let (kind, fingerprint) = match take(&mut parts).ok_or_else(wrong)? {
        b"ssh-rsa" => {
            let (exponent, modulus) =
                (take(&mut parts).ok_or_else(wrong)?, take(&mut parts).ok_or_else(wrong)?);
            let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
            if ![128, 256, 512].contains(&modulus.len()) {
                return Err(wrong());
            }
            ("rsa", colons(&Md5::digest(rsa::public_key_info(modulus, exponent))))
        }
        b"ssh-ed25519" if take(&mut parts).is_some_and(|key| key.len() == 32) => {
            ("ed25519", STANDARD.encode(Sha256::digest(&blob)))
        }
        _ => return Err(wrong()),
    };
    let public_key = format!("ssh-{kind} {} {comment}", STANDARD.encode(&blob));
    Ok((kind, fingerprint, public_key.trim_end().to_owned()))
}

/// The Base64 between the headers and the end of RFC 4716's form.
fn rfc4716(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.contains(':'));
    lines.take_while(|l| !l.starts_with("----")).collect()
}

/// The next string of an SSH blob.
fn take<'b>(blob: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (len, rest) = blob.split_at_checked(4)?;
    let len = u32::from_be_bytes(len.try_into().ok()?) as usize;
    let (part, rest) = rest.split_at_checked(len)?;
    *blob = rest;
    Some(part)
}

fn string(out: &mut Vec<u8>, part: &[u8]) {
    out.extend_from_slice(&(part.len() as u32).to_be_bytes());
    out.extend_from_slice(part);
}

/// A positive number as SSH writes it.
fn mpint(big_endian: &[u8]) -> Vec<u8> {
    let mut out = big_endian.to_vec();
    if out.first().is_some_and(|b| b & 0x80 != 0) {
        out.insert(0, 0);
    }
    out
}

fn colons(digest: &[u8]) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(":")
}

fn pem(label: &str, der: &[u8], width: usize) -> String {
    let encoded = STANDARD.encode(der);
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(width).map(|c| std::str::from_utf8(c).expect("Base64 is ASCII")).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----", lines.join("\n"))
}

/// As answers show it.
pub(crate) fn show(k: &KeyPair, tags: &Tags, with_public_key: bool) -> s::KeyPairInfo {
    s::KeyPairInfo {
        key_pair_id: Some(k.id.clone()),
        key_type: Some(k.kind.clone()),
        tags: Some(tags::all_shown(tags)),
        public_key: with_public_key.then(|| k.public_key.clone()),
        create_time: Some(Timestamp { epoch_ms: k.created_ms }),
        key_name: Some(k.name.clone()),
        key_fingerprint: Some(k.fingerprint.clone()),
    }
}
