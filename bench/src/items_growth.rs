//! Growth of a table: latency and memory as it grows to a million items in partitions of a hundred, and how long a restart
//! then takes.

use std::cell::Cell;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::items::{batch, call, create, with_key};
use crate::load::{self, Measured};
use crate::process::Server;
use crate::report::tabletop;
use crate::request::Call;

const STEPS: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Items of a partition.
const PARTITION: u64 = 100;
const TURN: Duration = Duration::from_millis(1_500);
/// Requests that are made before the clock runs.
const REQUESTS: u64 = 1_000;

/// Grows a table and measures at each step, over one connection.
pub(crate) fn run(binary: &Path) -> String {
    let dir = std::env::temp_dir().join(format!("tabletop-bench-items-growth-{}", std::process::id()));
    let server = tabletop(binary, &dir);
    create(&server.addr);
    let mut out = String::from(
        "| items | GetItem p50 µs | p99 µs | PutItem p50 µs | p99 µs | Query of 100 p50 µs | p99 µs | memory MB |\n",
    );
    out.push_str("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    let mut there = 0;
    for items in STEPS {
        fill(&server.addr, there, items);
        there = items;
        let get = measured(&server.addr, |n| get(spread(n, items)));
        let put = measured(&server.addr, |n| put(spread(n, items), n));
        let query = measured(&server.addr, |n| query(spread(n, items)));
        let memory = server.resident_kib() as f64 / 1024.0;
        write!(out, "| {items} |").ok();
        for m in [get, put, query] {
            write!(out, " {:.0} | {:.0} |", m.p50_us, m.p99_us).ok();
        }
        writeln!(out, " {memory:.0} |").ok();
    }
    drop(server);
    let again = Server::start(binary, &["--port", "0", "--data", dir.to_str().expect("the path is text")]);
    let ms = again.started_in.as_millis();
    writeln!(out, "\nRestart after `kill -9` with {there} items stored: {ms} ms.").ok();
    drop(again);
    std::fs::remove_dir_all(&dir).ok();
    out
}

/// An item far from the one before.
fn spread(n: u64, items: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % items
}

fn place(n: u64) -> (String, String) {
    (format!("part-{}", n / PARTITION), format!("{:02}", n % PARTITION))
}

fn get(n: u64) -> Call {
    let (p, s) = place(n);
    call("GetItem", json!({ "TableName": "bench", "Key": { "p": {"S": p}, "s": {"S": s} } }))
}

fn put(n: u64, stamp: u64) -> Call {
    call("PutItem", json!({ "TableName": "bench", "Item": item(n, stamp) }))
}

fn query(n: u64) -> Call {
    let (p, _) = place(n);
    let values = json!({ ":p": {"S": p} });
    let input = json!({ "TableName": "bench", "KeyConditionExpression": "p = :p", "ExpressionAttributeValues": values });
    call("Query", input)
}

fn item(n: u64, stamp: u64) -> Value {
    let (p, s) = place(n);
    with_key(&p, &s, stamp + 1)
}

fn measured(addr: &str, make: impl Fn(u64) -> Call) -> Measured {
    let requests: Vec<Vec<u8>> = (0..REQUESTS).map(|n| make(n).bytes(addr)).collect();
    let n = Cell::new(0);
    let m = load::run(addr, 1, TURN, &|_| {
        n.set(n.get() + 1);
        requests[n.get() % requests.len()].clone()
    });
    assert_eq!(m.errors, 0, "every call is answered");
    m
}

/// Puts the items from one number up to another, 25 a call.
fn fill(addr: &str, from: u64, to: u64) {
    let next = Cell::new(from);
    while next.get() < to {
        let round = load::run(addr, 4, Duration::from_millis(500), &|_| {
            // Past the end, the last ones again.
            let first = next.get().min(to - 25);
            next.set(first + 25);
            batch((first..first + 25).map(|n| item(n, 0))).bytes(addr)
        });
        assert_eq!(round.errors, 0, "batches are accepted");
    }
}
