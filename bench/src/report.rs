//! The report: every operation at 1 and 32 connections, Tabletop and the bare server in turns, as ratios.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::growth;
use crate::load::{self, Measured, Next};
use crate::process::Server;
use crate::request::Call;

/// Turns of each pair of servers; the middle one counts.
const TURNS: usize = 5;
const TURN: Duration = Duration::from_millis(1_500);

/// Runs everything and gives the report.
pub(crate) fn run(binary: &Path) -> String {
    let mut out = load::HEAD.to_owned();
    let here = std::env::current_exe().expect("a running program has a path");
    let bare = Server::start(&here, &["bare"]);
    for connections in [1, 32] {
        for name in ["GetCallerIdentity", "SendMessage", "ReceiveMessage+DeleteMessage"] {
            out.push_str(&row(binary, &bare, name, connections));
        }
    }
    out.push('\n');
    out.push_str(&start_and_size(binary));
    out.push('\n');
    out.push_str(&growth::run(binary));
    out
}

/// One row.
pub(crate) fn one(binary: &Path, operation: &str, connections: usize) -> String {
    let here = std::env::current_exe().expect("a running program has a path");
    row(binary, &Server::start(&here, &["bare"]), operation, connections)
}

/// Five seconds of load on a server that runs already, for a profiler to watch.
pub(crate) fn load_only(addr: &str, operation: &str, connections: usize) -> Measured {
    if operation.ends_with("Object") {
        return crate::objects::load_only(addr, operation, connections);
    }
    let url = if operation == "GetCallerIdentity" { String::new() } else { create_queue(addr) };
    if operation.starts_with("Receive") {
        fill(addr, &url, 200_000);
    }
    let calls = calls(operation, &url);
    load::run(addr, connections, Duration::from_secs(5), &next(&calls, addr))
}

/// A Tabletop over a fresh data folder.
pub(crate) fn tabletop(binary: &Path, dir: &Path) -> Server {
    std::fs::remove_dir_all(dir).ok();
    Server::start(binary, &["--port", "0", "--data", dir.to_str().expect("the path is text")])
}

fn row(binary: &Path, bare: &Server, name: &str, connections: usize) -> String {
    let dir = std::env::temp_dir().join(format!("tabletop-bench-{}", std::process::id()));
    let table = tabletop(binary, &dir);
    let url = if name == "GetCallerIdentity" { String::new() } else { create_queue(&table.addr) };
    let calls = calls(name, &url);
    if name.starts_with("Receive") {
        fill(&table.addr, &url, 40_000 * connections.min(8));
    }
    let sample = || load::once(&table.addr, &calls[0].bytes(&table.addr)).1;
    let measured =
        load::beside((&table, bare), connections, (TURNS, TURN), sample, |addr| next(&calls, addr));
    drop(table);
    std::fs::remove_dir_all(&dir).ok();
    measured.row(name, connections)
}

pub(crate) fn create_queue(addr: &str) -> String {
    let call = Call::sqs("AmazonSQS.CreateQueue", json!({ "QueueName": "bench" }));
    let (status, body) = load::once(addr, &call.bytes(addr));
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    body["QueueUrl"].as_str().unwrap_or_else(|| panic!("CreateQueue answered {status} {body}")).to_owned()
}

/// Sends `n` messages in batches of ten over eight connections.
pub(crate) fn fill(addr: &str, url: &str, n: usize) {
    let entries: Vec<_> =
        (0..10).map(|i| json!({ "Id": i.to_string(), "MessageBody": "x".repeat(100) })).collect();
    let call = Call::sqs("AmazonSQS.SendMessageBatch", json!({ "QueueUrl": url, "Entries": entries }));
    let request = call.bytes(addr);
    let left = std::cell::Cell::new(n.div_ceil(10));
    while left.get() > 0 {
        let before = left.get();
        let round = load::run(addr, 8, Duration::from_millis(200), &|_| {
            left.set(left.get().saturating_sub(1));
            request.clone()
        });
        assert_eq!(round.errors, 0, "batches are accepted");
        assert!(left.get() < before || before == 0, "messages are taken");
    }
}

fn calls(name: &str, url: &str) -> Vec<Call> {
    match name {
        "GetCallerIdentity" => vec![Call::who_am_i()],
        "SendMessage" => {
            let body = json!({ "QueueUrl": url, "MessageBody": "x".repeat(100) });
            vec![Call::sqs("AmazonSQS.SendMessage", body)]
        }
        _ => {
            let receive = json!({ "QueueUrl": url });
            vec![
                Call::sqs("AmazonSQS.ReceiveMessage", receive),
                Call::sqs("AmazonSQS.DeleteMessage", json!({ "QueueUrl": url })),
            ]
        }
    }
}

/// Requests of a run: the same bytes again and again; after a message received, its deletion.
fn next(calls: &[Call], addr: &str) -> Box<Next<'static>> {
    let first = calls[0].bytes(addr);
    let Some(delete) = calls.get(1).cloned() else { return Box::new(move |_| first.clone()) };
    let addr = addr.to_owned();
    Box::new(move |last| match handle_in(last) {
        Some(handle) => {
            let mut body: serde_json::Value = serde_json::from_str(&delete.body).expect("it was JSON");
            body["ReceiptHandle"] = json!(handle);
            Call { body: body.to_string(), ..delete.clone() }.bytes(&addr)
        }
        None => first.clone(),
    })
}

fn handle_in(answer: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(answer).ok()?;
    let at = text.find("\"ReceiptHandle\":\"")? + 17;
    text[at..].split('"').next()
}

fn start_and_size(binary: &Path) -> String {
    let dir = std::env::temp_dir().join(format!("tabletop-bench-start-{}", std::process::id()));
    let mut starts: Vec<Duration> = (0..7).map(|_| tabletop(binary, &dir).started_in).collect();
    starts.sort_unstable();
    let server = tabletop(binary, &dir);
    let (status, _) = load::once(&server.addr, &Call::who_am_i().bytes(&server.addr));
    assert_eq!(status, 200);
    let idle_kib = server.resident_kib();
    drop(server);
    std::fs::remove_dir_all(&dir).ok();
    let size = std::fs::metadata(binary).map_or(0, |m| m.len());
    let mut out = String::from("| what | measured |\n| --- | --- |\n");
    writeln!(out, "| cold start, empty folder, to the printed address | {} ms |", starts[3].as_millis()).ok();
    writeln!(out, "| idle memory after one request | {:.1} MB |", idle_kib as f64 / 1024.0).ok();
    writeln!(out, "| binary size | {:.1} MB |", size as f64 / 1e6).ok();
    out
}
