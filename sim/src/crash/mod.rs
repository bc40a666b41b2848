//! `sim crash`: writers against the real program over a folder on disk, `kill -9` at a random moment, a restart, and the
//! question whether everything answered is there and nothing deleted is; again and again over the same folder.

pub mod book;
mod users;
mod writer;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::args::Args;
use crate::client::Client;
use crate::crash::book::{Book, Kind};
use crate::crash::users::Users;
use crate::crash::writer::Log;
use crate::folder::Folder;
use crate::random::Random;
use crate::server::{Program, Server};

const WRITERS: u64 = 8;

/// A run under way.
struct Run {
    program: Program,
    seed: u64,
    random: Random,
    book: Book,
    users: Users,
    starts: Vec<Duration>,
    calls: u64,
}

/// Runs the rounds that were asked for.
pub fn run(args: &Args) -> Result<(), String> {
    let rounds = args.number("rounds", 200)?;
    let seed = args.number("seed", 1)?;
    let folder = Folder::new("crash")?;
    let mut program = Program::new(&args.binary(), &folder.path().join("data"));
    program.durability = args.text("durability").unwrap_or("process").to_owned();
    let (random, book, users) = (Random::new(seed, 0), Book::default(), Users::default());
    let mut run = Run { program, seed, random, book, users, starts: Vec::new(), calls: 0 };
    let began = Instant::now();
    if let Err(e) = run.rounds(rounds) {
        return Err(format!("seed {seed}: {e}\nthe data is kept in {}", folder.keep().display()));
    }
    run.starts.sort_unstable();
    let at = |share: usize| run.starts[(run.starts.len() - 1) * share / 100].as_millis();
    println!(
        "crash: {rounds} rounds, {} durability, seed {seed}: {} calls answered, {} messages sent, {} deleted, {} users; \
         nothing lost, nothing came back",
        run.program.durability, run.calls, run.book.answered, run.book.deleted, run.users.made
    );
    println!(
        "crash: restart p50 {} ms, p99 {} ms, max {} ms; {:.0} s in all",
        at(50),
        at(99),
        at(100),
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

impl Run {
    fn rounds(&mut self, rounds: u64) -> Result<(), String> {
        let mut server = self.program.start()?;
        set_up(&server.addr)?;
        for round in 1..=rounds {
            let log = self.load_and_kill(server, round);
            let mut wrong = self.note(log);
            if self.random.below(5) == 0 {
                self.kill_while_starting()?;
            }
            server = self.program.start().map_err(|e| format!("round {round}: {e}"))?;
            self.starts.push(server.started_in);
            let last = round == rounds;
            wrong.extend(self.verify(&server, last).map_err(|e| format!("round {round}: {e}"))?);
            if !wrong.is_empty() {
                let shown = wrong.len().min(20);
                return Err(format!(
                    "round {round}: {} things are wrong\n{}",
                    wrong.len(),
                    wrong[..shown].join("\n")
                ));
            }
            if round % 50 == 0 {
                println!("crash: {round} rounds, {} messages sent", self.book.answered);
            }
        }
        Ok(())
    }

    fn load_and_kill(&mut self, server: Server, round: u64) -> Vec<Log> {
        let (addr, seed) = (server.addr.clone(), self.seed);
        let after = Duration::from_micros(20_000 + self.random.below(480_000));
        std::thread::scope(|scope| {
            let addr = &addr;
            let writers: Vec<_> =
                (0..WRITERS).map(|id| scope.spawn(move || writer::run(addr, seed, round, id))).collect();
            std::thread::sleep(after);
            server.kill();
            writers.into_iter().map(|w| w.join().expect("a writer notes what is wrong")).collect()
        })
    }

    fn note(&mut self, logs: Vec<Log>) -> Vec<String> {
        let mut events = Vec::new();
        for log in logs {
            self.calls += log.calls;
            self.users.add(log.user);
            events.push(log.events);
        }
        self.book.add(events)
    }

    /// A crash in the middle of the recovery from a crash.
    fn kill_while_starting(&mut self) -> Result<(), String> {
        let mut child = self.program.spawn()?;
        std::thread::sleep(Duration::from_micros(self.random.below(40_000)));
        child.kill().map_err(|e| e.to_string())?;
        child.wait().map(drop).map_err(|e| e.to_string())
    }

    /// Asks everything; sometimes leaves the messages where they are for the next round.
    fn verify(&mut self, server: &Server, last: bool) -> Result<Vec<String>, String> {
        let mut client = Client::new(&server.addr).map_err(|e| e.to_string())?;
        let mut wrong = sound(&mut client)?;
        // What was received when the server died is visible again.
        client.advance("11m")?;
        for kind in [Kind::Standard, Kind::Fifo] {
            let (least, most) = self.book.bounds(kind);
            let count = count(&mut client, writer::queue(kind))?;
            if !(least..=most).contains(&count) {
                let queue = writer::queue(kind);
                wrong.push(format!("{queue} holds {count} messages rather than {least} to {most}"));
            }
        }
        wrong.extend(self.users.verify(&mut client)?);
        if last || self.random.below(3) > 0 || !wrong.is_empty() {
            let mut received = Vec::new();
            for kind in [Kind::Standard, Kind::Fifo] {
                drain(&mut client, writer::queue(kind), &mut received)?;
            }
            wrong.extend(self.book.settle(&received));
            self.users.clear(&mut client)?;
        }
        Ok(wrong)
    }
}

fn set_up(addr: &str) -> Result<(), String> {
    let mut client = Client::new(addr).map_err(|e| e.to_string())?;
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

/// Asks the server whether it finds itself sound.
pub fn sound(client: &mut Client) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    let status = client.admin("GET", "status", &Value::Null).map_err(|e| e.to_string())?.json();
    if status["corrupt_records"] != json!([]) {
        wrong.push(format!("corrupt records: {}", status["corrupt_records"]));
    }
    for key in ["data_loss", "store_failure"] {
        if status[key] != Value::Null {
            wrong.push(format!("{key}: {}", status[key]));
        }
    }
    let check = client.admin("GET", "check", &Value::Null).map_err(|e| e.to_string())?;
    if check.status != 200 {
        wrong.push(format!("check: {}", check.text()));
    }
    Ok(wrong)
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
