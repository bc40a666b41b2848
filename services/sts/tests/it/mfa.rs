//! Codes of MFA devices: in trust policies, in session tokens, and refused.
//! Source: IAM user guide, "Secure API access with MFA".

use shapes_sts::{AssumeRoleRequest, GetAccessKeyInfoRequest, GetSessionTokenRequest, op};

use crate::world::{HERE, World, allow, ask, refused};

const NEEDS_MFA: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},
    "Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},
    "NumericLessThan":{"aws:MultiFactorAuthAge":"300"}}}]}"#;

fn given(serial: &str, code: &str) -> AssumeRoleRequest {
    AssumeRoleRequest { serial_number: Some(serial.into()), token_code: Some(code.into()), ..ask(HERE, "r") }
}

#[test]
fn a_trust_policy_may_ask_for_a_code() {
    let w = World::new();
    w.role(HERE, "r", NEEDS_MFA, &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let phone = w.device(HERE, "ana");
    let serial = phone.serial_number();
    assert!(refused(w.assume(&ana, ask(HERE, "r"))).1.contains("no role trust policy allows"));
    let code = phone.code(testkit::EPOCH_MS).unwrap();
    let who = w.become_role(&ana, given(&serial, &code));
    // The role's session itself carries no code. Source: IAM user guide, "Compare AWS STS credentials".
    assert_eq!(who.session.as_ref().unwrap().mfa_at_ms, None);
    let wrong = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    assert_eq!(refused(w.assume(&ana, given(&serial, &code))), ("AccessDenied".into(), wrong.into()));
    assert_eq!(refused(w.assume(&ana, given(&serial, "000000"))).1, wrong);
    w.lab.advance(60_000);
    let next = phone.code(testkit::EPOCH_MS + 60_000).unwrap();
    assert!(w.assume(&ana, given(&serial, &next)).is_ok());
}

#[test]
fn codes_of_others_and_halves_are_refused() {
    let w = World::new();
    w.role(HERE, "r", NEEDS_MFA, &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    w.user(HERE, "bob", &allow(r#""sts:*""#));
    let phone = w.device(HERE, "bob");
    let code = phone.code(testkit::EPOCH_MS).unwrap();
    let not_yours = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial \
                     number is valid and associated with this user.";
    for serial in [phone.serial_number(), "arn:aws:iam::111122223333:mfa/none".into(), "GAHT12345678".into()]
    {
        assert_eq!(refused(w.assume(&ana, given(&serial, &code))), ("AccessDenied".into(), not_yours.into()));
    }
    let half = AssumeRoleRequest { token_code: None, ..given(&phone.serial_number(), &code) };
    let text =
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code. ";
    assert_eq!(refused(w.assume(&ana, half)), ("AccessDenied".into(), text.into()));
    let input = GetSessionTokenRequest { token_code: Some(code), ..Default::default() };
    assert_eq!(refused(w.call::<op::GetSessionToken>(&ana, input)).1, text);
}

#[test]
fn a_session_token_remembers_its_code() {
    let w = World::new();
    let fresh =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}"#;
    let ana = w.user(HERE, "ana", fresh);
    w.role(HERE, "r", NEEDS_MFA, &allow(r#""*""#));
    let phone = w.device(HERE, "ana");
    let input = GetSessionTokenRequest {
        serial_number: Some(phone.serial_number()),
        token_code: phone.code(testkit::EPOCH_MS),
        ..Default::default()
    };
    let proven = w.call::<op::GetSessionToken>(&ana, input).unwrap().credentials.unwrap();
    let proven = w.with(&proven).unwrap();
    assert!(!proven.is_unproven_session());
    assert!(w.assume(&proven, ask(HERE, "r")).is_ok());
    w.lab.advance(301_000);
    assert!(w.assume(&proven, ask(HERE, "r")).is_err());
    let plain = w.call::<op::GetSessionToken>(&ana, GetSessionTokenRequest::default()).unwrap();
    let plain = w.with(&plain.credentials.unwrap()).unwrap();
    assert!(plain.is_unproven_session());
    assert!(w.assume(&plain, ask(HERE, "r")).is_err());
    let info = GetAccessKeyInfoRequest { access_key_id: plain.access_key_id.clone() };
    assert!(w.call::<op::GetAccessKeyInfo>(&ana, info).is_ok());
}
