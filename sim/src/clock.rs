//! `sim clock`: a hundred thousand queues with a message each, so that each has a retention timer, over the real program and
//! its disk; then `clock advance` past all of them, and every message must be gone.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::args::Args;
use crate::client::Client;
use crate::crash::sound;
use crate::folder::Folder;
use crate::server::Program;

/// Far above the seconds that it takes, since machines that test are loaded.
const BOUND: Duration = Duration::from_secs(120);
const MAKERS: u64 = 4;
/// Fourteen days, SQS's longest retention.
const LONGEST_S: u64 = 1_209_600;

/// Makes the queues and advances.
pub fn run(args: &Args) -> Result<(), String> {
    let queues = args.number("timers", 100_000)?;
    let folder = Folder::new("clock")?;
    let program = Program::new(&args.binary(), &folder.path().join("data"));
    let server = program.start()?;
    let mut client = Client::new(&server.addr).map_err(|e| e.to_string())?;
    client.admin("POST", "clock/freeze", &Value::Null).map_err(|e| e.to_string())?;
    let began = Instant::now();
    std::thread::scope(|scope| {
        let addr = &server.addr;
        let make = |m: u64| make(addr, (m..queues).step_by(MAKERS as usize));
        let makers: Vec<_> = (0..MAKERS).map(|m| scope.spawn(move || make(m))).collect();
        makers.into_iter().try_for_each(|m| m.join().expect("a maker tells its error"))
    })?;
    println!("clock: {queues} queues with a message each made in {:.1} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let fired = client.advance("14d")?;
    let took = began.elapsed();
    println!("clock: advance 14d fired {fired} timers in {:.2} s", took.as_secs_f64());
    if fired < queues {
        return Err(format!("{fired} of {queues} timers fired"));
    }
    for q in (0..queues).step_by((queues / 100).max(1) as usize) {
        let left = crate::crash::sqs::count(&mut client, &format!("q{q}"))?;
        if left != 0 {
            return Err(format!("q{q} still holds {left} messages"));
        }
    }
    // The check looks at every queue: a message that outlived its retention would be found.
    let wrong = sound(&mut client)?;
    match wrong.is_empty() && took <= BOUND {
        true => Ok(()),
        false if wrong.is_empty() => Err(format!("it took more than {} s", BOUND.as_secs())),
        false => Err(wrong.join("\n")),
    }
}

/// Makes queues with retentions spread over the fourteen days, and sends a message to each.
fn make(addr: &str, which: impl Iterator<Item = u64>) -> Result<(), String> {
    let mut client = Client::new(addr).map_err(|e| e.to_string())?;
    for q in which {
        let name = format!("q{q}");
        let retention_s = 60 + q.wrapping_mul(7_919_993) % (LONGEST_S - 60);
        let attributes = json!({ "MessageRetentionPeriod": retention_s.to_string() });
        let input = json!({ "QueueName": name, "Attributes": attributes });
        let made = client.sqs("AmazonSQS.CreateQueue", input).map_err(|e| e.to_string())?;
        let input = json!({ "QueueUrl": client.url(&name), "MessageBody": "x" });
        let sent = client.sqs("AmazonSQS.SendMessage", input).map_err(|e| e.to_string())?;
        if made.status != 200 || sent.status != 200 {
            return Err(format!("{} {}", made.text(), sent.text()));
        }
    }
    Ok(())
}
