//! A process per target, some at a time; what they did; and for those that died, their last input, made smaller, and how
//! to run it again.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::child::read_current;
use crate::targets::Target;

/// What to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Targets.
    pub targets: Vec<&'static Target>,
    /// Seconds for each.
    pub seconds: u64,
    /// Seed of all randomness.
    pub seed: u64,
    /// Processes at a time.
    pub jobs: usize,
}

/// Tries at making a failing input smaller.
const SHRINK_TRIES: usize = 150;

/// Runs the plan. Tells how many targets failed.
pub fn run(plan: &Plan) -> usize {
    let next = AtomicUsize::new(0);
    let failed = AtomicUsize::new(0);
    let out = Mutex::new(std::io::stdout());
    std::thread::scope(|scope| {
        for _ in 0..plan.jobs.max(1) {
            scope.spawn(|| {
                while let Some(target) = plan.targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (line, ok) = run_one(plan, target);
                    failed.fetch_add(usize::from(!ok), Ordering::Relaxed);
                    let mut out = out.lock().expect("nobody panics while holding it");
                    // Nobody to tell is no reason to stop.
                    drop(writeln!(out, "{line}"));
                }
            });
        }
    });
    failed.into_inner()
}

fn run_one(plan: &Plan, target: &Target) -> (String, bool) {
    let current = std::env::temp_dir().join(format!("fuzz-{}-{}", std::process::id(), target.name));
    let output = myself(&["child", target.name])
        .arg(current.as_os_str())
        .args([plan.seconds.to_string(), plan.seed.to_string()])
        .output();
    let line = match output {
        Err(e) => (format!("{:<14} does not start: {e}", target.name), false),
        Ok(done) if done.status.success() => {
            (String::from_utf8_lossy(&done.stdout).trim_end().to_owned(), true)
        }
        Ok(died) => (report(target, &current, &died), false),
    };
    // It may not be there.
    drop(std::fs::remove_file(&current));
    line
}

fn report(target: &Target, current: &Path, died: &Output) -> String {
    let said = String::from_utf8_lossy(&died.stderr);
    let said: Vec<&str> = said.lines().take(12).collect();
    let Some(input) = read_current(current) else {
        return format!(
            "{:<14} FAILED before its first input: {}\n{}",
            target.name,
            died.status,
            said.join("\n")
        );
    };
    let small = shrink(target, input, died);
    let kept = keep(target, &small).map_or_else(|e| format!("(not kept: {e})"), |p| p.display().to_string());
    format!(
        "{:<14} FAILED: {} on {} bytes\n{}\n{}\nrun it again: fuzz/run replay {} {kept}",
        target.name,
        died.status,
        small.len(),
        said.join("\n"),
        small[..small.len().min(200)].escape_ascii(),
        target.name,
    )
}

/// Cuts stretches out as long as the process dies the same way.
fn shrink(target: &Target, mut input: Vec<u8>, died: &Output) -> Vec<u8> {
    let path = std::env::temp_dir().join(format!("fuzz-{}-{}-smaller", std::process::id(), target.name));
    let mut tries = 0;
    let mut stretch = input.len().div_ceil(2);
    while stretch > 0 && tries < SHRINK_TRIES {
        let mut at = 0;
        while at < input.len() && tries < SHRINK_TRIES {
            tries += 1;
            let mut smaller = input.clone();
            smaller.drain(at..(at + stretch).min(input.len()));
            let again = std::fs::write(&path, &smaller)
                .and_then(|()| myself(&["replay", target.name]).arg(&path).output());
            let died_again =
                again.is_ok_and(|again| again.status == died.status && place(&again) == place(died));
            if died_again {
                input = smaller;
            } else {
                at += stretch;
            }
        }
        stretch /= 2;
    }
    // It may not be there.
    drop(std::fs::remove_file(&path));
    input
}

/// Where it panicked.
fn place(died: &Output) -> Option<String> {
    let said = String::from_utf8_lossy(&died.stderr);
    said.lines().find_map(|line| line.split_once("panicked at ")).map(|(_, place)| place.to_owned())
}

fn keep(target: &Target, input: &[u8]) -> std::io::Result<PathBuf> {
    let dir = crate::home().join("artifacts");
    std::fs::create_dir_all(&dir)?;
    let path = dir.join(format!("{}-{:016x}", target.name, model::checksum(input)));
    std::fs::write(&path, input)?;
    Ok(path)
}

fn myself(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a running program has a path"));
    command.args(words);
    command
}

/// How long a target ran, from the words of a command line.
pub fn seconds(text: &str) -> Option<Duration> {
    text.parse().ok().map(Duration::from_secs)
}
