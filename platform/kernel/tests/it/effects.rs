//! The outbox: an effect commits with the state that wants it, runs after it, and a crash in between repeats it.

use kernel::stage::faults::FaultRule;
use serde_json::json;
use store::Store;

use crate::toy::{Begin, Queue, START_MS, Where, call, entries, kernel, set_timers};

fn whats(k: &kernel::Kernel) -> Vec<String> {
    entries(k).into_iter().map(|e| e.what).collect()
}

#[tokio::test]
async fn an_effect_runs_after_its_commit() {
    let k = kernel(Store::memory());
    call::<Queue>(&k).await.expect("it works");
    assert_eq!(whats(&k), ["queued"]);
    k.advance_to(START_MS + 1).await.expect("it works");
    assert_eq!(whats(&k), ["queued", "poked"]);
    k.advance_to(START_MS + 100_000).await.expect("it works");
    assert_eq!(whats(&k), ["queued", "poked"], "once is enough");
}

/// An effect happens at the time of the timer that wanted it, not at the end of the jump.
#[tokio::test]
async fn effects_of_timers_run_at_their_time() {
    const DAY_MS: i64 = 86_400_000;
    let k = kernel(Store::memory());
    set_timers(&k, &[("queue", "a", START_MS + DAY_MS), ("queue", "b", START_MS + 2 * DAY_MS)]);
    set_timers(&k, &[("tick", "between", START_MS + DAY_MS + 1)]);
    assert_eq!(k.advance_to(START_MS + 5 * DAY_MS).await.expect("it works"), 3);
    let seen: Vec<(String, i64)> = entries(&k).into_iter().map(|e| (e.what, e.at_ms - START_MS)).collect();
    let want = [
        ("queued", DAY_MS),
        ("poked", DAY_MS),
        ("tick between", DAY_MS + 1),
        ("queued", 2 * DAY_MS),
        ("poked", 2 * DAY_MS),
    ];
    assert_eq!(seen, want.map(|(what, at)| (what.to_owned(), at)));
}

#[tokio::test]
async fn a_stop_before_the_effect_repeats_it_after_the_start() {
    let store = Store::memory();
    call::<Queue>(&kernel(store.clone())).await.expect("it works");
    let k = kernel(store);
    k.advance_to(START_MS + 1).await.expect("it works");
    assert_eq!(whats(&k), ["queued", "poked"]);
}

/// Fails the first effect, then the first two, …: it is tried again until it went through, and never doubled.
#[tokio::test]
async fn a_failing_effect_is_tried_again() {
    for failures in 1..5 {
        let k = kernel(Store::memory());
        let rule =
            json!({"service": "iam", "principal": "toy.amazonaws.com", "effect": "error", "times": failures});
        k.faults.add(&k.store, FaultRule::from_json(&rule).expect("sound")).expect("it is stored");
        call::<Queue>(&k).await.expect("it works");
        k.advance_to(START_MS + 1).await.expect("it works");
        assert_eq!(whats(&k), ["queued"], "the first try failed");
        for minute in 1..10 {
            k.advance_to(START_MS + minute * 60_000).await.expect("it works");
        }
        assert_eq!(whats(&k), ["queued", "poked"], "{failures} failures");
    }
}

/// Calls between services and timers came with no request: their URLs begin with where the kernel is served.
#[tokio::test]
async fn inner_calls_know_where_they_are_served() {
    let k = kernel(Store::memory());
    k.serve_at("https://127.0.0.1:4999");
    call::<Where>(&k).await.expect("it works");
    set_timers(&k, &[("where", "", START_MS + 1)]);
    k.advance_to(START_MS + 1).await.expect("it works");
    assert_eq!(whats(&k), ["https://127.0.0.1:4999"; 2]);
}

/// What an operation began goes on after its answer, as its caller, step by step, over failures and a restart.
#[tokio::test]
async fn what_was_begun_goes_on() {
    let store = Store::memory();
    let k = kernel(store.clone());
    call::<Begin>(&k).await.expect("it works");
    assert_eq!(whats(&k), ["begun"], "the answer doesn't wait for it");
    k.advance_to(START_MS).await.expect("it works");
    let root = "arn:aws:iam::000000000000:root";
    assert_eq!(whats(&k), ["begun".to_owned(), format!("step 1 of x for {root}")], "the second step failed");
    let k = kernel(store);
    k.advance_to(START_MS + 60_000).await.expect("it works");
    let steps = (1..=3).map(|n| format!("step {n} of x for {root}"));
    assert_eq!(whats(&k), ["begun".to_owned()].into_iter().chain(steps).collect::<Vec<_>>());
}
