//! DynamoDB's crash loop: a table with a global and a local index and a stream. No answered write is lost, no unanswered
//! transaction is there by half, the indexes hold what the table holds, the stream tells each change once and in order.

pub mod book;
mod writer;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::client::Client;
use crate::crash::dynamodb::book::{Book, Key, Told};
use crate::crash::{Restarted, Turn, Workload};
use crate::random::Random;

/// What is known of the table.
#[derive(Default)]
pub struct DynamoDb {
    book: Book,
    stream_arn: String,
    /// The last number read of each shard.
    read: BTreeMap<String, String>,
    /// Shards that were read to their end.
    ended: BTreeSet<String>,
    moved: u64,
    /// Movements whose answer never came.
    moving: u64,
    /// What the stream told of the accounts.
    account_changes: u64,
    told: u64,
    calls: u64,
}

impl Workload for DynamoDb {
    type Log = writer::Log;

    fn set_up(&mut self, client: &mut Client) -> Result<(), String> {
        let described = ask(client, "DynamoDB_20120810.CreateTable", table())?;
        let arn = described["TableDescription"]["LatestStreamArn"].as_str();
        self.stream_arn = arn.ok_or("CreateTable names no stream")?.to_owned();
        for which in 0..writer::ACCOUNTS {
            let mut item = writer::key_value(&writer::account(which));
            item["n"] = json!({ "N": "0" });
            item["moves"] = json!({ "N": "0" });
            ask(client, "DynamoDB_20120810.PutItem", json!({ "TableName": "crash", "Item": item }))?;
        }
        Ok(())
    }

    fn write(&self, client: Client, random: Random, turn: Turn) -> writer::Log {
        writer::run(client, random, turn, self.book.of(&writer::prefix(turn.writer)))
    }

    fn note(&mut self, logs: Vec<writer::Log>) -> Vec<String> {
        let mut wrong = Vec::new();
        for log in logs {
            self.calls += log.calls;
            self.moved += log.moved;
            self.moving += u64::from(log.moving);
            log.asked.into_iter().for_each(|call| self.book.asked(call));
            wrong.extend(log.wrong);
        }
        wrong
    }

    /// Sometimes some hours pass afterwards: shards are closed and have children.
    fn verify(&mut self, after: &mut Restarted) -> Result<Vec<String>, String> {
        let client = &mut after.client;
        let mut there = items(client, None)?;
        let mut wrong = indexes(client, &there)?;
        wrong.extend(self.accounts(&mut there));
        wrong.extend(self.book.compare(&there));
        let told = self.listen(client)?;
        wrong.extend(self.book.hear(told));
        let moves = self.account_changes.checked_sub(writer::ACCOUNTS);
        if moves != Some(self.moved * 2) {
            wrong.push(format!("the stream tells {moves:?} changes of accounts and not {}", self.moved * 2));
        }
        if after.random.below(4) == 0 {
            client.advance("5h")?;
        }
        Ok(wrong)
    }

    fn figures(&self) -> String {
        let (calls, changes, moved, told) = (self.calls, self.book.changes, self.moved, self.told);
        format!("{calls} calls answered, {changes} changes, {moved} movements, {told} records of the stream")
    }
}

impl DynamoDb {
    /// The accounts, taken out of the items: nothing is lost between them, and no movement is there by half.
    fn accounts(&mut self, there: &mut BTreeMap<Key, Value>) -> Vec<String> {
        let (mut sum, mut moves) = (0, 0);
        for which in 0..writer::ACCOUNTS {
            let item = there.remove(&writer::account(which)).unwrap_or_default();
            let number = |name: &str| item[name]["N"].as_str().and_then(|n| n.parse::<i64>().ok());
            sum += number("n").unwrap_or(i64::MIN / 8);
            moves += number("moves").unwrap_or(0);
        }
        let moved = moves.unsigned_abs() / 2;
        let fits = sum == 0 && moves % 2 == 0 && (self.moved..=self.moved + self.moving).contains(&moved);
        let text =
            format!("{moves} halves of {} to {} movements, sum {sum}", self.moved, self.moved + self.moving);
        (self.moved, self.moving) = (moved, 0);
        if fits { Vec::new() } else { vec![text] }
    }

    /// Reads what the stream has told since it was last read. Accounts are only counted.
    fn listen(&mut self, client: &mut Client) -> Result<Vec<Told>, String> {
        let input = json!({ "StreamArn": self.stream_arn });
        let described = ask(client, "DynamoDBStreams_20120810.DescribeStream", input)?;
        let shards = described["StreamDescription"]["Shards"].as_array().cloned().unwrap_or_default();
        let mut all = Vec::new();
        for shard in &shards {
            let Some(id) = shard["ShardId"].as_str() else {
                return Err(format!("a shard has no id: {shard}"));
            };
            if !self.ended.contains(id) {
                self.listen_to(client, id, &mut all)?;
            }
        }
        Ok(all)
    }

    fn listen_to(&mut self, client: &mut Client, shard: &str, all: &mut Vec<Told>) -> Result<(), String> {
        let mut input = json!({ "StreamArn": self.stream_arn, "ShardId": shard });
        match self.read.get(shard) {
            None => input["ShardIteratorType"] = json!("TRIM_HORIZON"),
            Some(number) => {
                input["ShardIteratorType"] = json!("AFTER_SEQUENCE_NUMBER");
                input["SequenceNumber"] = json!(number);
            }
        }
        let mut next =
            ask(client, "DynamoDBStreams_20120810.GetShardIterator", input)?["ShardIterator"].take();
        while !next.is_null() {
            let mut answer =
                ask(client, "DynamoDBStreams_20120810.GetRecords", json!({ "ShardIterator": next }))?;
            next = answer["NextShardIterator"].take();
            let records = answer["Records"].as_array_mut().map(std::mem::take).unwrap_or_default();
            if next.is_null() {
                self.ended.insert(shard.to_owned());
            } else if records.is_empty() {
                return Ok(());
            }
            for mut record in records {
                self.told += 1;
                let change = &mut record["dynamodb"];
                let number = change["SequenceNumber"].as_str().unwrap_or_default().to_owned();
                let before = self.read.insert(shard.to_owned(), number.clone());
                if before.as_ref().is_some_and(|b| *b >= number) {
                    return Err(format!("record {number} of {shard} comes after {before:?}"));
                }
                let key = key_of(&change["Keys"]);
                if key.0.starts_with("account") {
                    self.account_changes += 1;
                    continue;
                }
                let mut image = |name: &str| Some(change[name].take()).filter(|i| !i.is_null());
                all.push(Told { key, old: image("OldImage"), new: image("NewImage") });
            }
        }
        Ok(())
    }
}

fn table() -> Value {
    let defined = |name: &str, kind: &str| json!({ "AttributeName": name, "AttributeType": kind });
    let keys = |hash: &str, range: &str| json!([{ "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }]);
    let all = json!({ "ProjectionType": "ALL" });
    json!({
        "TableName": "crash", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [defined("id", "S"), defined("sk", "N"), defined("g", "S"), defined("v", "N")],
        "KeySchema": keys("id", "sk"),
        "GlobalSecondaryIndexes": [{ "IndexName": "by-g", "KeySchema": keys("g", "v"), "Projection": all }],
        "LocalSecondaryIndexes": [{ "IndexName": "by-v", "KeySchema": keys("id", "v"), "Projection": all }],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
    })
}

/// Calls; anything but an answer is an error.
fn ask(client: &mut Client, target: &'static str, input: Value) -> Result<Value, String> {
    let answer = client.dynamodb(target, input).map_err(|e| e.to_string())?;
    match answer.status {
        200 => Ok(answer.json()),
        status => Err(format!("{target} answered {status} {}", answer.text())),
    }
}

fn key_of(item: &Value) -> Key {
    let text = |name: &str, kind: &str| item[name][kind].as_str().unwrap_or_default().to_owned();
    (text("id", "S"), text("sk", "N"))
}

/// All items of the table, or what an index has of them.
fn items(client: &mut Client, index: Option<&str>) -> Result<BTreeMap<Key, Value>, String> {
    let mut all = BTreeMap::new();
    let mut input = json!({ "TableName": "crash", "Limit": 50 });
    if let Some(index) = index {
        input["IndexName"] = json!(index);
    }
    loop {
        let mut answer = ask(client, "DynamoDB_20120810.Scan", input.clone())?;
        for item in answer["Items"].as_array_mut().map(std::mem::take).unwrap_or_default() {
            if let Some(other) = all.insert(key_of(&item), item) {
                return Err(format!("{index:?} has an item twice: {other}"));
            }
        }
        match answer["LastEvaluatedKey"].take() {
            Value::Null => return Ok(all),
            key => input["ExclusiveStartKey"] = key,
        }
    }
}

/// Both indexes hold the items that have their keys, and nothing else.
fn indexes(client: &mut Client, there: &BTreeMap<Key, Value>) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    for (index, attributes) in [("by-g", &["g", "v"][..]), ("by-v", &["v"][..])] {
        let found = items(client, Some(index))?;
        let in_it = |item: &Value| attributes.iter().all(|a| !item[a].is_null());
        let wanted: BTreeMap<&Key, &Value> = there.iter().filter(|(_, item)| in_it(item)).collect();
        let found: BTreeMap<&Key, &Value> = found.iter().collect();
        if found != wanted {
            wrong.push(format!("{index} has {found:?} and should have {wanted:?}"));
        }
    }
    Ok(wrong)
}
