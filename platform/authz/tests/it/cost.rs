//! What an evaluation may cost, counted in statements looked at.

use authz::{
    Action, ContextMap, Layer, Layers, NamedPolicy, PolicyDocument, PolicyKind, PolicySet, PrincipalKind,
    PrincipalRef, Request, evaluate,
};

/// Ten policies like those of a working account: most about other services, two that decide.
fn ten_policies() -> PolicySet {
    let services = ["ec2", "s3", "iam", "logs", "dynamodb", "lambda", "kms", "sns"];
    let mut texts: Vec<String> = services
        .iter()
        .map(|service| {
            let actions: Vec<String> = (0..40).map(|n| format!("\"{service}:Describe{n}*\"")).collect();
            format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":[{}],"Resource":"*"}}]}}"#,
                actions.join(",")
            )
        })
        .collect();
    texts.push(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["sqs:SendMessage","sqs:Receive*"],
            "Resource":"arn:aws:sqs:*:111122223333:team-*","Condition":{"StringEquals":{"aws:RequestedRegion":["eu-west-1","us-east-1"]}}}}"#
            .to_owned(),
    );
    texts.push(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sqs:*","Resource":"*",
            "Condition":{"Bool":{"aws:SecureTransport":"false"}}}}"#
            .to_owned(),
    );
    let named = texts.iter().enumerate().map(|(nth, text)| NamedPolicy {
        name: format!("p{nth}").into(),
        document: PolicyDocument::parse(text, PolicyKind::Identity).unwrap().into(),
    });
    PolicySet::new(named.collect())
}

#[test]
fn an_evaluation_reads_only_what_its_action_needs() {
    let set = ten_policies();
    assert_eq!(set.candidates(&Action::new("sqs:SendMessage")).len(), 2);
    assert_eq!(set.candidates(&Action::new("sqs:PurgeQueue")).len(), 1);
    assert_eq!(set.candidates(&Action::new("s3:Describe7x")).len(), 1);
    assert!(set.candidates(&Action::new("glue:GetTable")).is_empty());
}

#[test]
fn cached_candidates_decide_alike() {
    let set = ten_policies();
    let mut context = ContextMap::new();
    context.set("aws:RequestedRegion", "us-east-1");
    context.set("aws:SecureTransport", "true");
    let principal =
        PrincipalRef::new(PrincipalKind::User, "arn:aws:iam::111122223333:user/ada", "111122223333");
    let action = Action::new("sqs:SendMessage");
    let request = Request {
        principal: &principal,
        action: &action,
        resource: "arn:aws:sqs:us-east-1:111122223333:team-a",
        resource_account: None,
        context: &context,
    };
    let candidates = set.candidates(&action);
    let cached =
        Layers { identity: Some(Layer { set: &set, candidates: Some(&candidates) }), ..Layers::default() };
    let fresh = Layers { identity: Some(Layer::new(&set)), ..Layers::default() };
    assert!(evaluate(&request, &fresh).is_allowed());
    assert!(evaluate(&request, &cached).is_allowed());
    // Candidates of another set never reach outside this one.
    let small = PolicySet::new(set.policies()[..1].to_vec());
    let foreign =
        Layers { identity: Some(Layer { set: &small, candidates: Some(&candidates) }), ..Layers::default() };
    assert!(!evaluate(&request, &foreign).is_allowed());
}
