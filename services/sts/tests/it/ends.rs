//! How sessions end: by the clock, by the deletion of who is behind them, by policies that look at their age; and when
//! their rows go.

use directory::{Roles, Users, entity_key};
use shapes_sts::{GetCallerIdentityRequest, GetFederationTokenRequest, GetSessionTokenRequest, op};

use crate::world::{HERE, World, allow, ask, refused, trusts_account};

const HOUR_MS: i64 = 3_600_000;

fn unknown() -> (String, String) {
    ("InvalidClientTokenId".into(), "The security token included in the request is invalid.".into())
}

fn expired() -> (String, String) {
    ("ExpiredToken".into(), "The security token included in the request is expired".into())
}

#[test]
fn expired_sessions_say_so_for_a_day_and_are_swept() {
    let w = World::new();
    w.role(HERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let first = w.assume(&ana, ask(HERE, "r")).unwrap().credentials.unwrap();
    w.lab.advance(HOUR_MS / 2);
    let second = w.assume(&ana, ask(HERE, "r")).unwrap().credentials.unwrap();
    w.lab.advance(HOUR_MS / 2 - 1);
    assert!(w.with(&first).is_ok());
    w.lab.advance(1);
    assert_eq!(refused(w.with(&first)), expired());
    assert!(w.with(&second).is_ok());
    w.lab.advance(24 * HOUR_MS);
    assert_eq!(refused(w.with(&second)), expired());
    // One timer for both.
    assert_eq!(w.lab.advance(2 * HOUR_MS), 1);
    assert_eq!((w.session(&first), w.session(&second)), (None, None));
    // What is cached of a credential goes with the account's next change.
    w.lab.kernel.directory.changed(HERE);
    assert_eq!(refused(w.with(&second)).0, "InvalidClientTokenId");
    w.lab.kernel.check().unwrap();
}

#[test]
fn a_session_dies_with_its_role_on_the_very_next_call() {
    let w = World::new();
    w.role(HERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let c = w.assume(&ana, ask(HERE, "r")).unwrap().credentials.unwrap();
    assert!(w.with(&c).is_ok());
    w.edit(|cx| cx.delete::<Roles>(&entity_key("aws", HERE, "r")));
    assert_eq!(refused(w.with(&c)).0, "InvalidClientTokenId");
    // A new role of that name is another role.
    w.role(HERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    w.change_role(HERE, "r", |r| r.id = "AROANEW".into());
    assert_eq!(refused(w.with(&c)).1, unknown().1);
}

#[test]
fn sessions_die_with_their_user() {
    let w = World::new();
    let ana = w.user(HERE, "ana", &allow(r#""*""#));
    let own = w.call::<op::GetSessionToken>(&ana, GetSessionTokenRequest::default()).unwrap();
    let asked = GetFederationTokenRequest { name: "guest".into(), ..Default::default() };
    let guest = w.call::<op::GetFederationToken>(&ana, asked).unwrap();
    let both = [own.credentials.unwrap(), guest.credentials.unwrap()];
    assert!(both.iter().all(|c| w.with(c).is_ok()));
    w.edit(|cx| cx.delete::<Users>(&entity_key("aws", HERE, "ana")));
    for c in &both {
        assert_eq!(refused(w.with(c)).0, "InvalidClientTokenId");
    }
}

/// Source: IAM user guide, "Revoke IAM role temporary security credentials": the console attaches this policy.
#[test]
fn older_sessions_are_revoked_by_their_issue_time() {
    let w = World::new();
    w.role(HERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let older = w.become_role(&ana, ask(HERE, "r"));
    w.lab.advance(10_000);
    let revoke = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*",
        "Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-01-01T00:00:05Z"}}}]}"#;
    w.change_role(HERE, "r", |r| {
        r.inline.insert("AWSRevokeOlderSessions".into(), revoke.into());
    });
    let newer = w.become_role(&ana, ask(HERE, "r"));
    let info = |who| {
        let input = shapes_sts::GetAccessKeyInfoRequest { access_key_id: format!("AKIA{HERE}ana") };
        w.call::<op::GetAccessKeyInfo>(who, input)
    };
    let (code, text) = refused(info(&older));
    assert_eq!(code, "AccessDenied");
    assert!(text.contains("with an explicit deny in an identity-based policy"), "{text}");
    assert_eq!(info(&newer).unwrap().account.as_deref(), Some(HERE));
    // Who one is, one may ask for all that.
    assert!(w.call::<op::GetCallerIdentity>(&older, GetCallerIdentityRequest {}).is_ok());
}

#[test]
fn a_reset_forgets_the_account_s_sessions() {
    let w = World::new();
    w.role(HERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let c = w.assume(&ana, ask(HERE, "r")).unwrap().credentials.unwrap();
    let reset = w.lab.kernel.service("sts").unwrap().reset;
    w.edit(|cx| reset(cx).unwrap());
    assert_eq!(w.session(&c), None);
}
