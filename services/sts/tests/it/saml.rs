//! AssumeRoleWithSAML: answers that are taken and answers that are not, and the sessions made of them.
//! Source: STS API reference, "AssumeRoleWithSAML"; IAM user guide, "Configure SAML assertions for the authentication
//! response", "Troubleshoot SAML federation with IAM"; OASIS "SAML 2.0 Core"; W3C "XML Signature Syntax and Processing".

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codec::Fault;
use directory::{Identity, SamlProvider, SamlProviders};
use sha2::{Digest, Sha256};
use shapes_sts::{AssumeRoleWithSAMLRequest, AssumeRoleWithSAMLResponse, GetCallerIdentityRequest, op};
use testkit::EPOCH_MS;

use crate::issuer::Issuer;
use crate::world::{HERE, THERE, World, allow, ask, refused, role_arn, trust, trusts_account};

const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/corp";
const ROLE: &str = "arn:aws:iam::111122223333:role/r";
const ACTIONS: &str = r#"["sts:AssumeRoleWithSAML","sts:TagSession","sts:SetSourceIdentity"]"#;
/// Of the key of `data/issuer.der`, signed by itself.
const CERTIFICATE: &str = include_str!("data/idp.cert.b64");
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const ENDPOINT: &str = "https://signin.aws.amazon.com/saml";
const AWS: &str = "https://aws.amazon.com/SAML/Attributes/";

fn world() -> (World, Issuer) {
    let (w, issuer) = (World::new(), Issuer::new());
    let metadata = format!(
        r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="encryption"/><md:KeyDescriptor use="signing"><KeyInfo xmlns="{DSIG}"><X509Data><X509Certificate>
        {CERTIFICATE}</X509Certificate></X509Data></KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="b" Location="l"/></md:IDPSSODescriptor></md:EntityDescriptor>"#
    );
    let row = SamlProvider { name: "corp".into(), metadata, ..SamlProvider::default() };
    w.edit(|cx| cx.put::<SamlProviders>(&("aws".into(), HERE.into(), "corp".into()), &row));
    trusts(&w, "");
    (w, issuer)
}

/// Gives the role a trust policy for the provider, with a condition or without.
fn trusts(w: &World, condition: &str) {
    let federated = format!(r#"{{"Federated":"{PROVIDER}"}}"#);
    let condition = if condition.is_empty() { String::new() } else { format!(r#""Condition":{condition},"#) };
    let text = trust(&federated, ACTIONS).replace(r#""Action""#, &format!(r#"{condition}"Action""#));
    w.role(HERE, "r", &text, &allow(r#""*""#));
}

/// An answer to be, in parts that tests change.
#[derive(Clone)]
struct Answer {
    issuer: &'static str,
    status: &'static str,
    issued: &'static str,
    ends: &'static str,
    audience: String,
    recipient: String,
    name: String,
    session: &'static str,
    attributes: Vec<(String, Vec<String>)>,
}

fn answer() -> Answer {
    let role = vec![format!("{ROLE},{PROVIDER}")];
    Answer {
        issuer: "https://idp.example.com",
        status: "urn:oasis:names:tc:SAML:2.0:status:Success",
        issued: "2026-01-01T00:00:00.123Z",
        ends: "2026-01-01T00:04:00Z",
        audience: ENDPOINT.into(),
        recipient: ENDPOINT.into(),
        name:
            r#"<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ana</saml:NameID>"#
                .into(),
        session: "",
        attributes: vec![
            (format!("{AWS}Role"), role),
            (format!("{AWS}RoleSessionName"), vec!["ana@x".into()]),
        ],
    }
}

impl Answer {
    fn with(mut self, name: &str, values: &[&str]) -> Answer {
        let name = if name.contains(':') && !name.starts_with("PrincipalTag:") {
            name.to_owned()
        } else {
            format!("{AWS}{name}")
        };
        self.attributes.retain(|(n, _)| *n != name);
        if !values.is_empty() {
            self.attributes.push((name, values.iter().map(|v| (*v).to_owned()).collect()));
        }
        self
    }

    /// The assertion, canonical as it stands, with `signature` in it.
    fn assertion(&self, signature: &str) -> String {
        let attributes: String = self
            .attributes
            .iter()
            .map(|(name, values)| {
                let values: String = values
                    .iter()
                    .map(|v| format!("<saml:AttributeValue>{v}</saml:AttributeValue>"))
                    .collect();
                format!(r#"<saml:Attribute Name="{name}">{values}</saml:Attribute>"#)
            })
            .collect();
        let Answer { issuer, issued, ends, audience, recipient, name, session, .. } = self;
        format!(
            r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" IssueInstant="{issued}" Version="2.0"><saml:Issuer>{issuer}</saml:Issuer>{signature}<saml:Subject>{name}<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{ends}" Recipient="{recipient}"></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{issued}" NotOnOrAfter="{ends}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{issued}"{session}></saml:AuthnStatement><saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"#
        )
    }

    fn response(&self, assertion: &str, signature: &str) -> String {
        let status = self.status;
        format!(
            r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0">{signature}<samlp:Status><samlp:StatusCode Value="{status}"></samlp:StatusCode></samlp:Status>{assertion}</samlp:Response>"#
        )
    }

    /// The answer with a signed assertion.
    fn signed(&self, issuer: &Issuer) -> String {
        self.response(&self.assertion(&signature(issuer, "_a", &self.assertion(""))), "")
    }
}

/// A signature over a canonical text.
fn signature(issuer: &Issuer, id: &str, canonical: &str) -> String {
    let digest = STANDARD.encode(Sha256::digest(canonical));
    let info = format!(
        r##"<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod><ds:Reference URI="#{id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"##
    );
    let value = issuer.rs256(format!(r#"<ds:SignedInfo xmlns:ds="{DSIG}">{info}"#).as_bytes());
    let value = STANDARD.encode(value);
    format!(
        r#"<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo>{info}<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>"#
    )
}

fn request(text: &str) -> AssumeRoleWithSAMLRequest {
    AssumeRoleWithSAMLRequest {
        role_arn: ROLE.into(),
        principal_arn: PROVIDER.into(),
        saml_assertion: STANDARD.encode(text),
        ..AssumeRoleWithSAMLRequest::default()
    }
}

fn call(w: &World, i: AssumeRoleWithSAMLRequest) -> Result<AssumeRoleWithSAMLResponse, Fault> {
    w.lab.call_as::<op::AssumeRoleWithSAML>(&Identity::anonymous("aws"), w.scope(THERE), i)
}

fn invalid(text: &str) -> (String, String) {
    ("InvalidIdentityToken".to_owned(), text.to_owned())
}

#[test]
fn an_assertion_becomes_a_session() {
    let (w, issuer) = world();
    let out = call(&w, request(&answer().signed(&issuer))).unwrap();
    assert_eq!((out.subject.as_deref(), out.subject_type.as_deref()), (Some("ana"), Some("persistent")));
    assert_eq!(
        (out.issuer.as_deref(), out.audience.as_deref()),
        (Some("https://idp.example.com"), Some(ENDPOINT))
    );
    assert_eq!(out.name_qualifier.map(|q| q.len()), Some(28));
    let user = out.assumed_role_user.unwrap();
    assert_eq!(user.arn, "arn:aws:sts::111122223333:assumed-role/r/ana@x");
    let c = out.credentials.unwrap();
    assert_eq!(c.expiration.epoch_ms, EPOCH_MS + 3_600_000);
    let who = w.with(&c).unwrap();
    let me = w.call::<op::GetCallerIdentity>(&who, GetCallerIdentityRequest {}).unwrap();
    assert_eq!(me.arn.as_deref(), Some("arn:aws:sts::111122223333:assumed-role/r/ana@x"));
    let session = w.session(&c).unwrap();
    assert_eq!(session.federated_provider.as_deref(), Some(PROVIDER));
    assert!(session.context.contains(&("saml:sub".to_owned(), "ana".to_owned())));
}

/// The answer as a whole may be signed instead, or both; one good signature doesn't make up for a bad one.
#[test]
fn who_signs_what() {
    let (w, issuer) = world();
    let a = answer();
    let plain = a.assertion("");
    let own = a.assertion(&signature(&issuer, "_a", &plain));
    let whole =
        |assertion: &str| a.response(assertion, &signature(&issuer, "_r", &a.response(assertion, "")));
    for good in [a.response(&own, ""), whole(&plain), whole(&own)] {
        assert!(call(&w, request(&good)).is_ok(), "{good}");
    }
    let bad = signature(&issuer, "_a", "<else/>");
    let twice = signature(&issuer, "_a", &plain).repeat(2);
    let elsewhere = signature(&issuer, "_r", &plain);
    for text in [
        a.response(&plain, ""),
        whole(&a.assertion(&bad)),
        a.response(&own, &signature(&issuer, "_r", "<else/>")),
        a.response(&a.assertion(&twice), ""),
        a.response(&a.assertion(&elsewhere), ""),
        a.response(&own.replace(">ana<", ">bob<"), ""),
        a.response(&own.replace("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"), ""),
        a.response(&own.replace("<saml:Subject>", "<saml:Subject ID=\"_a\">"), ""),
    ] {
        assert_eq!(refused(call(&w, request(&text))), invalid("Response signature invalid"), "{text}");
    }
}

/// What an XML processor may change without changing what is signed: order and quotes of attributes, unused namespaces, line
/// ends, comments, empty elements, entities.
#[test]
fn another_spelling_of_the_same_is_signed_too() {
    let (w, issuer) = world();
    let text = answer().signed(&issuer);
    let spelt = text
        .replace("></saml:SubjectConfirmationData>", "/>")
        .replace("<samlp:Response ", "<samlp:Response xmlns:unused='u' ")
        .replace(" Version=\"2.0\"><saml:Issuer>", " Version='2.0' ><saml:Issuer>")
        .replace(">ana<", "><!-- c -->&#97;<![CDATA[na]]><")
        .replace(
            "ID=\"_a\" IssueInstant=\"2026-01-01T00:00:00.123Z\"",
            "IssueInstant=\"2026-01-01T00:00:00.123Z\" ID='_a'",
        );
    assert_ne!(text, spelt);
    let out = call(&w, request(&format!("<?xml version=\"1.0\"?>\r\n{spelt}\n"))).unwrap();
    assert_eq!(out.subject.as_deref(), Some("ana"));
}

/// XML signature wrapping: a signed assertion beside a forged one, or hidden under it. Source: Somorovsky et al., "On
/// Breaking SAML: Be Whoever You Want to Be" (2012).
#[test]
fn signed_assertions_vouch_for_no_other() {
    let (w, issuer) = world();
    let a = answer();
    let good = a.assertion(&signature(&issuer, "_a", &a.assertion("")));
    let forged = |inside: &str| {
        let name = a.name.replace(">ana<", ">root<");
        Answer { name, ..a.clone() }.assertion(inside).replace("ID=\"_a\"", "ID=\"_b\"")
    };
    let kept = signature(&issuer, "_a", &a.assertion(""));
    let hidden = format!("<ds:Object xmlns:ds=\"{DSIG}\">{good}</ds:Object>");
    for text in [
        a.response(&format!("{good}{}", forged("")), ""),
        a.response(&format!("{}{good}", forged("")), ""),
        a.response(&forged(&good), ""),
        a.response(&forged(&kept.replace("</ds:Signature>", &format!("{hidden}</ds:Signature>"))), ""),
        a.response(&format!("<x>{good}</x>{}", forged(&kept)), ""),
    ] {
        assert_eq!(refused(call(&w, request(&text))).0, "InvalidIdentityToken", "{text}");
    }
}

#[test]
fn what_an_assertion_must_say() {
    let (w, issuer) = world();
    let a = answer;
    let malformed = "Your request included an invalid SAML response";
    for (changed, text) in [
        (Answer { issuer: "https://other.example.com", ..a() }, "Issuer not present in specified provider"),
        (
            Answer { audience: "https://example.com".into(), ..a() },
            "Response does not contain the required audience",
        ),
        (
            Answer { recipient: "https://example.com/saml".into(), ..a() },
            "Response is not for the required recipient",
        ),
        (
            Answer { recipient: "https://x.signin.aws.amazon.com/saml".into(), ..a() },
            "Response is not for the required recipient",
        ),
        (
            Answer { issued: "2026-01-01T00:05:01Z", ends: "2026-01-01T00:09:00Z", ..a() },
            "Token is not valid yet",
        ),
        (Answer { issued: "yesterday", ..a() }, malformed),
        (Answer { name: String::new(), ..a() }, malformed),
        (a().with("RoleSessionName", &[]), "RoleSessionName is required in AuthnResponse"),
        (
            a().with("RoleSessionName", &["a b"]),
            "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}",
        ),
        (
            a().with("SourceIdentity", &["x"]),
            "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"",
        ),
    ] {
        assert_eq!(refused(call(&w, request(&changed.signed(&issuer)))), invalid(text));
    }
    let rejected = Answer { status: "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed", ..a() };
    assert_eq!(refused(call(&w, request(&rejected.signed(&issuer)))).0, "IDPRejectedClaim");
    let not_in_it = "Not authorized to perform sts:AssumeRoleWithSAML";
    for role in
        [&[][..], &["arn:aws:iam::111122223333:role/other,arn:aws:iam::111122223333:saml-provider/corp"]]
    {
        let said = refused(call(&w, request(&a().with("Role", role).signed(&issuer))));
        assert_eq!(said, ("AccessDenied".into(), not_in_it.into()));
    }
    for good in [
        a().with("Role", &["x,y", &format!("{PROVIDER} , {ROLE}")]),
        Answer { audience: "urn:amazon:webservices".into(), ..a() },
        Answer { recipient: "https://eu-west-1.signin.aws.amazon.com/saml".into(), ..a() },
        Answer { recipient: "https://signin.aws.amazon.com/saml/acs/SAMLSPX".into(), ..a() },
    ] {
        let outcome = call(&w, request(&good.signed(&issuer)));
        assert!(outcome.is_ok(), "{outcome:?}");
    }
}

#[test]
fn what_is_no_answer_is_refused() {
    let (w, issuer) = world();
    let good = answer().signed(&issuer);
    let no_base64 = AssumeRoleWithSAMLRequest { saml_assertion: "%%%%".into(), ..request("") };
    assert_eq!(refused(call(&w, no_base64)), invalid("Invalid base64 SAMLResponse"));
    for text in ["text", "<a/>", "<!DOCTYPE a><a/>", &good.replace("</samlp:Response>", "")] {
        assert_eq!(
            refused(call(&w, request(text))),
            invalid("Your request included an invalid SAML response")
        );
    }
    let encrypted = good.replace("saml:Assertion", "saml:EncryptedAssertion");
    assert_eq!(refused(call(&w, request(&encrypted))).0, "NotImplemented");
    for principal in
        ["arn:aws:iam::111122223333:saml-provider/else", "arn:aws:iam::444455556666:saml-provider/corp"]
    {
        let other = AssumeRoleWithSAMLRequest { principal_arn: principal.into(), ..request(&good) };
        assert_eq!(refused(call(&w, other)), invalid("Specified provider doesn't exist"));
    }
    let user =
        AssumeRoleWithSAMLRequest { role_arn: "arn:aws:iam::111122223333:user/u".into(), ..request(&good) };
    assert_eq!(refused(call(&w, user)), ("ValidationError".into(), "Request ARN is invalid".into()));
}

/// Every prefix of an answer, and every one with a character changed, gets an answer, and never credentials for another.
#[test]
fn mutations_are_refused() {
    let (w, issuer) = world();
    let text = answer().signed(&issuer);
    for at in (0..text.len()).step_by(7) {
        assert!(call(&w, request(&text[..at])).is_err());
        for noise in ["<", "&", "x", "\"", ""] {
            let mutated = format!("{}{noise}{}", &text[..at], &text[at + 1..]);
            if let Ok(out) = call(&w, request(&mutated)) {
                assert_eq!(out.subject.as_deref(), Some("ana"), "{mutated}");
                assert_eq!(
                    out.assumed_role_user.unwrap().arn,
                    "arn:aws:sts::111122223333:assumed-role/r/ana@x"
                );
            }
        }
    }
}

#[test]
fn assertions_end_by_the_virtual_clock() {
    let (w, issuer) = world();
    let text = answer().signed(&issuer);
    let long = Answer { ends: "2026-01-01T01:00:00Z", ..answer() }.signed(&issuer);
    w.lab.advance(239_000);
    assert!(call(&w, request(&text)).is_ok());
    w.lab.advance(1_000);
    let expired = |text: &str| ("ExpiredTokenException".to_owned(), text.to_owned());
    assert_eq!(refused(call(&w, request(&text))), expired("Response has expired"));
    assert!(call(&w, request(&long)).is_ok());
    w.lab.advance(60_123);
    let late = "Token must be redeemed within 5 minutes of issuance";
    assert_eq!(refused(call(&w, request(&long))), expired(late));
}

/// "…or until the time specified in the SAML authentication response's SessionNotOnOrAfter value, whichever is shorter".
#[test]
fn sessions_end_with_the_provider_s() {
    let (w, issuer) = world();
    let a = Answer { session: r#" SessionNotOnOrAfter="2026-01-01T00:30:00Z""#, ..answer() };
    let asked =
        |duration_seconds| AssumeRoleWithSAMLRequest { duration_seconds, ..request(&a.signed(&issuer)) };
    let ends =
        |duration| call(&w, asked(duration)).unwrap().credentials.unwrap().expiration.epoch_ms - EPOCH_MS;
    assert_eq!((ends(None), ends(Some(900))), (1_800_000, 900_000));
    assert_eq!(refused(call(&w, asked(Some(3_601)))).0, "ValidationError");
}

#[test]
fn the_trust_policy_decides() {
    let (w, issuer) = world();
    let a = answer()
        .with("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", &["staff", "member"])
        .with("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", &["ana@example.com"]);
    let text = a.signed(&issuer);
    for (condition, lets_in) in [
        (format!(r#"{{"StringEquals":{{"saml:aud":"{ENDPOINT}"}}}}"#), true),
        (r#"{"StringEquals":{"saml:aud":"https://example.com"}}"#.to_owned(), false),
        (r#"{"StringEquals":{"saml:iss":"https://idp.example.com","saml:sub":"ana","saml:sub_type":"persistent"}}"#.to_owned(), true),
        (r#"{"StringEquals":{"saml:sub_type":"transient"}}"#.to_owned(), false),
        (r#"{"StringEquals":{"saml:doc":"111122223333/corp"}}"#.to_owned(), true),
        (r#"{"Null":{"saml:namequalifier":"false"}}"#.to_owned(), true),
        (r#"{"ForAnyValue:StringEquals":{"saml:edupersonaffiliation":["staff"]}}"#.to_owned(), true),
        (r#"{"ForAllValues:StringEquals":{"saml:edupersonaffiliation":["staff"]}}"#.to_owned(), false),
        (r#"{"StringLike":{"saml:mail":"*@example.com"}}"#.to_owned(), true),
        (r#"{"StringEquals":{"sts:RoleSessionName":"ana@x"}}"#.to_owned(), true),
    ] {
        trusts(&w, &condition);
        let outcome = call(&w, request(&text));
        assert_eq!(outcome.is_ok(), lets_in, "{condition}: {outcome:?}");
        if !lets_in {
            assert_eq!(refused(outcome).1, "Not authorized to perform sts:AssumeRoleWithSAML");
        }
    }
}

#[test]
fn assertions_carry_tags_and_a_source_identity() {
    let (w, issuer) = world();
    let a = answer()
        .with("PrincipalTag:team", &["red"])
        .with("PrincipalTag:cost", &["42"])
        .with("TransitiveTagKeys", &["team"])
        .with("SourceIdentity", &["ana-source"]);
    trusts(&w, r#"{"StringEquals":{"aws:RequestTag/team":"red","sts:SourceIdentity":"ana-source"}}"#);
    let out = call(&w, request(&a.signed(&issuer))).unwrap();
    assert_eq!(out.source_identity.as_deref(), Some("ana-source"));
    let s = w.session(&out.credentials.clone().unwrap()).unwrap();
    assert_eq!(s.tags, [("team".into(), "red".into()), ("cost".into(), "42".into())]);
    assert_eq!((s.transitive_tag_keys, s.source_identity), (vec!["team".into()], Some("ana-source".into())));
    let who = w.with(&out.credentials.unwrap()).unwrap();
    w.role(HERE, "next", &trusts_account(HERE), &allow(r#""*""#));
    let next = w.assume(&who, ask(HERE, "next")).unwrap().credentials.unwrap();
    let next = w.session(&next).unwrap();
    assert_eq!((next.tags, next.chained), (vec![("team".into(), "red".into())], true));
    let federated = format!(r#"{{"Federated":"{PROVIDER}"}}"#);
    w.role(HERE, "r", &trust(&federated, r#""sts:AssumeRoleWithSAML""#), &allow(r#""*""#));
    assert_eq!(refused(call(&w, request(&a.signed(&issuer)))).1, "Not authorized to perform sts:TagSession");
    assert_eq!(role_arn(HERE, "r"), ROLE);
}
