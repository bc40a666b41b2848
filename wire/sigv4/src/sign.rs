//! Signing requests, for our own tests and command line: the header form and the presigned form.
//! It signs what it is given; choosing headers, hosts and retries is the client's work.

use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Uri};

use crate::canonical::{Spelling, canonical_request, encode_into, hex_string, sha256, string_to_sign};
use crate::claim::ALGORITHM;
use crate::date::format_amz_date;
use crate::key::SigningKey;
use crate::verify::{EMPTY_SHA256, Rules};

/// An access key, with the token of its session if it has one.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
}

/// For which region and service, and as of when, a request is signed.
#[derive(Clone, Copy, Debug)]
pub struct SigningScope<'a> {
    /// The region.
    pub region: &'a str,
    /// The signing name of the service.
    pub service: &'a str,
    /// The moment of signing.
    pub now_ms: i64,
    /// How the service reads signatures.
    pub rules: Rules,
}

/// What to sign as the body.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// A word for `x-amz-content-sha256`, such as `UNSIGNED-PAYLOAD`.
    Word(&'static str),
}

/// Adds `x-amz-date`, the token, (for S3) `x-amz-content-sha256`, and `Authorization` to a head; every header
/// it already has is signed. Gives the signature, which seeds chunk signatures.
pub fn sign(head: &mut Parts, payload: Payload<'_>, who: &Credentials, scope: SigningScope<'_>) -> String {
    let amz_date = format_amz_date(scope.now_ms);
    let payload_hash = match payload {
        Payload::Bytes(body) => hex_string(&sha256(body)),
        Payload::Word(word) => word.to_owned(),
    };
    put(head, "x-amz-date", &amz_date);
    if let Some(token) = &who.session_token {
        put(head, "x-amz-security-token", token);
    }
    if scope.rules.s3 || matches!(payload, Payload::Word(_)) {
        put(head, "x-amz-content-sha256", &payload_hash);
    }
    let signed_headers = signed_headers(head);
    let scope_text = scope_text(&amz_date, scope);
    let signature = signature(head, &signed_headers, &payload_hash, who, scope, false);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope_text}, SignedHeaders={signed_headers}, Signature={signature}",
        who.access_key_id
    );
    put(head, AUTHORIZATION.as_str(), &authorization);
    signature
}

/// Puts a signature into the head's query that is good for `expires_s` seconds.
pub fn presign(head: &mut Parts, who: &Credentials, scope: SigningScope<'_>, expires_s: u64) {
    let amz_date = format_amz_date(scope.now_ms);
    let signed_headers = signed_headers(head);
    let credential = format!("{}/{}", who.access_key_id, scope_text(&amz_date, scope));
    let expires = expires_s.to_string();
    let mut added = vec![
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", &credential),
        ("X-Amz-Date", &amz_date),
        ("X-Amz-Expires", &expires),
        ("X-Amz-SignedHeaders", &signed_headers),
    ];
    if let Some(token) = &who.session_token {
        added.push(("X-Amz-Security-Token", token));
    }
    for (name, value) in added {
        add_to_query(head, name, value);
    }
    let payload = if scope.rules.s3 { "UNSIGNED-PAYLOAD".to_owned() } else { hex_string(&EMPTY_SHA256) };
    let signature = signature(head, &signed_headers, &payload, who, scope, true);
    add_to_query(head, "X-Amz-Signature", &signature);
}

fn signature(
    head: &Parts,
    signed_headers: &str,
    payload_hash: &str,
    who: &Credentials,
    scope: SigningScope<'_>,
    presigned: bool,
) -> String {
    let how = Spelling {
        double_encode_path: scope.rules.double_encode_path,
        plus_is_plus: false,
        skip_token: false,
        presigned,
    };
    let amz_date = format_amz_date(scope.now_ms);
    let mut canonical = Vec::new();
    canonical_request(&mut canonical, head, signed_headers, payload_hash.as_bytes(), how);
    let mut text = Vec::new();
    string_to_sign(&mut text, ALGORITHM, &amz_date, &scope_text(&amz_date, scope), &canonical);
    let key = SigningKey::derive(&who.secret_access_key, &amz_date[..8], scope.region, scope.service);
    hex_string(&key.sign(&text))
}

fn scope_text(amz_date: &str, scope: SigningScope<'_>) -> String {
    [&amz_date[..8], scope.region, scope.service, "aws4_request"].join("/")
}

fn signed_headers(head: &Parts) -> String {
    let mut names: Vec<&str> = head.headers.keys().map(HeaderName::as_str).collect();
    names.retain(|n| *n != "authorization");
    if !names.contains(&HOST.as_str()) {
        names.push(HOST.as_str());
    }
    names.sort_unstable();
    names.join(";")
}

fn put(head: &mut Parts, name: &str, value: &str) {
    let name = HeaderName::from_bytes(name.as_bytes()).expect("header names here are constants");
    let value = HeaderValue::from_str(value).expect("dates, hashes and tokens are visible ASCII");
    head.headers.insert(name, value);
}

fn add_to_query(head: &mut Parts, name: &str, value: &str) {
    let mut text = head.uri.path().as_bytes().to_vec();
    text.push(b'?');
    if let Some(query) = head.uri.query().filter(|q| !q.is_empty()) {
        text.extend_from_slice(query.as_bytes());
        text.push(b'&');
    }
    text.extend_from_slice(name.as_bytes());
    text.push(b'=');
    encode_into(&mut text, value.as_bytes(), false);
    let text = String::from_utf8(text).expect("a URI and its encoding are ASCII");
    let mut parts = std::mem::take(&mut head.uri).into_parts();
    parts.path_and_query = Some(text.parse().expect("an encoded pair keeps a query sound"));
    head.uri = Uri::from_parts(parts).expect("only the query changed");
}
