//! The program `fuzz`: runs targets, or one input again. What it runs is in the library beside it.

use std::path::Path;
use std::process::ExitCode;

use fuzz::parent::Plan;
use fuzz::targets::{TARGETS, Target, find};
use fuzz::{child, memory, parent};

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

const USAGE: &str = "fuzz run [--seconds N] [--seed N] [--jobs N] [TARGET…]
fuzz replay TARGET FILE…
fuzz list";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(code) => code,
        Err(why) => {
            eprintln!("fuzz: {why}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn dispatch(words: &[&str]) -> Result<ExitCode, String> {
    match words {
        ["list"] => {
            for target in TARGETS {
                println!("{:<14} {}", target.name, target.about);
            }
            Ok(ExitCode::SUCCESS)
        }
        ["run", rest @ ..] => {
            let failed = parent::run(&plan(rest)?);
            Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        ["replay", name, files @ ..] => {
            let read = |path: &&str| std::fs::read(path).map_err(|e| format!("{path}: {e}"));
            let inputs: Vec<Vec<u8>> = files.iter().map(read).collect::<Result<_, _>>()?;
            child::replay(target(name)?, &inputs);
            Ok(ExitCode::SUCCESS)
        }
        ["child", name, current, seconds, seed] => run_child(target(name)?, current, seconds, seed),
        _ => Err("what shall I do?".to_owned()),
    }
}

fn run_child(target: &Target, current: &str, seconds: &str, seed: &str) -> Result<ExitCode, String> {
    let time = parent::seconds(seconds).ok_or("seconds are a number")?;
    let seed = seed.parse().map_err(|_| "a seed is a number")?;
    let tally = child::fuzz(target, time, seed, Path::new(current)).map_err(|e| e.to_string())?;
    let (peak, at) = tally.peak_bytes;
    println!(
        "{:<14} {:>9} runs {:>7}/s  {:>5} kept  {:>6} edges  at most {:>6} KiB (for {at} bytes)",
        target.name,
        tally.runs,
        tally.runs / time.as_secs().max(1),
        tally.corpus,
        tally.edges,
        peak / 1024,
    );
    Ok(ExitCode::SUCCESS)
}

fn plan(words: &[&str]) -> Result<Plan, String> {
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let mut plan = Plan { targets: Vec::new(), seconds: 10, seed: 1, jobs };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut number = || {
            let value = words.next().and_then(|w| w.parse::<u64>().ok());
            value.ok_or_else(|| format!("{word} needs a number"))
        };
        match *word {
            "--seconds" => plan.seconds = number()?,
            "--seed" => plan.seed = number()?,
            "--jobs" => plan.jobs = number()? as usize,
            name => plan.targets.push(target(name)?),
        }
    }
    if plan.targets.is_empty() {
        plan.targets = TARGETS.iter().collect();
    }
    Ok(plan)
}

fn target(name: &str) -> Result<&'static Target, String> {
    find(name).ok_or_else(|| {
        let names: Vec<&str> = TARGETS.iter().map(|t| t.name).collect();
        format!("no target '{name}'; there are {}", names.join(" "))
    })
}
