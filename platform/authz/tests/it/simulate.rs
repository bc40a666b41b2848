//! What the simulators ask of a policy: where its statements are, which of them match, which keys it reads.

use authz::{
    Action, ContextMap, PolicyDocument, PolicyKind, PolicySet, PrincipalKind, PrincipalRef, Request,
};
use authz::{matched_statements, policy_size};

/// Source: recorded, SimulatePrincipalPolicy 2025-04-21 (columns 41 and 113 of line 1).
#[test]
fn statement_positions_are_those_that_aws_reports() {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}"#;
    let document = PolicyDocument::parse(text, PolicyKind::Managed).unwrap();
    let statement = &document.statements()[0];
    assert_eq!((statement.start().line, statement.start().column), (1, 41));
    assert_eq!((statement.end().line, statement.end().column), (1, 113));
}

#[test]
fn positions_count_lines_and_characters() {
    let text = "{\"Statement\":[\n  {\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},\n\t{\"Sid\":\"é\",\n\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\"}]}";
    let text = text.replacen("\"Effect\":\"Allow\"", "\"Principal\":\"*\",\"Effect\":\"Allow\"", 1);
    let document = PolicyDocument::parse(&text, PolicyKind::Resource).unwrap();
    let second = &document.statements()[1];
    assert_eq!((second.start().line, second.start().column), (3, 3));
    assert_eq!((second.end().line, second.end().column), (4, 46));
}

#[test]
fn every_matching_statement_is_listed() {
    let text = r#"{"Version":"2012-10-17","Statement":[
        {"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"},
        {"Sid":"B","Effect":"Allow","Action":"s3:Put*","Resource":"*"},
        {"Sid":"C","Effect":"Deny","Action":"s3:GetObject","Resource":"*"},
        {"Sid":"D","Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Null":{"aws:MultiFactorAuthAge":"true"}}}]}"#;
    let set = PolicySet::single("p", PolicyDocument::parse(text, PolicyKind::Identity).unwrap().into());
    let principal =
        PrincipalRef::new(PrincipalKind::User, "arn:aws:iam::111122223333:user/ada", "111122223333");
    let action = Action::new("s3:GetObject");
    let context = ContextMap::new();
    let request = Request {
        principal: &principal,
        action: &action,
        resource: "arn:aws:s3:::b/k",
        resource_account: None,
        context: &context,
    };
    let sids: Vec<_> =
        matched_statements(&request, &set).iter().filter_map(|matched| matched.sid()).collect();
    assert_eq!(sids, ["A", "C", "D"]);
}

/// Source: IAM API reference, GetContextKeysForCustomPolicy.
#[test]
fn context_keys_of_conditions_and_variables() {
    let text = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}/${aws:PrincipalTag/team, 'x'}",
         "Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"},
                      "StringLike":{"s3:prefix":"${AWS:UserName}/*"},
                      "ArnLike":{"aws:SourceArn":"arn:aws:sns:*:${aws:PrincipalAccount}:*"}}}]}"#;
    let document = PolicyDocument::parse(text, PolicyKind::Identity).unwrap();
    let mut keys = document.context_keys();
    keys.sort();
    assert_eq!(
        keys,
        [
            "AWS:UserName",
            "aws:CurrentTime",
            "aws:PrincipalAccount",
            "aws:PrincipalTag/team",
            "aws:SourceArn",
            "s3:prefix"
        ]
    );
    let old = text.replace("2012-10-17", "2008-10-17");
    assert_eq!(PolicyDocument::parse(&old, PolicyKind::Identity).unwrap().context_keys().len(), 3);
}

#[test]
fn size_is_counted_without_white_space() {
    assert_eq!(policy_size("{ \"a\" :\n\t\"é é\" }"), 10);
}

#[test]
fn a_document_tells_what_it_names() {
    let text = r#"{"Id":"x","Statement":{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root","*"],
        "Service":"sns.amazonaws.com"},"NotAction":"sqs:*","Resource":"*"}}"#;
    let document = PolicyDocument::parse(text, PolicyKind::Resource).unwrap();
    let statement = &document.statements()[0];
    let named: Vec<_> = statement.principals().collect();
    assert_eq!(named, [("AWS", "111122223333"), ("*", "*"), ("Service", "sns.amazonaws.com")]);
    assert_eq!(statement.actions(), (&["sqs:*".to_owned()][..], true));
    assert_eq!(document.id(), Some("x"));
    assert!(!document.has_variables());
}
