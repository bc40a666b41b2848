//! Eight clients at once on two tables with indexes and streams, while calls fail, answers get lost, a commit fails, and the
//! program stops in the middle of their calls and starts again. What they saw is judged by [`checker`]: it must be strictly
//! serializable. The streams must tell of exactly the versions of every item, in order.
//!
//! Transactions are one transaction; `BatchGetItem`, `BatchWriteItem` and `Query` are one for each item, as AWS has it
//! (developer guide, "Transaction isolation levels in DynamoDB", 2026-11-22). That the checker finds what is wrong is shown
//! in `planted.rs`. `TABLETOP_SEEDS` says how many runs there are (6 if it isn't set). What each client does follows from the
//! seed; how the clients' calls interleave doesn't.

mod checker;
mod clients;
mod graph;
mod history;
mod planted;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use checker::check;
use clients::{Client, Shared};
use history::{Key, Outcome, Step};
use world::{Told, World};

use crate::model::Random;

const CLIENTS: u64 = 8;
/// Calls between restarts.
const CALLS: usize = 120;
const RESTARTS: usize = 3;

/// What a run was, for the tests of the test.
#[derive(Debug, Default)]
struct Tally {
    done: usize,
    refused: usize,
    unknown: usize,
    told: usize,
}

async fn run(seed: u64) -> Tally {
    let mut world = World::new(seed).await;
    let shared = Arc::new(Shared::default());
    let mut random = Random(seed);
    for phase in 0..=RESTARTS {
        world.trouble();
        world.kernel.store.fail_commit(1 + random.below(CALLS as u64));
        let until = shared.log.len() + CALLS;
        let clients: Vec<_> = (0..CLIENTS)
            .map(|c| Client::new(world.kernel.clone(), shared.clone(), seed * 1_000 + phase as u64 * 100 + c))
            .map(|c| tokio::task::spawn(c.run()))
            .collect();
        while shared.log.len() < until {
            assert!(!clients.iter().any(|c| c.is_finished()), "seed {seed}: a client panicked");
            tokio::task::yield_now().await;
        }
        for client in clients {
            client.abort();
            // Whatever it was doing: now it has either happened or never will.
            let ended = client.await;
            assert!(ended.is_err_and(|e| e.is_cancelled()), "seed {seed}: a client panicked");
        }
        world.peace();
        world.restart().await;
    }
    read_everything(&world, &shared).await;
    judge(seed, &world, &shared).await
}

/// Reads every item that was ever to be written.
async fn read_everything(world: &World, shared: &Arc<Shared>) {
    let mut keys: Vec<Key> = Vec::new();
    for step in shared.log.txns().into_iter().flat_map(|t| t.steps) {
        let (Step::Append(key, _) | Step::Read(key, _)) = step;
        keys.push(key);
    }
    keys.sort();
    keys.dedup();
    let mut client = Client::new(world.kernel.clone(), shared.clone(), 0);
    for part in keys.chunks(100) {
        client.read_all(part).await;
    }
}

async fn judge(seed: u64, world: &World, shared: &Arc<Shared>) -> Tally {
    let txns = shared.log.txns();
    let told = world.told().await;
    let streams: Vec<Vec<(Key, u64)>> = told
        .iter()
        .map(|shard| shard.iter().filter_map(|t| Some((t.key.clone(), *t.new.last()?))).collect())
        .collect();
    let mut verdict = check(&txns, &streams);
    verdict.anomalies.extend(compare_streams(&verdict.versions, &told));
    assert!(verdict.anomalies.is_empty(), "seed {seed}:\n{}", verdict.anomalies.join("\n"));
    let count = |outcome| txns.iter().filter(|t| t.outcome == outcome).count();
    Tally {
        done: count(Outcome::Done),
        refused: count(Outcome::Refused),
        unknown: count(Outcome::Unknown),
        told: told.iter().map(Vec::len).sum(),
    }
}

/// What the streams tell beside the versions that there were: each version once, in order, with what was before it.
fn compare_streams(versions: &BTreeMap<Key, Vec<u64>>, told: &[Vec<Told>]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<&Key, usize> = BTreeMap::new();
    for shard in told {
        if let Some(pair) = shard.windows(2).find(|pair| pair[0].sequence >= pair[1].sequence) {
            wrong.push(format!("the stream's numbers don't grow: {pair:?}"));
        }
        for t in shard {
            let at = seen.entry(&t.key).or_default();
            let list = versions.get(&t.key).map_or(&[][..], Vec::as_slice);
            let event = if *at == 0 { "INSERT" } else { "MODIFY" };
            let fits = *at < list.len() && t.old == list[..*at] && t.new == list[..=*at] && t.event == event;
            if !fits {
                wrong.push(format!("the stream tells {t:?} as version {} of {list:?}", *at + 1));
            }
            *at += 1;
        }
    }
    for (key, list) in versions.iter().filter(|(_, list)| !list.is_empty()) {
        let told = seen.get(key).copied().unwrap_or(0);
        if told != list.len() {
            wrong.push(format!("the stream tells of {told} of the {} versions of {key}", list.len()));
        }
    }
    wrong
}

#[test]
fn histories_are_strictly_serializable() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let mut all = Tally::default();
    for seed in 0..testkit::seeds(6) {
        let one = runtime.block_on(run(seed));
        all.done += one.done;
        all.refused += one.refused;
        all.unknown += one.unknown;
        all.told += one.told;
    }
    println!("{all:?}");
    // The runs were worth judging: answers, refusals, answers that never came, and many versions.
    assert!(all.done > 1_000 && all.refused > 100 && all.unknown > 50 && all.told > 500, "{all:?}");
}
