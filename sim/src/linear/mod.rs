//! `sim linear`: eight clients read, write, conditionally write and delete a few keys of S3 at the same time, through the real
//! program, and what they were answered must be linearizable for each key. With versions, each value has one version, and
//! versions are listed in an order that the calls allow.

mod caller;
mod history;

use std::collections::BTreeMap;
use std::time::Instant;

use crate::args::Args;
use crate::client::Client;
use crate::crash::s3::must;
use crate::crash::sound;
use crate::folder::Folder;
use crate::linear::caller::{Caller, Notes};
use crate::linear::history::{Call, Step, Value, is_linearizable};
use crate::random::Random;
use crate::server::{Program, Server};

const CLIENTS: u64 = 8;
const KEYS: u64 = 3;
/// Of each client: a key gets 80 in the middle, and never more than a history may have.
const CALLS: u64 = 30;

/// Runs the seeds that were asked for.
pub fn run(args: &Args) -> Result<(), String> {
    history::is_sound()?;
    let (seeds, first) = (args.number("rounds", 200)?, args.number("seed", 1)?);
    let folder = Folder::new("linear")?;
    let program = Program::new(&args.binary(), &folder.path().join("data"));
    let server = program.start()?;
    let began = Instant::now();
    let (mut calls, mut refused) = (0, 0);
    for seed in first..first + seeds {
        let (of_seed, of_refused) = one(&server, seed).map_err(|e| format!("seed {seed}: {e}"))?;
        calls += of_seed;
        refused += of_refused;
    }
    let wrong = sound(&mut Client::new(&server.addr).map_err(|e| e.to_string())?)?;
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    if refused == 0 {
        return Err("no condition was ever refused: the clients did not meet".to_owned());
    }
    println!(
        "linear: {seeds} seeds of {CLIENTS} clients over {KEYS} keys, {calls} calls ({refused} conditions refused), in {:.1} s: \
         every history is linearizable",
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// A seed; how many calls were made, and how many of them refused.
fn one(server: &Server, seed: u64) -> Result<(usize, usize), String> {
    let bucket = format!("linear-{seed}");
    let mut client = Client::new(&server.addr).map_err(|e| e.to_string())?;
    must(&mut client, ("PUT", &format!("/{bucket}")), b"")?;
    let versioned = seed.is_multiple_of(2);
    if versioned {
        let on = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        must(&mut client, ("PUT", &format!("/{bucket}?versioning")), on)?;
    }
    let mut all = Notes::default();
    for notes in meet(server, seed, &bucket)? {
        for (key, calls) in notes.calls {
            all.calls.entry(key).or_default().extend(calls);
        }
        all.versions.extend(notes.versions);
    }
    let (mut count, mut refused) = (0, 0);
    for (key, calls) in &all.calls {
        let shown = || {
            let mut calls = calls.clone();
            calls.sort_by_key(|c| c.asked);
            calls
                .iter()
                .map(|c| format!("\n  {:>12} {:>12} {:x?}", c.asked, c.answered, c.step))
                .collect::<String>()
        };
        if !is_linearizable(calls) {
            return Err(format!("no order explains the calls about key {key}:{}", shown()));
        }
        if versioned {
            listed_in_order(&mut client, &bucket, *key, calls, &all.versions)
                .map_err(|e| format!("key {key}: {e}{}", shown()))?;
        }
        count += calls.len();
        let no = |c: &&Call| matches!(c.step, Step::PutIfNew(_, false) | Step::Replace(_, _, false));
        refused += calls.iter().filter(no).count();
    }
    Ok((count, refused))
}

/// All clients at once.
fn meet(server: &Server, seed: u64, bucket: &str) -> Result<Vec<Notes>, String> {
    let began = Instant::now();
    std::thread::scope(|scope| {
        let call = |id: u64| {
            let client = Client::new(&server.addr).map_err(|e| e.to_string())?;
            let random = Random::new(seed, id + 1);
            let (seen, notes) = (BTreeMap::new(), Notes::default());
            Caller { client, random, id, bucket, began, seen, notes }.run(CALLS, KEYS)
        };
        let clients: Vec<_> = (0..CLIENTS).map(|id| scope.spawn(move || call(id))).collect();
        clients.into_iter().map(|c| c.join().expect("a client tells its error")).collect()
    })
}

/// Versions, newest first, are those that were written; none is listed before one that was asked for after its answer.
fn listed_in_order(
    client: &mut Client,
    bucket: &str,
    key: u64,
    calls: &[Call],
    told: &[(Value, String)],
) -> Result<(), String> {
    let mut by_value: BTreeMap<Value, &str> = BTreeMap::new();
    for (value, id) in told {
        if by_value.insert(*value, id).is_some_and(|other| other != id) {
            return Err(format!("value {value:x} was told with two versions"));
        }
    }
    let listed = must(client, ("GET", &format!("/{bucket}?versions&prefix=key-{key}")), b"")?.text();
    let ids =
        listed.split("<Version>").skip(1).filter_map(|v| v.split("<VersionId>").nth(1)?.split('<').next());
    let place: BTreeMap<&str, usize> = ids.enumerate().map(|(i, id)| (id, i)).collect();
    let mut written: Vec<(usize, &Call)> = Vec::new();
    for call in calls {
        let value = match call.step {
            Step::Put(v) | Step::PutIfNew(v, true) | Step::Replace(_, v, true) => v,
            _ => continue,
        };
        let id =
            by_value.get(&value).ok_or_else(|| format!("value {value:x} was written without a version"))?;
        let at = place.get(id).ok_or_else(|| format!("the version of {value:x} is not listed"))?;
        written.push((*at, call));
    }
    if written.len() != place.len() {
        return Err(format!("{} versions were written and {} are listed", written.len(), place.len()));
    }
    written.sort_by_key(|(at, _)| *at);
    match written.windows(2).find(|pair| pair[0].1.answered < pair[1].1.asked) {
        None => Ok(()),
        Some(pair) => {
            Err(format!("versions are listed in the wrong order: {:x?}, {:x?}", pair[0].1, pair[1].1))
        }
    }
}
