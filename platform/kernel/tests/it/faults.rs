//! Faults strike where they say: before the decision, after it, twice.

use kernel::stage::faults::FaultRule;
use serde_json::json;
use store::Store;

use crate::toy::{Poke, call, entries, kernel};

async fn poke_under(rule: serde_json::Value) -> (Option<String>, usize) {
    let k = kernel(Store::memory());
    k.faults.add(&k.store, FaultRule::from_json(&rule).expect("sound")).expect("it is stored");
    let answer = call::<Poke>(&k).await;
    (answer.err().map(|f| f.code().to_owned()), entries(&k).len())
}

#[tokio::test]
async fn each_effect_does_what_it_says() {
    let code = |c: &str| Some(c.to_owned());
    for (rule, want) in [
        (json!({"effect": "error", "code": "Boom", "status": 500}), (code("Boom"), 0)),
        (json!({"effect": "throttle"}), (code("Throttling"), 0)),
        (json!({"effect": "cut"}), (code("ServiceUnavailable"), 0)),
        (json!({"effect": "lost-reply"}), (code("ServiceUnavailable"), 1)),
        (json!({"effect": "duplicate"}), (None, 2)),
        (json!({"effect": "latency", "ms": 1}), (None, 1)),
        (json!({"effect": "cut", "region": "eu-*"}), (None, 1)),
        (
            json!({"effect": "cut", "operation": "List*", "account": "000000000000"}),
            (code("ServiceUnavailable"), 0),
        ),
        (json!({"effect": "cut", "probability": 0.0}), (None, 1)),
        (json!({"effect": "cut", "until_ms": 0}), (None, 1)),
    ] {
        assert_eq!(poke_under(rule.clone()).await, want, "{rule}");
    }
}

#[tokio::test]
async fn a_rule_strikes_as_often_as_it_may_and_outlives_the_program() {
    let store = Store::memory();
    let k = kernel(store.clone());
    let rule = json!({"effect": "error", "times": 2});
    k.faults.add(&k.store, FaultRule::from_json(&rule).expect("sound")).expect("it is stored");
    assert!(call::<Poke>(&k).await.is_err());
    assert!(call::<Poke>(&k).await.is_err());
    assert!(call::<Poke>(&k).await.is_ok());
    let again = kernel(store);
    assert_eq!(again.faults.list()[0].times, Some(0));
    assert!(call::<Poke>(&again).await.is_ok(), "used up stays used up");
}
