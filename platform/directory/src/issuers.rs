//! Issuers of web identity tokens and the public keys that verify what they sign. AWS fetches those from the issuer's own
//! address; here nothing is fetched: whoever runs Tabletop hands them over. They belong to the world outside, so no
//! account has them and only a full reset forgets them.
//! Source: RFC 7517 (JSON Web Key), RFC 7518 (algorithms).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::Value;
use store::{Row, RowError, RowReader, RowWriter, Scan, Store, StoreError, Table, Tx};

use crate::outbound::outbound_issuer;

/// Keys of one issuer at most.
const KEYS: usize = 100;
/// Smallest and largest modulus. Source: RFC 7518, section 3.3 (2048 bits or more); ring's limit.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;

/// An issuer's keys as they were handed over: a JWKS.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Issuer {
    /// JSON of RFC 7517.
    pub jwks: String,
}

impl Row for Issuer {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.jwks);
    }
    fn read(r: &mut RowReader) -> Result<Issuer, RowError> {
        Ok(Issuer { jwks: r.get(1)? })
    }
}

/// Issuers by URL without scheme, as providers are named. In the kernel's keyspace, which no service's reset touches.
struct Issuers;
impl Table for Issuers {
    const NAME: &'static str = "kernel.issuer";
    const VERSION: u16 = 1;
    type Key = String;
    type Row = Issuer;
}

/// The keys of an issuer, if any were handed over, or if it is an account's own.
pub fn issuer_keys(tx: &Tx, url: &str) -> Result<Option<Jwks>, StoreError> {
    if let Some(own) = outbound_issuer(tx, url)? {
        return Ok(own.jwks().ok().and_then(|keys| Jwks::parse(&keys.to_string()).ok()));
    }
    let row = tx.get::<Issuers>(&url.to_owned())?;
    Ok(row.and_then(|i| Jwks::parse(&i.jwks).ok()))
}

/// All issuers with their keys.
pub fn issuers(tx: &Tx) -> Result<Vec<(String, Jwks)>, StoreError> {
    let rows = tx.scan::<Issuers>(Scan::all())?;
    Ok(rows.filter_map(|(url, i)| Some((url, Jwks::parse(&i.jwks).ok()?))).collect())
}

/// Sets an issuer's keys. The text must be a JWKS ([`Jwks::parse`]).
pub fn set_issuer_keys(store: &Store, url: &str, jwks: &str) -> Result<(), StoreError> {
    let mut tx = store.tx();
    tx.put::<Issuers>(&url.to_owned(), &Issuer { jwks: jwks.to_owned() });
    let commit = store.commit(tx)?;
    store.wait(commit)
}

/// Forgets an issuer, or all of them. Tells how many.
pub fn forget_issuers(store: &Store, url: Option<&str>) -> Result<usize, StoreError> {
    let mut tx = store.tx();
    let gone: Vec<String> = tx.scan::<Issuers>(Scan::all())?.map(|(u, _)| u).collect();
    let gone: Vec<String> = gone.into_iter().filter(|u| url.is_none_or(|url| url == u)).collect();
    gone.iter().for_each(|u| tx.delete::<Issuers>(u));
    let commit = store.commit(tx)?;
    store.wait(commit)?;
    Ok(gone.len())
}

/// An issuer's name without its scheme, as providers have it: host in lower case, path as it is.
pub fn issuer_url(iss: &str) -> Option<String> {
    let rest = iss.strip_prefix("https://").unwrap_or(iss);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let named = !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic());
    (named && !rest.contains("://")).then(|| format!("{}{path}", host.to_ascii_lowercase()))
}

/// A set of public keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Jwks(Vec<Jwk>);

/// A public key.
#[derive(Clone, Debug, PartialEq)]
pub struct Jwk {
    /// Name that tokens give it.
    pub kid: Option<String>,
    alg: Option<String>,
    key: Material,
}

#[derive(Clone, Debug, PartialEq)]
enum Material {
    /// Modulus and exponent.
    Rsa(Vec<u8>, Vec<u8>),
    /// Uncompressed points.
    P256(Vec<u8>),
    P384(Vec<u8>),
}

/// What became of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// One of the keys made it.
    Good,
    /// None of the keys made it.
    Bad,
    /// There is no key of that name and kind.
    NoKey,
    /// An algorithm that isn't for public keys, or isn't known.
    UnknownAlgorithm,
}

impl Jwks {
    /// Reads a JWKS. Keys of other kinds, and keys for encryption, are passed over; the error says what is wrong.
    pub fn parse(text: &str) -> Result<Jwks, String> {
        let whole: Value = serde_json::from_str(text).map_err(|e| format!("the JWKS is not JSON: {e}"))?;
        let keys = whole.get("keys").and_then(Value::as_array).ok_or("a JWKS has a list named keys")?;
        if keys.len() > KEYS {
            return Err(format!("a JWKS has at most {KEYS} keys"));
        }
        let mut read = Vec::new();
        for (i, key) in keys.iter().enumerate() {
            read.extend(Jwk::parse(key).map_err(|e| format!("key {}: {e}", i + 1))?);
        }
        if read.is_empty() {
            return Err("no key of the JWKS verifies signatures: RSA, P-256 and P-384 do".to_owned());
        }
        Ok(Jwks(read))
    }

    /// The keys.
    pub fn keys(&self) -> &[Jwk] {
        &self.0
    }

    /// Whether one of the keys signed the message. A token that names no key is tried with all of its kind.
    pub fn verify(&self, alg: &str, kid: Option<&str>, message: &[u8], signature: &[u8]) -> Verdict {
        if !["RS256", "RS384", "RS512", "ES256", "ES384"].contains(&alg) {
            return Verdict::UnknownAlgorithm;
        }
        let fits = |k: &&Jwk| {
            (kid.is_none() || k.kid.is_none() || k.kid.as_deref() == kid)
                && k.alg.as_deref().is_none_or(|a| a == alg)
                && k.key.makes(alg)
        };
        let mut verdict = Verdict::NoKey;
        for key in self.0.iter().filter(fits) {
            if key.key.made(alg, message, signature) {
                return Verdict::Good;
            }
            verdict = Verdict::Bad;
        }
        verdict
    }
}

impl Jwk {
    fn parse(key: &Value) -> Result<Option<Jwk>, String> {
        let text = |name: &str| key.get(name).and_then(Value::as_str);
        if text("use").is_some_and(|u| u != "sig") {
            return Ok(None);
        }
        let bytes = |name: &str| {
            let packed = text(name).ok_or_else(|| format!("it has no {name}"))?;
            URL_SAFE_NO_PAD
                .decode(packed.trim_end_matches('='))
                .map_err(|_| format!("{name} is not base64url"))
        };
        let point = |size: usize| {
            let (x, y) = (bytes("x")?, bytes("y")?);
            match x.len() == size && y.len() == size {
                true => Ok([&[4], x.as_slice(), &y].concat()),
                false => Err(format!("x and y have {size} bytes each")),
            }
        };
        let material = match (text("kty"), text("crv")) {
            (Some("RSA"), _) => {
                let (n, e) = (stripped(bytes("n")?), stripped(bytes("e")?));
                if !MODULUS_BITS.contains(&(n.len() * 8)) || e.is_empty() || e.len() > 4 {
                    return Err("the modulus has 2048 to 8192 bits, the exponent up to 32".to_owned());
                }
                Material::Rsa(n, e)
            }
            (Some("EC"), Some("P-256")) => Material::P256(point(32)?),
            (Some("EC"), Some("P-384")) => Material::P384(point(48)?),
            (Some(_), _) => return Ok(None),
            (None, _) => return Err("it has no kty".to_owned()),
        };
        let own = |name: &str| text(name).map(str::to_owned);
        Ok(Some(Jwk { kid: own("kid"), alg: own("alg"), key: material }))
    }

    /// `RSA`, `P-256` or `P-384`.
    pub fn kind(&self) -> &'static str {
        match self.key {
            Material::Rsa(..) => "RSA",
            Material::P256(_) => "P-256",
            Material::P384(_) => "P-384",
        }
    }
}

impl Material {
    fn makes(&self, alg: &str) -> bool {
        match self {
            Material::Rsa(..) => alg.starts_with("RS"),
            Material::P256(_) => alg == "ES256",
            Material::P384(_) => alg == "ES384",
        }
    }

    fn made(&self, alg: &str, message: &[u8], signed: &[u8]) -> bool {
        let checked = match self {
            Material::Rsa(n, e) => {
                let parameters = match alg {
                    "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
                    "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
                    _ => &signature::RSA_PKCS1_2048_8192_SHA256,
                };
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signed)
            }
            Material::P256(point) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(message, signed)
            }
            Material::P384(point) => {
                UnparsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point).verify(message, signed)
            }
        };
        checked.is_ok()
    }
}

/// Without leading zeros, which some issuers write.
fn stripped(mut bytes: Vec<u8>) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|b| **b == 0).count();
    bytes.drain(..zeros);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515, appendix A.3: a token signed with ES256, and the key.
    const KEY: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
    const MESSAGE: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const SIGNATURE: &str =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    #[test]
    fn a_signature_of_the_rfc() {
        let keys = Jwks::parse(KEY).expect("a key");
        let signature = URL_SAFE_NO_PAD.decode(SIGNATURE).expect("base64url");
        let verdict =
            |alg: &str, message: &str| keys.verify(alg, Some("any"), message.as_bytes(), &signature);
        assert_eq!(verdict("ES256", MESSAGE), Verdict::Good);
        assert_eq!(verdict("ES256", &MESSAGE.replace("eyJpc3", "eyJpc4")), Verdict::Bad);
        assert_eq!(verdict("RS256", MESSAGE), Verdict::NoKey);
        assert_eq!(verdict("ES384", MESSAGE), Verdict::NoKey);
        for alg in ["none", "HS256", ""] {
            assert_eq!(verdict(alg, MESSAGE), Verdict::UnknownAlgorithm, "{alg}");
        }
    }

    #[test]
    fn a_key_is_found_by_its_name_and_use() {
        let named = KEY.replace(r#""kty""#, r#""kid":"a","alg":"ES256","kty""#);
        let signature = URL_SAFE_NO_PAD.decode(SIGNATURE).expect("base64url");
        let keys = Jwks::parse(&named).expect("a key");
        assert_eq!((keys.keys()[0].kid.as_deref(), keys.keys()[0].kind()), (Some("a"), "P-256"));
        let verdict = |kid| keys.verify("ES256", kid, MESSAGE.as_bytes(), &signature);
        assert_eq!((verdict(None), verdict(Some("a"))), (Verdict::Good, Verdict::Good));
        assert_eq!(verdict(Some("b")), Verdict::NoKey);
        assert!(Jwks::parse(&KEY.replace(r#""kty""#, r#""use":"enc","kty""#)).is_err());
    }

    #[test]
    fn what_is_no_jwks_is_told() {
        for (text, want) in [
            ("", "not JSON"),
            ("{}", "named keys"),
            (r#"{"keys":[]}"#, "no key"),
            (r#"{"keys":[{}]}"#, "key 1: it has no kty"),
            (r#"{"keys":[{"kty":"OKP"}]}"#, "no key"),
            (r#"{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"}]}"#, "2048"),
            (r#"{"keys":[{"kty":"RSA","n":"*","e":"AQAB"}]}"#, "n is not base64url"),
            (r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}]}"#, "32 bytes"),
        ] {
            let e = Jwks::parse(text).expect_err("no JWKS");
            assert!(e.contains(want), "{text}: {e}");
        }
    }

    #[test]
    fn issuers_are_named_like_providers() {
        let cases = [
            ("https://Token.Example.com/a/B", Some("token.example.com/a/B")),
            ("accounts.google.com", Some("accounts.google.com")),
            ("https://x.auth0.com/", Some("x.auth0.com/")),
            ("http://example.com", None),
            ("https://", None),
            ("", None),
        ];
        for (iss, want) in cases {
            assert_eq!(issuer_url(iss).as_deref(), want, "{iss}");
        }
    }
}
