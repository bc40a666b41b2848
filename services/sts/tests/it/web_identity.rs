//! AssumeRoleWithWebIdentity: tokens that are taken and tokens that are not, and the sessions made of them.
//! Source: STS API reference, "AssumeRoleWithWebIdentity"; IAM user guide, "Available keys for AWS OIDC federation",
//! "Passing session tags using AssumeRoleWithWebIdentity". Texts: as `err.rs` says of each.

use codec::Fault;
use directory::{Identity, OidcProvider, OidcProviders};
use serde_json::{Value, json};
use shapes_sts::{
    AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse, GetCallerIdentityRequest, op,
};
use testkit::EPOCH_MS;

use crate::issuer::Issuer;
use crate::world::{HERE, THERE, World, allow, ask, refused, role_arn, trust, trusts_account};

const ISS: &str = "https://token.example.com/a";
const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/token.example.com/a";
const NOW_S: i64 = EPOCH_MS / 1_000;
const ACTIONS: &str = r#"["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"]"#;

/// A world with an issuer that this account trusts, and a role for it.
fn world() -> (World, Issuer) {
    let (w, issuer) = (World::new(), Issuer::new());
    w.lab.kernel.set_issuer_keys(ISS, &issuer.jwks()).unwrap();
    let row = OidcProvider {
        url: "token.example.com/a".into(),
        client_ids: vec!["app".into(), "other".into()],
        ..OidcProvider::default()
    };
    w.edit(|cx| cx.put::<OidcProviders>(&("aws".into(), HERE.into(), row.url.clone()), &row));
    let federated = format!(r#"{{"Federated":"{PROVIDER}"}}"#);
    w.role(HERE, "r", &trust(&federated, ACTIONS), &allow(r#""*""#));
    (w, issuer)
}

fn claims() -> Value {
    json!({ "iss": ISS, "sub": "ana", "aud": "app", "iat": NOW_S, "exp": NOW_S + 600 })
}

/// The claims with some more, or without those that are null.
fn with(more: &Value) -> Value {
    let mut all = claims();
    for (k, v) in more.as_object().unwrap() {
        all[k] = v.clone();
    }
    all.as_object_mut().unwrap().retain(|_, v| !v.is_null());
    all
}

fn request(token: String) -> AssumeRoleWithWebIdentityRequest {
    AssumeRoleWithWebIdentityRequest {
        role_arn: role_arn(HERE, "r"),
        role_session_name: "one".into(),
        web_identity_token: token,
        ..AssumeRoleWithWebIdentityRequest::default()
    }
}

fn call(w: &World, i: AssumeRoleWithWebIdentityRequest) -> Result<AssumeRoleWithWebIdentityResponse, Fault> {
    let nobody = Identity::anonymous("aws");
    w.lab.call_as::<op::AssumeRoleWithWebIdentity>(&nobody, w.scope(THERE), i)
}

/// Gives the role a trust policy with this condition.
fn only_if(w: &World, condition: &str) {
    let federated = format!(r#"{{"Federated":"{PROVIDER}"}}"#);
    let text =
        trust(&federated, ACTIONS).replace(r#""Action""#, &format!(r#""Condition":{condition},"Action""#));
    w.change_role(HERE, "r", |r| r.trust = text);
}

#[test]
fn a_token_becomes_a_session() {
    let (w, issuer) = world();
    let out = call(&w, request(issuer.token(&claims()))).unwrap();
    assert_eq!(out.subject_from_web_identity_token.as_deref(), Some("ana"));
    assert_eq!((out.provider.as_deref(), out.audience.as_deref()), (Some(PROVIDER), Some("app")));
    assert_eq!((out.packed_policy_size, out.source_identity), (None, None));
    let user = out.assumed_role_user.unwrap();
    assert_eq!(user.arn, "arn:aws:sts::111122223333:assumed-role/r/one");
    let c = out.credentials.unwrap();
    assert_eq!(c.expiration.epoch_ms, EPOCH_MS + 3_600_000);
    let who = w.with(&c).unwrap();
    let me = w.call::<op::GetCallerIdentity>(&who, GetCallerIdentityRequest {}).unwrap();
    assert_eq!(me.arn.as_deref(), Some("arn:aws:sts::111122223333:assumed-role/r/one"));
    let session = w.session(&c).unwrap();
    assert_eq!(session.federated_provider.as_deref(), Some(PROVIDER));
    let kept = |name: &str, value: &str| (format!("token.example.com/a:{name}"), value.to_owned());
    assert_eq!(session.context, [kept("aud", "app"), kept("sub", "ana")]);
    assert!(!session.chained);
}

#[test]
fn both_kinds_of_keys_sign() {
    let (w, issuer) = world();
    for header in [
        json!({ "alg": "ES256", "kid": "ec" }),
        json!({ "alg": "ES256" }),
        json!({ "alg": "RS256" }),
        json!({ "alg": "RS256", "kid": "rsa" }),
    ] {
        assert!(call(&w, request(issuer.signed(&header, &claims()))).is_ok(), "{header}");
    }
    let no_key = "Couldn't retrieve verification key from your identity provider,  please reference \
                  AssumeRoleWithWebIdentity documentation for requirements";
    let no_jwt =
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
    for (header, text) in [
        (json!({ "alg": "RS256", "kid": "another" }), no_key),
        (json!({ "alg": "ES384", "kid": "ec" }), no_key),
        (json!({ "alg": "RS256", "kid": "ec" }), no_key),
        (json!({ "alg": "none" }), no_jwt),
        (json!({ "alg": "HS256", "kid": "rsa" }), no_jwt),
    ] {
        let said = refused(call(&w, request(issuer.signed(&header, &claims()))));
        assert_eq!(said, ("InvalidIdentityToken".to_owned(), text.to_owned()), "{header}");
    }
}

#[test]
fn what_a_token_must_say() {
    let (w, issuer) = world();
    let invalid = "InvalidIdentityToken";
    for (more, code, text) in [
        (json!({ "iss": null }), invalid, "Missing a required claim: iss"),
        (json!({ "sub": null }), invalid, "Missing a required claim: sub"),
        (json!({ "sub": "" }), invalid, "Missing a required claim: sub"),
        (json!({ "aud": null }), invalid, "Missing a required claim: aud"),
        (json!({ "aud": [] }), invalid, "Missing a required claim: aud"),
        (json!({ "exp": null }), invalid, "Missing a required claim: exp"),
        (json!({ "iat": null }), invalid, "Missing a required claim: iat"),
        (json!({ "aud": "nobody" }), invalid, "Incorrect token audience"),
        (json!({ "azp": "nobody" }), invalid, "Incorrect token audience"),
        (
            json!({ "iss": "https://token.example.com/b" }),
            invalid,
            "No OpenIDConnect provider found in your account for https://token.example.com/b",
        ),
        (
            json!({ "iss": "token.example.com/a" }),
            invalid,
            "No OpenIDConnect provider found in your account for token.example.com/a",
        ),
        (
            json!({ "exp": NOW_S }),
            "ExpiredTokenException",
            "Token expired: current date/time 1767225600 must be before the expiration date/time 1767225600",
        ),
        (json!({ "iat": NOW_S + 301 }), invalid, "Token is not valid yet"),
        (json!({ "nbf": NOW_S + 301 }), invalid, "Token is not valid yet"),
        (
            json!({ "https://aws.amazon.com/source_identity": "aws:x" }),
            invalid,
            "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"",
        ),
        (
            json!({ "https://aws.amazon.com/tags": { "principal_tags": { "k": ["a", "b"] } } }),
            invalid,
            "The session tags in the token are not valid",
        ),
    ] {
        let said = refused(call(&w, request(issuer.token(&with(&more)))));
        assert_eq!(said, (code.to_owned(), text.to_owned()), "{more}");
    }
    for more in [
        json!({ "exp": NOW_S + 1 }),
        json!({ "iat": NOW_S + 300, "nbf": NOW_S + 300 }),
        json!({ "aud": ["nobody", "other"] }),
        json!({ "aud": "nobody", "azp": "app" }),
    ] {
        assert!(call(&w, request(issuer.token(&with(&more)))).is_ok(), "{more}");
    }
}

/// The issuer's keys are needed, its own, and the text as it was signed.
#[test]
fn what_nobody_signed_is_refused() {
    let (w, issuer) = world();
    let good = issuer.token(&claims());
    let mut parts: Vec<&str> = good.split('.').collect();
    let other = issuer.token(&with(&json!({ "sub": "bob" })));
    parts[1] = other.split('.').nth(1).unwrap();
    let (code, text) = refused(call(&w, request(parts.join("."))));
    assert_eq!((code.as_str(), text.as_str()), ("InvalidIdentityToken", "Token signature invalid"));
    for bad in ["abcd", "a.b.c", "...."] {
        assert!(refused(call(&w, request(bad.into()))).1.contains("is not a valid JWT"), "{bad}");
    }
    let stranger = Issuer::new();
    w.lab.kernel.set_issuer_keys(ISS, &stranger.jwks()).unwrap();
    let ec = json!({ "alg": "ES256", "kid": "ec" });
    assert_eq!(refused(call(&w, request(issuer.signed(&ec, &claims())))).1, "Token signature invalid");
    w.lab.kernel.set_issuer_keys("https://elsewhere.example.com", &issuer.jwks()).unwrap();
    directory::forget_issuers(&w.lab.kernel.store, Some("token.example.com/a")).unwrap();
    assert!(refused(call(&w, request(good))).1.starts_with("Couldn't retrieve verification key"));
}

#[test]
fn a_token_ends_by_the_virtual_clock() {
    let (w, issuer) = world();
    let token = issuer.token(&claims());
    w.lab.advance(599_000);
    assert!(call(&w, request(token.clone())).is_ok());
    w.lab.advance(1_000);
    let (code, _) = refused(call(&w, request(token)));
    assert_eq!(code, "ExpiredTokenException");
}

#[test]
fn the_trust_policy_decides() {
    let (w, issuer) = world();
    let token = || request(issuer.token(&with(&json!({ "amr": ["pin", "mfa"], "email": "a@example.com" }))));
    for (condition, lets_in) in [
        (r#"{"StringEquals":{"token.example.com/a:sub":"ana"}}"#, true),
        (r#"{"StringEquals":{"token.example.com/a:sub":"bob"}}"#, false),
        (r#"{"StringEquals":{"token.example.com/a:aud":["app"]}}"#, true),
        (r#"{"StringEquals":{"token.example.com/a:aud":["other"]}}"#, false),
        (r#"{"ForAnyValue:StringEquals":{"token.example.com/a:amr":"mfa"}}"#, true),
        (r#"{"ForAnyValue:StringEquals":{"token.example.com/a:amr":"sms"}}"#, false),
        (r#"{"StringLike":{"token.example.com/a:email":"*@example.com"}}"#, true),
        (r#"{"StringEquals":{"token.example.com/a:oaud":"app"}}"#, true),
        (r#"{"StringEquals":{"other.example.com:sub":"ana"}}"#, false),
        (r#"{"StringEquals":{"sts:RoleSessionName":"one"}}"#, true),
        (r#"{"StringEquals":{"sts:RoleSessionName":"two"}}"#, false),
        (r#"{"Null":{"aws:PrincipalArn":"true"}}"#, true),
    ] {
        only_if(&w, condition);
        let outcome = call(&w, token());
        assert_eq!(outcome.is_ok(), lets_in, "{condition}: {outcome:?}");
        if !lets_in {
            let said = refused(outcome);
            let text = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
            assert_eq!(said, ("AccessDenied".to_owned(), text.to_owned()));
        }
    }
}

/// A signature of somebody who may do everything changes nothing; nor does a trust policy for accounts.
#[test]
fn nobody_but_the_provider_counts() {
    let (w, issuer) = world();
    let boss = w.user(HERE, "boss", &allow(r#""*""#));
    w.change_role(HERE, "r", |r| r.trust = trust(r#"{"AWS":"111122223333"}"#, ACTIONS));
    let denied = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
    let asked = || request(issuer.token(&claims()));
    assert_eq!(refused(w.call::<op::AssumeRoleWithWebIdentity>(&boss, asked())).1, denied);
    assert_eq!(refused(call(&w, asked())).1, denied);
    let nowhere = AssumeRoleWithWebIdentityRequest { role_arn: role_arn(HERE, "nowhere"), ..asked() };
    assert_eq!(refused(call(&w, nowhere)).1, denied);
    let no_role =
        AssumeRoleWithWebIdentityRequest { role_arn: "arn:aws:iam::111122223333:user/u".into(), ..asked() };
    assert_eq!(refused(call(&w, no_role)), ("ValidationError".into(), "Request ARN is invalid".into()));
}

/// Providers are an account's own: the role's, not the caller's.
#[test]
fn the_provider_is_of_the_role_s_account() {
    let (w, issuer) = world();
    let federated = r#"{"Federated":"arn:aws:iam::444455556666:oidc-provider/token.example.com/a"}"#;
    w.role(THERE, "r", &trust(federated, ACTIONS), &allow(r#""*""#));
    let there = AssumeRoleWithWebIdentityRequest {
        role_arn: role_arn(THERE, "r"),
        ..request(issuer.token(&claims()))
    };
    let text = "No OpenIDConnect provider found in your account for https://token.example.com/a";
    assert_eq!(refused(call(&w, there)).1, text);
}

#[test]
fn tokens_carry_tags_and_a_source_identity() {
    let (w, issuer) = world();
    let nested = json!({
        "https://aws.amazon.com/tags": {
            "principal_tags": { "team": ["red"], "cost": "42" },
            "transitive_tag_keys": ["team"],
        },
        "https://aws.amazon.com/source_identity": "ana-source",
    });
    let flat = json!({
        "https://aws.amazon.com/tags/principal_tags/team": "red",
        "https://aws.amazon.com/tags/principal_tags/cost": ["42"],
        "https://aws.amazon.com/tags/transitive_tag_keys": ["team"],
        "https://aws.amazon.com/source_identity": "ana-source",
    });
    only_if(
        &w,
        r#"{"StringEquals":{"aws:RequestTag/team":"red","sts:SourceIdentity":"ana-source"},"ForAllValues:StringEquals":{"sts:TransitiveTagKeys":["team"]}}"#,
    );
    for claims in [nested, flat] {
        let out = call(&w, request(issuer.token(&with(&claims)))).unwrap();
        assert_eq!(out.source_identity.as_deref(), Some("ana-source"));
        assert!(out.packed_policy_size.is_some_and(|p| p > 0));
        let s = w.session(&out.credentials.unwrap()).unwrap();
        let mut tags = s.tags.clone();
        tags.sort();
        assert_eq!(tags, [("cost".into(), "42".into()), ("team".into(), "red".into())]);
        assert_eq!(
            (s.transitive_tag_keys, s.source_identity),
            (vec!["team".into()], Some("ana-source".into()))
        );
    }
    let federated = format!(r#"{{"Federated":"{PROVIDER}"}}"#);
    w.change_role(HERE, "r", |r| r.trust = trust(&federated, r#""sts:AssumeRoleWithWebIdentity""#));
    let tagged = json!({ "https://aws.amazon.com/tags": { "principal_tags": { "k": ["v"] } } });
    let said = refused(call(&w, request(issuer.token(&with(&tagged))))).1;
    assert_eq!(said, "Not authorized to perform sts:TagSession");
    let sourced = json!({ "https://aws.amazon.com/source_identity": "ana" });
    let said = refused(call(&w, request(issuer.token(&with(&sourced))))).1;
    assert_eq!(said, "Not authorized to perform sts:SetSourceIdentity");
    only_if(&w, "{}");
    for (tags, code) in [
        (json!({ "principal_tags": { "aws:k": ["v"] } }), "InvalidParameterValue"),
        (json!({ "principal_tags": { "k": "v", "K": "v" } }), "InvalidParameterValue"),
        (json!({ "principal_tags": { "k": "v" }, "transitive_tag_keys": ["x"] }), "InvalidParameterValue"),
        (json!({ "principal_tags": { "k": "v".repeat(257) } }), "InvalidIdentityToken"),
    ] {
        let claims = with(&json!({ "https://aws.amazon.com/tags": tags }));
        assert_eq!(refused(call(&w, request(issuer.token(&claims)))).0, code, "{claims}");
    }
}

#[test]
fn durations_and_session_policies_are_the_role_s() {
    let (w, issuer) = world();
    let asked = |duration_seconds| AssumeRoleWithWebIdentityRequest {
        duration_seconds,
        ..request(issuer.token(&claims()))
    };
    let text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    assert_eq!(refused(call(&w, asked(Some(3_601)))), ("ValidationError".into(), text.into()));
    w.change_role(HERE, "r", |r| r.max_session_s = 43_200);
    let c = call(&w, asked(Some(43_200))).unwrap().credentials.unwrap();
    assert_eq!(c.expiration.epoch_ms, EPOCH_MS + 43_200_000);
    let policy = Some(allow(r#""s3:GetObject""#));
    let out = call(&w, AssumeRoleWithWebIdentityRequest { policy, ..asked(None) }).unwrap();
    let session = w.session(&out.credentials.unwrap()).unwrap();
    assert_eq!((session.policies.len(), out.packed_policy_size.is_some()), (1, true));
    let policy = Some("{}".to_owned());
    let said = refused(call(&w, AssumeRoleWithWebIdentityRequest { policy, ..asked(None) }));
    assert_eq!(said.0, "MalformedPolicyDocument");
}

/// A session of a web identity is a session: what it assumes is chained, and its claims stay condition keys.
#[test]
fn sessions_go_on() {
    let (w, issuer) = world();
    let credentials = call(&w, request(issuer.token(&claims()))).unwrap().credentials.unwrap();
    let who = w.with(&credentials).unwrap();
    let trusting = trusts_account(HERE)
        .replace(r#""Action""#, r#""Condition":{"StringEquals":{"token.example.com/a:sub":"ana"}},"Action""#);
    w.role(HERE, "next", &trusting, &allow(r#""*""#));
    let out = w.assume(&who, ask(HERE, "next")).unwrap();
    assert!(w.session(&out.credentials.unwrap()).unwrap().chained);
    let other = issuer.token(&with(&json!({ "sub": "bob" })));
    let bob = w.with(&call(&w, request(other)).unwrap().credentials.unwrap()).unwrap();
    assert_eq!(refused(w.assume(&bob, ask(HERE, "next"))).0, "AccessDenied");
}

/// Source: IAM user guide, "Available keys for AWS OIDC federation": names of the keys of each provider.
#[test]
fn providers_that_every_account_has() {
    let (w, issuer) = world();
    let trusts = |w: &World, name: &str, condition: &str| {
        let federated = format!(r#"{{"Federated":"{name}"}}"#);
        let action = format!(r#""Condition":{{"StringEquals":{{{condition}}}}},"Action""#);
        let text = trust(&federated, ACTIONS).replace(r#""Action""#, &action);
        w.change_role(HERE, "r", |r| r.trust = text);
    };
    let token = |iss: &str| issuer.token(&with(&json!({ "iss": iss, "aud": "pool" })));
    for (iss, name, condition) in [
        ("https://accounts.google.com", "accounts.google.com", r#""accounts.google.com:aud":"pool""#),
        ("accounts.google.com", "accounts.google.com", r#""accounts.google.com:sub":"ana""#),
        (
            "https://cognito-identity.amazonaws.com",
            "cognito-identity.amazonaws.com",
            r#""cognito-identity.amazonaws.com:aud":"pool""#,
        ),
    ] {
        trusts(&w, name, condition);
        let said = refused(call(&w, request(token(iss)))).1;
        assert!(said.starts_with("Couldn't retrieve verification key"), "{said}");
        w.lab.kernel.set_issuer_keys(iss, &issuer.jwks()).unwrap();
        let out = call(&w, request(token(iss))).unwrap();
        assert_eq!(out.provider.as_deref(), Some(name));
        directory::forget_issuers(&w.lab.kernel.store, Some(name)).unwrap();
    }
    for (id, condition) in [
        ("www.amazon.com", r#""www.amazon.com:user_id":"ana","www.amazon.com:app_id":"pool""#),
        ("graph.facebook.com", r#""graph.facebook.com:id":"ana","graph.facebook.com:app_id":"pool""#),
    ] {
        trusts(&w, id, condition);
        let asked = |token: String| AssumeRoleWithWebIdentityRequest {
            provider_id: Some(id.into()),
            ..request(token)
        };
        assert_eq!(refused(call(&w, asked("Atza|opaque".into()))).0, "IDPCommunicationError");
        w.lab.kernel.set_issuer_keys(id, &issuer.jwks()).unwrap();
        let out = call(&w, asked(token("whoever"))).unwrap();
        assert_eq!(out.provider.as_deref(), Some(id));
        assert!(refused(call(&w, asked("Atza|opaque".into()))).1.contains("not a valid JWT"));
    }
    let unknown = AssumeRoleWithWebIdentityRequest {
        provider_id: Some("example.com".into()),
        ..request(token("https://example.com"))
    };
    assert!(refused(call(&w, unknown)).1.starts_with("Unsupported ProviderId"));
}
