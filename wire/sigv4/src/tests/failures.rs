//! Every condition of refusal: that it is found, and its code, status and text in each family of services.
//!
//! Sources are those of `codes.rs` and `error.rs`.

use super::*;
use crate::{
    Claim, ErrorCode, Family, Key, Mismatch, Payload, Rules, ScopeFault, SigError, SigningScope, code_for,
    parse, sha256, sign, verify,
};

const GOOD: &str = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

fn with_authorization(authorization: &str) -> Parts {
    let date = ("X-Amz-Date", "20150830T123600Z");
    head("GET", "/", &[("Host", "example.amazonaws.com"), date, ("Authorization", authorization)])
}

fn refusal(authorization: &str) -> SigError {
    parse(&with_authorization(authorization)).expect_err("the header is not sound")
}

fn good_claim() -> Claim {
    parse(&with_authorization(GOOD)).unwrap().unwrap()
}

#[test]
fn requests_without_a_signature_are_unsigned() {
    for authorization in ["", "Basic dXNlcjpwYXNz", "Bearer x", "AWS4"] {
        assert_eq!(parse(&with_authorization(authorization)), Ok(None));
    }
    let parts = head("GET", "/?X-Amz-Target=x&X-Amz-Date=20150830T123600Z", &[]);
    assert_eq!(parse(&parts), Ok(None));
}

#[test]
fn broken_headers_are_told_apart() {
    let text = |authorization: &str| refusal(authorization).text(Family::Json);
    assert_eq!(
        text("AWS4-HMAC-SHA256 Signature=b"),
        "Authorization header requires 'Credential' parameter. Authorization header requires 'SignedHeaders' \
         parameter. Authorization=AWS4-HMAC-SHA256 Signature=b"
    );
    assert_eq!(
        text("AWS4-HMAC-SHA256 Credential"),
        "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: \
         'AWS4-HMAC-SHA256 Credential'."
    );
    assert_eq!(
        text(&GOOD.replace("/us-east-1", "")),
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
         'AKIDEXAMPLE/20150830/service/aws4_request'"
    );
    assert_eq!(
        text(&GOOD.replace("HMAC-SHA256", "HMAC-SHA1")),
        "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now). "
    );
    assert_eq!(
        text(&GOOD.replace("host;", "")),
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    );
    let no_date = head("GET", "/", &[("Authorization", "AWS4-HMAC-SHA256")]);
    assert_eq!(
        parse(&no_date).unwrap_err().text(Family::Query),
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. \
         Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either \
         a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256"
    );
    let mut bad_date = with_authorization(GOOD);
    bad_date.headers.insert("x-amz-date", "201".parse().unwrap());
    assert_eq!(
        parse(&bad_date).unwrap_err().text(Family::Json),
        "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601"
    );
}

#[test]
fn broken_queries_are_told_apart() {
    let refuse =
        |query: &str| parse(&head("GET", &format!("/?{query}"), &[])).expect_err("the query is not sound");
    assert_eq!(
        refuse("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=x").text(Family::Query),
        "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include \
         'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the \
         query-string parameters."
    );
    let rest = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/20150830/r/s/aws4_request&X-Amz-Signature=0&X-Amz-SignedHeaders=host&X-Amz-Date=20150830T123600Z";
    assert_eq!(refuse(&format!("{rest}&X-Amz-Expires=604801")), SigError::ExpiresTooLong);
    assert_eq!(refuse(&format!("{rest}&X-Amz-Expires=-1")), SigError::ExpiresInvalid);
    let both = head("GET", &format!("/?{rest}"), &[("authorization", GOOD)]);
    assert_eq!(parse(&both), Err(SigError::TwoMechanisms));
}

#[test]
fn hostile_heads_are_refused_without_panic() {
    for text in [
        "AWS4-",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 =",
        "AWS4-HMAC-SHA256 ,,,,",
        "AWS4-HMAC-SHA256 Credential=////, SignedHeaders=host, Signature=",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f, SignedHeaders=host, Signature=x",
    ] {
        assert!(parse(&with_authorization(text)).is_err(), "{text}");
    }
    let odd = GOOD.replace("5fa00f", "zz").replace("host;x-amz-date", "host;;\u{20};x-amz-date");
    let parts = with_authorization(&odd);
    let refused = match parse(&parts) {
        Ok(Some(claim)) => {
            verify(&claim, &parts, Some(&sha256(b"")), &suite_key("service"), Rules::COMMON).is_err()
        }
        other => other.is_err(),
    };
    assert!(refused);
}

#[test]
fn time_is_right_if_any_clock_says_so() {
    let claim = good_claim();
    let minute = 60_000;
    let check = |now: &[i64]| claim.check_time(now, Rules::COMMON);
    for offset in [-5 * minute, 0, 5 * minute] {
        assert_eq!(check(&[SUITE_NOW_MS + offset]), Ok(()));
    }
    assert_eq!(check(&[SUITE_NOW_MS + 90 * minute, SUITE_NOW_MS]), Ok(()));
    assert_eq!(
        check(&[SUITE_NOW_MS + 6 * minute, 0]).unwrap_err().text(Family::Query),
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123700Z (20150830T124200Z - 5 min.)"
    );
    assert_eq!(
        check(&[SUITE_NOW_MS - 6 * minute]).unwrap_err().text(Family::Query),
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123500Z (20150830T123000Z + 5 min.)"
    );
    assert_eq!(claim.check_time(&[SUITE_NOW_MS + 15 * minute], Rules::S3), Ok(()));
    let skewed = claim.check_time(&[SUITE_NOW_MS + 15 * minute + 1], Rules::S3).unwrap_err();
    assert_eq!(
        skewed.text(Family::S3),
        "The difference between the request time and the current time is too large."
    );
    for now in [i64::MIN, i64::MAX / 2] {
        assert!(check(&[now]).is_err());
    }
}

#[test]
fn a_presigned_request_lasts_as_long_as_it_says() {
    let uri = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20150830%2Fr%2Fs3%2Faws4_request&X-Amz-Signature=0&X-Amz-SignedHeaders=host&X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600";
    let claim = parse(&head("GET", uri, &[])).unwrap().unwrap();
    assert_eq!(claim.check_time(&[SUITE_NOW_MS + 3_600_000], Rules::S3), Ok(()));
    let late = claim.check_time(&[SUITE_NOW_MS + 3_601_000], Rules::S3).unwrap_err();
    assert_eq!(late.text(Family::S3), "Request has expired");
    assert_eq!(code_for(&late, Family::S3), ErrorCode { code: "AccessDenied", status: 403 });
    let early = claim.check_time(&[SUITE_NOW_MS - 901_000], Rules::S3).unwrap_err();
    assert_eq!(code_for(&early, Family::S3), ErrorCode { code: "RequestTimeTooSkewed", status: 403 });
}

#[test]
fn every_fault_of_a_scope_is_told_at_once() {
    let claim =
        parse(&with_authorization(&GOOD.replace("20150830/us-east-1/service/aws4_request", "b/c/d/e")))
            .unwrap()
            .unwrap();
    assert_eq!(
        claim.check_scope(false, "dynamodb").unwrap_err().text(Family::Json),
        "Credential should be scoped to a valid region, not 'c'. Credential should be scoped to correct service: \
         'dynamodb'. Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. Date in \
         Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20150830', from \
         '20150830T123600Z'."
    );
    assert_eq!(good_claim().check_scope(true, "service"), Ok(()));
}

#[test]
fn a_wrong_secret_is_told_with_what_was_computed() {
    let parts = with_authorization(GOOD);
    let claim = good_claim();
    let wrong = SigningKey::derive("other", "20150830", "us-east-1", "service");
    let refused = verify(&claim, &parts, Some(&sha256(b"")), &Key::Shared(wrong), Rules::COMMON).unwrap_err();
    let short = "The request signature we calculated does not match the signature you provided. Check your AWS \
                 Secret Access Key and signing method. Consult the service documentation for details.";
    assert_eq!(refused.text(Family::Query), short);
    // The canonical request and string to sign of `get-vanilla` in AWS's test suite.
    assert_eq!(
        refused.text(Family::RestJson),
        format!(
            "{short}\n\nThe Canonical String for this request should have been\n'GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\nbb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63'\n"
        )
    );
}

#[test]
fn s3_wants_its_headers_signed_and_its_hash_right() {
    let mut parts = head("PUT", "/b/k", &[("host", "s3.amazonaws.com")]);
    let scope = SigningScope { region: "us-east-1", service: "s3", now_ms: SUITE_NOW_MS, rules: Rules::S3 };
    sign(&mut parts, Payload::Bytes(b"body"), &suite_credentials(), scope);
    let claim = parse(&parts).unwrap().unwrap();
    let check =
        |parts: &Parts, body: &[u8]| verify(&claim, parts, Some(&sha256(body)), &suite_key("s3"), Rules::S3);
    assert_eq!(check(&parts, b"body"), Ok(()));
    assert_eq!(check(&parts, b"other"), Err(SigError::PayloadMismatch));
    parts.headers.insert("x-amz-acl", "public-read".parse().unwrap());
    assert_eq!(check(&parts, b"body"), Err(SigError::HeadersNotSigned { names: "x-amz-acl".to_owned() }));
    parts.headers.insert("x-amz-content-sha256", "nonsense".parse().unwrap());
    assert_eq!(parse(&parts), Err(SigError::PayloadHashInvalid));
}

/// One row per condition: the codes in Query, Json (400) and RestJson (403), EC2, S3.
#[test]
fn every_condition_has_its_code_in_every_family() {
    let (signed_ms, now_ms, window_s) = (0, 0, 300);
    let mismatch = Mismatch::default();
    let incomplete =
        [("IncompleteSignature", 400), ("IncompleteSignatureException", 0), ("IncompleteSignature", 400)];
    let wrong = [("SignatureDoesNotMatch", 403), ("InvalidSignatureException", 0), ("AuthFailure", 401)];
    let late = [("SignatureDoesNotMatch", 403), ("InvalidSignatureException", 0), ("RequestExpired", 400)];
    let unknown = [("InvalidClientTokenId", 403), ("UnrecognizedClientException", 0), ("AuthFailure", 401)];
    let missing = [
        ("MissingAuthenticationToken", 403),
        ("MissingAuthenticationTokenException", 0),
        ("MissingAuthenticationToken", 403),
    ];
    let token = [("ExpiredToken", 403), ("ExpiredTokenException", 0), ("RequestExpired", 400)];
    let s = String::new;
    let region = ScopeFault::Region { got: s() };
    let rows = [
        (SigError::Missing, missing, ("AccessDenied", 403)),
        (
            SigError::NotKeyValue { part: s(), authorization: s() },
            incomplete,
            ("AuthorizationHeaderMalformed", 400),
        ),
        (
            SigError::HeaderIncomplete { given: [false; 4], authorization: s() },
            incomplete,
            ("AuthorizationHeaderMalformed", 400),
        ),
        (
            SigError::QueryIncomplete { given: [false; 5] },
            incomplete,
            ("AuthorizationQueryParametersError", 400),
        ),
        (SigError::ExpiresInvalid, incomplete, ("AuthorizationQueryParametersError", 400)),
        (SigError::ExpiresTooLong, incomplete, ("AuthorizationQueryParametersError", 400)),
        (SigError::DateInvalid { got: s() }, incomplete, ("AccessDenied", 403)),
        (SigError::AlgorithmUnsupported { got: s() }, incomplete, ("InvalidRequest", 400)),
        (SigError::CredentialMalformed { got: s() }, incomplete, ("AuthorizationHeaderMalformed", 400)),
        (SigError::TwoMechanisms, wrong, ("InvalidArgument", 400)),
        (SigError::HostNotSigned, wrong, ("AccessDenied", 403)),
        (SigError::HeadersNotSigned { names: s() }, wrong, ("AccessDenied", 403)),
        (SigError::PayloadHashInvalid, wrong, ("InvalidArgument", 400)),
        (SigError::PayloadMismatch, wrong, ("XAmzContentSHA256Mismatch", 400)),
        (SigError::Scope(vec![region]), wrong, ("AuthorizationHeaderMalformed", 400)),
        (SigError::Mismatch(Box::new(mismatch)), wrong, ("SignatureDoesNotMatch", 403)),
        (SigError::ChunkMismatch, wrong, ("SignatureDoesNotMatch", 403)),
        (
            SigError::Expired { signed_ms, now_ms, window_s, presigned: false },
            late,
            ("RequestTimeTooSkewed", 403),
        ),
        (SigError::Expired { signed_ms, now_ms, window_s, presigned: true }, late, ("AccessDenied", 403)),
        (SigError::NotYetCurrent { signed_ms, now_ms, window_s }, late, ("RequestTimeTooSkewed", 403)),
        (SigError::UnknownKey, unknown, ("InvalidAccessKeyId", 403)),
        (SigError::TokenInvalid, unknown, ("InvalidToken", 400)),
        (SigError::TokenExpired, token, ("ExpiredToken", 400)),
    ];
    for (condition, [query, json, ec2], s3) in rows {
        let expected = [
            (Family::Query, query),
            (Family::Json, (json.0, 400)),
            (Family::RestJson, (json.0, 403)),
            (Family::Ec2, ec2),
            (Family::S3, s3),
        ];
        for (family, (code, status)) in expected {
            assert_eq!(code_for(&condition, family), ErrorCode { code, status }, "{condition:?} {family:?}");
            assert!(!condition.text(family).is_empty());
        }
    }
}
