//! Bucket policies: what S3 takes as one, whether one is public, what is left of it for objects of others. What a policy
//! decides is `authz`'s.
//! Source: S3 user guide, "Bucket policies", "The meaning of 'public'".

use authz::{PolicyDocument, PolicyErrorKind, PolicyKind};
use codec::{Fault, Value as Field};
use kernel::Cx;
use serde_json::{Map, Value};

use crate::actions::{ON_BUCKETS, ON_OBJECTS};

/// The largest policy, in bytes. Source: S3 user guide, "Bucket policies" (20 KB).
const MOST_BYTES: usize = 20 * 1024;

/// Refuses what S3 takes as no policy of an access point: its resources are the access point and objects through it.
///
/// Errors: as [`check`].
pub(crate) fn check_of_point(cx: &Cx, text: &str, arn: &str) -> Result<(), Fault> {
    check(cx, text, arn)?;
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let on_objects = [arn, "/object/"].concat();
    for statement in statements(&document) {
        let resources = texts(statement.get("Resource").or(statement.get("NotResource")));
        if resources.iter().any(|r| r.starts_with(&[arn, "/"].concat()) && !r.starts_with(&on_objects)) {
            return Err(malformed("Policy has invalid resource"));
        }
    }
    Ok(())
}

fn malformed(message: impl Into<String>) -> Fault {
    Fault::new("MalformedPolicy", 400, message)
}

/// Refuses what S3 takes as no policy of the bucket.
///
/// Errors: `MalformedPolicy`, with S3's first complaint.
pub(crate) fn check(cx: &Cx, text: &str, bucket_arn: &str) -> Result<(), Fault> {
    if text.len() > MOST_BYTES {
        return Err(malformed("Normalized policy document exceeds the maximum allowed size of 20480 bytes."));
    }
    let document: Value = match serde_json::from_str(text) {
        Ok(found @ Value::Object(_)) => found,
        _ => return Err(malformed("Policies must be valid JSON and the first byte must be '{'")),
    };
    known_fields(&document, &["Version", "Id", "Statement"])?;
    for statement in statements(&document) {
        check_statement(statement)?;
    }
    // What the language itself demands. Resources of a bucket policy are more than it asks for, and are checked after it.
    let parsed = PolicyDocument::parse(text, PolicyKind::Resource).map_err(|e| match e.kind {
        PolicyErrorKind::InvalidPrincipal => {
            let detail = e.message.split_once(": ").map_or("", |(_, d)| d);
            invalid_principal(&detail.replacen("\":\"", "\" : \"", 1))
        }
        PolicyErrorKind::InvalidJson => malformed(e.message),
        _ if e.message.starts_with("Actions/Condition") || e.message.starts_with("Vendor") => {
            malformed("Policy has invalid action")
        }
        _ if e.message.starts_with("Resource") || e.message.starts_with("Partition") => {
            malformed("Policy has invalid resource")
        }
        _ if e.message.starts_with("Syntax") || e.message.starts_with("The policy failed legacy") => {
            malformed("Invalid policy syntax.")
        }
        _ => malformed(e.message),
    })?;
    if let Some(value) = cx.missing_principal(&parsed)? {
        return Err(invalid_principal(&format!("\"AWS\" : \"{value}\"")));
    }
    for statement in statements(&document) {
        check_targets(statement, bucket_arn)?;
    }
    Ok(())
}

/// Source: reported by AWS's users, with the detail: `"AWS" : "arn:aws:iam::…"`.
fn invalid_principal(detail: &str) -> Fault {
    malformed("Invalid principal in policy").with_field("Detail", Field::String(detail.to_owned()))
}

fn known_fields(of: &Value, known: &[&str]) -> Result<(), Fault> {
    let unknown = of.as_object().and_then(|o| o.keys().find(|k| !known.contains(&k.as_str())));
    unknown.map_or(Ok(()), |name| Err(malformed(format!("Unknown field {name}"))))
}

fn check_statement(statement: &Value) -> Result<(), Fault> {
    known_fields(
        statement,
        &[
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ],
    )?;
    let has = |names: [&str; 2]| names.iter().any(|n| statement.get(n).is_some());
    for (names, said) in [
        (["Effect", "Effect"], "Effect"),
        (["Principal", "NotPrincipal"], "Principal"),
        (["Action", "NotAction"], "Action"),
        (["Resource", "NotResource"], "Resource"),
    ] {
        if !has(names) {
            return Err(malformed(format!("Missing required field {said}")));
        }
    }
    Ok(())
}

/// Resources must be the bucket or its objects, and some action must be about one of them.
fn check_targets(statement: &Value, bucket_arn: &str) -> Result<(), Fault> {
    let resources = texts(statement.get("Resource").or(statement.get("NotResource")));
    let rests: Option<Vec<&str>> = resources.iter().map(|r| r.strip_prefix(bucket_arn)).collect();
    let fits = |rest: &&str| rest.is_empty() || rest.starts_with('/') || *rest == "*";
    let rests = rests.filter(|all| !all.is_empty() && all.iter().all(fits));
    let rests = rests.ok_or_else(|| malformed("Policy has invalid resource"))?;
    let actions = texts(statement.get("Action"));
    let (mut on_bucket, mut on_object) = (false, false);
    for action in &actions {
        if action == "*" || action.eq_ignore_ascii_case("s3:*") {
            (on_bucket, on_object) = (true, true);
            continue;
        }
        let lower = action.to_ascii_lowercase();
        let name = lower.strip_prefix("s3:").ok_or_else(|| malformed("Policy has invalid action"))?;
        let bucket = ON_BUCKETS.iter().any(|known| wild(name, known));
        let object = ON_OBJECTS.iter().any(|known| wild(name, known));
        if !bucket && !object {
            return Err(malformed("Policy has invalid action"));
        }
        on_bucket |= bucket;
        on_object |= object;
    }
    let names_bucket = rests.iter().any(|r| r.is_empty() || *r == "*");
    let names_objects = rests.iter().any(|r| r.starts_with('/') || *r == "*");
    let applies = on_bucket && names_bucket || on_object && names_objects;
    if !actions.is_empty() && statement.get("Resource").is_some() && !applies {
        return Err(malformed("Action does not apply to any resource(s) in statement"));
    }
    Ok(())
}

/// Whether a pattern of `*` and `?` matches a name.
fn wild(pattern: &str, name: &str) -> bool {
    let (p, n) = (pattern.as_bytes(), name.as_bytes());
    let (mut i, mut j, mut star) = (0, 0, None);
    while j < n.len() {
        if i < p.len() && p[i] == b'*' {
            star = Some((i, j));
            i += 1;
        } else if i < p.len() && (p[i] == b'?' || p[i] == n[j]) {
            i += 1;
            j += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            i = at + 1;
            j = from + 1;
        } else {
            return false;
        }
    }
    p[i..].iter().all(|c| *c == b'*')
}

fn statements(document: &Value) -> Vec<&Value> {
    match document.get("Statement") {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// A text or a list of texts.
fn texts(value: Option<&Value>) -> Vec<String> {
    let text = |v: &Value| v.as_str().map(str::to_owned);
    match value {
        Some(Value::Array(all)) => all.iter().filter_map(text).collect(),
        Some(one) => text(one).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Whether a policy is public: some statement lets in whoever comes, without a condition that names who may.
pub(crate) fn is_public(text: &str) -> bool {
    let Ok(document) = serde_json::from_str::<Value>(text) else { return false };
    statements(&document).into_iter().any(|statement| {
        let allows = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
        allows && names_everybody(statement) && !is_narrowed(statement)
    })
}

fn names_everybody(statement: &Value) -> bool {
    match statement.get("Principal") {
        None => statement.get("NotPrincipal").is_some(),
        Some(Value::String(name)) => name == "*",
        Some(Value::Object(kinds)) => kinds.values().any(|names| texts(Some(names)).iter().any(|n| n == "*")),
        Some(_) => false,
    }
}

/// Condition keys that tell who comes or from where, if their values are fixed.
const NARROWING: [&str; 16] = [
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:userid",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalservicename",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "aws:sourceip",
];

/// Whether a condition of the statement holds only for fixed principals, networks or sources.
fn is_narrowed(statement: &Value) -> bool {
    let Some(Value::Object(conditions)) = statement.get("Condition") else { return false };
    conditions.iter().any(|(operator, keys)| narrows(operator, keys.as_object()))
}

fn narrows(operator: &str, keys: Option<&Map<String, Value>>) -> bool {
    let operator = operator.strip_prefix("ForAnyValue:").unwrap_or(operator).to_ascii_lowercase();
    let is_positive = matches!(
        operator.as_str(),
        "stringequals"
            | "stringequalsignorecase"
            | "stringlike"
            | "arnequals"
            | "arnlike"
            | "ipaddress"
            | "numericequals"
    );
    is_positive
        && keys.into_iter().flatten().any(|(key, values)| {
            let (key, values) = (key.to_ascii_lowercase(), texts(Some(values)));
            NARROWING.contains(&key.as_str())
                && !values.is_empty()
                && values.iter().all(|v| is_fixed(&key, v))
        })
}

fn is_fixed(key: &str, value: &str) -> bool {
    match key {
        "aws:sourceip" => is_small_network(value),
        // The access point's own name may be a pattern, its account may not.
        "s3:dataaccesspointarn" => value
            .split(':')
            .nth(4)
            .is_some_and(|account| !account.is_empty() && !account.contains(['*', '?'])),
        // Any session of a role is as good as the role.
        "aws:userid" => !value.trim_end_matches(":*").contains(['*', '?', '$']),
        _ => !value.contains(['*', '?']) && !value.contains("${"),
    }
}

/// Networks wider than /8, or /32 of IPv6, are as good as everywhere.
fn is_small_network(value: &str) -> bool {
    let (address, bits) = value.split_once('/').unwrap_or((value, "128"));
    let Ok(bits) = bits.parse::<u8>() else { return false };
    match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => bits >= 8,
        Ok(std::net::IpAddr::V6(_)) => bits >= 32,
        Err(_) => false,
    }
}

/// What a bucket's policy says of objects that others own: its owner may deny, and grant nothing.
/// Source: S3 user guide, "How Amazon S3 authorizes a request for an object operation".
pub(crate) fn denials_only(text: &str) -> Option<String> {
    let document: Value = serde_json::from_str(text).ok()?;
    let denies = |s: &&Value| s.get("Effect").and_then(Value::as_str) == Some("Deny");
    let kept: Vec<Value> = statements(&document).into_iter().filter(denies).cloned().collect();
    if kept.is_empty() {
        return None;
    }
    let mut out = document.as_object()?.clone();
    out.insert("Statement".to_owned(), Value::Array(kept));
    Some(Value::Object(out).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(effect: &str, principal: &str, condition: &str) -> String {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Principal":{principal},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"{condition}}}]}}"#
        )
    }

    /// Source: S3 user guide, "The meaning of 'public'", with its examples.
    #[test]
    fn public_is_what_s3_calls_public() {
        let everybody = r#""*""#;
        for (policy, public) in [
            (with("Allow", everybody, ""), true),
            (with("Deny", everybody, ""), false),
            (with("Allow", r#"{"AWS":"*"}"#, ""), true),
            (with("Allow", r#"{"AWS":"111122223333"}"#, ""), false),
            (with("Allow", r#"{"Service":"cloudtrail.amazonaws.com"}"#, ""), false),
            (
                with("Allow", everybody, r#","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-91237329"}}"#),
                false,
            ),
            (with("Allow", everybody, r#","Condition":{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#), true),
            (
                with("Allow", everybody, r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#),
                false,
            ),
            (with("Allow", everybody, r#","Condition":{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}"#), true),
            (
                with(
                    "Allow",
                    everybody,
                    r#","Condition":{"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}}"#,
                ),
                true,
            ),
            (with("Allow", everybody, r#","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#), false),
            (with("Allow", everybody, r#","Condition":{"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}}"#), true),
            (with("Allow", everybody, r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#), true),
            (
                with("Allow", everybody, r#","Condition":{"StringLike":{"aws:userid":"AROAEXAMPLE:*"}}"#),
                false,
            ),
            (
                with(
                    "Allow",
                    everybody,
                    r#","Condition":{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-west-2:123456789012:accesspoint/*"}}"#,
                ),
                false,
            ),
        ] {
            assert_eq!(is_public(&policy), public, "{policy}");
        }
    }

    #[test]
    fn only_denials_reach_objects_of_others() {
        assert_eq!(denials_only(&with("Allow", r#""*""#, "")), None);
        assert!(denials_only(&with("Deny", r#""*""#, "")).expect("a denial").contains("Deny"));
    }

    #[test]
    fn patterns_match_names() {
        for (pattern, name, yes) in [
            ("get*", "getobject", true),
            ("g?tobject", "getobject", true),
            ("put*", "getobject", false),
            ("*", "a", true),
        ] {
            assert_eq!(wild(pattern, name), yes, "{pattern} {name}");
        }
    }
}
