//! What identity providers send, without a signature and to anybody's STS: web identity tokens, sets of keys, SAML answers,
//! certificates.

use directory::{CertifiedKey, Jwks};
use sts_tokens::c14n::canonical;
use sts_tokens::jwt::Jwt;
use sts_tokens::signature::{Signed, decoded, signed};
use sts_tokens::xml::Element;
use sts_tokens::{metadata, response};

/// Words of assertions and their signatures.
pub const XML_WORDS: &[&str] = &[
    "<a>",
    "</a>",
    "<a/>",
    " xmlns=\"\"",
    " xmlns:p=\"u\"",
    "<p:a ",
    " p:x=\"1\"",
    " xml:lang=\"en\"",
    "<![CDATA[",
    "]]>",
    "<!-- ",
    " -->",
    "&amp;",
    "&#13;",
    "&#x9;",
    "<!DOCTYPE",
    "<?pi?>",
    " ID=\"_a\"",
    "\r\n",
    "\t",
    "'",
    "\"",
    "é",
];
/// Words of tokens and keys.
pub const TOKEN_WORDS: &[&str] = &[
    "eyJhbGciOiJSUzI1NiJ9",
    "eyJzdWIiOiJhIn0",
    ".",
    "{\"keys\":[",
    "\"kty\":\"RSA\"",
    "\"n\":\"",
    "\"e\":\"AQAB\"",
    "\"kty\":\"EC\"",
    "P-256",
];

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

pub fn xml_seeds() -> Vec<Vec<u8>> {
    let answer = format!(
        r##"<s:Response xmlns:s="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r"><s:Status><s:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></s:Status><a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" IssueInstant="2026-01-01T00:00:00Z"><a:Issuer>i</a:Issuer><d:Signature xmlns:d="{DSIG}"><d:SignedInfo><d:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><d:Reference URI="#_a"/></d:SignedInfo></d:Signature><a:Subject><a:NameID>n</a:NameID><a:SubjectConfirmation><a:SubjectConfirmationData Recipient="r"/></a:SubjectConfirmation></a:Subject><a:Conditions/></a:Assertion></s:Response>"##
    );
    let mixed = "<r xmlns='d' xmlns:b=\"u\" z='1' b:y='&quot;&#10;'><!-- c --><b:c xmlns:b='v'/>t&gt;<![CDATA[<x>]]></r>";
    let metadata = r#"<m:EntityDescriptor xmlns:m="urn:oasis:names:tc:SAML:2.0:metadata" entityID="i"><m:IDPSSODescriptor><m:KeyDescriptor/></m:IDPSSODescriptor></m:EntityDescriptor>"#;
    [&answer, mixed, metadata].map(|text| text.as_bytes().to_vec()).into()
}

/// A canonical form reads back as the same canonical form, and nothing without a key's signature is signed.
pub fn xml(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    metadata::read(text);
    let Some(root) = Element::parse(text) else { return };
    let once = canonical(&root, &[], None, &[]);
    let again = Element::parse(&once).expect("what is canonical is well-formed");
    assert_eq!(canonical(&again, &[], None, &[]), once);
    assert_ne!(signed(&root, &[], &root, &[]), Signed::Well);
    if let Ok(parts) = response::parts(&root) {
        response::read(parts.assertion);
        assert_ne!(signed(parts.assertion, &[parts.response], &root, &[]), Signed::Well);
    }
}

pub fn token_seeds() -> Vec<Vec<u8>> {
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8";
    let keys = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
    let certificate = include_str!("../../../services/sts/tests/it/data/idp.cert.b64");
    [token, keys, certificate].map(|text| text.as_bytes().to_vec()).into()
}

/// Tokens, sets of keys and certificates are read or refused, and nothing is verified that nobody signed.
pub fn token(data: &[u8]) {
    CertifiedKey::of(data);
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(key) = decoded(text).and_then(|der| CertifiedKey::of(&der)) {
        assert!(!key.signed(directory::Digest::Sha256, data, data));
    }
    let keys = Jwks::parse(text).ok();
    if let Some(token) = Jwt::parse(text) {
        assert_eq!(text.strip_prefix(token.signed).map(|rest| rest.starts_with('.')), Some(true));
        token.texts("aud");
        token.time_s("exp");
    }
    if let Some(keys) = keys {
        for alg in ["RS256", "ES256", "ES384"] {
            assert_ne!(keys.verify(alg, None, data, &data[..data.len().min(64)]), directory::Verdict::Good);
        }
    }
}
