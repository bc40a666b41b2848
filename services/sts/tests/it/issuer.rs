//! An issuer of web identity tokens, for tests: its keys and what it signs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

/// Made for these tests; nothing else is signed with it.
const RSA: &[u8] = include_bytes!("data/issuer.der");

pub(crate) struct Issuer {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
}

pub(crate) fn packed(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Issuer {
    pub(crate) fn new() -> Issuer {
        let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let ec = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        let ec = EcdsaKeyPair::from_pkcs8(kind, ec.as_ref(), &random).unwrap();
        Issuer { rsa: RsaKeyPair::from_der(RSA).unwrap(), ec }
    }

    /// Both public keys, named `rsa` and `ec`.
    pub(crate) fn jwks(&self) -> String {
        let rsa: PublicKeyComponents<Vec<u8>> = self.rsa.public().into();
        let (x, y) = self.ec.public_key().as_ref()[1..].split_at(32);
        json!({ "keys": [
            { "kty": "RSA", "kid": "rsa", "use": "sig", "n": packed(rsa.n), "e": packed(rsa.e) },
            { "kty": "EC", "crv": "P-256", "kid": "ec", "alg": "ES256", "x": packed(x), "y": packed(y) },
        ] })
        .to_string()
    }

    /// A token with these claims, signed RS256.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.signed(&json!({ "alg": "RS256", "kid": "rsa", "typ": "JWT" }), claims)
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub(crate) fn rs256(&self, message: &[u8]) -> Vec<u8> {
        let mut out = vec![0; self.rsa.public().modulus_len()];
        self.rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut out).unwrap();
        out
    }

    /// A token with this header: signed as it says, where it names one of the two algorithms.
    pub(crate) fn signed(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", packed(header.to_string()), packed(claims.to_string()));
        let random = SystemRandom::new();
        let signature = match header["alg"].as_str() {
            Some("ES256") => self.ec.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
            Some("RS256") => self.rs256(signed.as_bytes()),
            _ => b"none".to_vec(),
        };
        format!("{signed}.{}", packed(signature))
    }
}
