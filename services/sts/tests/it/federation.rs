//! GetFederationToken: what federated users may, and what they are.
//! Source: STS API reference, "GetFederationToken"; IAM user guide, "Permissions for GetFederationToken".

use shapes_sts::{
    AssumeRoleRequest, GetAccessKeyInfoRequest, GetCallerIdentityRequest, GetFederationTokenRequest,
    GetFederationTokenResponse, op,
};

use crate::world::{HERE, World, allow, ask, refused, tags, trust, trusts_account};

fn guest(policy: Option<String>) -> GetFederationTokenRequest {
    GetFederationTokenRequest { name: "guest".into(), policy, ..Default::default() }
}

/// Source: recorded 2024-06-05 (GetFederationToken): PackedPolicySize is 0 without policies.
#[test]
fn the_answer_names_the_federated_user() {
    let w = World::new();
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let out: GetFederationTokenResponse = w.call::<op::GetFederationToken>(&ana, guest(None)).unwrap();
    let user = out.federated_user.unwrap();
    assert_eq!(user.arn, "arn:aws:sts::111122223333:federated-user/guest");
    assert_eq!(user.federated_user_id, "111122223333:guest");
    assert_eq!(out.packed_policy_size, Some(0));
    let c = out.credentials.unwrap();
    assert_eq!(c.expiration.epoch_ms, testkit::EPOCH_MS + 43_200_000);
    let who = w.with(&c).unwrap();
    let me = w.call::<op::GetCallerIdentity>(&who, GetCallerIdentityRequest {}).unwrap();
    assert_eq!(me.arn.as_deref(), Some("arn:aws:sts::111122223333:federated-user/guest"));
    assert_eq!(me.user_id.as_deref(), Some("111122223333:guest"));
}

#[test]
fn it_needs_a_permission_and_long_term_credentials() {
    let w = World::new();
    let bob = w.user(HERE, "bob", &allow(r#""s3:*""#));
    let (code, text) = refused(w.call::<op::GetFederationToken>(&bob, guest(None)));
    assert_eq!(code, "AccessDenied");
    assert!(
        text.contains("sts:GetFederationToken on resource: arn:aws:sts::111122223333:federated-user/guest")
    );
    let only = w.user(HERE, "only", &allow(r#""sts:GetFederationToken""#));
    let tagged = GetFederationTokenRequest { tags: tags(&[("a", "b")]), ..guest(None) };
    let (_, text) = refused(w.call::<op::GetFederationToken>(&only, tagged));
    assert!(text.contains("not authorized to perform: sts:TagSession"), "{text}");
    w.role(HERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""*""#));
    let session = w.become_role(&ana, ask(HERE, "r"));
    let said =
        ("AccessDenied".to_owned(), "Cannot call GetFederationToken with session credentials".to_owned());
    assert_eq!(refused(w.call::<op::GetFederationToken>(&session, guest(None))), said);
}

/// A resource that anybody of the account may use by its own policies: a role whose trust policy names the account. What a
/// federated user may is asked with the directory's views, because STS itself serves federated users nothing else.
#[test]
fn permissions_are_the_user_s_and_the_session_s() {
    let w = World::new();
    let ana = w.user(HERE, "ana", &allow(r#"["sts:GetFederationToken","sqs:*"]"#));
    let allowed = |policy: Option<String>, action: &str| {
        let c = w.call::<op::GetFederationToken>(&ana, guest(policy)).unwrap().credentials.unwrap();
        let who = w.with(&c).unwrap();
        let view = w.lab.kernel.directory.view(&w.lab.kernel.store, &who).unwrap();
        let all = view.action(action);
        let session = view.session.as_ref().expect("federated users always have a session layer");
        let context = authz::ContextMap::default();
        let p = authz::PrincipalRef::new(authz::PrincipalKind::FederatedUser, &who.arn, HERE);
        let request = authz::Request {
            principal: &p,
            action: &all.action,
            resource: "arn:aws:sqs:us-east-1:111122223333:q",
            resource_account: Some(HERE),
            context: &context,
        };
        let layers = authz::Layers {
            identity: Some(authz::Layer::new(&view.identity)),
            session: Some(authz::Layer::new(session)),
            ..Default::default()
        };
        authz::evaluate(&request, &layers).is_allowed()
    };
    assert!(!allowed(None, "sqs:SendMessage"));
    assert!(allowed(Some(allow(r#""sqs:SendMessage""#)), "sqs:SendMessage"));
    assert!(!allowed(Some(allow(r#""sqs:SendMessage""#)), "sqs:DeleteQueue"));
    assert!(!allowed(Some(allow(r#""*""#)), "s3:GetObject"));
}

#[test]
fn root_may_federate_within_an_hour_with_all_that_the_session_allows() {
    let w = World::new();
    let root = directory::Identity::root("aws", HERE);
    let asked =
        GetFederationTokenRequest { duration_seconds: Some(43_200), ..guest(Some(allow(r#""s3:*""#))) };
    let c = w.call::<op::GetFederationToken>(&root, asked).unwrap().credentials.unwrap();
    assert_eq!(c.expiration.epoch_ms, testkit::EPOCH_MS + 3_600_000);
    let who = w.with(&c).unwrap();
    let view = w.lab.kernel.directory.view(&w.lab.kernel.store, &who).unwrap();
    assert!(!view.identity.candidates(&authz::Action::new("s3:GetObject")).is_empty());
}

#[test]
fn federated_users_get_nothing_else_from_sts() {
    let w = World::new();
    let ana = w.user(HERE, "ana", &allow(r#""*""#));
    w.role(HERE, "r", &trust(r#""*""#, r#""sts:AssumeRole""#), &allow(r#""*""#));
    let c =
        w.call::<op::GetFederationToken>(&ana, guest(Some(allow(r#""*""#)))).unwrap().credentials.unwrap();
    let who = w.with(&c).unwrap();
    let (code, text) = refused(w.assume(&who, AssumeRoleRequest { ..ask(HERE, "r") }));
    assert_eq!(code, "AccessDenied");
    assert!(
        text.starts_with("User: arn:aws:sts::111122223333:federated-user/guest is not authorized"),
        "{text}"
    );
    let input = GetAccessKeyInfoRequest { access_key_id: c.access_key_id.clone() };
    assert_eq!(refused(w.call::<op::GetAccessKeyInfo>(&who, input)).0, "AccessDenied");
    assert!(who.is_unproven_session());
}
