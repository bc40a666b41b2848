//! Wildcards, by way of policies: what `StringLike`, `ArnLike` and `Resource` match, against a matcher that is slow and
//! plainly right.

use std::sync::Arc;

use authz::{
    Action, ContextMap, Layer, Layers, PolicyDocument, PolicyKind, PolicySet, PrincipalKind, PrincipalRef,
    Request, evaluate,
};

/// Words of patterns.
pub const WORDS: &[&str] =
    &["*", "?", "**", "*?", "arn:aws:", "arn:aws:s3:::", "a", "ab", "aab", "\n", ":", "é", "😀", "*a*a*a*a"];

/// A pattern, a line end, a text.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some((pattern, text)) = text.split_once('\n') else { return };
    // Without a version there are no variables in a policy. AWS holds values to 2 KiB or so; the oracle is quadratic.
    if pattern.len() * text.len() > 1 << 20 || text.is_empty() {
        return;
    }
    let wild = like(pattern, text);
    if let Some(found) = condition("StringLike", pattern, text) {
        assert_eq!(found, wild, "StringLike {pattern:?} {text:?}");
    }
    if let Some(found) = condition("StringEquals", pattern, text) {
        assert_eq!(found, pattern == text, "StringEquals {pattern:?} {text:?}");
    }
    let arn = arn_like(pattern, text);
    if let Some(found) = condition("ArnLike", pattern, text) {
        assert_eq!(found, arn, "ArnLike {pattern:?} {text:?}");
    }
    if let Some(found) = resource(pattern, text)
        && pattern.split(':').count() >= 6
    {
        assert_eq!(found, arn, "Resource {pattern:?} {text:?}");
    }
}

/// Whether a pattern of `*` and `?` covers the whole text: row by row, every prefix against every prefix.
fn like(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut row = vec![false; text.len() + 1];
    row[0] = true;
    for p in pattern.chars() {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            next[at] = match p {
                '*' => row[at] || (at > 0 && next[at - 1]),
                '?' => at > 0 && row[at - 1],
                p => at > 0 && row[at - 1] && text[at - 1] == p,
            };
        }
        row = next;
    }
    row[text.len()]
}

/// Six parts, each by itself; the last keeps further colons.
fn arn_like(pattern: &str, text: &str) -> bool {
    let patterns: Vec<&str> = pattern.splitn(6, ':').collect();
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    pattern == "*"
        || (patterns.len() == 6 && parts.len() == 6 && patterns.iter().zip(&parts).all(|(p, t)| like(p, t)))
}

fn condition(operator: &str, pattern: &str, text: &str) -> Option<bool> {
    let policy = serde_json::json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {"aws:x": pattern}}}});
    let mut context = ContextMap::new();
    context.set("aws:x", text);
    allows(&policy.to_string(), "*", &context)
}

fn resource(pattern: &str, text: &str) -> Option<bool> {
    let policy = serde_json::json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": pattern}});
    allows(&policy.to_string(), text, &ContextMap::new())
}

/// Whether the policy allows; none when it is refused.
fn allows(policy: &str, resource: &str, context: &ContextMap) -> Option<bool> {
    let document = PolicyDocument::parse(policy, PolicyKind::Identity).ok()?;
    let set = PolicySet::single("p", Arc::new(document));
    let principal =
        PrincipalRef::new(PrincipalKind::User, "arn:aws:iam::000000000000:user/u", "000000000000");
    let action = Action::new("s3:GetObject");
    let request =
        Request { principal: &principal, action: &action, resource, resource_account: None, context };
    let layers = Layers { identity: Some(Layer::new(&set)), ..Layers::default() };
    Some(evaluate(&request, &layers).is_allowed())
}

/// Patterns and texts.
pub fn seeds() -> Vec<Vec<u8>> {
    [
        "a*b?c\naxxbyc",
        "*\nx",
        "*a*a*ab\naaaaaaaaaaaab",
        "arn:aws:s3:::b/*\narn:aws:s3:::b/k:x",
        "arn:*:sqs:*:*:q?\narn:aws:sqs:us-east-1:000000000000:q1",
        "é?\néü",
    ]
    .iter()
    .map(|s| s.as_bytes().to_vec())
    .collect()
}
