//! SQS's crash loop, with IAM beside it: messages sent, received and deleted, users made. Everything answered is there,
//! nothing deleted comes back, batches are whole, FIFO groups in order.

pub mod book;
mod users;
mod writer;

use serde_json::{Value, json};

use crate::client::Client;
use crate::crash::sqs::book::{Book, Kind};
use crate::crash::sqs::users::Users;
use crate::crash::{Restarted, Turn, Workload};
use crate::random::Random;

/// What is known of the queues and users.
#[derive(Default)]
pub struct Sqs {
    book: Book,
    users: Users,
    calls: u64,
}

impl Workload for Sqs {
    type Log = writer::Log;

    fn set_up(&mut self, client: &mut Client) -> Result<(), String> {
        let standard = json!({ "QueueName": writer::queue(Kind::Standard) });
        let fifo = json!({ "QueueName": writer::queue(Kind::Fifo), "Attributes": { "FifoQueue": "true" } });
        for input in [standard, fifo] {
            let answer = client.sqs("AmazonSQS.CreateQueue", input).map_err(|e| e.to_string())?;
            if answer.status != 200 {
                return Err(format!("CreateQueue answered {}", answer.text()));
            }
        }
        Ok(())
    }

    fn write(&self, client: Client, random: Random, turn: Turn) -> writer::Log {
        writer::run(client, random, turn)
    }

    fn note(&mut self, logs: Vec<writer::Log>) -> Vec<String> {
        let mut events = Vec::new();
        for log in logs {
            self.calls += log.calls;
            self.users.add(log.user);
            events.push(log.events);
        }
        self.book.add(events)
    }

    /// Sometimes leaves the messages where they are for the next round.
    fn verify(&mut self, after: &mut Restarted) -> Result<Vec<String>, String> {
        let client = &mut after.client;
        let mut wrong = Vec::new();
        // What was received when the server died is visible again.
        client.advance("11m")?;
        for kind in [Kind::Standard, Kind::Fifo] {
            let (least, most) = self.book.bounds(kind);
            let count = count(client, writer::queue(kind))?;
            if !(least..=most).contains(&count) {
                let queue = writer::queue(kind);
                wrong.push(format!("{queue} holds {count} messages rather than {least} to {most}"));
            }
        }
        wrong.extend(self.users.verify(client)?);
        if after.last || after.random.below(3) > 0 || !wrong.is_empty() {
            let mut received = Vec::new();
            for kind in [Kind::Standard, Kind::Fifo] {
                drain(client, writer::queue(kind), &mut received)?;
            }
            wrong.extend(self.book.settle(&received));
            self.users.clear(client)?;
        }
        Ok(wrong)
    }

    fn figures(&self) -> String {
        let (calls, book) = (self.calls, &self.book);
        let (sent, deleted, users) = (book.answered, book.deleted, self.users.made);
        format!("{calls} calls answered, {sent} messages sent, {deleted} deleted, {users} users")
    }
}

/// How many messages a queue says it has, received ones included.
pub fn count(client: &mut Client, queue: &str) -> Result<usize, String> {
    let input = json!({ "QueueUrl": client.url(queue), "AttributeNames": ["All"] });
    let answer = client.sqs("AmazonSQS.GetQueueAttributes", input).map_err(|e| e.to_string())?;
    let attributes = &answer.json()["Attributes"];
    let of = |name: &str| attributes[name].as_str().and_then(|n| n.parse::<usize>().ok());
    let counts = of("ApproximateNumberOfMessages").zip(of("ApproximateNumberOfMessagesNotVisible"));
    counts.map(|(a, b)| a + b).ok_or_else(|| format!("GetQueueAttributes answered {}", answer.text()))
}

/// Receives and deletes until a queue is empty.
pub fn drain(client: &mut Client, queue: &str, received: &mut Vec<u64>) -> Result<(), String> {
    let url = client.url(queue);
    loop {
        let input = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 600 });
        let answer = client.sqs("AmazonSQS.ReceiveMessage", input).map_err(|e| e.to_string())?;
        if answer.status != 200 {
            return Err(format!("ReceiveMessage answered {}", answer.text()));
        }
        let body = answer.json();
        let messages = body["Messages"].as_array().cloned().unwrap_or_default();
        if messages.is_empty() {
            return Ok(());
        }
        for m in &messages {
            received.push(writer::id_of(m).ok_or_else(|| format!("a message came that nobody sent: {m}"))?);
        }
        let entries: Vec<Value> = messages
            .iter()
            .enumerate()
            .map(|(i, m)| json!({ "Id": i.to_string(), "ReceiptHandle": m["ReceiptHandle"] }))
            .collect();
        let input = json!({ "QueueUrl": url, "Entries": entries });
        let answer = client.sqs("AmazonSQS.DeleteMessageBatch", input).map_err(|e| e.to_string())?;
        if answer.json()["Successful"].as_array().map(Vec::len) != Some(messages.len()) {
            return Err(format!("DeleteMessageBatch answered {}", answer.text()));
        }
    }
}
