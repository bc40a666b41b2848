//! Service levels: what clients' calls add to them, how a client that hangs up is told apart from a failure, and what stays.
#![expect(clippy::unwrap_used, reason = "tests may unwrap, and these are their helpers")]

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use edge::{Handler, Incoming, Outgoing};
use kernel::{Front, Kernel};
use serde_json::{Value, json};
use sigv4::{Credentials, Payload, Rules, SigningScope};
use store::Store;

use crate::admin::{get, post};
use crate::toy::{Poke, START_MS, call, kernel};

/// A request of the default account's root.
fn signed(k: &Kernel, operation: &str, region: &str) -> Incoming {
    let body = format!("Action={operation}&Version=2010-05-08");
    let request = http::Request::post("/")
        .header("host", "localhost:4566")
        .header("content-type", "application/x-www-form-urlencoded");
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    let own = str::to_owned;
    let who = Credentials { access_key_id: own("test"), secret_access_key: own("test"), session_token: None };
    let scope = SigningScope { region, service: "iam", now_ms: k.clock.now_ms(), rules: Rules::COMMON };
    sigv4::sign(&mut parts, Payload::Bytes(body.as_bytes()), &who, scope);
    let here = "127.0.0.1:9".parse().unwrap();
    Incoming { parts, body: Bytes::from(body).into(), peer: here, tls: false, local: here }
}

async fn send(k: &Arc<Kernel>, operation: &str) -> Outgoing {
    Front(k.clone()).handle(signed(k, operation, "us-east-1")).await
}

fn levels(report: &Value) -> Vec<String> {
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let members = ["operation", "account", "region", "calls", "refused", "failed", "hung_up"];
    let line = |level: &Value| members.map(|m| text(&level[m])).join(" ");
    report["levels"].as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn calls_of_clients_count_by_action_account_and_region() {
    let store = Store::memory();
    let k = kernel(store.clone());
    for _ in 0..3 {
        assert_eq!(send(&k, "ListUsers").await.status, 200);
    }
    post(
        &k,
        "faults",
        json!({"effect": "error", "operation": "ListUsers", "code": "Oops", "status": 500, "times": 1}),
    )
    .await;
    assert_eq!(send(&k, "ListUsers").await.status, 500);
    call::<Poke>(&k).await.unwrap();
    let report = get(&k, "slo").await;
    assert_eq!(
        levels(&report),
        ["ListUsers 000000000000 us-east-1 4 0 1 0"],
        "calls from inside don't count"
    );
    assert_eq!((&report["month"], &report["met"]), (&json!("2026-01"), &json!(false)), "{report}");
    assert_eq!(report["levels"][0]["availability"], json!(75.0));
    let report = get(&k, "slo?p99_ms=60000&availability=75&by=").await;
    assert_eq!(report["met"], json!(true), "{report}");
    assert_eq!(report["levels"][0].get("account"), None);
    assert_eq!(levels(&get(&k, "slo?region=eu-west-1").await), [""; 0]);

    k.advance_to(START_MS + 40 * 86_400_000).await.unwrap();
    send(&k, "ListUsers").await;
    assert_eq!(levels(&get(&k, "slo").await), ["ListUsers 000000000000 us-east-1 1 0 0 0"]);
    let again = kernel(store);
    let january = levels(&get(&again, "slo?month=2026-01").await);
    assert_eq!(january, ["ListUsers 000000000000 us-east-1 4 0 1 0"], "it is stored");
    post(&again, "reset", json!({})).await;
    assert_eq!(levels(&get(&again, "slo?month=2026-01").await), [""; 0]);
}

#[tokio::test]
async fn a_client_that_hangs_up_is_no_failure() {
    let k = kernel(Store::memory());
    let front = Front(k.clone());
    {
        let mut waiting = pin!(front.handle(signed(&k, "ListGroups", "us-east-1")));
        let polled = waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Pending), "it is parked");
    }
    assert_eq!(levels(&get(&k, "slo").await), ["ListGroups 000000000000 us-east-1 0 0 0 1"]);
    assert_eq!(get(&k, "slo").await["met"], json!(true));
    let trail = get(&k, "trail?error=ClientHungUp").await;
    assert_eq!(trail["events"][0]["operation"], "ListGroups");
    assert_eq!(trail["events"][0]["principal"], "arn:aws:iam::000000000000:root");
}

#[tokio::test(start_paused = true)]
async fn the_time_that_a_call_was_parked_is_not_held_against_it() {
    let k = kernel(Store::memory());
    let before = tokio::time::Instant::now();
    assert_eq!(send(&k, "ListGroups").await.status, 404);
    assert_eq!(before.elapsed().as_secs(), 10);
    let level = &get(&k, "slo").await["levels"][0];
    assert_eq!((&level["calls"], &level["refused"]), (&json!(1), &json!(1)));
    assert!(level["max_ms"].as_f64().unwrap() < 1_000.0, "{level}");
}

#[tokio::test]
async fn what_is_wrong_with_the_question_is_said() {
    let k = kernel(Store::memory());
    for (query, text) in [
        ("mnth=1", "unknown filter 'mnth'; did you mean 'month'?"),
        ("month=11", "a month is written as 2026-11, not '11'"),
        ("p99_ms=fast", "p99_ms is a number, not 'fast'"),
        ("by=acount", "unknown grouping 'acount'; did you mean 'account'?"),
    ] {
        let said = crate::admin::ask(&k, "GET", &format!("slo?{query}"), Value::Null).await;
        assert_eq!(said, (400, json!({ "error": text })));
    }
}
