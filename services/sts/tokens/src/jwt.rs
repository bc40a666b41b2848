//! Tokens as they come: a JSON Web Token taken apart, its claims by name. Whether anybody signed it is
//! `web_identity.rs`'s to ask.
//! Source: RFC 7519 (JWT), RFC 7515 (compact serialization).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// A token, taken apart.
pub struct Jwt<'a> {
    /// Algorithm that the header names.
    pub alg: String,
    /// Key that the header names.
    pub kid: Option<String>,
    /// What is signed: header and payload as sent.
    pub signed: &'a str,
    /// Bytes of the signature.
    pub signature: Vec<u8>,
    claims: Map<String, Value>,
}

impl<'a> Jwt<'a> {
    /// Takes a token apart; `None` if it is no JWT.
    pub fn parse(token: &'a str) -> Option<Jwt<'a>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header = object(header)?;
        let text = |name: &str| header.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Jwt {
            alg: text("alg")?,
            kid: text("kid"),
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
            claims: object(payload)?,
        })
    }

    /// A claim.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// A claim that is a text and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claim(name).and_then(Value::as_str).filter(|t| !t.is_empty())
    }

    /// A claim that is a text or a list of texts; numbers and booleans as they are written.
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.claim(name).map(texts).unwrap_or_default()
    }

    /// A claim that is a time, seconds since the epoch.
    pub fn time_s(&self, name: &str) -> Option<i64> {
        let value = self.claim(name)?;
        value.as_i64().or_else(|| value.as_f64().map(|f| f as i64))
    }

    /// The claims whose names begin so, with what follows.
    pub fn under<'p>(&self, prefix: &'p str) -> impl Iterator<Item = (&str, &Value)> + use<'_, 'p> {
        self.claims.iter().filter_map(move |(k, v)| Some((k.strip_prefix(prefix)?, v)))
    }
}

/// The texts of a text or of a list.
pub fn texts(value: &Value) -> Vec<String> {
    let one = |v: &Value| match v {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    };
    match value {
        Value::Array(all) => all.iter().filter_map(one).collect(),
        other => one(other).into_iter().collect(),
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, payload: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn a_token_is_taken_apart() {
        let text = token(
            r#"{"alg":"RS256","kid":"k"}"#,
            r#"{"sub":"s","aud":["a","b"],"exp":1.5e9,"t/x":1,"n":{}}"#,
        );
        let t = Jwt::parse(&text).expect("a token");
        assert_eq!(
            (t.alg.as_str(), t.kid.as_deref(), t.signature.as_slice()),
            ("RS256", Some("k"), &b"sig"[..])
        );
        assert_eq!(format!("{}.c2ln", t.signed), text);
        assert_eq!((t.text("sub"), t.text("aud"), t.time_s("exp")), (Some("s"), None, Some(1_500_000_000)));
        assert_eq!(t.texts("aud"), ["a", "b"]);
        assert_eq!(t.texts("n"), Vec::<String>::new());
        assert_eq!(t.under("t/").map(|(k, _)| k).collect::<Vec<_>>(), ["x"]);
    }

    #[test]
    fn what_is_no_token_is_none() {
        let good = token(r#"{"alg":"RS256"}"#, "{}");
        assert!(Jwt::parse(&good).is_some());
        let deep = "[".repeat(20_000);
        for bad in [
            String::new(),
            "a.b".into(),
            "..".into(),
            good.replace('.', ""),
            format!("{good}.x"),
            good.replace("c2ln", "%"),
            token(r#"{"typ":"JWT"}"#, "{}"),
            token(r#"{"alg":"RS256"}"#, "[]"),
            token(r#"{"alg":"RS256"}"#, &deep),
        ] {
            assert!(Jwt::parse(&bad).is_none(), "{bad:.80}");
        }
    }
}
