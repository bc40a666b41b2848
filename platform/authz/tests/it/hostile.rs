//! Policy texts meant to hurt: the parser answers an error or a policy, and evaluation an answer. How many steps a pattern
//! takes is counted where patterns are (`glob.rs`).

use authz::{
    Action, ContextMap, Layer, Layers, PolicyDocument, PolicyErrorKind, PolicyKind, PolicySet, PrincipalKind,
};
use authz::{PrincipalRef, Request, evaluate};

const KINDS: [PolicyKind; 8] = [
    PolicyKind::Identity,
    PolicyKind::Managed,
    PolicyKind::Resource,
    PolicyKind::Trust,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::Scp,
    PolicyKind::Rcp,
];

#[test]
fn deep_and_huge_texts_are_refused() {
    for text in ["[".repeat(1_000_000), "{\"a\":".repeat(100_000), " ".repeat(600_000)] {
        for kind in KINDS {
            let error = PolicyDocument::parse(&text, kind).unwrap_err();
            assert_eq!(error.kind, PolicyErrorKind::InvalidJson);
        }
    }
}

#[test]
fn every_prefix_and_every_mutation_gets_an_answer() {
    let text = r#"{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"é","Effect":"Deny","NotPrincipal":{"AWS":["111122223333"]},
        "NotAction":"s3:Get*","Resource":["arn:aws:s3:::${aws:username, 'd'}/*","arn:aws:sqs:*:*:${*}"],
        "Condition":{"ForAllValues:DateLessThan":{"aws:CurrentTime":["2020-01-01T00:00:00Z",12]},
        "IpAddress":{"aws:SourceIp":"::/0"}}}]}"#;
    let noise = ['"', '{', '}', '$', ':', '*', '\\', '0', 'é', '\u{0}', '\''];
    let chars: Vec<char> = text.chars().collect();
    let (mut accepted, mut refused) = (0, 0);
    for at in 0..chars.len() {
        let prefix: String = chars[..at].iter().collect();
        assert!(PolicyDocument::parse(&prefix, PolicyKind::Resource).is_err());
        for c in noise {
            let mut mutated = chars.clone();
            mutated[at] = c;
            let mutated: String = mutated.into_iter().collect();
            for kind in [PolicyKind::Resource, PolicyKind::Identity, PolicyKind::Trust] {
                match PolicyDocument::parse(&mutated, kind) {
                    Ok(_) => accepted += 1,
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(accepted > 100 && refused > 1_000, "{accepted} {refused}");
}

#[test]
fn patterns_full_of_stars_are_decided() {
    let stars = "*a".repeat(1_000);
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::{stars}b",
            "Condition":{{"StringLike":{{"aws:username":"{stars}b"}}}}}}}}"#
    );
    let set = PolicySet::single("p", PolicyDocument::parse(&text, PolicyKind::Identity).unwrap().into());
    let resource = format!("arn:aws:s3:::{}", "a".repeat(2_000));
    let principal =
        PrincipalRef::new(PrincipalKind::User, "arn:aws:iam::111122223333:user/ada", "111122223333");
    let context = ContextMap::new();
    let action = Action::new("s3:GetObject");
    let request = Request {
        principal: &principal,
        action: &action,
        resource: &resource,
        resource_account: None,
        context: &context,
    };
    let decision = evaluate(&request, &Layers { identity: Some(Layer::new(&set)), ..Layers::default() });
    assert!(!decision.is_allowed());
}
