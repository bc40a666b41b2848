//! `sim restart`: a queue of a million messages, `kill -9` while more are sent, and how long the start after it takes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::args::Args;
use crate::client::Client;
use crate::crash::sound;
use crate::crash::sqs::count;
use crate::folder::Folder;
use crate::random::Random;
use crate::server::Program;

/// What is promised. The middle of the starts is held to it: a machine that tests has other things to do as well.
const BOUND: Duration = Duration::from_secs(1);
const SENDERS: u64 = 4;
const CRASHES: usize = 5;

/// Fills a queue and restarts.
pub fn run(args: &Args) -> Result<(), String> {
    let messages = args.number("messages", 1_000_000)?;
    let folder = Folder::new("restart")?;
    let program = Program::new(&args.binary(), &folder.path().join("data"));
    let mut server = program.start()?;
    let mut client = Client::new(&server.addr).map_err(|e| e.to_string())?;
    let made = client.sqs("AmazonSQS.CreateQueue", json!({ "QueueName": "many" }));
    made.map_err(|e| e.to_string())?;
    let began = Instant::now();
    send(&server.addr, messages / 10 / SENDERS)?;
    println!("restart: {messages} messages sent in {:.1} s", began.elapsed().as_secs_f64());
    let mut random = Random::new(args.number("seed", 1)?, 0);
    let mut starts = Vec::new();
    for _ in 0..CRASHES {
        let addr = server.addr.clone();
        std::thread::scope(|scope| {
            scope.spawn(|| send(&addr, u64::MAX));
            std::thread::sleep(Duration::from_millis(100 + random.below(400)));
            server.kill();
        });
        server = program.start()?;
        starts.push(server.started_in);
    }
    let mut client = Client::new(&server.addr).map_err(|e| e.to_string())?;
    let there = count(&mut client, "many")? as u64;
    if there < messages {
        return Err(format!("of {messages} messages {there} are there"));
    }
    let status = client.admin("GET", "status", &Value::Null).map_err(|e| e.to_string())?.json();
    let wrong = sound(&mut client)?;
    starts.sort_unstable();
    let (middle, longest) = (starts[CRASHES / 2], starts[CRASHES - 1]);
    println!(
        "restart: after kill -9 with {there} messages ({} MB on disk): p50 {} ms, max {} ms of {CRASHES}",
        status["disk_bytes"].as_u64().unwrap_or(0) / 1_000_000,
        middle.as_millis(),
        longest.as_millis()
    );
    match wrong.is_empty() && middle <= BOUND {
        true => Ok(()),
        false if wrong.is_empty() => Err(format!("restarts took more than {BOUND:?}")),
        false => Err(wrong.join("\n")),
    }
}

/// Sends so many batches of ten over each of four connections; ends early when the server does.
fn send(addr: &str, batches: u64) -> Result<(), String> {
    let entry = |i: usize| json!({ "Id": i.to_string(), "MessageBody": "x".repeat(100) });
    let entries: Vec<Value> = (0..10).map(entry).collect();
    let one = || {
        let mut client = Client::new(addr).map_err(|e| e.to_string())?;
        let input = json!({ "QueueUrl": client.url("many"), "Entries": entries });
        for _ in 0..batches {
            let answer =
                client.sqs("AmazonSQS.SendMessageBatch", input.clone()).map_err(|e| e.to_string())?;
            if answer.status != 200 {
                return Err(format!("SendMessageBatch answered {}", answer.text()));
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(one)).collect();
        senders.into_iter().try_for_each(|s| s.join().expect("a sender tells its error"))
    })
}
