//! Simulations of bad days: crashes, disks that fail or fill, commits and effects that fail one after the other, time that
//! leaps. They run the real program where that matters, and are bounded; each prints figures and fails loudly. Benchmarks
//! are in `bench`, fuzzers in `fuzz`, and reference models beside their services.
//!
//! | verb | what |
//! | --- | --- |
//! | `crash [--service sqs\|s3\|dynamodb] [--rounds N] [--seed S] [--durability process\|power]` | `kill -9` under eight writers, and what must be there after |
//! | `linear [--rounds N] [--seed S]` | eight clients on a few keys of S3, whose answers must be linearizable |
//! | `uploads [--uploads N]` | ten thousand aborted multipart uploads, which leave no space used |
//! | `restart [--messages N]` | how long a start takes after `kill -9` with a million messages |
//! | `disk` | disks that fill or fail: errors, not lies |
//! | `fault-loop` | one workload in process, in which each commit fails in turn |
//! | `clock [--timers N]` | fourteen days over a hundred thousand due timers, through the real program |

mod args;
mod client;
mod clock;
mod crash;
mod disk;
mod fault_loop;
mod folder;
mod linear;
mod random;
mod restart;
mod server;
mod uploads;

use std::process::ExitCode;

use args::Args;

const FLAGS: [&str; 8] =
    ["binary", "service", "uploads", "rounds", "seed", "durability", "messages", "timers"];

type Simulation = fn(&Args) -> Result<(), String>;

const VERBS: &[(&str, Simulation)] = &[
    ("crash", |args| built(args).and_then(|()| crash::run(args))),
    ("linear", |args| built(args).and_then(|()| linear::run(args))),
    ("uploads", |args| built(args).and_then(|()| uploads::run(args))),
    ("restart", |args| built(args).and_then(|()| restart::run(args))),
    ("disk", |args| built(args).and_then(|()| disk::run(args))),
    ("fault-loop", fault_loop::run),
    ("clock", |args| built(args).and_then(|()| clock::run(args))),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match Args::read(&words, &FLAGS).and_then(|args| run(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("sim: {text}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), String> {
    let known = VERBS.iter().find(|(verb, _)| *verb == args.verb);
    let (_, simulation) = known.ok_or_else(|| {
        let names: Vec<&str> = VERBS.iter().map(|(verb, _)| *verb).collect();
        format!("there is no simulation {}; there are: {}", args.verb, names.join(", "))
    })?;
    simulation(args)
}

/// Whether the program is where it is said to be.
fn built(args: &Args) -> Result<(), String> {
    let binary = args.binary();
    match binary.is_file() {
        true => Ok(()),
        false => Err(format!(
            "there is no {}: cargo build --release -p tabletop, or name one with --binary",
            binary.display()
        )),
    }
}
