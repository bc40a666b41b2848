//! `xtask test`: everything that CI asks, in one command: style, lints, the house rules, the workspace's tests, and real
//! clients against the server. `test fast` leaves out what needs the server; `test WORD…` runs the steps of that name.
//! To add a step: a line in [`STEPS`].

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::{Outcome, root, tidy};

mod child;
mod counts;
mod queue;
mod tools;

use child::stream;
use counts::Counts;
use queue::Queue;

/// When a step runs: first the quick ones, one after the other; then the others, two at a time, since each leaves a core
/// idle for much of its time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Fast,
    /// Makes the build that the last part uses.
    Release,
    Clients,
    /// Not before the release build.
    Simulations,
}

/// One thing that must hold.
struct Step {
    /// Its name; its first word names its group.
    name: &'static str,
    part: Part,
    run: fn(&Place) -> Outcome<Counts>,
}

/// In the order in which they begin: the long ones of a part before its short ones, so that nothing long is last.
const STEPS: &[Step] = &[
    Step { name: "fmt", part: Part::Fast, run: fmt },
    Step { name: "clippy", part: Part::Fast, run: clippy },
    Step { name: "tidy", part: Part::Fast, run: tidy },
    Step { name: "cargo", part: Part::Fast, run: cargo_test },
    Step { name: "release", part: Part::Release, run: release },
    Step { name: "e2e python", part: Part::Clients, run: |p| python(p, "requirements.txt") },
    Step { name: "e2e python-old", part: Part::Clients, run: |p| python(p, "requirements-old.txt") },
    Step { name: "e2e programs", part: Part::Clients, run: programs },
    Step { name: "e2e ansible", part: Part::Clients, run: ansible },
    Step { name: "e2e js", part: Part::Clients, run: js },
    Step { name: "e2e go", part: Part::Clients, run: go },
    Step { name: "fuzz", part: Part::Clients, run: fuzz },
    Step { name: "sim crash sqs", part: Part::Simulations, run: |p| sim(p, &["crash", "--service", "sqs"]) },
    Step { name: "sim crash s3", part: Part::Simulations, run: |p| sim(p, &["crash", "--service", "s3"]) },
    Step {
        name: "sim crash dynamodb",
        part: Part::Simulations,
        run: |p| sim(p, &["crash", "--service", "dynamodb"]),
    },
    Step { name: "sim crash ec2", part: Part::Simulations, run: |p| sim(p, &["crash", "--service", "ec2"]) },
    Step { name: "seeds sqs", part: Part::Simulations, run: |p| seeds(p, "service-sqs", "model", "1000") },
    Step { name: "seeds s3", part: Part::Simulations, run: |p| seeds(p, "service-s3", "model", "500") },
    Step { name: "seeds ec2", part: Part::Simulations, run: |p| seeds(p, "service-ec2", "model", "40") },
    Step {
        name: "seeds dynamodb",
        part: Part::Simulations,
        run: |p| seeds(p, "service-dynamodb", "model", "200"),
    },
    Step {
        name: "seeds histories",
        part: Part::Simulations,
        run: |p| seeds(p, "service-dynamodb", "serial", "200"),
    },
    Step { name: "sim clock", part: Part::Simulations, run: |p| sim(p, &["clock"]) },
    Step { name: "sim restart", part: Part::Simulations, run: |p| sim(p, &["restart"]) },
    Step { name: "sim linear", part: Part::Simulations, run: |p| sim(p, &["linear"]) },
    Step { name: "sim uploads", part: Part::Simulations, run: |p| sim(p, &["uploads"]) },
    Step { name: "sim disk", part: Part::Simulations, run: |p| sim(p, &["disk"]) },
    Step { name: "sim fault-loop", part: Part::Simulations, run: |p| sim(p, &["fault-loop"]) },
];

/// Longest that one step may take: far above what it does take, so that a hanging one is seen before CI's own limit.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// How long each fuzzer runs.
const FUZZ_SECONDS: &str = "10";

/// Suites that an older client runs too: the others don't depend on what a client speaks.
const OLD_SUITES: [&str; 4] = ["test_sts.py", "test_iam.py", "test_sqs.py", "test_signatures.py"];

/// Where things are.
struct Place {
    root: std::path::PathBuf,
    /// Cargo's target folder.
    target: std::path::PathBuf,
}

/// How a step ended.
struct Ended {
    name: &'static str,
    counts: Counts,
    wrong: Option<String>,
    took: Duration,
}

/// Runs all steps, the quick ones (`fast`), or those named.
pub fn run(words: &[&str]) -> Outcome {
    let chosen = choose(words)?;
    let exe = std::env::current_exe().map_err(|e| format!("where xtask is: {e}"))?;
    let target = exe.ancestors().nth(2).ok_or("xtask lies in no target folder")?.to_path_buf();
    let place = Place { root: root(), target };
    let (first, rest): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|s| s.part == Part::Fast);
    let mut all: Vec<Ended> = first.into_iter().map(|step| one(&place, step)).collect();
    let queue = Queue::new(rest);
    std::thread::scope(|scope| {
        let beside = scope.spawn(|| work(&place, &queue));
        all.extend(work(&place, &queue));
        all.extend(beside.join().expect("a step tells its errors"));
    });
    print!("{}", summary(&all));
    match all.iter().filter(|e| e.wrong.is_some()).count() {
        0 => Ok(()),
        n => Err(format!("{n} of {} steps failed", all.len())),
    }
}

/// Runs steps of the queue until none is left.
fn work(place: &Place, queue: &Queue) -> Vec<Ended> {
    let mut all = Vec::new();
    while let Some(step) = queue.take() {
        all.push(one(place, step));
        queue.ended(step);
    }
    all
}

fn one(place: &Place, step: &'static Step) -> Ended {
    println!("\n=== {} ===", step.name);
    let from = Instant::now();
    let (counts, wrong) = match (step.run)(place) {
        Ok(counts) if counts.failed > 0 => (counts, Some(format!("{} of its tests failed", counts.failed))),
        Ok(counts) => (counts, None),
        Err(text) => (Counts { passed: 0, failed: 1, skipped: 0 }, Some(text)),
    };
    let took = from.elapsed();
    if let Some(text) = &wrong {
        println!("{text}");
    }
    println!("=== {}: {:.1} s ===", step.name, took.as_secs_f64());
    Ended { name: step.name, counts, wrong, took }
}

fn choose(words: &[&str]) -> Outcome<Vec<&'static Step>> {
    let asks = |step: &Step| match words {
        [] => true,
        ["fast"] => step.part == Part::Fast,
        _ => words.iter().any(|w| step.name == *w || step.name.split(' ').any(|part| part == *w)),
    };
    let chosen: Vec<&Step> = STEPS.iter().filter(|s| asks(s)).collect();
    match chosen.is_empty() {
        false => Ok(chosen),
        true => {
            let names: Vec<&str> = STEPS.iter().map(|s| s.name).collect();
            Err(format!("no step is named {}; there are: fast, {}", words.join(" "), names.join(", ")))
        }
    }
}

/// A table of the steps, and last the totals in the form that CI reads.
fn summary(all: &[Ended]) -> String {
    let mut out = "\n".to_owned();
    let mut total = Counts::default();
    for e in all {
        let state = if e.wrong.is_some() { "FAIL" } else { "ok  " };
        let _ = write!(out, "{state} {:<16} {:>7.1} s  {}", e.name, e.took.as_secs_f64(), e.counts);
        let why = e.wrong.as_deref().and_then(|w| w.lines().find(|l| !l.is_empty()));
        let _ = writeln!(out, "{}", why.map_or(String::new(), |w| format!("  {w}")));
        total += e.counts;
    }
    let _ = writeln!(out, "\n{total}");
    out
}

fn fmt(p: &Place) -> Outcome<Counts> {
    cargo(p, &["fmt", "--all", "--check"])?;
    Ok(Counts::one())
}

fn clippy(p: &Place) -> Outcome<Counts> {
    cargo(p, &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;
    Ok(Counts::one())
}

fn tidy(_: &Place) -> Outcome<Counts> {
    tidy::run()?;
    Ok(Counts::one())
}

fn cargo_test(p: &Place) -> Outcome<Counts> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["test", "--workspace", "--locked", "--no-fail-fast"]).current_dir(&p.root);
    tests(&mut command, counts::cargo)
}

/// Runs tests. None at all is a failure too: a suite that isn't found must not look like one that passes.
fn tests(command: &mut Command, read: fn(&mut Counts, &str)) -> Outcome<Counts> {
    match stream(command, LIMIT, read)? {
        counts if counts == Counts::default() => Err("it ran no test".to_owned()),
        counts => Ok(counts),
    }
}

fn cargo(p: &Place, words: &[&str]) -> Outcome<Counts> {
    stream(Command::new(env!("CARGO")).args(words).current_dir(&p.root), LIMIT, |_, _| {})
}

/// The server that clients are run against. A debug build: the tests before have made nearly all of it.
fn server(p: &Place) -> Outcome<std::path::PathBuf> {
    if let Some(path) = std::env::var_os("TABLETOP_BIN") {
        return Ok(path.into());
    }
    cargo(p, &["build", "--quiet", "--locked", "--package", "tabletop"])?;
    Ok(p.target.join("debug").join("tabletop"))
}

fn python(p: &Place, requirements: &str) -> Outcome<Counts> {
    let mut command = pytest(p, "python", &format!("python/{requirements}"))?;
    if requirements.contains("old") {
        command.args(OLD_SUITES);
    }
    tests(&mut command, counts::pytest)
}

/// rclone, s3cmd, restic, Terraform…: the suite installs those of Debian's that are missing, where it may.
fn programs(p: &Place) -> Outcome<Counts> {
    tests(&mut pytest(p, "programs", "programs/requirements.txt")?, counts::pytest)
}

/// Ansible's plays.
fn ansible(p: &Place) -> Outcome<Counts> {
    if let Some(why) = tools::no_ansible() {
        println!("skipped: {why}");
        return Ok(Counts { passed: 0, failed: 0, skipped: 1 });
    }
    tests(&mut pytest(p, "ansible", "python/requirements-ansible.txt")?, counts::pytest)
}

/// pytest in a folder of `e2e`, with the packages that a file lists, and with the server.
fn pytest(p: &Place, suite: &str, requirements: &str) -> Outcome<Command> {
    let server = server(p)?;
    let mut command = Command::new(tools::venv(p, requirements)?);
    command.args(["-m", "pytest"]).current_dir(p.root.join("e2e").join(suite));
    let compiled = p.target.join("e2e").join("compiled");
    command.env("TABLETOP_BIN", server).env("PYTHONPYCACHEPREFIX", compiled).env("PYTHONUNBUFFERED", "1");
    Ok(command)
}

fn js(p: &Place) -> Outcome<Counts> {
    let server = server(p)?;
    let modules = tools::node_modules(p)?;
    let mut command = Command::new("node");
    command.args(["--test", "--test-reporter=tap", "test/"]).current_dir(p.root.join("e2e/js"));
    command.env("TABLETOP_BIN", server).env("NODE_PATH", modules);
    tests(&mut command, counts::node)
}

fn go(p: &Place) -> Outcome<Counts> {
    if let Some(why) = tools::no_go(&p.root.join("e2e/go")) {
        println!("skipped: {why}");
        return Ok(Counts { passed: 0, failed: 0, skipped: 1 });
    }
    let server = server(p)?;
    let mut command = Command::new("go");
    command.args(["test", "-count=1", "-v", "./..."]).current_dir(p.root.join("e2e/go"));
    command.env("TABLETOP_BIN", server).env("GOFLAGS", "-mod=readonly");
    tests(&mut command, counts::go)
}

/// Every fuzzer for a few seconds: new inputs, and the regressions of old ones.
fn fuzz(p: &Place) -> Outcome<Counts> {
    let mut command = Command::new("sh");
    command.args(["fuzz/run", FUZZ_SECONDS]).current_dir(&p.root).env("CARGO_TARGET_DIR", &p.target);
    tests(&mut command, counts::fuzz)
}

/// What `cargo run --release` would run: it builds, and it starts.
fn release(p: &Place) -> Outcome<Counts> {
    cargo(p, &["build", "--quiet", "--release", "--locked", "--package", "tabletop"])?;
    let mut command = Command::new(p.target.join("release").join("tabletop"));
    stream(command.arg("--version"), LIMIT, |_, _| {})?;
    Ok(Counts::one())
}

/// A service beside its reference model, or its histories before their checker: so many seeds (SQS runs each twice).
fn seeds(p: &Place, package: &str, tests: &str, count: &str) -> Outcome<Counts> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["test", "--release", "--locked", "--package", package, "--test", "it", tests]);
    stream(command.current_dir(&p.root).env("TABLETOP_SEEDS", count), LIMIT, counts::cargo)
}

/// A simulation of `sim/`, over the program that users run.
fn sim(p: &Place, words: &[&str]) -> Outcome<Counts> {
    cargo(p, &["build", "--quiet", "--release", "--locked", "--package", "tabletop", "--package", "sim"])?;
    let mut command = Command::new(p.target.join("release").join("sim"));
    stream(command.args(words).current_dir(&p.root), LIMIT, |_, _| {})?;
    Ok(Counts::one())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_choose_steps() {
        let names = |words: &[&str]| -> Vec<&str> { choose(words).unwrap().iter().map(|s| s.name).collect() };
        assert_eq!(names(&[]).len(), STEPS.len());
        assert_eq!(names(&["fast"]), ["fmt", "clippy", "tidy", "cargo"]);
        assert_eq!(names(&["e2e"]).len(), 6);
        assert_eq!(names(&["js", "tidy"]), ["tidy", "e2e js"]);
        assert!(choose(&["fsat"]).err().unwrap().contains("there are: fast, fmt, "));
    }

    #[test]
    fn the_last_line_is_the_total() {
        let ended = |name, passed, failed, wrong: Option<&str>| Ended {
            name,
            counts: Counts { passed, failed, skipped: 0 },
            wrong: wrong.map(str::to_owned),
            took: Duration::from_millis(1500),
        };
        let text = summary(&[ended("fmt", 1, 0, None), ended("cargo", 40, 2, Some("2 of its tests failed"))]);
        assert_eq!(text.lines().last(), Some("41 passed, 2 failed"));
        assert!(text.contains("FAIL cargo "), "{text}");
    }
}
