//! Issuers of web identity tokens over the admin API: whoever runs Tabletop hands over the keys that AWS would fetch from
//! the issuer's address. Which accounts trust an issuer, IAM says.

use directory::{Jwks, forget_issuers, issuer_url, issuers, set_issuer_keys};
use serde_json::{Value, json};

use crate::admin::{Ask, Said};
use crate::kernel::Kernel;

impl Kernel {
    /// Sets the keys that verify an issuer's tokens, as a JWKS. Answers the issuer's name as providers have it.
    ///
    /// Errors: what is wrong with the issuer or the keys, with the status for it.
    pub fn set_issuer_keys(&self, issuer: &str, jwks: &str) -> Result<String, (u16, String)> {
        let url = issuer_url(issuer)
            .ok_or_else(|| (400, format!("'{issuer}' is no issuer: https://, a host and a path")))?;
        Jwks::parse(jwks).map_err(|e| (400, e))?;
        set_issuer_keys(&self.store, &url, jwks).map_err(|e| (500, e.to_string()))?;
        Ok(url)
    }
}

/// The issuers whose keys are known.
pub(crate) fn list(ask: &Ask) -> Said {
    ask.only(&[])?;
    let known = issuers(&ask.kernel.store.tx()).map_err(|e| (500, e.to_string()))?;
    let shown: Vec<Value> = known.iter().map(|(url, keys)| show(url, keys)).collect();
    Ok(json!({ "issuers": shown }))
}

fn show(url: &str, keys: &Jwks) -> Value {
    let keys: Vec<Value> = keys.keys().iter().map(|k| json!({ "kid": k.kid, "kind": k.kind() })).collect();
    json!({ "issuer": url, "keys": keys })
}

/// Sets an issuer's keys, in place of those that it had.
pub(crate) fn set(ask: &Ask) -> Said {
    ask.only(&["issuer", "jwks"])?;
    let issuer =
        ask.text("issuer").ok_or((400, "issuer is a text such as https://example.com".to_owned()))?;
    let jwks = match ask.body.get("jwks") {
        Some(whole @ Value::Object(_)) => whole.to_string(),
        Some(Value::String(text)) => text.clone(),
        _ => return Err((400, "jwks is a JSON object with a list named keys".to_owned())),
    };
    let url = ask.kernel.set_issuer_keys(issuer, &jwks)?;
    let keys = Jwks::parse(&jwks).map_err(|e| (400, e))?;
    Ok(show(&url, &keys))
}

/// Forgets the keys of one issuer or of all.
pub(crate) fn clear(ask: &Ask) -> Said {
    ask.only(&["issuer"])?;
    let url = match ask.body.get("issuer") {
        None | Some(Value::Null) => None,
        Some(v) => {
            let named = v.as_str().and_then(issuer_url);
            Some(named.ok_or((400, "issuer is a text such as https://example.com".to_owned()))?)
        }
    };
    let gone = forget_issuers(&ask.kernel.store, url.as_deref()).map_err(|e| (500, e.to_string()))?;
    match (url, gone) {
        (Some(url), 0) => Err((404, format!("no keys of '{url}' are known"))),
        _ => Ok(json!({ "cleared": gone })),
    }
}
