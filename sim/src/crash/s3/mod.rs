//! S3's crash loop: objects written in one go, in parts and by copy, deleted, listed, in a bucket that keeps versions and in one
//! that doesn't. Every answered write is there byte for byte; what wasn't answered is there whole or not at all; and no
//! file stays that nothing names.

mod book;
mod content;
mod seen;
mod writer;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::client::{Answer, Client};
use crate::crash::s3::book::{Holdings, Place};
use crate::crash::s3::content::Content;
use crate::crash::s3::seen::Seen;
use crate::crash::s3::writer::{Log, bucket, is_made_of, target};
use crate::crash::{Restarted, Turn, WRITERS, Workload};
use crate::random::Random;

/// How long files may still be there that nothing names: removal follows the start and the answers.
const SWEEP: Duration = Duration::from_secs(20);

/// What is known of all writers' keys.
#[derive(Default)]
pub struct S3 {
    holdings: Vec<Holdings>,
    logs: Vec<Log>,
    calls: u64,
    bytes: u64,
    read: u64,
}

impl Workload for S3 {
    type Log = Log;

    fn set_up(&mut self, client: &mut Client) -> Result<(), String> {
        self.holdings.resize_with(WRITERS as usize, Holdings::default);
        for versioned in [false, true] {
            must(client, ("PUT", &format!("/{}", bucket(versioned))), b"")?;
        }
        let on = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        must(client, ("PUT", &format!("/{}?versioning", bucket(true))), on).map(drop)
    }

    fn write(&self, client: Client, random: Random, turn: Turn) -> Log {
        writer::run(client, random, turn, self.holdings[turn.writer as usize].clone())
    }

    fn note(&mut self, logs: Vec<Log>) -> Vec<String> {
        self.logs = logs;
        let mut wrong = Vec::new();
        for log in &mut self.logs {
            self.calls += log.calls;
            self.bytes += log.bytes;
            wrong.append(&mut log.wrong);
        }
        wrong
    }

    fn verify(&mut self, after: &mut Restarted) -> Result<Vec<String>, String> {
        let mut wrong = Vec::new();
        let seen = seen::look(&mut after.client)?;
        for log in std::mem::take(&mut self.logs) {
            let writer = log.writer;
            let settled = self.settle(&mut after.client, &seen.of(writer), log)?;
            match settled {
                Ok(holdings) => self.holdings[writer as usize] = holdings,
                Err(text) => wrong.push(format!("writer {writer}: {text}")),
            }
        }
        if wrong.is_empty() {
            let named: BTreeSet<Content> = self.holdings.iter().flat_map(Holdings::stored_apart).collect();
            wrong.extend(files_are(after.data, named.len())?);
        }
        if wrong.is_empty() && (after.last || after.random.below(6) == 0) {
            self.clear(&mut after.client)?;
            wrong.extend(files_are(after.data, 0)?);
        }
        Ok(wrong)
    }

    fn figures(&self) -> String {
        let (calls, sent, read) = (self.calls, self.bytes >> 20, self.read >> 20);
        format!("{calls} calls answered, {sent} MiB sent, {read} MiB read back and compared")
    }
}

impl S3 {
    /// What a writer holds, by what is seen: with its last call done, which wasn't answered, or without.
    fn settle(
        &mut self,
        client: &mut Client,
        seen: &Seen,
        log: Log,
    ) -> Result<Result<Holdings, String>, String> {
        let possible = log.pending.iter().flat_map(|change| {
            change.possible().into_iter().map(|change| {
                let mut with = log.holdings.clone();
                with.apply(&change);
                with
            })
        });
        let mut why = String::new();
        let without = std::iter::once(log.holdings.clone());
        for holdings in without.chain(possible) {
            match seen.fits(&holdings) {
                Err(text) => why = format!("{why}\n  {text}"),
                Ok(holdings) => match self.differing(client, &holdings)? {
                    None => return Ok(Ok(holdings)),
                    Some(text) => why = format!("{why}\n  {text}"),
                },
            }
        }
        Ok(Err(format!("unanswered: {:?}{why}", log.pending)))
    }

    /// Reads all versions; says which has other bytes than were written.
    fn differing(&mut self, client: &mut Client, holdings: &Holdings) -> Result<Option<String>, String> {
        for (place, versions) in &holdings.keys {
            for v in versions {
                let (Some(id), Some(content)) = (&v.id, &v.content) else { continue };
                let call = target(place, &format!("?versionId={id}"));
                let answer = client.s3("GET", &call, &[], b"").map_err(|e| format!("GET {call}: {e}"))?;
                if answer.status != 200 {
                    return Ok(Some(format!("GET {call} answered {} {}", answer.status, answer.text())));
                }
                if !is_made_of(&answer.body, content) {
                    return Ok(Some(format!("GET {call} gave other bytes than were written")));
                }
                self.read += answer.body.len() as u64;
            }
        }
        Ok(None)
    }

    /// Removes everything.
    fn clear(&mut self, client: &mut Client) -> Result<(), String> {
        for holdings in &mut self.holdings {
            let Holdings { keys, uploads } = std::mem::take(holdings);
            for (id, upload) in uploads {
                must(client, ("DELETE", &target(&upload.place, &format!("?uploadId={id}"))), b"")?;
            }
            for versioned in [false, true] {
                let of = keys.iter().filter(|(place, _)| place.versioned == versioned);
                let versions: Vec<(Place, String)> = of
                    .flat_map(|(place, all)| all.iter().map(move |v| (place, v.id.clone())))
                    .filter_map(|(place, id)| Some((place.clone(), id?)))
                    .collect();
                if !versions.is_empty() {
                    let call = format!("/{}?delete", bucket(versioned));
                    must(client, ("POST", &call), &writer::delete_body(&versions))?;
                }
            }
        }
        let left = seen::look(client)?;
        match left.keys.is_empty() && left.uploads.is_empty() {
            true => Ok(()),
            false => Err(format!("after everything was removed there is {left:?}")),
        }
    }
}

/// Calls what must succeed.
pub fn must(client: &mut Client, (method, target): (&str, &str), body: &[u8]) -> Result<Answer, String> {
    let answer = client.s3(method, target, &[], body).map_err(|e| format!("{method} {target}: {e}"))?;
    match answer.status < 300 && !answer.text().contains("<Error>") {
        true => Ok(answer),
        false => Err(format!("{method} {target} answered {} {}", answer.status, answer.text())),
    }
}

/// Whether there are soon as many files of content as should be.
pub fn files_are(data: &Path, wanted: usize) -> Result<Option<String>, String> {
    let until = Instant::now() + SWEEP;
    loop {
        let files = files_below(&data.join("blobs"))?;
        match files == wanted {
            true => return Ok(None),
            false if Instant::now() > until => {
                return Ok(Some(format!("{files} files of content are there, and {wanted} are named")));
            }
            false => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Files in the folders of a folder: what stands beside those is about all of them.
fn files_below(folder: &Path) -> Result<usize, String> {
    let says = |e: std::io::Error| format!("{}: {e}", folder.display());
    let mut files = 0;
    for shelf in std::fs::read_dir(folder).map_err(says)? {
        let shelf = shelf.map_err(says)?.path();
        if shelf.is_dir() {
            files += std::fs::read_dir(&shelf).map_err(says)?.count();
        }
    }
    Ok(files)
}
