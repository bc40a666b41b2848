//! Resets and snapshots under a running kernel: state, clock, timers, outbox, faults, throttles, trail and ids are those of
//! the state that is there now.

use std::path::PathBuf;
use std::sync::Arc;

use kernel::{ClockState, Config, Kernel, OpenError};
use serde_json::{Value, json};
use store::{Durability, Store};
use tokio::task::yield_now;

use crate::admin::{get, post};
use crate::toy::{
    Await, Entry, Log, Poke, Queue, START_MS, call, entries, kernel, kernel_with, scope, service, set_timers,
};

const DAY_MS: i64 = 86_400_000;

/// A folder below the system's temporary one, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("kernel-it-{}-{name}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn kernel_in(store: Store, folder: &Folder) -> Arc<Kernel> {
    let clock = ClockState { base_virtual_ms: START_MS, base_real_ms: 0, scale: 0.0 };
    let snapshots = Some(folder.0.join("snapshots"));
    kernel_with(store, Config { seed: Some([3; 32]), clock: Some(clock), snapshots, ..Config::default() })
}

fn whats(k: &Kernel) -> Vec<String> {
    entries(k).into_iter().map(|e| e.what).collect()
}

async fn trail(k: &Arc<Kernel>) -> Vec<Value> {
    get(k, "trail").await["events"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn after_a_reset_it_is_as_new_and_works() {
    let k = kernel(Store::memory());
    set_timers(&k, &[("tick", "a", START_MS + 3 * DAY_MS)]);
    call::<Poke>(&k).await.unwrap();
    k.advance_to(START_MS + DAY_MS).await.unwrap();
    call::<Queue>(&k).await.unwrap();
    post(&k, "faults", json!({"effect": "cut", "operation": "ListGroups"})).await;
    post(&k, "throttles", json!({"service": "iam", "capacity": 1, "refill_per_s": 0})).await;
    k.flush().unwrap();

    let said = post(&k, "reset", json!({})).await;
    assert_eq!(said, json!({"reset": {"account": null, "region": null, "service": null}}));
    assert!(entries(&k).is_empty() && trail(&k).await.is_empty() && k.faults.list().is_empty());
    assert_eq!(get(&k, "throttles").await["limits"], json!([]));
    assert_eq!(k.clock.now_ms(), START_MS, "the clock is where it started");
    assert_eq!(k.advance_to(START_MS + 10 * DAY_MS).await.unwrap(), 0, "no timer is left");
    assert!(entries(&k).is_empty(), "no effect is left");

    call::<Queue>(&k).await.unwrap();
    set_timers(&k, &[("tick", "b", START_MS + 11 * DAY_MS)]);
    assert_eq!(k.advance_to(START_MS + 12 * DAY_MS).await.unwrap(), 1);
    assert_eq!(whats(&k), ["queued", "poked", "tick b"]);
    assert_eq!(trail(&k).await.len(), 2);
}

#[tokio::test]
async fn a_reset_of_much_goes_in_steps_and_is_finished_by_the_next_start() {
    let full = || {
        let store = Store::memory();
        let k = kernel(store.clone());
        let fill = |cx: &mut kernel::Cx<'_>| {
            let row = |n: u64| Entry { what: String::new(), at_ms: n.cast_signed() };
            (0..20_000).for_each(|n| cx.put::<Log>(&n, &row(n)));
            (0..9_000).try_for_each(|n| cx.timer_set("tick", &n.to_string(), START_MS + DAY_MS))
        };
        k.within("iam", &scope(), fill).unwrap();
        (store, k)
    };
    let (store, k) = full();
    k.forget_all().await.unwrap();
    assert!(entries(&k).is_empty());
    drop(store);
    assert_eq!(k.advance_to(START_MS + 2 * DAY_MS).await.unwrap(), 0);

    let mut steps = 0;
    loop {
        let (store, k) = full();
        steps += 1;
        store.fail_commit(steps);
        if k.forget_all().await.is_ok() {
            break;
        }
        let id = k.ids.uuid("thing");
        drop(k);
        let k = kernel(store);
        let left = entries(&k).len();
        assert!(left == 0 || (steps == 1 && left == 20_000), "after step {steps}: {left}");
        assert_ne!(k.ids.uuid("thing"), id);
        if steps > 1 {
            assert_eq!(k.advance_to(START_MS + 2 * DAY_MS).await.unwrap(), 0, "after step {steps}");
        }
    }
    assert!(
        steps > 7,
        "three steps for the log, one each for trail and meter, three for the kernel's: {steps}"
    );
}

#[tokio::test]
async fn a_reset_of_one_service_leaves_the_rest() {
    let k = kernel(Store::memory());
    call::<Poke>(&k).await.unwrap();
    set_timers(&k, &[("tick", "a", START_MS + DAY_MS)]);
    k.advance_to(START_MS + 1).await.unwrap();
    post(&k, "reset", json!({"service": "iam"})).await;
    assert!(entries(&k).is_empty());
    assert_eq!((k.clock.now_ms(), trail(&k).await.len()), (START_MS + 1, 1));
    assert_eq!(k.advance_to(START_MS + 2 * DAY_MS).await.unwrap(), 0);
}

#[tokio::test]
async fn a_reset_of_a_part_takes_its_effects_along() {
    for (what, effects_left) in [
        (json!({"service": "iam"}), 0),
        (json!({"account": "000000000000"}), 0),
        (json!({"region": "us-east-1"}), 0),
        (json!({"region": "eu-west-1"}), 1),
        (json!({"account": "111111111111"}), 1),
    ] {
        let k = kernel(Store::memory());
        call::<Queue>(&k).await.unwrap();
        post(&k, "reset", what.clone()).await;
        k.advance_to(START_MS + 1).await.unwrap();
        let poked = whats(&k).iter().filter(|w| *w == "poked").count();
        assert_eq!(poked, effects_left, "{what}");
    }
}

#[tokio::test]
async fn whoever_is_parked_looks_at_the_new_state() {
    let folder = Folder::new("parked");
    let k = kernel_in(Store::memory(), &folder);
    call::<Poke>(&k).await.unwrap();
    post(&k, "snapshots/one/save", json!({})).await;
    post(&k, "reset", json!({})).await;
    let waiter = tokio::spawn({
        let k = k.clone();
        async move { call::<Await>(&k).await }
    });
    yield_now().await;
    assert_eq!(get(&k, "status").await["parked"], 1);
    post(&k, "snapshots/one/load", json!({})).await;
    assert!(waiter.await.unwrap().is_ok(), "the loaded log has an entry");
}

#[tokio::test]
async fn a_loaded_snapshot_is_the_whole_state_at_its_time() {
    for name in ["kept", "memory", "disk"] {
        let folder = Folder::new(&format!("load-{name}"));
        let durability = if name == "disk" { Durability::Process } else { Durability::Memory };
        let store = Store::open(&folder.0.join("store"), durability).unwrap();
        let k = if name == "kept" { kernel(store) } else { kernel_in(store, &folder) };
        call::<Poke>(&k).await.unwrap();
        k.advance_to(START_MS + DAY_MS).await.unwrap();
        call::<Queue>(&k).await.unwrap();
        set_timers(&k, &[("tick", "a", START_MS + 3 * DAY_MS)]);
        post(&k, "faults", json!({"effect": "cut", "operation": "ListGroups"})).await;
        post(&k, "throttles", json!({"service": "sqs", "capacity": 9})).await;
        let (events, clock) = (trail(&k).await, k.clock.state());
        post(&k, "snapshots/one/save", json!({})).await;

        k.advance_to(START_MS + 9 * DAY_MS).await.unwrap();
        assert_eq!(whats(&k), ["poked", "queued", "poked", "tick a"], "the first effect ran, and the timer");
        k.faults.clear(&k.store, None).unwrap();
        post(&k, "throttles", json!({"service": "sqs", "capacity": 0})).await;
        for _ in 0..5 {
            call::<Poke>(&k).await.unwrap();
        }

        post(&k, "snapshots/one/load", json!({})).await;
        assert_eq!((whats(&k), trail(&k).await), (vec!["poked".to_owned(), "queued".to_owned()], events));
        assert_eq!((k.clock.state().scale, k.clock.now_ms()), (0.0, clock.base_virtual_ms));
        assert_eq!((k.faults.list().len(), k.throttles.limits().len()), (1, 1));
        k.advance_to(START_MS + DAY_MS + 1).await.unwrap();
        assert_eq!(whats(&k), ["poked", "queued", "poked"], "the effect that waited then ran again");
        assert_eq!(k.advance_to(START_MS + 9 * DAY_MS).await.unwrap(), 1, "and so did the timer");
        k.flush().unwrap();
        let numbers: Vec<u64> = trail(&k).await.iter().map(|e| e["seq"].as_u64().unwrap()).collect();
        assert!(numbers.windows(2).all(|w| w[0] == w[1] + 1), "the trail goes on without a gap: {numbers:?}");
        let listed = get(&k, "snapshots").await;
        assert_eq!(listed["snapshots"][0]["name"], "one");
    }
}

#[tokio::test]
async fn ids_never_come_twice_whatever_is_loaded() {
    let (store, folder) = (Store::memory(), Folder::new("ids"));
    let mut seen = std::collections::BTreeSet::new();
    let first = kernel_in(store.clone(), &folder);
    post(&first, "snapshots/one/save", json!({})).await;
    assert!(seen.insert(first.ids.uuid("thing")));
    drop(first);
    for _ in 0..3 {
        let k = kernel_in(store.clone(), &folder);
        post(&k, "snapshots/one/load", json!({})).await;
        assert!(seen.insert(k.ids.uuid("thing")), "after {} others", seen.len());
    }
}

#[tokio::test]
async fn another_seed_than_the_folders_is_refused() {
    let store = Store::memory();
    drop(kernel(store.clone()));
    let config = Config { seed: Some([4; 32]), ..Config::default() };
    let refused = Kernel::open(config, store, vec![service()]);
    assert!(matches!(refused.err(), Some(OpenError::Seed)));
}

#[tokio::test]
async fn the_stop_ends_all_waiting() {
    let k = kernel(Store::memory());
    let waiter = tokio::spawn({
        let k = k.clone();
        async move { call::<Await>(&k).await }
    });
    yield_now().await;
    k.stop_waiting();
    let code = |answer: Result<_, codec::Fault>| answer.err().map(|f| f.code().to_owned());
    assert_eq!(code(waiter.await.unwrap().map(drop)).as_deref(), Some("Nothing"));
    assert_eq!(
        code(call::<Await>(&k).await.map(drop)).as_deref(),
        Some("Nothing"),
        "and nobody waits any more"
    );
}
