//! Waiting: a parked decision answers when somebody wakes it, when its time comes, or when a frozen clock would make it
//! wait for ever.

use std::time::Duration;

use store::Store;
use tokio::task::yield_now;

use crate::toy::{Await, Poke, START_MS, call, kernel};

#[tokio::test]
async fn a_wake_ends_the_wait() {
    let k = kernel(Store::memory());
    let (waited, poked) = tokio::join!(call::<Await>(&k), async {
        yield_now().await;
        call::<Poke>(&k).await
    });
    assert!(waited.is_ok() && poked.is_ok(), "{:?}", waited.err());
}

#[tokio::test]
async fn the_virtual_clock_ends_the_wait_and_advancing_returns_after_it() {
    let k = kernel(Store::memory());
    let waiter = tokio::spawn({
        let k = k.clone();
        async move { call::<Await>(&k).await }
    });
    yield_now().await;
    k.advance_to(START_MS + 10_000).await.expect("it works");
    let answer = waiter.await.expect("no panic");
    assert_eq!(answer.err().map(|f| f.code().to_owned()), Some("Nothing".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn on_a_frozen_clock_real_time_ends_the_wait() {
    let k = kernel(Store::memory());
    let before = tokio::time::Instant::now();
    let answer = call::<Await>(&k).await;
    assert_eq!(answer.err().map(|f| f.code().to_owned()), Some("Nothing".to_owned()));
    assert_eq!(before.elapsed().as_secs(), Duration::from_secs(10).as_secs());
}
