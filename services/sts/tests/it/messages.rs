//! GetAccessKeyInfo and DecodeAuthorizationMessage.

use kernel::DenialMessage;
use shapes_sts::{DecodeAuthorizationMessageRequest, GetAccessKeyInfoRequest, op};

use crate::world::{HERE, THERE, World, allow, ask, refused, trusts_account};

#[test]
fn any_known_key_has_its_account() {
    let w = World::new();
    w.role(THERE, "r", &trusts_account(HERE), &allow(r#""*""#));
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let c = w.assume(&ana, ask(THERE, "r")).unwrap().credentials.unwrap();
    let of = |id: &str| {
        let input = GetAccessKeyInfoRequest { access_key_id: id.into() };
        w.call::<op::GetAccessKeyInfo>(&ana, input).map(|out| out.account.unwrap())
    };
    assert_eq!(of(&format!("AKIA{HERE}ana")).unwrap(), HERE);
    assert_eq!(of(&c.access_key_id).unwrap(), THERE);
    assert_eq!(refused(of("AKIAIOSFODNN7EXAMPLE")).0, "InvalidClientTokenId");
    assert_eq!(refused(of("short")).0, "ValidationError");
    let bob = w.user(HERE, "bob", &allow(r#""s3:*""#));
    let input = GetAccessKeyInfoRequest { access_key_id: c.access_key_id };
    let (code, text) = refused(w.call::<op::GetAccessKeyInfo>(&bob, input));
    assert_eq!(code, "AccessDenied");
    assert!(text.contains("not authorized to perform: sts:GetAccessKeyInfo"), "{text}");
}

#[test]
fn messages_open_for_whoever_may() {
    let w = World::new();
    let ana = w.user(HERE, "ana", &allow(r#""sts:DecodeAuthorizationMessage""#));
    let mut message = String::new();
    let denial = DenialMessage { action: "ec2:RunInstances".into(), ..DenialMessage::default() };
    w.edit(|cx| message = cx.encode_denial(&denial));
    let decode = |who, message: &str| {
        let input = DecodeAuthorizationMessageRequest { encoded_message: message.into() };
        w.call::<op::DecodeAuthorizationMessage>(who, input).map(|out| out.decoded_message.unwrap())
    };
    let opened = decode(&ana, &message).unwrap();
    assert!(opened.starts_with(r#"{"allowed":false,"explicitDeny":false,"matchedStatements":"#), "{opened}");
    assert!(opened.contains(r#""action":"ec2:RunInstances""#), "{opened}");
    for bad in ["x", &message[1..], "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let said = ("InvalidAuthorizationMessageException".to_owned(), "Message is not valid".to_owned());
        assert_eq!(refused(decode(&ana, bad)), said);
    }
    let bob = w.user(HERE, "bob", &allow(r#""s3:*""#));
    assert_eq!(refused(decode(&bob, &message)).0, "AccessDenied");
}
