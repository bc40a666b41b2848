//! DynamoDB: items written and read in every usual way, beside a bare server that answers the same bytes, and a table that grows.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::items_growth;
use crate::load;
use crate::process::Server;
use crate::report::tabletop;
use crate::request::Call;

const TURNS: usize = 3;
const TURN: Duration = Duration::from_millis(1_500);
/// Keys that writes go round.
const KEYS: u64 = 10_000;
/// Requests that are made before the clock runs, and sent in turns: each writes something else to an item than the one before.
const REQUESTS: u64 = 2_000;

const OPERATIONS: [&str; 6] =
    ["GetItem", "PutItem", "UpdateItem", "Query", "BatchWriteItem", "TransactWriteItems"];

/// Every operation at 1 and 32 connections.
pub(crate) fn run(binary: &Path) -> String {
    let mut out = load::HEAD.to_owned();
    let here = std::env::current_exe().expect("a running program has a path");
    let bare = Server::start(&here, &["bare"]);
    let dir = std::env::temp_dir().join(format!("tabletop-bench-items-{}", std::process::id()));
    let table = tabletop(binary, &dir);
    prepare(&table.addr);
    for connections in [1, 32] {
        for operation in OPERATIONS {
            out.push_str(&row(&table, &bare, operation, connections));
        }
    }
    drop(table);
    std::fs::remove_dir_all(&dir).ok();
    out + "\n" + &items_growth::run(binary)
}

pub(crate) fn call(operation: &str, body: Value) -> Call {
    let target = match operation {
        "CreateTable" => "DynamoDB_20120810.CreateTable",
        "GetItem" => "DynamoDB_20120810.GetItem",
        "PutItem" => "DynamoDB_20120810.PutItem",
        "UpdateItem" => "DynamoDB_20120810.UpdateItem",
        "Query" => "DynamoDB_20120810.Query",
        "BatchWriteItem" => "DynamoDB_20120810.BatchWriteItem",
        _ => "DynamoDB_20120810.TransactWriteItems",
    };
    Call::dynamodb(target, body)
}

pub(crate) fn must(addr: &str, call: &Call) {
    let (status, body) = load::once(addr, &call.bytes(addr));
    assert_eq!(status, 200, "{:?} answered {}", call.target, String::from_utf8_lossy(&body));
}

/// A table with a sort key.
pub(crate) fn create(addr: &str) {
    let table = json!({
        "TableName": "bench", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "s", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
    });
    must(addr, &call("CreateTable", table));
}

/// Ten thousand partitions of one item, and one of a thousand.
fn prepare(addr: &str) {
    create(addr);
    for first in (0..KEYS).step_by(25) {
        must(addr, &batch((first..first + 25).map(|n| item(n, 0))));
    }
    for first in (0..1_000).step_by(25) {
        must(addr, &batch((first..first + 25).map(|n| with_key("wide", &format!("{n:04}"), 0))));
    }
}

pub(crate) fn batch(items: impl Iterator<Item = Value>) -> Call {
    let puts: Vec<Value> = items.map(|item| json!({ "PutRequest": { "Item": item } })).collect();
    call("BatchWriteItem", json!({ "RequestItems": { "bench": puts } }))
}

fn item(n: u64, stamp: u64) -> Value {
    with_key(&format!("key-{n}"), "0", stamp)
}

/// An item of some 250 bytes.
pub(crate) fn with_key(partition: &str, sort: &str, stamp: u64) -> Value {
    json!({
        "p": {"S": partition}, "s": {"S": sort}, "n": {"N": stamp.to_string()}, "t": {"S": "x".repeat(100)},
        "l": {"L": [{"S": "one"}, {"N": "2"}]}, "m": {"M": {"a": {"BOOL": true}, "b": {"S": "y".repeat(50)}}},
    })
}

/// The `n`th request of an operation.
fn nth(operation: &str, n: u64) -> Call {
    let one = n % (REQUESTS / 2);
    let key = json!({ "p": {"S": format!("key-{one}")}, "s": {"S": "0"} });
    match operation {
        "GetItem" => call(operation, json!({ "TableName": "bench", "Key": key })),
        "PutItem" => call(operation, json!({ "TableName": "bench", "Item": item(one, n) })),
        "UpdateItem" => call(
            operation,
            json!({
                "TableName": "bench", "Key": key, "UpdateExpression": "SET n = n + :one",
                "ConditionExpression": "attribute_exists(p) AND n >= :zero",
                "ExpressionAttributeValues": {":one": {"N": "1"}, ":zero": {"N": "0"}},
            }),
        ),
        "Query" => call(
            operation,
            json!({
                "TableName": "bench", "KeyConditionExpression": "p = :p", "Limit": 100,
                "ExpressionAttributeValues": {":p": {"S": "wide"}},
            }),
        ),
        "BatchWriteItem" => batch((0..25).map(|i| item((n * 25 + i) % KEYS, n))),
        _ => {
            let put =
                |i| json!({ "Put": { "TableName": "bench", "Item": item((n * 4 + i) % (REQUESTS * 2), n) } });
            call(operation, json!({ "TransactItems": (0..4).map(put).collect::<Vec<_>>() }))
        }
    }
}

fn row(table: &Server, bare: &Server, operation: &str, connections: usize) -> String {
    let requests: Vec<Vec<u8>> = (0..REQUESTS).map(|n| nth(operation, n).bytes(&table.addr)).collect();
    let n = Cell::new(0);
    let next = |_: &str| {
        |_: &[u8]| {
            n.set(n.get() + 1);
            requests[n.get() % requests.len()].clone()
        }
    };
    let sample = || load::once(&table.addr, &nth(operation, 0).bytes(&table.addr)).1;
    load::beside((table, bare), connections, (TURNS, TURN), sample, next).row(operation, connections)
}
