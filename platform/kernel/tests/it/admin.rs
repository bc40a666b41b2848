//! The admin API as the front door answers it, and what the trail says of requests that never became calls.

use std::sync::Arc;

use bytes::Bytes;
use edge::{Handler, Incoming, OutBody};
use kernel::{Front, Kernel};
use serde_json::{Value, json};
use store::Store;

use crate::toy::{Poke, Queue, call, kernel};

/// Sends a request from this machine.
pub async fn send(
    k: &Arc<Kernel>,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let mut request = http::Request::builder().method(method).uri(path);
    let named = headers.iter().any(|(name, _)| *name == "host");
    for (name, value) in headers.iter().chain((!named).then_some(&("host", "localhost:4566"))) {
        request = request.header(*name, *value);
    }
    let (parts, ()) = request.body(()).expect("it is sound").into_parts();
    let here = "127.0.0.1:9".parse().expect("an address");
    let body = Bytes::copy_from_slice(body.as_bytes()).into();
    let answer = Front(k.clone()).handle(Incoming { parts, body, peer: here, tls: false, local: here }).await;
    let OutBody::Whole(bytes) = answer.body else { panic!("answers here are whole") };
    (answer.status.as_u16(), String::from_utf8_lossy(&bytes).into_owned())
}

/// Asks the admin API.
pub async fn ask(k: &Arc<Kernel>, method: &str, path: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (status, text) = send(k, method, &format!("/_tabletop/{path}"), &[], &body).await;
    (status, serde_json::from_str(&text).expect("answers are JSON"))
}

pub async fn get(k: &Arc<Kernel>, path: &str) -> Value {
    let (status, v) = ask(k, "GET", path, Value::Null).await;
    assert_eq!(status, 200, "{path}: {v}");
    v
}

pub async fn post(k: &Arc<Kernel>, path: &str, body: Value) -> Value {
    let (status, v) = ask(k, "POST", path, body).await;
    assert_eq!(status, 200, "{path}: {v}");
    v
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said() {
    let k = kernel(Store::memory());
    for (method, path, body, status, text) in [
        ("GET", "nothing", json!(null), 404, "there is no GET /_tabletop/nothing"),
        ("POST", "reset", json!([]), 400, "the body is a JSON object"),
        ("POST", "reset", json!({"servise": "iam"}), 400, "unknown key 'servise'; did you mean 'service'?"),
        ("POST", "reset", json!({"service": "iamm"}), 400, "unknown service 'iamm'; did you mean 'iam'?"),
        ("POST", "reset", json!({"account": "12"}), 400, "an account is twelve digits, not '12'"),
        ("POST", "reset", json!({"account": 12}), 400, "account is a text"),
        (
            "POST",
            "reset",
            json!({"region": "us-esat-1"}),
            400,
            "unknown region 'us-esat-1'; did you mean 'us-east-1'?",
        ),
        ("POST", "clock/frezze", json!({}), 404, "unknown clock verb 'frezze'; did you mean 'freeze'?"),
        ("POST", "clock/scale", json!({"scale": -1}), 400, "scale is a number from 0 to 1000000"),
        (
            "POST",
            "clock/advance",
            json!({"by": "soon"}),
            400,
            "advance needs by: a duration such as 30s, 2h or 14d",
        ),
        ("POST", "clock/advance", json!({"by": "5000000d"}), 400, "the clock ends with the year 9999"),
        ("POST", "clock/set", json!({"to": 7}), 400, "set needs to: a time such as 2026-12-24T18:00:00Z"),
        (
            "POST",
            "faults",
            json!({"effect": "latncy"}),
            400,
            "unknown effect 'latncy'; did you mean 'latency'?",
        ),
        ("POST", "faults", json!({"effect": "cut", "for": 3}), 400, "for is a duration such as 10m"),
        ("DELETE", "faults/x", json!(null), 400, "'x' is no fault's id"),
        ("DELETE", "faults/9", json!(null), 404, "there is no fault 9"),
        (
            "POST",
            "throttles",
            json!({"service": "sqss", "capacity": 1}),
            400,
            "unknown service 'sqss'; did you mean 'sqs'?",
        ),
        (
            "POST",
            "throttles",
            json!({"service": "sqs", "operation": "SendMesage", "capacity": 1}),
            400,
            "unknown operation 'SendMesage'; did you mean 'SendMessage'?",
        ),
        (
            "POST",
            "throttles",
            json!({"service": "sqs", "capacity": "1"}),
            400,
            "capacity is a number, 0 or more",
        ),
        ("POST", "throttles", json!({"service": "sqs"}), 400, "a limit needs a capacity"),
        ("GET", "trail?limt=1", json!(null), 400, "unknown filter 'limt'; did you mean 'limit'?"),
        ("GET", "trail?limit=x", json!(null), 400, "limit is a whole number"),
        ("GET", "trail?write=yes", json!(null), 400, "write is true or false, not 'yes'"),
        ("GET", "why/abc", json!(null), 404, "the trail has no request abc"),
        ("GET", "coverage/sqqs", json!(null), 404, "unknown service 'sqqs'; did you mean 'sqs'?"),
        ("POST", "snapshots/a/svae", json!({}), 404, "unknown snapshot verb 'svae'; did you mean 'save'?"),
        ("POST", "snapshots/a/load", json!({}), 404, "there is no snapshot 'a'"),
        (
            "POST",
            "snapshots/..%2Fx/save",
            json!({}),
            400,
            "a snapshot's name has letters, digits, - and _, at most 64",
        ),
    ] {
        assert_eq!(ask(&k, method, path, body).await, (status, json!({ "error": text })), "{method} {path}");
    }
    let (status, text) = send(&k, "POST", "/_tabletop/reset", &[], "{").await;
    assert!(status == 400 && text.contains("the body is not JSON"), "{text}");
}

#[tokio::test]
async fn health_is_public_and_the_rest_is_not() {
    let k = kernel(Store::memory());
    let foreign = [("origin", "https://evil.example")];
    for path in ["/_tabletop/health", "/_localstack/health"] {
        let (status, text) = send(&k, "GET", path, &foreign, "").await;
        assert_eq!(status, 200);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["services"], json!({ "iam": "running" }));
        assert_eq!(send(&k, "POST", path, &[], "").await.0, 405);
    }
    assert_eq!(send(&k, "GET", "/_tabletop/status", &foreign, "").await.0, 403);
    assert_eq!(send(&k, "POST", "/_tabletop/reset", &foreign, "{}").await.0, 403);
}

#[tokio::test]
async fn refused_requests_are_in_the_trail_too() {
    let k = kernel(Store::memory());
    let form = ("content-type", "application/x-www-form-urlencoded");
    let body = "Action=ListUsers&Version=2010-05-08";
    let signed = |key: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/iam/aws4_request, SignedHeaders=host;x-amz-date, \
             Signature={}",
            "0".repeat(64)
        )
    };
    let date = ("x-amz-date", "20260101T000000Z");
    send(&k, "POST", "/", &[form, ("user-agent", "me")], body).await;
    send(&k, "POST", "/", &[form, date, ("authorization", &signed("AKIANOBODY"))], body).await;
    send(&k, "POST", "/", &[form, date, ("authorization", &signed("test"))], body).await;
    let nonsense = "Action=Nonsense&Version=2010-05-08";
    send(&k, "POST", "/", &[form, date, ("authorization", &signed("test"))], nonsense).await;

    let trail = get(&k, "trail").await;
    let seen: Vec<String> = trail["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            ["service", "operation", "access_key_id", "principal", "error_code"]
                .map(|m| e[m].as_str().unwrap())
                .join("|")
        })
        .collect();
    let want = [
        "iam||test||InvalidAction",
        "iam|ListUsers|test||SignatureDoesNotMatch",
        "iam|ListUsers|AKIANOBODY||InvalidClientTokenId",
        "iam|ListUsers|||MissingAuthenticationToken",
    ];
    assert_eq!(seen, want);
    let first = &trail["events"][3];
    assert_eq!((first["user_agent"].as_str(), first["source_ip"].as_str()), (Some("me"), Some("127.0.0.1")));
    let id = first["request_id"].as_str().unwrap();
    let why = get(&k, &format!("why/{}", id.to_uppercase())).await;
    assert_eq!(why["error_code"], "MissingAuthenticationToken");
    assert_eq!(get(&k, "status").await["calls"], 4);
}

#[tokio::test]
async fn calls_that_a_fault_cut_are_in_the_trail() {
    let k = kernel(Store::memory());
    post(&k, "faults", json!({"effect": "cut", "operation": "ListUsers"})).await;
    assert!(call::<Poke>(&k).await.is_err());
    let trail = get(&k, "trail?error=any").await;
    assert_eq!(trail["events"][0]["why"], "a fault cut the connection instead");
}

#[tokio::test]
async fn the_trail_is_filtered_and_followed_by_number() {
    let k = kernel(Store::memory());
    for _ in 0..3 {
        call::<Poke>(&k).await.unwrap();
    }
    call::<Queue>(&k).await.unwrap();
    let count =
        async |query: &str| get(&k, &format!("trail?{query}")).await["events"].as_array().unwrap().len();
    assert_eq!(count("").await, 4);
    assert_eq!(count("operation=listroles").await, 1);
    assert_eq!(count("limit=2").await, 2);
    assert_eq!(count("limit=0").await, 0);
    assert_eq!(count("write=false").await, 0);
    assert_eq!(count("error=any").await, 0);
    let third = get(&k, "trail?limit=2").await["events"][1]["seq"].as_u64().unwrap();
    assert_eq!(count(&format!("after={third}")).await, 1);
}

/// The clock goes on although nobody waits for the answer any more.
#[tokio::test]
async fn an_advance_outlives_its_client() {
    let k = kernel(Store::memory());
    let before = k.clock.now_ms();
    drop(
        tokio::time::timeout(std::time::Duration::ZERO, post(&k, "clock/advance", json!({"by": "1d"}))).await,
    );
    while k.clock.now_ms() < before + 86_400_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(get(&k, "clock").await["now_ms"], before + 86_400_000);
}

/// Keys of RFC 7515's example (appendix A.3).
#[tokio::test]
async fn issuers_of_tokens_are_set_and_forgotten() {
    let k = kernel(Store::memory());
    let key = json!({"kty": "EC", "crv": "P-256", "kid": "k", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                     "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
    let jwks = json!({"keys": [key, {"kty": "OKP"}]});
    let shown = json!({"issuer": "token.example.com/A", "keys": [{"kid": "k", "kind": "P-256"}]});
    for (issuer, jwks) in
        [("https://Token.Example.com/A", jwks.clone()), ("token.example.com/A", json!(jwks.to_string()))]
    {
        let body = json!({"issuer": issuer, "jwks": jwks});
        assert_eq!(ask(&k, "PUT", "oidc", body).await, (200, shown.clone()));
    }
    assert_eq!(get(&k, "oidc").await, json!({"issuers": [shown]}));
    let elsewhere = json!({"issuer": "https://b.example.com", "jwks": jwks});
    assert_eq!(ask(&k, "PUT", "oidc", elsewhere).await.0, 200);
    for (method, body, status, text) in [
        ("PUT", json!({"jwks": jwks}), 400, "issuer is a text such as https://example.com"),
        (
            "PUT",
            json!({"issuer": "http://x", "jwks": jwks}),
            400,
            "'http://x' is no issuer: https://, a host and a path",
        ),
        ("PUT", json!({"issuer": "https://x"}), 400, "jwks is a JSON object with a list named keys"),
        (
            "PUT",
            json!({"issuer": "https://x", "jwks": {"keys": [{"kty": "OKP"}]}}),
            400,
            "no key of the JWKS verifies signatures: RSA, P-256 and P-384 do",
        ),
        ("PUT", json!({"isuer": "https://x"}), 400, "unknown key 'isuer'; did you mean 'issuer'?"),
        ("DELETE", json!({"issuer": "https://c.example.com"}), 404, "no keys of 'c.example.com' are known"),
    ] {
        assert_eq!(ask(&k, method, "oidc", body.clone()).await, (status, json!({"error": text})), "{body}");
    }
    post(&k, "reset", json!({"service": "iam"})).await;
    let one = json!({"issuer": "https://token.example.com/A"});
    assert_eq!(ask(&k, "DELETE", "oidc", one).await, (200, json!({"cleared": 1})));
    assert_eq!(get(&k, "oidc").await["issuers"][0]["issuer"], "b.example.com");
    assert_eq!(ask(&k, "DELETE", "oidc", Value::Null).await, (200, json!({"cleared": 1})));
    assert_eq!(get(&k, "oidc").await, json!({"issuers": []}));
}

/// Source: OpenID Connect Discovery 1.0: the document of an issuer names the issuer and where its keys are.
#[tokio::test]
async fn issuers_publish_their_keys() {
    let k = kernel(Store::memory());
    let mut n = 0u8;
    let mut random = || {
        n += 1;
        [n; 32].map(|b| b.wrapping_mul(37) ^ 0x5c)
    };
    let issuer = directory::OutboundIssuer::new("abc".to_owned(), &mut random).expect("there is randomness");
    let of = directory::IssuerAccount { partition: "aws".into(), account: "000000000000".into() };
    k.within("iam", &crate::toy::scope(), |cx| {
        cx.put::<directory::IssuerAccounts>(&issuer.id, &of);
        cx.put::<directory::OutboundIssuers>(&(of.partition.clone(), of.account.clone()), &issuer);
        Ok(())
    })
    .expect("the store works");
    let from = |path: &'static str, host: &'static str| {
        let k = k.clone();
        async move {
            let (status, text) = send(&k, "GET", path, &[("host", host)], "").await;
            (status, serde_json::from_str::<Value>(&text).unwrap_or_default())
        }
    };
    let own = "abc.tokens.sts.global.api.aws:4566";
    let (status, shown) = from("/.well-known/openid-configuration", own).await;
    assert_eq!((status, &shown["issuer"]), (200, &json!("https://abc.tokens.sts.global.api.aws")));
    assert_eq!(shown["jwks_uri"], "https://abc.tokens.sts.global.api.aws/.well-known/jwks.json");
    let (status, keys) = from("/.well-known/jwks.json", own).await;
    assert_eq!((status, keys["keys"].as_array().map(Vec::len)), (200, Some(2)));
    assert!(keys.to_string().find("\"d\"").is_none(), "no private part");
    let (_, here) =
        from("/_tabletop/issuers/abc/.well-known/openid-configuration", "somewhere.example:4566").await;
    assert_eq!(here["jwks_uri"], "http://somewhere.example:4566/_tabletop/issuers/abc/.well-known/jwks.json");
    assert_eq!(from("/_tabletop/issuers/abc/.well-known/jwks.json", "x").await, (200, keys));
    for (path, host) in [
        ("/.well-known/else", own),
        ("/.well-known/jwks.json", "abd.tokens.sts.global.api.aws"),
        ("/_tabletop/issuers/abd/.well-known/jwks.json", "localhost"),
    ] {
        assert_eq!(from(path, host).await.0, 404, "{host}{path}");
    }
    let (status, _) = send(&k, "POST", "/_tabletop/issuers/abc/.well-known/jwks.json", &[], "").await;
    assert_eq!(status, 405);
}

#[tokio::test]
async fn quotas_are_granted_to_an_account_in_a_region() {
    let k = kernel(Store::memory());
    for (body, wrong) in [
        (json!({"service": "vpc", "value": 1}), "a quota needs a code"),
        (
            json!({"service": "vpc", "code": "L-F678F1CF", "value": 1}),
            "unknown quota 'L-F678F1CF'; did you mean 'L-F678F1CE'?",
        ),
        (
            json!({"service": "vpc", "code": "L-F678F1CE", "value": -1}),
            "value is a number from 0 to 10000000000",
        ),
    ] {
        assert_eq!(ask(&k, "POST", "quotas", body).await, (400, json!({"error": wrong})));
    }
    assert_eq!(get(&k, "quotas").await, json!({"granted": []}));
    let vpcs = json!({"service": "vpc", "code": "L-F678F1CE", "value": 9, "region": "eu-west-1"});
    let granted = post(&k, "quotas", vpcs).await;
    assert_eq!(granted["region"], "eu-west-1");
    assert_eq!(granted["name"], "VPCs per Region");
    // Global ones are kept at home, wherever they are granted.
    let roles = json!({"service": "iam", "code": "L-FE177D64", "value": 2000, "region": "eu-west-1"});
    assert_eq!(post(&k, "quotas", roles).await["region"], "us-east-1");
    assert_eq!(get(&k, "quotas").await["granted"].as_array().map(Vec::len), Some(2));
}
