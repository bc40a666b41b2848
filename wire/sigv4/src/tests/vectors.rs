//! Requests whose right signatures are known from elsewhere.
//!
//! Sources: AWS's published SigV4 test suite (cases of the names `get-vanilla…`), whose signatures and the ones of
//! further cases were computed with botocore 1.43.11's signer; the S3 API reference, "Signature Calculations for the
//! Authorization Header" and "Authenticating Requests: Using Query Parameters".

use super::*;
use crate::{
    Claim, Expires, Payload, PayloadHash, Rules, SigningScope, parse, presign, sha256, sign, verify,
};

struct Case {
    name: &'static str,
    method: &'static str,
    uri: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    service: &'static str,
    signed_headers: &'static str,
    signature: &'static str,
}

/// A case of the suite: GET, no body, the service called `service`.
const fn get(name: &'static str, uri: &'static str, signature: &'static str) -> Case {
    Case {
        name,
        method: "GET",
        uri,
        headers: &[],
        body: "",
        service: "service",
        signed_headers: "host;x-amz-date",
        signature,
    }
}

const CASES: &[Case] = &[
    get("get-vanilla", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    get(
        "query order, with a repeated name",
        "/?Param2=value2&Param1=value1&Param1=Value0",
        "48478a2f431455947cbb604b63b02affa764c2fe1ace24134258c9c021c3e3cf",
    ),
    get(
        "query of unreserved characters",
        "/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
    ),
    get(
        "query name in UTF-8",
        "/?%E1%88%B4=bar",
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
    ),
    get("empty values", "/?a=&b=&a=x", "6d9debc4b6d89d763db9ee48c6c269c27540e90eb7745ff946abebc99e01cc6c"),
    get(
        "path with dots and double slashes",
        "/a/./b/../c//d/",
        "07fc47830311f547240f25f97c1565bd7a705059e39e5d0c3e0c5287c2c4bcfc",
    ),
    get(
        "path with an encoded space",
        "/example%20space/x",
        "332900702d7768cb813d8ee82a155b95aae1bb98cd6ba12e02eb20dcb973ebf0",
    ),
    get("path in UTF-8", "/%E1%88%B4", "697b34846207a3f72246f99d74ae1ee4fe54f44bb06730c58a0d339eb079596d"),
    Case {
        headers: &[("My-Header1", "  a   b  c  "), ("My-Header2", "\"a   b   c\"")],
        signed_headers: "host;my-header1;my-header2;x-amz-date",
        ..get("header folding", "/", "07c5e7e57b80b59aa26a367ce3d444469bc2db738d90ce9331dcd15132b937a7")
    },
    Case {
        service: "lambda",
        ..get(
            "ARN in a path",
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/invocations",
            "264239f565afe3d1068f1392f1af47d02f74c270f22097cf35f3c97615d6750f",
        )
    },
    Case {
        method: "POST",
        headers: &[("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
        body: "Action=GetCallerIdentity&Version=2011-06-15",
        service: "sts",
        signed_headers: "content-type;host;x-amz-date",
        ..get("query protocol", "/", "650e2b8d7f08a2f752a985c427e0a3d3f4fd65137366a31875242ab0875057b5")
    },
    Case {
        method: "POST",
        headers: &[
            ("Content-Type", "application/x-amz-json-1.0"),
            ("X-Amz-Target", "AmazonSQS.SendMessage"),
            ("X-Amz-Security-Token", "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267/+="),
        ],
        body: "{\"QueueUrl\":\"q\"}",
        service: "sqs",
        signed_headers: "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
        ..get("JSON with a token", "/", "4361e7655a8b81c0fdc60ffe648cc827748e101ebbe00a1435f5cef977e7a0dc")
    },
    Case {
        headers: &[(
            "X-Amz-Content-SHA256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        )],
        service: "s3",
        signed_headers: "host;x-amz-content-sha256;x-amz-date",
        ..get(
            "S3 path as it is",
            "/a%2Bb%20c//../d",
            "10697821b782b20c90a6c1fdb8799160015610e2f84e390a08134380d72e5a35",
        )
    },
    Case {
        method: "PUT",
        headers: &[
            ("x-amz-meta-a", "1"),
            ("X-Amz-Content-SHA256", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
        ],
        body: "hello",
        service: "s3",
        signed_headers: "host;x-amz-content-sha256;x-amz-date;x-amz-meta-a",
        ..get("S3 put", "/key", "de5b7e0cb628d9d457db975967863f99a916244cbfb1f8e97b601edd0972a8bd")
    },
];

fn rules(service: &str) -> Rules {
    if service == "s3" { Rules::S3 } else { Rules::COMMON }
}

fn check(head: &Parts, body: &[u8], service: &str) -> Result<Claim, crate::SigError> {
    let claim = parse(head)?.expect("the request is signed");
    verify(&claim, head, Some(&sha256(body)), &suite_key(service), rules(service))?;
    Ok(claim)
}

#[test]
fn known_signatures_are_accepted_and_altered_ones_are_not() {
    for case in CASES {
        let mut headers = vec![("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")];
        headers.extend(case.headers);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/{}/aws4_request, SignedHeaders={}, Signature={}",
            case.service, case.signed_headers, case.signature
        );
        headers.push(("Authorization", &authorization));
        let good = head(case.method, case.uri, &headers);
        if let Err(e) = check(&good, case.body.as_bytes(), case.service) {
            panic!("{}: {e:?}", case.name);
        }

        let mut bad = head(case.method, case.uri, &headers);
        bad.headers.insert("x-amz-date", "20150830T123601Z".parse().unwrap());
        assert!(check(&bad, case.body.as_bytes(), case.service).is_err(), "{}: other date", case.name);
        let other_body = check(&good, b"other", case.service);
        assert!(other_body.is_err(), "{}: other body", case.name);
    }
}

#[test]
fn our_signer_gives_the_known_signatures() {
    for case in CASES {
        let mut headers = vec![("Host", "example.amazonaws.com")];
        headers.extend(case.headers.iter().filter(|(n, _)| *n != "X-Amz-Content-SHA256"));
        let mut parts = head(case.method, case.uri, &headers);
        let scope = SigningScope {
            region: "us-east-1",
            service: case.service,
            now_ms: SUITE_NOW_MS,
            rules: rules(case.service),
        };
        let signature = sign(&mut parts, Payload::Bytes(case.body.as_bytes()), &suite_credentials(), scope);
        assert_eq!(signature, case.signature, "{}", case.name);
    }
}

#[test]
fn repeated_headers_join_with_commas_and_http_2_names_the_host_in_its_authority() {
    let mut parts = head(
        "GET",
        "https://example.amazonaws.com/",
        &[("x-many", "value2"), ("x-many", "value1"), ("x-many", "  value3")],
    );
    let scope =
        SigningScope { region: "us-east-1", service: "service", now_ms: SUITE_NOW_MS, rules: Rules::COMMON };
    sign(&mut parts, Payload::Bytes(b""), &suite_credentials(), scope);

    let authorization = parts.headers["authorization"].to_str().unwrap().to_owned();
    let joined = head(
        "GET",
        "/",
        &[
            ("Host", "example.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
            ("x-many", "value2,value1,value3"),
            ("authorization", &authorization),
        ],
    );
    check(&joined, b"", "service").unwrap();
}

#[test]
fn a_plus_in_the_query_may_have_been_signed_as_a_space_or_as_a_plus() {
    for signed_as in ["/?a=b%20c", "/?a=b%2Bc"] {
        let mut parts = head("GET", signed_as, &[("host", "example.amazonaws.com")]);
        let scope = SigningScope {
            region: "us-east-1",
            service: "service",
            now_ms: SUITE_NOW_MS,
            rules: Rules::COMMON,
        };
        sign(&mut parts, Payload::Bytes(b""), &suite_credentials(), scope);
        parts.uri = "/?a=b+c".parse().unwrap();
        check(&parts, b"", "service").unwrap();
    }
}

#[test]
fn presigned_requests_of_botocore_are_accepted() {
    let sts = "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=66ad5abfc8108ce3c950addffb2d53b06a07daabed08f67240acabffe03a50cd";
    let with_token = "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Security-Token=6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267%2F%2B%3D&X-Amz-Signature=cb02f935a1aa89e98e94217156779bbbffe133dd73dda24efb3797a359eef83f";
    let token_added_after_signing = format!(
        "{sts}&X-Amz-Security-Token=6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
    );
    let s3 = "/a/b%20c?response-content-type=text%2Fplain&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Security-Token=6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267%2F%2B%3D&X-Amz-Signature=dbed159a94264f449cdd031c85b3b727ae6207a5ed872bafc3433d0c5720e5e3";
    for (uri, service, token) in [
        (sts, "sts", None),
        (with_token, "sts", Some("6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267/+=")),
        (
            &token_added_after_signing,
            "sts",
            Some("6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"),
        ),
        (s3, "s3", Some("6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267/+=")),
    ] {
        let parts = head("GET", uri, &[("host", "example.amazonaws.com")]);
        let claim = check(&parts, b"", service).unwrap();
        assert_eq!(claim.security_token.as_deref(), token);
        let altered = uri.replace("GetCallerIdentity", "GetSessionToken").replace("plain", "html");
        let parts = head("GET", &altered, &[("host", "example.amazonaws.com")]);
        assert!(check(&parts, b"", service).is_err());
    }
}

#[test]
fn our_presigner_gives_what_botocore_gives() {
    let mut parts =
        head("GET", "/?Action=GetCallerIdentity&Version=2011-06-15", &[("host", "example.amazonaws.com")]);
    let scope =
        SigningScope { region: "us-east-1", service: "sts", now_ms: SUITE_NOW_MS, rules: Rules::COMMON };
    presign(&mut parts, &suite_credentials(), scope, 60);
    let query = parts.uri.query().unwrap();
    assert!(
        query.ends_with("&X-Amz-Signature=66ad5abfc8108ce3c950addffb2d53b06a07daabed08f67240acabffe03a50cd")
    );
}

/// S3 API reference, "Authenticating Requests: Using Query Parameters", the example.
#[test]
fn the_presigned_example_of_the_s3_reference_is_accepted() {
    let uri = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    let parts = head("GET", uri, &[("host", "examplebucket.s3.amazonaws.com")]);
    let claim = parse(&parts).unwrap().unwrap();
    assert_eq!(claim.access_key_id, "AKIAIOSFODNN7EXAMPLE");
    assert_eq!(claim.presigned, Some(Expires { seconds: 86_400 }));
    assert_eq!(claim.payload, PayloadHash::None);
    verify(&claim, &parts, None, &s3_key(), Rules::S3).unwrap();
}

/// S3 API reference, "Signature Calculations for the Authorization Header", its four examples.
#[test]
fn the_header_examples_of_the_s3_reference_are_accepted() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let welcome = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    let put_headers =
        [("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")];
    let rows: [(&str, &str, &[(&str, &str)], &str, &str, &str); 4] = [
        (
            "GET",
            "/test.txt",
            &[("range", "bytes=0-9")],
            empty,
            "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT",
            "/test%24file.text",
            &put_headers,
            welcome,
            "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            "GET",
            "/?lifecycle",
            &[],
            empty,
            "host;x-amz-content-sha256;x-amz-date",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            "GET",
            "/?max-keys=2&prefix=J",
            &[],
            empty,
            "host;x-amz-content-sha256;x-amz-date",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ];
    for (method, uri, extra, hash, signed_headers, signature) in rows {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={signed_headers},Signature={signature}"
        );
        let mut headers = vec![
            ("Host", "examplebucket.s3.amazonaws.com"),
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-content-sha256", hash),
            ("Authorization", &authorization),
        ];
        headers.extend(extra);
        let parts = head(method, uri, &headers);
        let claim = parse(&parts).unwrap().unwrap();
        claim.check_time(&[S3_NOW_MS], Rules::S3).unwrap();
        claim.check_scope(true, "s3").unwrap();
        verify(&claim, &parts, None, &s3_key(), Rules::S3).unwrap_or_else(|e| panic!("{uri}: {e:?}"));
    }
}
