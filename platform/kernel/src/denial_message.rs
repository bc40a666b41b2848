//! Encoded authorization messages: why a call was denied, sealed, for `sts:DecodeAuthorizationMessage` to open. Services
//! whose denials carry one (EC2) put it into their error's text. Not the decision itself (`authorize.rs`).
//!
//! The caller may not read what is inside, so it is encrypted, and nobody else can make one, so it carries a MAC: the MAC
//! of the text is also where the key stream starts (a synthetic IV), so the same text seals to the same message.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::cx::Cx;
use crate::page::PageKey;

const SEAL_BYTES: usize = 16;

/// Why a call was denied, as AWS's decoded messages tell it.
/// Source: IAM user guide, "Use DecodeAuthorizationMessage with a CLI" (the example's shape).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DenialMessage {
    /// A statement denied; otherwise none allowed.
    pub explicit_deny: bool,
    /// `Sid` and action patterns and resource patterns of the statement that denied.
    pub matched: Vec<MatchedStatement>,
    /// `aws:userid` of the caller.
    pub principal_id: String,
    /// ARN of the caller.
    pub principal_arn: String,
    /// Action, with its prefix.
    pub action: String,
    /// ARN of the resource.
    pub resource: String,
    /// Condition keys of the request with their values.
    pub conditions: Vec<(String, Vec<String>)>,
}

/// A statement that denied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatchedStatement {
    /// `Sid`; empty without one.
    pub sid: String,
    /// Action patterns.
    pub actions: Vec<String>,
    /// Resource patterns.
    pub resources: Vec<String>,
}

impl DenialMessage {
    fn to_json(&self) -> Value {
        let items = |texts: &[String]| json!({ "items": texts.iter().map(|t| json!({ "value": t })).collect::<Vec<_>>() });
        let id = self.principal_id.split(':').next().unwrap_or_default().to_owned();
        let statement = |m: &MatchedStatement| {
            json!({
                "statementId": m.sid, "effect": "DENY", "principals": items(std::slice::from_ref(&id)),
                "principalGroups": items(&[]), "actions": items(&m.actions),
                "resources": items(&m.resources), "conditions": items(&[]),
            })
        };
        let condition =
            |(key, values): &(String, Vec<String>)| json!({ "key": key, "values": items(values) });
        json!({
            "allowed": false,
            "explicitDeny": self.explicit_deny,
            "matchedStatements": { "items": self.matched.iter().map(statement).collect::<Vec<_>>() },
            "failures": items(&[]),
            "context": {
                "principal": { "id": self.principal_id, "arn": self.principal_arn },
                "action": self.action,
                "resource": self.resource,
                "conditions": { "items": self.conditions.iter().map(condition).collect::<Vec<_>>() },
            },
        })
    }
}

impl PageKey {
    fn prf(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(data);
        mac.finalize().into_bytes().into()
    }

    /// Encrypts or decrypts: the key stream that begins at `start` is laid over the text.
    fn cover(&self, start: &[u8], text: &mut [u8]) {
        for (n, chunk) in text.chunks_mut(32).enumerate() {
            let mut block = start.to_vec();
            block.extend_from_slice(&(n as u64).to_be_bytes());
            for (byte, key) in chunk.iter_mut().zip(self.prf("denial stream", &block)) {
                *byte ^= key;
            }
        }
    }

    fn seal_denial(&self, text: &str) -> String {
        let mut bytes = self.prf("denial seal", text.as_bytes())[..SEAL_BYTES].to_vec();
        let mut covered = text.as_bytes().to_vec();
        self.cover(&bytes, &mut covered);
        bytes.extend_from_slice(&covered);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open_denial(&self, message: &str) -> Option<String> {
        let mut bytes = URL_SAFE_NO_PAD.decode(message).ok()?;
        let (seal, text) = bytes.split_at_mut_checked(SEAL_BYTES)?;
        self.cover(seal, text);
        (self.prf("denial seal", text)[..SEAL_BYTES] == *seal)
            .then(|| String::from_utf8(text.to_vec()).ok())?
    }
}

impl Cx<'_> {
    /// The encoded message for a denial.
    pub fn encode_denial(&self, denial: &DenialMessage) -> String {
        self.page_key().seal_denial(&denial.to_json().to_string())
    }

    /// What an encoded message says, as JSON; `None` for what isn't one of ours.
    pub fn decode_denial(&self, message: &str) -> Option<String> {
        self.page_key().open_denial(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_opens_where_it_was_sealed_and_hides_its_text() {
        let (key, other) = (PageKey([1; 32]), PageKey([2; 32]));
        let text = DenialMessage { action: "ec2:RunInstances".into(), ..DenialMessage::default() };
        let text = text.to_json().to_string();
        let message = key.seal_denial(&text);
        assert_eq!(key.open_denial(&message).as_deref(), Some(text.as_str()));
        assert_eq!(other.open_denial(&message), None);
        let shown = String::from_utf8_lossy(&URL_SAFE_NO_PAD.decode(&message).expect("base64")).into_owned();
        assert!(!shown.contains("RunInstances"));
        for bad in ["", "AAAA", "%%", &message[1..], &message[..message.len() - 2]] {
            assert_eq!(key.open_denial(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_json_is_aws_s() {
        let denial = DenialMessage {
            explicit_deny: true,
            matched: vec![MatchedStatement {
                sid: "VisualEditor0".into(),
                actions: vec!["ec2:RunInstances".into()],
                resources: vec!["*".into()],
            }],
            principal_id: "AROA123456789EXAMPLE:Ana".into(),
            principal_arn: "arn:aws:sts::111122223333:assumed-role/Developer/Ana".into(),
            action: "ec2:RunInstances".into(),
            resource: "arn:aws:ec2:us-east-1:111122223333:instance/*".into(),
            conditions: vec![("aws:Region".into(), vec!["us-east-1".into()])],
        };
        let v = denial.to_json();
        assert_eq!(
            v["matchedStatements"]["items"][0]["principals"]["items"][0]["value"],
            "AROA123456789EXAMPLE"
        );
        assert_eq!(v["context"]["conditions"]["items"][0]["values"]["items"][0]["value"], "us-east-1");
        assert_eq!((v["allowed"].clone(), v["explicitDeny"].clone()), (json!(false), json!(true)));
    }
}
