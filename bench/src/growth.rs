//! Growth: memory and latency of one queue as it grows to a million messages, and how long a restart then takes.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::load;
use crate::process::Server;
use crate::report::{create_queue, fill, tabletop};
use crate::request::Call;

const STEPS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// Grows a queue and measures at each step.
pub(crate) fn run(binary: &Path) -> String {
    let dir = std::env::temp_dir().join(format!("tabletop-bench-growth-{}", std::process::id()));
    let server = tabletop(binary, &dir);
    let url = create_queue(&server.addr);
    let mut out = String::from(
        "| messages | SendMessage p50 µs | p99 µs | ReceiveMessage p50 µs | p99 µs | memory MB |\n",
    );
    out.push_str("| --- | --- | --- | --- | --- | --- |\n");
    let mut there = 0;
    for n in STEPS {
        fill(&server.addr, &url, n - there);
        there = n;
        let send =
            Call::sqs("AmazonSQS.SendMessage", json!({ "QueueUrl": url, "MessageBody": "x".repeat(100) }));
        let receive =
            Call::sqs("AmazonSQS.ReceiveMessage", json!({ "QueueUrl": url, "VisibilityTimeout": 0 }));
        let (send, receive) = (send.bytes(&server.addr), receive.bytes(&server.addr));
        let sent = load::run(&server.addr, 1, Duration::from_secs(1), &|_| send.clone());
        let received = load::run(&server.addr, 1, Duration::from_secs(1), &|_| receive.clone());
        let memory = server.resident_kib() as f64 / 1024.0;
        let (a, b) = (sent.p50_us, sent.p99_us);
        writeln!(
            out,
            "| {n} | {a:.0} | {b:.0} | {:.0} | {:.0} | {memory:.0} |",
            received.p50_us, received.p99_us
        )
        .ok();
    }
    drop(server);
    let again = Server::start(binary, &["--port", "0", "--data", dir.to_str().expect("the path is text")]);
    writeln!(out, "\nRestart after `kill -9` with that queue stored: {} ms.", again.started_in.as_millis())
        .ok();
    drop(again);
    std::fs::remove_dir_all(&dir).ok();
    out
}
