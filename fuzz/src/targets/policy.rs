//! Policies: any text parses or is refused, and what parses decides, the same way whether candidates were kept or not.

use std::sync::Arc;

use authz::{
    Action, ContextMap, DenialDetail, Exemptions, Layer, Layers, PolicyDocument, PolicyKind, PolicySet,
    PrincipalKind, PrincipalRef, Request, denial_text, evaluate, matched_statements, policy_size,
};

/// Words of policies.
pub const WORDS: &[&str] = &[
    "\"Version\":\"2012-10-17\",",
    "\"Id\":\"x\",",
    "\"Statement\":",
    "\"Sid\":\"s\",",
    "\"Effect\":\"Allow\"",
    "\"Effect\":\"Deny\"",
    "\"Action\":",
    "\"NotAction\":",
    "\"Resource\":",
    "\"NotResource\":",
    "\"Principal\":",
    "\"NotPrincipal\":",
    "\"Condition\":",
    "\"*\"",
    "\"s3:Get*\"",
    "\"s3:GetObject\"",
    "\"arn:aws:s3:::b/*\"",
    "\"arn:aws:iam::000000000000:user/u\"",
    "{\"AWS\":\"*\"}",
    "{\"Service\":\"sqs.amazonaws.com\"}",
    "\"StringEquals\":",
    "\"StringLike\":",
    "\"StringEqualsIgnoreCaseIfExists\":",
    "\"ForAllValues:StringLike\":",
    "\"ForAnyValue:StringEquals\":",
    "\"ArnLike\":",
    "\"ArnNotEquals\":",
    "\"NumericLessThan\":",
    "\"DateGreaterThan\":",
    "\"Bool\":",
    "\"Null\":",
    "\"BinaryEquals\":",
    "\"IpAddress\":",
    "\"NotIpAddressIfExists\":",
    "\"aws:username\":",
    "\"aws:SourceIp\":",
    "\"aws:CurrentTime\":",
    "\"aws:TagKeys\":",
    "${aws:username}",
    "${aws:PrincipalTag/x, 'd'}",
    "${*}",
    "${$}",
    "\"10.0.0.0/8\"",
    "\"::1/128\"",
    "\"2026-01-01T00:00:00Z\"",
    "\"1e5\"",
];

const KINDS: [PolicyKind; 8] = [
    PolicyKind::Identity,
    PolicyKind::Resource,
    PolicyKind::Managed,
    PolicyKind::Trust,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::Scp,
    PolicyKind::Rcp,
];

/// The first byte says what the policy is attached to; the rest is its text.
pub fn run(data: &[u8]) {
    let Some((kind, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let kind = KINDS[usize::from(*kind) % KINDS.len()];
    let _size = policy_size(text);
    match PolicyDocument::parse(text, kind) {
        Err(e) => assert!(!e.to_string().is_empty()),
        Ok(document) => {
            let _keys = document.context_keys();
            for statement in document.statements() {
                assert!(statement.start().line >= 1 && statement.start().column >= 1);
                assert!(statement.end().line >= statement.start().line);
                assert!(statement.principals().count() < text.len());
            }
            decides_alike(&PolicySet::single("arn:aws:iam::000000000000:policy/p", Arc::new(document)));
        }
    }
}

fn decides_alike(set: &PolicySet) {
    let mut context = ContextMap::new();
    context.set("aws:username", "u");
    context.set("aws:SourceIp", "10.1.2.3");
    context.set("aws:CurrentTime", "2026-01-01T00:00:00Z");
    context.set("aws:EpochTime", "1767225600");
    context.set("aws:SecureTransport", "false");
    context.set("s3:max-keys", "7");
    context.set("aws:SourceArn", "arn:aws:sns:us-east-1:000000000000:t");
    context.set_many("aws:TagKeys", ["a".to_owned(), "b".to_owned()]);
    let principal =
        PrincipalRef::new(PrincipalKind::User, "arn:aws:iam::000000000000:user/u", "000000000000");
    for (action, resource) in
        [("s3:GetObject", "arn:aws:s3:::b/k"), ("sts:AssumeRole", "*"), ("iam:Foo", "no arn")]
    {
        let action = Action::new(action);
        let request = Request {
            principal: &principal,
            action: &action,
            resource,
            resource_account: None,
            context: &context,
        };
        let kept = set.candidates(&action);
        let layer = |candidates| Layer { set, candidates };
        let fresh = decide(&request, layer(None));
        assert_eq!(fresh, decide(&request, layer(Some(&kept))), "kept candidates decide otherwise");
        let _matched = matched_statements(&request, set);
    }
}

/// What all layers together say, in words.
fn decide(request: &Request<'_>, layer: Layer<'_>) -> Vec<String> {
    let none = Layers { exempt: Exemptions::default(), ..Layers::default() };
    let all = [
        Layers { identity: Some(layer), ..none },
        Layers { resource: Some(layer), trust_policy: true, resource_policy_required: true, ..none },
        Layers {
            identity: Some(layer),
            boundary: Some(layer),
            session: Some(layer),
            resource: Some(layer),
            ..none
        },
    ];
    let say = |layers: &Layers<'_>| {
        let decision = evaluate(request, layers);
        let text = denial_text(
            &decision,
            request.principal.arn,
            request.action.name(),
            None,
            DenialDetail::ReasonAndArn,
        );
        format!("{:?} {text}", decision.effect)
    };
    all.iter().map(say).collect()
}

/// Policies of every kind.
pub fn seeds() -> Vec<Vec<u8>> {
    let statement = |more: &str| {
        format!(r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"a","Effect":"Allow",{more}}}]}}"#)
    };
    let identity = [
        r#""Action":"s3:*","Resource":"*""#,
        r#""NotAction":["iam:*","sts:AssumeRole"],"NotResource":["arn:aws:s3:::b/${aws:username}/*"]"#,
        r#""Action":["s3:Get?bject"],"Resource":"arn:aws:s3:::*","Condition":{"StringLike":{"aws:username":["u*","${aws:username}"]},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
        r#""Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2027-01-01T00:00:00Z"},"NumericLessThanEquals":{"s3:max-keys":"10"},"Bool":{"aws:SecureTransport":false},"Null":{"aws:TokenIssueTime":"true"}}"#,
        r#""Action":"*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]},"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":"a*"},"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:t"},"BinaryEquals":{"k":"QUJD"}}"#,
    ];
    let resource = [
        r#""Principal":"*","Action":"sqs:SendMessage","Resource":"*""#,
        r#""Principal":{"AWS":["000000000000","arn:aws:iam::000000000000:user/u"],"Service":"sns.amazonaws.com","Federated":"cognito-identity.amazonaws.com","CanonicalUser":"abc"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*""#,
        r#""NotPrincipal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"s3:*","Resource":"*""#,
    ];
    let trust = r#""Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":["sts:AssumeRole","sts:TagSession"]"#;
    let mut seeds = vec![[&[3], statement(trust).as_bytes()].concat()];
    for kind in [0, 2, 4, 5, 6] {
        seeds.extend(identity.iter().map(|s| [&[kind], statement(s).as_bytes()].concat()));
    }
    for kind in [1, 7] {
        seeds.extend(resource.iter().map(|s| [&[kind], statement(s).as_bytes()].concat()));
    }
    seeds
}
