//! A writer: calls SQS and IAM at random over one connection until the server dies under it, and writes down what it did.

use std::collections::VecDeque;
use std::io;
use std::time::Instant;

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::crash::Turn;
use crate::crash::sqs::book::{Event, Kind, number};
use crate::random::Random;

/// Allows everything in SQS.
const POLICY: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22sqs%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";

/// A user that a writer made, as far as that was answered.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// Its name.
    pub name: String,
    /// Whether its creation was answered.
    pub created: bool,
    /// Whether its policy was.
    pub allowed: bool,
    /// Its access key and secret.
    pub key: Option<(String, String)>,
}

/// What a writer did.
pub struct Log {
    /// Messages.
    pub events: Vec<Event>,
    /// The user that it made.
    pub user: Option<User>,
    /// Calls that were answered.
    pub calls: u64,
}

struct Writer {
    client: Client,
    random: Random,
    round: u64,
    id: u64,
    sent: u64,
    held: VecDeque<(Kind, u64, String)>,
    log: Log,
}

/// Runs a writer until its connection breaks.
pub fn run(client: Client, random: Random, turn: Turn) -> Log {
    let log = Log { events: Vec::new(), user: None, calls: 0 };
    let (round, id) = (turn.round, turn.writer);
    let mut w = Writer { client, random, round, id, sent: 0, held: VecDeque::new(), log };
    while w.step().is_ok() {
        w.log.calls += 1;
    }
    w.log
}

/// The queue's name.
pub fn queue(kind: Kind) -> &'static str {
    match kind {
        Kind::Standard => "crash",
        Kind::Fifo => "crash.fifo",
    }
}

/// The number that a received message carries.
pub fn id_of(message: &Value) -> Option<u64> {
    u64::from_str_radix(message["Body"].as_str()?.split(' ').next()?, 16).ok()
}

impl Writer {
    fn step(&mut self) -> io::Result<()> {
        match self.random.below(100) {
            0..30 => self.send(Kind::Standard, 1),
            30..38 => self.send(Kind::Standard, 10),
            38..48 => self.send(Kind::Fifo, 1),
            48..51 => self.send(Kind::Fifo, 10),
            51..66 => self.receive(Kind::Standard),
            66..74 => self.receive(Kind::Fifo),
            74..85 => self.delete(1),
            85..92 => self.delete(10),
            _ => self.iam(),
        }
    }

    /// Notes an answer that should not have come.
    fn expect(&mut self, what: &str, answer: &Answer) -> bool {
        let fine = answer.status == 200;
        if !fine {
            let text = format!("{what} answered {} {}", answer.status, answer.text());
            self.log.events.push(Event::Wrong(text));
        }
        fine
    }

    fn send(&mut self, kind: Kind, count: u64) -> io::Result<()> {
        let ids: Vec<u64> = (0..count).map(|i| number(self.round, self.id, self.sent + i)).collect();
        self.sent += count;
        let entries: Vec<Value> = ids.iter().map(|id| self.entry(kind, *id)).collect();
        let url = self.client.url(queue(kind));
        let (operation, input) = match entries.as_slice() {
            [one] => {
                let mut input = one.clone();
                input["QueueUrl"] = json!(url);
                if let Some(o) = input.as_object_mut() {
                    o.remove("Id");
                }
                ("AmazonSQS.SendMessage", input)
            }
            _ => ("AmazonSQS.SendMessageBatch", json!({ "QueueUrl": url, "Entries": entries })),
        };
        let outcome = self.client.sqs(operation, input);
        let answered = outcome.as_ref().is_ok_and(|a| a.status == 200);
        self.log.events.push(Event::Sent { kind, ids, answered });
        let answer = outcome?;
        self.expect(operation, &answer);
        Ok(())
    }

    fn entry(&mut self, kind: Kind, id: u64) -> Value {
        let room = self.random.below(1_500) as usize;
        let mut entry =
            json!({ "Id": format!("{id:x}"), "MessageBody": format!("{id:x} {}", "x".repeat(room)) });
        if kind == Kind::Fifo {
            entry["MessageGroupId"] = json!(self.id.to_string());
            entry["MessageDeduplicationId"] = json!(format!("{id:x}"));
        }
        entry
    }

    fn receive(&mut self, kind: Kind) -> io::Result<()> {
        let url = self.client.url(queue(kind));
        let began = Instant::now();
        let input = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 600 });
        let answer = self.client.sqs("AmazonSQS.ReceiveMessage", input)?;
        if !self.expect("ReceiveMessage", &answer) {
            return Ok(());
        }
        for m in answer.json()["Messages"].as_array().into_iter().flatten() {
            let (Some(id), Some(handle)) = (id_of(m), m["ReceiptHandle"].as_str()) else {
                self.log.events.push(Event::Wrong(format!("a message came that nobody sent: {m}")));
                continue;
            };
            self.log.events.push(Event::Seen { id, began });
            self.held.push_back((kind, id, handle.to_owned()));
        }
        Ok(())
    }

    /// Deletes of the messages held those first received, of one queue.
    fn delete(&mut self, count: usize) -> io::Result<()> {
        let Some((kind, ..)) = self.held.front().cloned() else { return self.send(Kind::Standard, 1) };
        let of_kind = self.held.iter().take(count).take_while(|(k, ..)| *k == kind).count();
        let chosen: Vec<(Kind, u64, String)> = self.held.drain(..of_kind).collect();
        let url = self.client.url(queue(kind));
        let outcome = match chosen.as_slice() {
            [(_, _, handle)] => {
                let input = json!({ "QueueUrl": url, "ReceiptHandle": handle });
                self.client.sqs("AmazonSQS.DeleteMessage", input)
            }
            many => {
                let entry = |(_, id, handle): &(Kind, u64, String)| json!({ "Id": format!("{id:x}"), "ReceiptHandle": handle });
                let entries: Vec<Value> = many.iter().map(entry).collect();
                let input = json!({ "QueueUrl": url, "Entries": entries });
                self.client.sqs("AmazonSQS.DeleteMessageBatch", input)
            }
        };
        let fine = |a: &Answer| a.status == 200 && a.json()["Failed"].as_array().is_none_or(Vec::is_empty);
        let answered = outcome.as_ref().is_ok_and(fine).then(Instant::now);
        for (_, id, _) in chosen {
            self.log.events.push(Event::Deleted { id, answered });
        }
        let answer = outcome?;
        self.expect("DeleteMessage", &answer);
        Ok(())
    }

    /// The next step with this round's user: made, allowed, given a key.
    fn iam(&mut self) -> io::Result<()> {
        let mut user = self
            .log
            .user
            .clone()
            .unwrap_or_else(|| User { name: format!("u-{}-{}", self.round, self.id), ..User::default() });
        self.log.user = Some(user.clone());
        let name = &user.name;
        let form = match (user.created, user.allowed, &user.key) {
            (false, ..) => format!("Action=CreateUser&UserName={name}"),
            (_, false, _) => {
                format!("Action=PutUserPolicy&UserName={name}&PolicyName=p&PolicyDocument={POLICY}")
            }
            (_, _, None) => format!("Action=CreateAccessKey&UserName={name}"),
            _ => return self.receive(Kind::Standard),
        };
        let answer = self.client.iam(form)?;
        if !self.expect("IAM", &answer) {
            return Ok(());
        }
        match (user.created, user.allowed) {
            (false, _) => user.created = true,
            (_, false) => user.allowed = true,
            _ => user.key = answer.element("AccessKeyId").zip(answer.element("SecretAccessKey")),
        }
        self.log.user = Some(user);
        Ok(())
    }
}
