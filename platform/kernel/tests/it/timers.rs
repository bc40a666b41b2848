//! Advancing the clock: everything due happens, in order, each thing at its own time.

use store::Store;

use crate::toy::{START_MS, entries, kernel, set_timers};

const DAY_MS: i64 = 86_400_000;

#[tokio::test]
async fn timers_fire_in_order_of_time_and_at_their_time() {
    let k = kernel(Store::memory());
    set_timers(
        &k,
        &[
            ("b", "late", START_MS + 2_000),
            ("a", "early", START_MS + 1_000),
            ("c", "not yet", START_MS + 9_000),
        ],
    );
    assert_eq!(k.advance_to(START_MS + 5_000).await.expect("it works"), 2);
    let seen: Vec<_> = entries(&k).into_iter().map(|e| (e.what, e.at_ms - START_MS)).collect();
    assert_eq!(seen, [("a early".to_owned(), 1_000), ("b late".to_owned(), 2_000)]);
    assert_eq!(k.clock.now_ms(), START_MS + 5_000);
}

#[tokio::test]
async fn what_a_timer_sets_fires_too_if_it_falls_due_on_the_way() {
    let k = kernel(Store::memory());
    set_timers(&k, &[("chain", "0", START_MS + DAY_MS), ("x", "", START_MS + DAY_MS + 1)]);
    k.advance_to(START_MS + 14 * DAY_MS).await.expect("it works");
    let seen: Vec<_> = entries(&k).into_iter().map(|e| e.what).collect();
    assert_eq!(seen, ["chain 0", "x ", "chain 1", "chain 2", "chain 3"]);
}

#[tokio::test]
async fn setting_again_moves_a_timer_and_clearing_removes_it() {
    let k = kernel(Store::memory());
    set_timers(&k, &[("a", "s", START_MS + 1_000)]);
    set_timers(&k, &[("a", "s", START_MS + 3_000), ("gone", "", START_MS + 1)]);
    k.within("iam", &crate::toy::scope(), |cx| cx.timer_clear("gone", "")).expect("it works");
    assert_eq!(k.advance_to(START_MS + 2_000).await.expect("it works"), 0);
    assert_eq!(k.advance_to(START_MS + 3_000).await.expect("it works"), 1);
}

#[tokio::test]
async fn a_timer_whose_handler_fails_comes_again() {
    let k = kernel(Store::memory());
    set_timers(&k, &[("fail-once", "", START_MS + 1_000), ("b", "", START_MS + 2_000)]);
    k.advance_to(START_MS + 600_000).await.expect("it works");
    let seen: Vec<_> = entries(&k).into_iter().map(|e| (e.what, e.at_ms - START_MS)).collect();
    assert_eq!(seen, [("b ".to_owned(), 2_000), ("fail-once ".to_owned(), 61_000)]);
}

#[tokio::test]
async fn timers_outlive_the_program() {
    let store = Store::memory();
    set_timers(&kernel(store.clone()), &[("a", "", START_MS + 1_000)]);
    let k = kernel(store);
    assert_eq!(k.advance_to(START_MS + 1_000).await.expect("it works"), 1);
}

/// The measure: fourteen days over 100,000 due timers, every handler run, in order (the handler asserts it).
#[tokio::test]
async fn fourteen_days_over_a_hundred_thousand_timers() {
    let k = kernel(Store::memory());
    let n = 100_000;
    let subjects: Vec<String> = (0..n).map(|i| i.to_string()).collect();
    let due = |i: usize| START_MS + (i as i64).wrapping_mul(7_919_993) % (14 * DAY_MS);
    let timers: Vec<_> = subjects.iter().enumerate().map(|(i, s)| ("count", s.as_str(), due(i))).collect();
    set_timers(&k, &timers);
    assert_eq!(k.advance_to(START_MS + 14 * DAY_MS).await.expect("it works"), n as u64);
    assert_eq!(entries(&k)[0].what, n.to_string());
}
