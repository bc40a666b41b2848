//! Each kind of session as GetCallerIdentity shows it, and as policies see it.

use directory::Identity;
use shapes_sts::{
    AssumeRoleRequest, GetAccessKeyInfoRequest, GetCallerIdentityRequest, GetSessionTokenRequest, op,
};

use crate::world::{HERE, THERE, World, allow, ask, refused, tags, trust, trusts_account};

fn me(w: &World, who: &Identity) -> (String, String, String) {
    let out = w.call::<op::GetCallerIdentity>(who, GetCallerIdentityRequest {}).unwrap();
    (out.account.unwrap(), out.arn.unwrap(), out.user_id.unwrap())
}

fn three(account: &str, arn: &str, user_id: &str) -> (String, String, String) {
    (account.into(), arn.into(), user_id.into())
}

#[test]
fn who_each_session_is() {
    let w = World::new();
    w.role(THERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""*""#));
    let role = w.become_role(&ana, ask(THERE, "r"));
    assert_eq!(
        me(&w, &role),
        three(THERE, "arn:aws:sts::444455556666:assumed-role/r/ana", "AROA444455556666r:ana")
    );
    let own = w.call::<op::GetSessionToken>(&ana, GetSessionTokenRequest::default()).unwrap();
    let own = w.with(&own.credentials.unwrap()).unwrap();
    assert_eq!(me(&w, &own), three(HERE, "arn:aws:iam::111122223333:user/ana", "AIDA111122223333ana"));
    let root = Identity::root("aws", HERE);
    let rooted = w.call::<op::GetSessionToken>(&root, GetSessionTokenRequest::default()).unwrap();
    let rooted = rooted.credentials.unwrap();
    assert_eq!(rooted.expiration.epoch_ms, testkit::EPOCH_MS + 3_600_000);
    assert_eq!(me(&w, &w.with(&rooted).unwrap()), three(HERE, "arn:aws:iam::111122223333:root", HERE));
}

/// Source: STS API reference, "GetSessionToken": 12 hours by default, 36 at most; root 1 hour, longer is cut.
#[test]
fn session_tokens_last_as_documented() {
    let w = World::new();
    let ana = w.user(HERE, "ana", &allow(r#""s3:*""#));
    let root = Identity::root("aws", HERE);
    let lasts_s = |who: &Identity, asked| {
        let input = GetSessionTokenRequest { duration_seconds: asked, ..Default::default() };
        let out = w.call::<op::GetSessionToken>(who, input)?;
        Ok::<_, codec::Fault>((out.credentials.unwrap().expiration.epoch_ms - testkit::EPOCH_MS) / 1_000)
    };
    assert_eq!(lasts_s(&ana, None).unwrap(), 43_200);
    assert_eq!(lasts_s(&ana, Some(129_600)).unwrap(), 129_600);
    assert_eq!(lasts_s(&ana, Some(900)).unwrap(), 900);
    assert_eq!(refused(lasts_s(&ana, Some(129_601))).0, "ValidationError");
    assert_eq!(lasts_s(&root, None).unwrap(), 3_600);
    assert_eq!(lasts_s(&root, Some(900)).unwrap(), 900);
    assert_eq!(lasts_s(&root, Some(7_200)).unwrap(), 3_600);
}

/// Source: STS API reference, "GetSessionToken": AssumeRole and GetCallerIdentity are all of STS that they may call.
#[test]
fn session_tokens_may_assume_roles_and_little_else() {
    let w = World::new();
    w.role(HERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""*""#));
    let own = w.call::<op::GetSessionToken>(&ana, GetSessionTokenRequest::default()).unwrap();
    let own = w.with(&own.credentials.unwrap()).unwrap();
    let again = w.call::<op::GetSessionToken>(&own, GetSessionTokenRequest::default());
    let said = ("AccessDenied".to_owned(), "Cannot call GetSessionToken with session credentials".to_owned());
    assert_eq!(refused(again), said);
    let info = GetAccessKeyInfoRequest { access_key_id: own.access_key_id.clone() };
    assert_eq!(refused(w.call::<op::GetAccessKeyInfo>(&own, info)).0, "AccessDenied");
    // As a chained session: aws-runas and others met the hour's limit with session tokens too (coinbase/assume-role#24).
    let long = AssumeRoleRequest { duration_seconds: Some(3_601), ..ask(HERE, "r") };
    assert!(refused(w.assume(&own, long)).1.contains("1 hour session limit"));
    assert!(w.assume(&own, ask(HERE, "r")).is_ok());
}

/// A role that lets whoever ask for keys, if a condition holds of the caller.
fn asks_with(condition: &str, prepare: impl FnOnce(&World) -> AssumeRoleRequest) -> bool {
    let w = World::new();
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"sts:GetAccessKeyInfo","Resource":"*",
        "Condition":{condition}}}]}}"#
    );
    w.role(HERE, "r", &trusts_account(HERE), &policy);
    w.change_role(HERE, "r", |r| r.tags = vec![("team".into(), "red".into())]);
    let ana = w.user(HERE, "ana", &allow(r#""*""#));
    let asked = prepare(&w);
    let who = w.become_role(&ana, asked);
    let input = GetAccessKeyInfoRequest { access_key_id: who.access_key_id.clone() };
    w.call::<op::GetAccessKeyInfo>(&who, input).is_ok()
}

#[test]
fn policies_see_what_was_fixed_when_the_session_was_made() {
    let plain = |_: &World| ask(HERE, "r");
    let team = r#"{"StringEquals":{"aws:PrincipalTag/team":"red"}}"#;
    let tagged = |_: &World| AssumeRoleRequest { tags: tags(&[("Team", "blue")]), ..ask(HERE, "r") };
    assert!(asks_with(team, plain));
    // A session tag covers the role's, whatever its case.
    assert!(!asks_with(team, tagged));
    assert!(asks_with(r#"{"StringEquals":{"aws:PrincipalTag/team":"blue"}}"#, tagged));
    let named = |_: &World| AssumeRoleRequest { source_identity: Some("ana".into()), ..ask(HERE, "r") };
    assert!(asks_with(r#"{"StringEquals":{"aws:SourceIdentity":"ana"}}"#, named));
    assert!(!asks_with(r#"{"StringEquals":{"aws:SourceIdentity":"ana"}}"#, plain));
    assert!(asks_with(r#"{"StringEquals":{"aws:userid":"AROA111122223333r:ana"}}"#, plain));
    assert!(asks_with(r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/r"}}"#, plain));
    assert!(asks_with(r#"{"StringEquals":{"aws:PrincipalType":"AssumedRole"}}"#, plain));
    assert!(asks_with(r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#, plain));
    assert!(asks_with(r#"{"DateEquals":{"aws:TokenIssueTime":"2026-01-01T00:00:00Z"}}"#, plain));
}

/// Source: IAM user guide, "Session policies": a session may what the role's policies and the session's both allow.
#[test]
fn session_policies_only_narrow() {
    let always = r#"{"Null":{"aws:userid":"false"}}"#;
    let with = |policy: &str| {
        let policy = policy.to_owned();
        asks_with(always, move |_| AssumeRoleRequest { policy: Some(policy), ..ask(HERE, "r") })
    };
    assert!(with(&allow(r#""sts:*""#)));
    assert!(!with(&allow(r#""s3:*""#)));
    let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sts:*","Resource":"*"}]}"#;
    assert!(!with(deny));
}

/// Source: IAM user guide, "AWS JSON policy elements: Principal" (role principals, role session principals).
#[test]
fn trust_policies_name_roles_and_sessions() {
    let cases = [
        (r#"{"AWS":"arn:aws:iam::111122223333:role/first"}"#, true),
        (r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/first/ana"}"#, true),
        (r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/first/bob"}"#, false),
        (r#"{"AWS":"AROA111122223333first"}"#, true),
        (r#"{"AWS":"arn:aws:iam::111122223333:role/other"}"#, false),
    ];
    for (principal, admitted) in cases {
        let w = World::new();
        w.role(HERE, "first", &trusts_account(HERE), &allow(r#""sts:*""#));
        w.role(THERE, "second", &trust(principal, r#""sts:AssumeRole""#), &allow(r#""*""#));
        let first = w.become_role(&w.user(HERE, "ana", &allow(r#""sts:*""#)), ask(HERE, "first"));
        assert_eq!(w.assume(&first, ask(THERE, "second")).is_ok(), admitted, "{principal}");
    }
}

#[test]
fn services_assume_the_roles_that_trust_them() {
    let w = World::new();
    w.role(
        HERE,
        "r",
        &trust(r#"{"Service":"lambda.amazonaws.com"}"#, r#""sts:AssumeRole""#),
        &allow(r#""*""#),
    );
    let lambda = Identity::service("aws", "lambda.amazonaws.com", HERE, None);
    let out = w.assume(&lambda, ask(HERE, "r")).unwrap();
    assert!(!w.session(&out.credentials.unwrap()).unwrap().chained);
    let other = Identity::service("aws", "ec2.amazonaws.com", HERE, None);
    assert_eq!(refused(w.assume(&other, ask(HERE, "r"))).0, "AccessDenied");
}

/// An identity provider's claims, fixed in the session's row, are condition keys of every call it makes.
#[test]
fn policies_see_the_claims_of_a_session() {
    let w = World::new();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetAccessKeyInfo","Resource":"*",
        "Condition":{"StringEquals":{"idp.example.com:sub":"ana"},
        "ForAnyValue:StringEquals":{"idp.example.com:amr":"pwd"}}}]}"#;
    w.role(HERE, "r", &trusts_account(HERE), policy);
    let ana = w.user(HERE, "ana", &allow(r#""*""#));
    let c = w.assume(&ana, ask(HERE, "r")).unwrap().credentials.unwrap();
    let asks = || {
        let input = GetAccessKeyInfoRequest { access_key_id: c.access_key_id.clone() };
        w.call::<op::GetAccessKeyInfo>(&w.with(&c).unwrap(), input).is_ok()
    };
    assert!(!asks());
    let mut row = w.session(&c).unwrap();
    let claims =
        [("idp.example.com:sub", "ana"), ("idp.example.com:amr", "otp"), ("idp.example.com:amr", "pwd")];
    row.context = claims.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec();
    w.edit(|cx| cx.put::<directory::Sessions>(&c.access_key_id, &row));
    assert!(asks());
}
