//! AssumeRole: who may, for how long, and what the answer and the session look like.

use codec::Fault;
use shapes_sts::{AssumeRoleRequest, PolicyDescriptorType, ProvidedContext};

use crate::world::{HERE, THERE, World, allow, ask, refused, role_arn, trust, trusts_account};

const ASSUME: &str = r#""sts:AssumeRole""#;

/// Source: IAM user guide, "Cross-account policy evaluation logic", "How IAM roles differ from resource-based policies":
/// the trust policy must always name the caller or its account; the caller's own policies must allow too, unless the trust
/// policy of the same account names the caller itself.
#[test]
fn both_sides_of_a_trust() {
    let user = |account: &str| format!(r#"{{"AWS":"arn:aws:iam::{account}:user/ana"}}"#);
    let whole = |account: &str| format!(r#"{{"AWS":"arn:aws:iam::{account}:root"}}"#);
    let (yes, no) = (allow(ASSUME), allow(r#""s3:*""#));
    let trust_text = "because no role trust policy allows the sts:AssumeRole action";
    let own_text = "because no identity-based policy allows the sts:AssumeRole action";
    // caller's account, principal of the trust policy, caller's own policy, denial
    let cases = [
        (HERE, user(HERE), &no, None),
        (HERE, user(HERE), &yes, None),
        (HERE, whole(HERE), &no, Some(own_text)),
        (HERE, whole(HERE), &yes, None),
        (HERE, whole(THERE), &yes, Some(trust_text)),
        (THERE, user(THERE), &no, Some(own_text)),
        (THERE, user(THERE), &yes, None),
        (THERE, whole(THERE), &no, Some(own_text)),
        (THERE, whole(THERE), &yes, None),
        (THERE, user(HERE), &yes, Some(trust_text)),
        (THERE, r#""*""#.to_owned(), &no, Some(own_text)),
        (THERE, r#""*""#.to_owned(), &yes, None),
    ];
    for (n, (account, principal, policy, denial)) in cases.into_iter().enumerate() {
        let w = World::new();
        w.role(HERE, "r", &trust(&principal, ASSUME), &allow(r#""*""#));
        let ana = w.user(account, "ana", policy);
        let outcome = w.assume(&ana, ask(HERE, "r"));
        match denial {
            None => assert_eq!(outcome.map(drop).map_err(|f| f.message().to_owned()), Ok(()), "case {n}"),
            Some(reason) => {
                let (code, text) = refused(outcome);
                let said = format!(
                    "User: {} is not authorized to perform: sts:AssumeRole on resource: {} {reason}",
                    ana.arn,
                    role_arn(HERE, "r")
                );
                assert_eq!((code.as_str(), text), ("AccessDenied", said), "case {n}");
            }
        }
    }
}

/// A role that isn't there is denied as one that doesn't trust the caller, so that nobody learns which roles there are.
#[test]
fn a_missing_role_is_denied_like_a_closed_one() {
    let w = World::new();
    w.role(HERE, "closed", &trust(r#"{"Service":"ec2.amazonaws.com"}"#, ASSUME), &allow(r#""*""#));
    for account in [HERE, THERE] {
        let ana = w.user(account, "ana", &allow(ASSUME));
        let closed = refused(w.assume(&ana, ask(HERE, "closed")));
        let missing = refused(w.assume(&ana, ask(HERE, "missing")));
        assert_eq!(closed.0, "AccessDenied");
        assert_eq!(missing.1, closed.1.replace("/closed", "/missing"));
        // Another path is another role.
        let elsewhere = AssumeRoleRequest { role_arn: role_arn(HERE, "path/closed"), ..ask(HERE, "") };
        assert_eq!(refused(w.assume(&ana, elsewhere)).1, closed.1.replace("/closed", "/path/closed"));
    }
}

#[test]
fn roles_are_not_for_roots() {
    let w = World::new();
    w.role(HERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let root = directory::Identity::root("aws", HERE);
    let said = ("AccessDenied".to_owned(), "Roles may not be assumed by root accounts.".to_owned());
    assert_eq!(refused(w.assume(&root, ask(HERE, "r"))), said);
}

/// Source: recorded 2024-06-05 (AssumeRole): no PackedPolicySize without policies and tags.
#[test]
fn the_answer_names_role_and_session() {
    let w = World::new();
    w.role(HERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(ASSUME));
    let out = w.assume(&ana, ask(HERE, "r")).unwrap();
    let user = out.assumed_role_user.unwrap();
    assert_eq!(user.arn, "arn:aws:sts::111122223333:assumed-role/r/ana");
    assert_eq!(user.assumed_role_id, "AROA111122223333r:ana");
    assert_eq!((out.packed_policy_size, out.source_identity), (None, None));
    let c = out.credentials.unwrap();
    assert_eq!(c.expiration.epoch_ms, testkit::EPOCH_MS + 3_600_000);
    assert_eq!((c.access_key_id.len(), &c.access_key_id[..4]), (20, "ASIA"));
    assert!(c.access_key_id.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b)));
    assert_eq!(c.secret_access_key.len(), 40);
    assert!(c.session_token.len() >= 400 && c.session_token.starts_with("IQoJb3JpZ2luX2Vj"));
    assert_eq!(out.session_token_size, Some(c.session_token.len() as i32));
    // No two are the same, and the token must come along.
    let again = w.assume(&ana, ask(HERE, "r")).unwrap().credentials.unwrap();
    assert_ne!((&again.access_key_id, &again.session_token), (&c.access_key_id, &c.session_token));
    let k = &w.lab.kernel;
    let without = k.identify("aws", &c.access_key_id, &c.secret_access_key, None);
    assert_eq!(refused(without).0, "InvalidClientTokenId");
    assert!(w.with(&c).is_ok());
}

#[test]
fn a_token_is_as_long_as_asked_for() {
    let w = World::new();
    w.role(HERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(ASSUME));
    let asked = AssumeRoleRequest { minimum_session_token_size: Some(4_000), ..ask(HERE, "r") };
    assert_eq!(w.assume(&ana, asked).unwrap().credentials.unwrap().session_token.len(), 4_000);
}

fn with(f: impl FnOnce(&mut AssumeRoleRequest)) -> AssumeRoleRequest {
    let mut i = ask(HERE, "r");
    f(&mut i);
    i
}

#[test]
fn refusals_of_requests() {
    let w = World::new();
    w.role(HERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let arn = |arn: &str| PolicyDescriptorType { arn: Some(arn.into()) };
    let max = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    let nowhere = "Policy arn:aws:iam::111122223333:policy/x does not exist.";
    let eleven = (0..11).map(|_| arn("arn:aws:iam::aws:policy/x")).collect();
    let cases: Vec<(AssumeRoleRequest, &str, &str)> = vec![
        (
            with(|i| i.role_arn = "arn:aws:iam::111122223333:user/ana".into()),
            "ValidationError",
            "Request ARN is invalid",
        ),
        (with(|i| i.role_arn = "short".into()), "ValidationError", "1 validation error detected: *roleArn*"),
        (with(|i| i.duration_seconds = Some(3_601)), "ValidationError", max),
        (with(|i| i.duration_seconds = Some(899)), "ValidationError", "1 validation error detected: *"),
        (with(|i| i.role_session_name = "a b".into()), "ValidationError", "1 validation error detected: *"),
        (with(|i| i.policy = Some("{".into())), "MalformedPolicyDocument", "*"),
        (
            with(|i| i.policy_arns = Some(vec![arn("arn:aws:iam::111122223333:policy/x")])),
            "ValidationError",
            nowhere,
        ),
        (with(|i| i.policy_arns = Some(eleven)), "ValidationError", "*less than or equal to 10"),
        (
            with(|i| i.provided_contexts = Some(vec![ProvidedContext::default()])),
            "NotImplemented",
            "ProvidedContexts of sts.AssumeRole is not implemented by Tabletop yet.",
        ),
    ];
    for (input, code, text) in cases {
        let shown = format!("{input:?}");
        let (got_code, got_text) = refused(w.assume(&ana, input));
        let parts: Vec<&str> = text.split('*').collect();
        assert_eq!(got_code, code, "{shown}: {got_text}");
        assert!(got_text.starts_with(parts[0]), "{shown}: {got_text}");
        assert!(parts[1..].iter().all(|p| got_text.contains(p)), "{shown}: {got_text}");
        assert!(text.contains('*') || got_text == text, "{shown}: {got_text}");
    }
    w.change_role(HERE, "r", |r| r.max_session_s = 43_200);
    let out = w.assume(&ana, with(|i| i.duration_seconds = Some(43_200))).unwrap();
    assert_eq!(out.credentials.unwrap().expiration.epoch_ms, testkit::EPOCH_MS + 43_200_000);
}

#[test]
fn packed_policies_have_a_size_and_a_limit() {
    let w = World::new();
    w.role(HERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let out = w.assume(&ana, with(|i| i.policy = Some(allow(r#""sqs:SendMessage""#)))).unwrap();
    let percent = out.packed_policy_size.unwrap();
    assert!((1..=20).contains(&percent), "{percent}");
    // Fifty tags of random-looking texts don't fit. Source of the text: re:Post knowledge center.
    let mut state = 7u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{:016x}", state)
    };
    let mut long = |n: usize| (0..n).map(|_| random()).collect::<String>();
    let many = (0..50).map(|_| shapes_sts::Tag { key: long(6), value: long(12) });
    let (code, text) = refused(w.assume(&ana, with(|i| i.tags = Some(many.collect()))));
    assert_eq!(code, "PackedPolicyTooLarge", "{text}");
    let n = text
        .strip_prefix("Packed size of session tags consumes ")
        .and_then(|t| t.strip_suffix("% of allotted space."));
    assert!(n.and_then(|n| n.parse::<u32>().ok()).is_some_and(|n| n > 100), "{code}: {text}");
}

#[test]
fn conditions_of_trust_policies_see_the_request() {
    let case = |condition: &str, f: fn(&mut AssumeRoleRequest)| -> Result<(), Fault> {
        let w = World::new();
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{HERE}"}},
            "Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Condition":{condition}}}]}}"#
        );
        w.role(HERE, "r", &trust, &allow(r#""*""#));
        w.change_role(HERE, "r", |r| r.tags = vec![("team".into(), "blue".into())]);
        let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
        w.assume(&ana, with(f)).map(drop)
    };
    let none: fn(&mut AssumeRoleRequest) = |_| {};
    let external = r#"{"StringEquals":{"sts:ExternalId":"42"}}"#;
    assert!(case(external, none).is_err());
    assert!(case(external, |i| i.external_id = Some("43".into())).is_err());
    assert!(case(external, |i| i.external_id = Some("42".into())).is_ok());
    assert!(case(r#"{"StringLike":{"sts:RoleSessionName":"${aws:username}"}}"#, none).is_ok());
    assert!(case(r#"{"StringLike":{"sts:RoleSessionName":"bob"}}"#, none).is_err());
    assert!(case(r#"{"StringEquals":{"aws:ResourceTag/team":"blue"}}"#, none).is_ok());
    assert!(case(r#"{"StringEquals":{"iam:ResourceTag/team":"blue"}}"#, none).is_ok());
    assert!(case(r#"{"StringEquals":{"aws:ResourceTag/team":"red"}}"#, none).is_err());
    let source = r#"{"StringEquals":{"sts:SourceIdentity":"ana@example"}}"#;
    assert!(case(source, none).is_err());
    assert!(case(source, |i| i.source_identity = Some("ana@example".into())).is_ok());
    let tagged = r#"{"StringEquals":{"aws:RequestTag/cost":"7"},"ForAllValues:StringEquals":{"aws:TagKeys":["cost"]}}"#;
    assert!(case(tagged, |i| i.tags = crate::world::tags(&[("cost", "7")])).is_ok());
    assert!(case(tagged, |i| i.tags = crate::world::tags(&[("cost", "7"), ("x", "y")])).is_err());
    assert!(case(r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#, none).is_err());
}

/// Source: IAM user guide, "Pass session tags in AWS STS", "Monitor and control actions taken with assumed roles".
#[test]
fn tags_and_source_identities_need_their_own_leave() {
    let w = World::new();
    w.role(HERE, "r", &trust(&format!(r#"{{"AWS":"{HERE}"}}"#), ASSUME), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let (code, text) = refused(w.assume(&ana, with(|i| i.tags = crate::world::tags(&[("a", "b")]))));
    assert_eq!(code, "AccessDenied");
    assert!(
        text.contains("is not authorized to perform: sts:TagSession on resource: arn:aws:iam::"),
        "{text}"
    );
    let (_, text) = refused(w.assume(&ana, with(|i| i.source_identity = Some("ana".into()))));
    assert!(text.contains("is not authorized to perform: sts:SetSourceIdentity on resource"), "{text}");
    w.change_role(HERE, "r", |r| r.trust = trusts_account(HERE));
    let out = w.assume(&ana, with(|i| i.source_identity = Some("ana".into()))).unwrap();
    assert_eq!(out.source_identity.as_deref(), Some("ana"));
}
