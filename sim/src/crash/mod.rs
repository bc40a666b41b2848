//! `sim crash`: eight writers against the real program over a folder on disk, `kill -9` at a random moment, a restart, and the
//! question whether everything answered is there and nothing else; again and again over the same folder. What writers do and
//! what must be there after is a [`Workload`] of each service's: a folder beside this file, and a line in [`SERVICES`].

pub mod dynamodb;
pub mod ec2;
pub mod s3;
pub mod sqs;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::args::Args;
use crate::client::Client;
use crate::folder::Folder;
use crate::random::Random;
use crate::server::{Program, Server};

const WRITERS: u64 = 8;
/// Wrong things that are printed at most.
const SHOWN: usize = 20;

/// The crash loops, by the service that they are about.
const SERVICES: &[(&str, fn(&Args) -> Result<(), String>)] = &[
    ("sqs", rounds_of::<sqs::Sqs>),
    ("s3", rounds_of::<s3::S3>),
    ("dynamodb", rounds_of::<dynamodb::DynamoDb>),
    ("ec2", rounds_of::<ec2::Ec2>),
];

/// What a service brings to its crash loop.
pub trait Workload: Default + Sync {
    /// What one writer wrote down in one round.
    type Log: Send;

    /// Makes what the writers need, once.
    fn set_up(&mut self, client: &mut Client) -> Result<(), String>;

    /// One writer in one round: calls until the connection breaks, and writes down what it asked and what was answered.
    fn write(&self, client: Client, random: Random, turn: Turn) -> Self::Log;

    /// Takes in what the writers of a round wrote down; says what is wrong already.
    fn note(&mut self, logs: Vec<Self::Log>) -> Vec<String>;

    /// Asks the restarted server for everything; says what is wrong. May change what is there for the next round.
    fn verify(&mut self, after: &mut Restarted) -> Result<Vec<String>, String>;

    /// What was done so far, in figures.
    fn figures(&self) -> String;
}

/// Which writer, in which round.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// From 1 on.
    pub round: u64,
    /// From 0 on.
    pub writer: u64,
}

/// A server after its restart.
pub struct Restarted<'r> {
    /// A connection to it.
    pub client: Client,
    /// Choices that verifying makes.
    pub random: &'r mut Random,
    /// Its data folder.
    pub data: &'r Path,
    /// No round follows.
    pub last: bool,
}

/// A run under way.
struct Run<W> {
    program: Program,
    seed: u64,
    random: Random,
    workload: W,
    starts: Vec<Duration>,
}

/// Runs the rounds that were asked for.
pub fn run(args: &Args) -> Result<(), String> {
    let service = args.text("service").unwrap_or("sqs");
    let known = SERVICES.iter().find(|(name, _)| *name == service);
    let (_, rounds) = known.ok_or_else(|| {
        let names: Vec<&str> = SERVICES.iter().map(|(name, _)| *name).collect();
        format!("there is no crash loop of {service}; there are: {}", names.join(", "))
    })?;
    rounds(args).map_err(|e| format!("{service}: {e}"))
}

fn rounds_of<W: Workload>(args: &Args) -> Result<(), String> {
    let rounds = args.number("rounds", 200)?;
    let seed = args.number("seed", 1)?;
    let folder = Folder::new("crash")?;
    let mut program = Program::new(&args.binary(), &folder.path().join("data"));
    program.durability = args.text("durability").unwrap_or("process").to_owned();
    let random = Random::new(seed, 0);
    let mut run = Run { program, seed, random, workload: W::default(), starts: Vec::new() };
    let began = Instant::now();
    if let Err(e) = run.rounds(rounds) {
        return Err(format!("seed {seed}: {e}\nthe data is kept in {}", folder.keep().display()));
    }
    run.starts.sort_unstable();
    let at = |share: usize| run.starts[(run.starts.len() - 1) * share / 100].as_millis();
    println!(
        "crash: {rounds} rounds, {} durability, seed {seed}: {}; nothing lost, nothing came back",
        run.program.durability,
        run.workload.figures()
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

impl<W: Workload> Run<W> {
    fn rounds(&mut self, rounds: u64) -> Result<(), String> {
        let mut server = self.program.start()?;
        self.workload.set_up(&mut Client::new(&server.addr).map_err(|e| e.to_string())?)?;
        for round in 1..=rounds {
            let logs = self.load_and_kill(server, round);
            let mut wrong = self.workload.note(logs);
            if self.random.below(5) == 0 {
                self.kill_while_starting()?;
            }
            server = self.program.start().map_err(|e| format!("round {round}: {e}"))?;
            self.starts.push(server.started_in);
            wrong.extend(self.verify(&server, round == rounds).map_err(|e| format!("round {round}: {e}"))?);
            if !wrong.is_empty() {
                let shown = wrong[..wrong.len().min(SHOWN)].join("\n");
                return Err(format!("round {round}: {} things are wrong\n{shown}", wrong.len()));
            }
            if round % 50 == 0 {
                println!("crash: {round} rounds, {}", self.workload.figures());
            }
        }
        Ok(())
    }

    fn load_and_kill(&mut self, server: Server, round: u64) -> Vec<W::Log> {
        let (addr, seed, workload) = (server.addr.clone(), self.seed, &self.workload);
        let after = Duration::from_micros(20_000 + self.random.below(480_000));
        std::thread::scope(|scope| {
            let addr = &addr;
            let write = |writer: u64| {
                let random = Random::new(seed, round << 8 | (writer + 1));
                let client = Client::new(addr).ok()?;
                Some(workload.write(client, random, Turn { round, writer }))
            };
            let writers: Vec<_> = (0..WRITERS).map(|id| scope.spawn(move || write(id))).collect();
            std::thread::sleep(after);
            server.kill();
            writers.into_iter().filter_map(|w| w.join().expect("a writer notes what is wrong")).collect()
        })
    }

    /// A crash in the middle of the recovery from a crash.
    fn kill_while_starting(&mut self) -> Result<(), String> {
        let mut child = self.program.spawn()?;
        std::thread::sleep(Duration::from_micros(self.random.below(40_000)));
        child.kill().map_err(|e| e.to_string())?;
        child.wait().map(drop).map_err(|e| e.to_string())
    }

    fn verify(&mut self, server: &Server, last: bool) -> Result<Vec<String>, String> {
        let mut client = Client::new(&server.addr).map_err(|e| e.to_string())?;
        let mut wrong = sound(&mut client)?;
        let mut after = Restarted { client, random: &mut self.random, data: &self.program.data, last };
        wrong.extend(self.workload.verify(&mut after)?);
        Ok(wrong)
    }
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
