//! Forms that browsers post to buckets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::web::{Answer, Web};

const BUCKET_URL: &str = "form.localhost:4566/";

/// A form as a browser writes it; the file comes last.
fn form(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in fields {
        out.extend(
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    if let Some((name, data)) = file {
        let head = "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=";
        out.extend(format!("{head}\"{name}\"\r\nContent-Type: text/plain\r\n\r\n").bytes());
        out.extend(data);
        out.extend(b"\r\n");
    }
    out.extend(b"--xyz--\r\n");
    out
}

fn post(web: &Web, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
    let kind = [("content-type", "multipart/form-data; boundary=xyz")];
    web.send("POST", BUCKET_URL, &kind, &form(fields, file))
}

fn hmac<D: Digest>(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0u8; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |with: u8| block.map(|b| b ^ with);
    let inner = D::new().chain_update(pad(0x36)).chain_update(text).finalize();
    D::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

/// The fields that sign a policy with version 4.
fn signed(conditions: serde_json::Value, expiration: &str) -> Vec<(&'static str, String)> {
    let mut all = vec![
        json!({ "bucket": "form" }),
        json!({ "x-amz-algorithm": "AWS4-HMAC-SHA256" }),
        json!({ "x-amz-credential": "test/20260101/us-east-1/s3/aws4_request" }),
        json!(["starts-with", "$x-amz-date", ""]),
    ];
    all.extend(conditions.as_array().unwrap().iter().cloned());
    let policy = STANDARD.encode(json!({ "expiration": expiration, "conditions": all }).to_string());
    let mut key = hmac::<Sha256>(b"AWS4test", b"20260101");
    for part in ["us-east-1", "s3", "aws4_request"] {
        key = hmac::<Sha256>(&key, part.as_bytes());
    }
    let signature = hmac::<Sha256>(&key, policy.as_bytes());
    vec![
        ("x-amz-algorithm", "AWS4-HMAC-SHA256".to_owned()),
        ("x-amz-credential", "test/20260101/us-east-1/s3/aws4_request".to_owned()),
        ("x-amz-date", "20260101T000000Z".to_owned()),
        ("policy", policy),
        ("x-amz-signature", signature.iter().map(|b| format!("{b:02x}")).collect()),
    ]
}

const LATER: &str = "2026-01-01T01:00:00.000Z";

/// Posts fields that a policy with those conditions is signed for.
fn signed_post(
    web: &Web,
    conditions: serde_json::Value,
    fields: &[(&str, &str)],
    file: (&str, &[u8]),
) -> Answer {
    let signature = signed(conditions, LATER);
    let mut all = fields.to_vec();
    all.extend(signature.iter().map(|(n, v)| (*n, v.as_str())));
    post(web, &all, Some(file))
}

fn made() -> Web {
    let web = Web::new();
    web.bucket("form");
    web
}

/// Source: S3 API reference, "POST Object".
#[test]
fn a_signed_form_puts_an_object() {
    let web = made();
    let conditions = json!([
        ["starts-with", "$key", "user/"],
        { "acl": "bucket-owner-full-control" },
        ["starts-with", "$Content-Type", "image/"],
        ["eq", "$x-amz-meta-Tag", "a b"],
        { "success_action_status": "201" },
        { "x-amz-storage-class": "STANDARD_IA" },
        { "tagging": "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>" },
    ]);
    let fields = [
        ("key", "user/${filename}"),
        ("acl", "bucket-owner-full-control"),
        ("Content-Type", "image/png"),
        ("x-amz-meta-tag", "a b"),
        ("success_action_status", "201"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("tagging", "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"),
        ("x-ignore-me", "x"),
    ];
    let answer = signed_post(&web, conditions, &fields, ("C:\\a\\b.png", b"bytes\r\n--xy"));
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.xml("Location"), "http://form.localhost:4566/user/b.png");
    assert_eq!((answer.xml("Bucket"), answer.xml("Key")), ("form", "user/b.png"));
    assert_eq!(answer.xml("ETag").replace("&quot;", "\""), answer.header("etag"));
    assert_eq!(web.get("form", "user/b.png"), "bytes\r\n--xy");
    let head = web.json("HeadObject", json!({ "Bucket": "form", "Key": "user/b.png" }));
    assert_eq!(head["ContentType"], "image/png");
    assert_eq!(head["Metadata"]["tag"], "a b");
    assert_eq!(head["StorageClass"], "STANDARD_IA");
    assert_eq!(head["TagCount"], 1);
}

#[test]
fn large_files_and_path_style() {
    let web = made();
    let data = vec![b'\r'; 300_000];
    let conditions = json!([{ "key": "big" }, ["content-length-range", 1, 300_000]]);
    let signature = signed(conditions, LATER);
    let mut all = vec![("key", "big")];
    all.extend(signature.iter().map(|(n, v)| (*n, v.as_str())));
    let kind = [("content-type", "multipart/form-data; boundary=\"xyz\"")];
    let body = form(&all, Some(("f", &data)));
    let answer = web.send("POST", "localhost:4566/form", &kind, &body);
    assert_eq!((answer.status, answer.header("location")), (204, "http://localhost:4566/form/big"));
    assert_eq!(web.get("form", "big").len(), 300_000);
}

/// Source: recorded 2026-02-21.
#[test]
fn a_policy_is_kept() {
    let web = made();
    let size = json!([{ "key": "k" }, ["content-length-range", 5, 10]]);
    let large = signed_post(&web, size.clone(), &[("key", "k")], ("f", &[b'a'; 12]));
    assert_eq!((large.status, large.xml("Code")), (400, "EntityTooLarge"));
    assert_eq!((large.xml("ProposedSize"), large.xml("MaxSizeAllowed")), ("12", "10"));
    let small = signed_post(&web, size.clone(), &[("key", "k")], ("f", b"a"));
    assert_eq!((small.status, small.xml("Code")), (400, "EntityTooSmall"));
    assert_eq!((small.xml("ProposedSize"), small.xml("MinSizeAllowed")), ("1", "5"));
    assert_eq!(signed_post(&web, size, &[("key", "k")], ("f", &[b'a'; 10])).status, 204);
    let cases = [
        (
            json!([{ "key": "k" }, ["content-length-range", "test", 10]]),
            r#"Policy Condition failed: ["content-length-range", "test", "10"]"#,
        ),
        (json!([{ "key": "other" }]), r#"Policy Condition failed: ["eq", "$key", "other"]"#),
        (json!([["starts-with", "$key", "x"]]), r#"Policy Condition failed: ["starts-with", "$key", "x"]"#),
        (json!([]), "Extra input fields: key"),
    ];
    for (conditions, text) in cases {
        let answer = signed_post(&web, conditions, &[("key", "k")], ("f", b"a"));
        assert_eq!((answer.status, answer.xml("Code")), (403, "AccessDenied"));
        assert_eq!(
            answer.xml("Message").replace("&quot;", "\""),
            format!("Invalid according to Policy: {text}")
        );
    }
    let old = signed(json!([{ "key": "k" }]), "2025-12-31T23:59:59Z");
    let mut fields = vec![("key", "k")];
    fields.extend(old.iter().map(|(n, v)| (*n, v.as_str())));
    let expired = post(&web, &fields, Some(("f", b"a")));
    assert_eq!(
        (expired.status, expired.xml("Message")),
        (403, "Invalid according to Policy: Policy expired.")
    );
}

/// Source: recorded 2026-02-21.
#[test]
fn signatures_are_checked() {
    let web = made();
    let signature = signed(json!([{ "key": "k" }]), LATER);
    let with = |leave_out: &str, change: &str| {
        let mut fields = vec![("key", "k".to_owned())];
        fields.extend(signature.iter().filter(|(n, _)| *n != leave_out).cloned());
        for (_, value) in fields.iter_mut().filter(|(n, _)| *n == change) {
            value.insert(0, '0');
        }
        let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        post(&web, &fields, Some(("f", b"a")))
    };
    let missing = with("x-amz-algorithm", "");
    assert_eq!((missing.status, missing.xml("Code")), (400, "InvalidArgument"));
    assert_eq!(
        missing.xml("Message").replace("&apos;", "'"),
        "Bucket POST must contain a field named 'X-Amz-Algorithm'.  If it is specified, please check the order of the fields."
    );
    let wrong = with("", "policy");
    assert_eq!((wrong.status, wrong.xml("Code")), (403, "SignatureDoesNotMatch"));
    assert_eq!(wrong.xml("AWSAccessKeyId"), "test");
    let unsigned = [("key", "k"), ("policy", signature[3].1.as_str())];
    let answer = post(&web, &unsigned, Some(("f", b"a")));
    assert_eq!((answer.status, answer.xml("Code")), (403, "AccessDenied"));

    let policy = STANDARD.encode(
        json!({ "expiration": LATER, "conditions": [{ "bucket": "form" }, { "key": "v2" }] }).to_string(),
    );
    let signature = STANDARD.encode(hmac::<Sha1>(b"test", policy.as_bytes()));
    let fields = [("key", "v2"), ("AWSAccessKeyId", "test"), ("policy", &policy), ("signature", &signature)];
    assert_eq!(post(&web, &fields, Some(("f", b"two"))).status, 204);
    assert_eq!(web.get("form", "v2"), "two");
    let fields = [("key", "v2"), ("AWSAccessKeyId", "test"), ("policy", &policy), ("signature", "eHg=")];
    assert_eq!(post(&web, &fields, Some(("f", b"two"))).xml("Code"), "SignatureDoesNotMatch");
}

#[test]
fn malformed_policies() {
    let web = made();
    for (document, text) in [
        ("no json".to_owned(), "Invalid JSON."),
        (json!({ "conditions": [] }).to_string(), "Policy missing expiration."),
        (json!({ "expiration": LATER }).to_string(), "Policy missing conditions."),
        (
            json!({ "expiration": LATER, "conditions": [{ "a": 1 }] }).to_string(),
            "Invalid Simple-Condition: value must be a string.",
        ),
    ] {
        let policy = STANDARD.encode(document);
        let signature = STANDARD.encode(hmac::<Sha1>(b"test", policy.as_bytes()));
        let fields =
            [("key", "k"), ("AWSAccessKeyId", "test"), ("policy", &policy), ("signature", &signature)];
        let answer = post(&web, &fields, Some(("f", b"a")));
        assert_eq!((answer.status, answer.xml("Code")), (400, "InvalidPolicyDocument"));
        assert_eq!(answer.xml("Message"), format!("Invalid Policy: {text}"));
    }
}

/// Whoever signs nothing needs a bucket that lets everybody write.
#[test]
fn forms_without_a_policy_are_nobodys() {
    let web = made();
    let fields = [("key", "up/${filename}"), ("success_action_redirect", "https://example.com/done?x=1")];
    let denied = post(&web, &fields, Some(("a.txt", b"a")));
    assert_eq!((denied.status, denied.xml("Code")), (403, "AccessDenied"));
    web.open("form", "s3:PutObject");
    let done = post(&web, &fields, Some(("a.txt", b"a")));
    assert_eq!(done.status, 303);
    assert_eq!(
        done.header("location"),
        "https://example.com/done?x=1&bucket=form&key=up%2Fa.txt&etag=%220cc175b9c0f1b6a831c399e269772661%22"
    );
    assert_eq!(web.get("form", "up/a.txt"), "a");
    let as_field = [("key", "${filename}"), ("success_action_status", "200"), ("file", "text")];
    assert_eq!(post(&web, &as_field, None).status, 200);
    assert_eq!(web.get("form", "${filename}"), "text");
}

#[test]
fn what_is_no_form_is_refused() {
    let web = made();
    web.open("form", "s3:PutObject");
    let plain = web.send("POST", BUCKET_URL, &[("content-type", "text/html")], b"x");
    assert_eq!((plain.status, plain.xml("Code")), (412, "PreconditionFailed"));
    assert_eq!(plain.xml("Condition"), "Bucket POST must be of the enclosure-type multipart/form-data");
    let kind = [("content-type", "multipart/form-data; boundary=xyz")];
    for body in ["", "--xyz", "--xyz\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk"] {
        let answer = web.send("POST", BUCKET_URL, &kind, body.as_bytes());
        assert_eq!((answer.status, answer.xml("Code")), (400, "MalformedPOSTRequest"), "{body}");
    }
    let none = post(&web, &[("key", "k")], None);
    assert_eq!((none.xml("Code"), none.xml("ArgumentName")), ("InvalidArgument", "file"));
    let nameless = post(&web, &[], Some(("f", b"a")));
    assert_eq!((nameless.xml("Code"), nameless.xml("ArgumentName")), ("InvalidArgument", "key"));
    let long = "x".repeat(20_001);
    let long = post(&web, &[("key", "k"), ("x-ignore-me", &long)], Some(("f", b"a")));
    assert_eq!(long.xml("Code"), "MaxPostPreDataLengthExceeded");
    let many = vec![("", ""); 1_002];
    assert_eq!(post(&web, &many, Some(("f", b"a"))).xml("Code"), "MaxPostPreDataLengthExceeded");
    let tags = post(&web, &[("key", "k"), ("tagging", "not xml")], Some(("f", b"a")));
    assert_eq!(tags.xml("Code"), "MalformedXML");
    let class = post(&web, &[("key", "k"), ("x-amz-storage-class", "FakeClass")], Some(("f", b"a")));
    assert_eq!((class.status, class.xml("Code")), (400, "InvalidStorageClass"));
    let sums = post(&web, &[("key", "k"), ("x-amz-checksum-crc32", "AAAAAA==")], Some(("f", b"a")));
    assert_eq!(sums.xml("Code"), "BadDigest");
    let unknown = web.send("POST", "nowhere.localhost/", &kind, &form(&[("key", "k")], Some(("f", b"a"))));
    assert_eq!((unknown.status, unknown.xml("Code")), (404, "NoSuchBucket"));
}
