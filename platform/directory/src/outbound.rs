//! What an account's own tokens are signed with: the issuer that IAM switches on and off, its keys, and the JWKS that whoever
//! gets a token verifies it with. What a token says, STS says.
//! Source: IAM user guide, "Federating AWS identities to external services"; RFC 7517, RFC 7518.
//! An ES384 key and its signatures come from the operating system's randomness, since ring takes no other: two runs of one
//! seed differ there.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::error::{KeyRejected, Unspecified};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPairComponents, PublicKeyComponents};
use ring::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use store::{Row, RowError, RowReader, RowWriter, StoreError, Table, Tx};

use crate::rsa_key;

/// What follows an issuer's id in its URL.
const DOMAIN: &str = ".tokens.sts.global.api.aws";

/// An account as an issuer of tokens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutboundIssuer {
    /// A UUID: the first label of its URL.
    pub id: String,
    /// Whether tokens may be had now.
    pub enabled: bool,
    /// n, d, p, q, d mod p-1, d mod q-1, 1/q mod p, each big-endian; the exponent is 65537.
    rsa: Vec<Vec<u8>>,
    /// PKCS #8.
    ec: Vec<u8>,
}

impl Row for OutboundIssuer {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.enabled);
        w.put(3, &self.rsa);
        w.put(4, &self.ec);
    }
    fn read(r: &mut RowReader) -> Result<OutboundIssuer, RowError> {
        Ok(OutboundIssuer { id: r.get(1)?, enabled: r.get(2)?, rsa: r.get(3)?, ec: r.get(4)? })
    }
}

/// Issuers by partition and account.
pub struct OutboundIssuers;
impl Table for OutboundIssuers {
    const NAME: &'static str = "iam.outbound_issuer";
    const VERSION: u16 = 1;
    type Key = (String, String);
    type Row = OutboundIssuer;
}

/// Whose an issuer is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IssuerAccount {
    /// Partition.
    pub partition: String,
    /// Account.
    pub account: String,
}

impl Row for IssuerAccount {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.partition);
        w.put(2, &self.account);
    }
    fn read(r: &mut RowReader) -> Result<IssuerAccount, RowError> {
        Ok(IssuerAccount { partition: r.get(1)?, account: r.get(2)? })
    }
}

/// Partition and account by issuer's id.
pub struct IssuerAccounts;
impl Table for IssuerAccounts {
    const NAME: &'static str = "iam.outbound_account";
    const VERSION: u16 = 1;
    type Key = String;
    type Row = IssuerAccount;
}

/// The account's issuer of that URL (without scheme), if there is one.
pub fn outbound_issuer(tx: &Tx, url: &str) -> Result<Option<OutboundIssuer>, StoreError> {
    let Some(id) = url.strip_suffix(DOMAIN) else { return Ok(None) };
    match tx.get::<IssuerAccounts>(&id.to_owned())? {
        Some(of) => tx.get::<OutboundIssuers>(&(of.partition, of.account)),
        None => Ok(None),
    }
}

impl OutboundIssuer {
    /// A new issuer, switched on. The RSA key follows from the random bytes.
    ///
    /// Errors: the operating system has no randomness.
    pub fn new(id: String, random: &mut dyn FnMut() -> [u8; 32]) -> Result<OutboundIssuer, Unspecified> {
        let k = rsa_key::new(random);
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &SystemRandom::new())?;
        let rsa = vec![k.n, k.d, k.p, k.q, k.d_p, k.d_q, k.q_inverse];
        Ok(OutboundIssuer { id, enabled: true, rsa, ec: ec.as_ref().to_vec() })
    }

    /// `https://ID.tokens.sts.global.api.aws`
    pub fn url(&self) -> String {
        format!("https://{}{DOMAIN}", self.id)
    }

    fn rsa(&self) -> Result<RsaKeyPair, KeyRejected> {
        let part = |i: usize| self.rsa.get(i).map_or(&[][..], Vec::as_slice);
        RsaKeyPair::from_components(&KeyPairComponents {
            public_key: PublicKeyComponents { n: part(0), e: &[1, 0, 1][..] },
            d: part(1),
            p: part(2),
            q: part(3),
            dP: part(4),
            dQ: part(5),
            qInv: part(6),
        })
    }

    fn ec(&self) -> Result<EcdsaKeyPair, KeyRejected> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &self.ec, &SystemRandom::new())
    }

    /// The public keys, as `/.well-known/jwks.json` shows them.
    pub fn jwks(&self) -> Result<Value, KeyRejected> {
        let ec = self.ec()?;
        let (x, y) = ec.public_key().as_ref().get(1..).unwrap_or_default().split_at(48);
        let n = self.rsa.first().map_or(&[][..], Vec::as_slice);
        Ok(json!({ "keys": [
            { "kty": "RSA", "use": "sig", "kid": self.kid("RS256"), "alg": "RS256", "n": packed(n), "e": "AQAB" },
            { "kty": "EC", "use": "sig", "kid": self.kid("ES384"), "alg": "ES384", "crv": "P-384",
              "x": packed(x), "y": packed(y) },
        ] }))
    }

    /// What `/.well-known/openid-configuration` says of it. Source: OpenID Connect Discovery 1.0, section 3.
    pub fn configuration(&self, base: &str) -> Value {
        json!({
            "issuer": self.url(), "jwks_uri": format!("{base}/.well-known/jwks.json"),
            "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES384"],
            "claims_supported": ["aud", "exp", "iat", "iss", "jti", "sub"],
        })
    }

    fn kid(&self, alg: &str) -> &'static str {
        if alg == "RS256" { "RSA_0" } else { "EC384_0" }
    }

    /// A token with these claims, signed `RS256` or `ES384`; nothing for another algorithm or a broken key.
    pub fn token(&self, alg: &str, claims: &Value) -> Option<String> {
        let head = json!({ "kid": self.kid(alg), "alg": alg, "typ": "JWT" });
        let signed = format!("{}.{}", packed(head.to_string()), packed(claims.to_string()));
        let random = SystemRandom::new();
        let signature = match alg {
            "RS256" => {
                let key = self.rsa().ok()?;
                let mut out = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut out).ok()?;
                out
            }
            "ES384" => self.ec().ok()?.sign(&random, signed.as_bytes()).ok()?.as_ref().to_vec(),
            _ => return None,
        };
        Some(format!("{signed}.{}", packed(signature)))
    }
}

fn packed(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Jwks, Verdict};

    fn random() -> impl FnMut() -> [u8; 32] {
        let mut n = 0u8;
        move || {
            n = n.wrapping_add(1);
            std::array::from_fn(|i| (i as u8).wrapping_mul(151) ^ n.wrapping_mul(97))
        }
    }

    #[test]
    fn tokens_are_verified_with_what_is_published() {
        let issuer = OutboundIssuer::new("id".to_owned(), &mut random()).expect("there is randomness");
        let keys = Jwks::parse(&issuer.jwks().expect("sound keys").to_string()).expect("a JWKS");
        for (alg, kid) in [("RS256", "RSA_0"), ("ES384", "EC384_0")] {
            let token = issuer.token(alg, &json!({ "sub": "s" })).expect("it is signed");
            let (signed, signature) = token.rsplit_once('.').expect("three parts");
            let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
            assert_eq!(keys.verify(alg, Some(kid), signed.as_bytes(), &signature), Verdict::Good, "{alg}");
            assert_eq!(keys.verify(alg, Some(kid), b"else", &signature), Verdict::Bad, "{alg}");
        }
        assert_eq!(issuer.token("HS256", &json!({})), None);
        // The same bytes give the same RSA key, and the same signature.
        let again = OutboundIssuer::new("id".to_owned(), &mut random()).expect("there is randomness");
        let claims = json!({ "a": 1 });
        assert_eq!(again.token("RS256", &claims), issuer.token("RS256", &claims));
    }
}
