//! A writer: calls DynamoDB at random over one connection until the server dies under it, and writes down what it did. It
//! knows its own items and sees at once when an answer doesn't fit; the accounts it shares with the others.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};

use crate::client::Client;
use crate::crash::Turn;
use crate::crash::dynamodb::book::{Asked, Change, Key};
use crate::random::Random;

/// Accounts that all writers move units between.
pub const ACCOUNTS: u64 = 4;

/// What a writer did.
pub struct Log {
    /// Calls that change its items.
    pub asked: Vec<Asked>,
    /// Movements between accounts that were answered.
    pub moved: u64,
    /// Whether one more was asked for.
    pub moving: bool,
    /// Calls that were answered.
    pub calls: u64,
    /// What should never happen.
    pub wrong: Vec<String>,
}

struct Writer {
    client: Client,
    random: Random,
    turn: Turn,
    count: u64,
    items: BTreeMap<Key, Value>,
    log: Log,
}

/// The first part of the `id`s of a writer's items.
pub fn prefix(writer: u64) -> String {
    format!("w{writer}-")
}

/// The key of an item as requests give it.
pub fn key_value(key: &Key) -> Value {
    json!({ "id": { "S": key.0 }, "sk": { "N": key.1 } })
}

/// Runs a writer until its connection breaks.
pub fn run(client: Client, random: Random, turn: Turn, items: BTreeMap<Key, Value>) -> Log {
    let log = Log { asked: Vec::new(), moved: 0, moving: false, calls: 0, wrong: Vec::new() };
    let mut w = Writer { client, random, turn, count: 0, items, log };
    while w.step().is_ok() {
        w.log.calls += 1;
    }
    w.log
}

impl Writer {
    fn step(&mut self) -> io::Result<()> {
        match self.random.below(100) {
            0..25 => self.put(),
            25..45 => self.update(),
            45..55 => self.delete(),
            55..62 => self.batch(),
            62..77 => self.transaction(),
            77..87 => self.transfer(),
            87..95 => self.get(),
            _ => self.query(),
        }
    }

    fn key(&mut self) -> Key {
        let id = format!("{}{}", prefix(self.turn.writer), self.random.below(4));
        (id, self.random.below(6).to_string())
    }

    fn distinct(&mut self, most: u64) -> Vec<Key> {
        let mut keys: Vec<Key> = (0..=self.random.below(most)).map(|_| self.key()).collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// A word that nobody else has.
    fn stamp(&mut self) -> String {
        self.count += 1;
        format!("{}.{}.{}", self.turn.round, self.turn.writer, self.count)
    }

    /// A new item: mostly in the indexes, sometimes in one or none of them.
    fn item(&mut self, key: &Key) -> Value {
        let mut item = key_value(key);
        item["x"] = json!({ "S": self.stamp() });
        if self.random.below(4) > 0 {
            item["g"] = json!({ "S": format!("g{}", self.random.below(3)) });
        }
        if self.random.below(4) > 0 {
            item["v"] = json!({ "N": self.random.below(9).to_string() });
        }
        if self.random.below(3) == 0 {
            item["pad"] = json!({ "S": "p".repeat(self.random.below(1_500) as usize) });
        }
        item
    }

    /// What counting up makes of an item: one that isn't there is made.
    fn counted(&self, key: &Key, stamp: &str) -> Value {
        let mut item = self.items.get(key).cloned().unwrap_or_else(|| key_value(key));
        let v: i64 = item["v"]["N"].as_str().and_then(|v| v.parse().ok()).unwrap_or(0);
        item["v"] = json!({ "N": (v + 1).to_string() });
        item["x"] = json!({ "S": stamp });
        item
    }

    /// Calls, and notes the changes that an answer means. The answer's body; nothing if it was refused.
    fn change(
        &mut self,
        target: &'static str,
        input: Value,
        changes: Vec<Change>,
        whole: bool,
    ) -> io::Result<Option<Value>> {
        let outcome = self.client.dynamodb(target, input);
        let answered = outcome.as_ref().is_ok_and(|a| a.status == 200);
        if answered {
            for (key, new) in &changes {
                match new {
                    Some(item) => self.items.insert(key.clone(), item.clone()),
                    None => self.items.remove(key),
                };
            }
        }
        let refused = outcome.as_ref().is_ok_and(|a| a.status != 200);
        if !refused {
            self.log.asked.push(Asked { changes, whole, answered });
        }
        let answer = outcome?;
        if refused {
            self.log.wrong.push(format!("{target} answered {} {}", answer.status, answer.text()));
        }
        Ok(answered.then(|| answer.json()))
    }

    fn put(&mut self) -> io::Result<()> {
        let key = self.key();
        let item = self.item(&key);
        let before = self.items.get(&key).cloned().unwrap_or_default();
        let input = json!({ "TableName": "crash", "Item": item, "ReturnValues": "ALL_OLD" });
        let answer = self.change("DynamoDB_20120810.PutItem", input, vec![(key, Some(item))], true)?;
        if answer.as_ref().is_some_and(|a| a["Attributes"] != before) {
            self.log.wrong.push(format!("PutItem answered {answer:?}, and before it was {before}"));
        }
        Ok(())
    }

    fn update(&mut self) -> io::Result<()> {
        let (key, stamp) = (self.key(), self.stamp());
        let item = self.counted(&key, &stamp);
        let input = json!({
            "TableName": "crash", "Key": key_value(&key), "ReturnValues": "ALL_NEW",
            "UpdateExpression": "SET v = if_not_exists(v, :zero) + :one, x = :x",
            "ExpressionAttributeValues": {":zero": {"N": "0"}, ":one": {"N": "1"}, ":x": {"S": stamp}},
        });
        let changes = vec![(key, Some(item.clone()))];
        let answer = self.change("DynamoDB_20120810.UpdateItem", input, changes, true)?;
        if answer.as_ref().is_some_and(|a| a["Attributes"] != item) {
            self.log.wrong.push(format!("UpdateItem answered {answer:?} rather than {item}"));
        }
        Ok(())
    }

    fn delete(&mut self) -> io::Result<()> {
        let key = self.key();
        let input = json!({ "TableName": "crash", "Key": key_value(&key) });
        self.change("DynamoDB_20120810.DeleteItem", input, vec![(key, None)], true).map(drop)
    }

    fn batch(&mut self) -> io::Result<()> {
        let (mut requests, mut changes) = (Vec::new(), Vec::new());
        for key in self.distinct(12) {
            if self.random.below(4) == 0 {
                requests.push(json!({ "DeleteRequest": { "Key": key_value(&key) } }));
                changes.push((key, None));
            } else {
                let item = self.item(&key);
                requests.push(json!({ "PutRequest": { "Item": item } }));
                changes.push((key, Some(item)));
            }
        }
        let input = json!({ "RequestItems": { "crash": requests } });
        let answer = self.change("DynamoDB_20120810.BatchWriteItem", input, changes, false)?;
        if answer.as_ref().is_some_and(|a| a["UnprocessedItems"] != json!({})) {
            self.log.wrong.push(format!("BatchWriteItem answered {answer:?}"));
        }
        Ok(())
    }

    /// Puts, updates and deletes, all or none; sometimes with a condition that keeps all from being done.
    fn transaction(&mut self) -> io::Result<()> {
        let (mut actions, mut changes) = (Vec::new(), Vec::new());
        for key in self.distinct(5) {
            let stamp = self.stamp();
            let (action, new) = match self.random.below(3) {
                0 => {
                    let action = json!({ "Delete": { "TableName": "crash", "Key": key_value(&key) } });
                    (action, None)
                }
                1 => {
                    let update = json!({
                        "TableName": "crash", "Key": key_value(&key),
                        "UpdateExpression": "SET v = if_not_exists(v, :zero) + :one, x = :x",
                        "ExpressionAttributeValues": {":zero": {"N": "0"}, ":one": {"N": "1"}, ":x": {"S": stamp}},
                    });
                    (json!({ "Update": update }), Some(self.counted(&key, &stamp)))
                }
                _ => {
                    let item = self.item(&key);
                    (json!({ "Put": { "TableName": "crash", "Item": item } }), Some(item))
                }
            };
            actions.push(action);
            changes.push((key, new));
        }
        if self.random.below(4) == 0 {
            let check = json!({
                "TableName": "crash", "Key": key_value(&account(0)),
                "ConditionExpression": "attribute_not_exists(id)",
            });
            actions.push(json!({ "ConditionCheck": check }));
            return self.cancelled(actions);
        }
        let input = json!({ "TransactItems": actions });
        self.change("DynamoDB_20120810.TransactWriteItems", input, changes, true).map(drop)
    }

    /// A transaction that mustn't do anything.
    fn cancelled(&mut self, actions: Vec<Value>) -> io::Result<()> {
        let input = json!({ "TransactItems": actions });
        let answer = self.client.dynamodb("DynamoDB_20120810.TransactWriteItems", input)?;
        if !answer.text().contains("TransactionCanceledException") {
            self.log.wrong.push(format!("a condition doesn't hold, and the answer is {}", answer.text()));
        }
        Ok(())
    }

    /// Moves a unit from one account to another.
    fn transfer(&mut self) -> io::Result<()> {
        let from = self.random.below(ACCOUNTS);
        let to = (from + 1 + self.random.below(ACCOUNTS - 1)) % ACCOUNTS;
        let moved = |which, by: &str| {
            json!({ "Update": {
                "TableName": "crash", "Key": key_value(&account(which)),
                "UpdateExpression": "ADD n :by, moves :one",
                "ExpressionAttributeValues": {":by": {"N": by}, ":one": {"N": "1"}},
            }})
        };
        let input = json!({ "TransactItems": [moved(from, "-1"), moved(to, "1")] });
        self.log.moving = true;
        let answer = self.client.dynamodb("DynamoDB_20120810.TransactWriteItems", input)?;
        self.log.moving = false;
        match answer.status {
            200 => self.log.moved += 1,
            _ => self.log.wrong.push(format!("a movement was refused: {}", answer.text())),
        }
        Ok(())
    }

    fn get(&mut self) -> io::Result<()> {
        let key = self.key();
        let input = json!({ "TableName": "crash", "Key": key_value(&key), "ConsistentRead": true });
        let answer = self.client.dynamodb("DynamoDB_20120810.GetItem", input)?.json();
        if answer["Item"] != self.items.get(&key).cloned().unwrap_or_default() {
            self.log.wrong.push(format!("GetItem of {key:?} answered {answer}"));
        }
        Ok(())
    }

    fn query(&mut self) -> io::Result<()> {
        let (id, _) = self.key();
        let input = json!({
            "TableName": "crash", "KeyConditionExpression": "id = :id", "ConsistentRead": true,
            "ExpressionAttributeValues": {":id": {"S": id}},
        });
        let answer = self.client.dynamodb("DynamoDB_20120810.Query", input)?.json();
        // One digit each: as texts they have the order of numbers.
        let own: Vec<&Value> = self.items.iter().filter(|(k, _)| k.0 == id).map(|(_, i)| i).collect();
        if answer["Items"] != json!(own) {
            self.log.wrong.push(format!("Query of {id} answered {answer} rather than {own:?}"));
        }
        Ok(())
    }
}

/// An account.
pub fn account(which: u64) -> Key {
    (format!("account-{which}"), "0".to_owned())
}
