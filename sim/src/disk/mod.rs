//! `sim disk`: the real program on a disk that fills or fails. What was answered is there after a restart with a sound disk;
//! what could not be written is answered with an error; the server stays up and says what is wrong.

mod places;

use std::path::Path;

use serde_json::{Value, json};

use crate::args::Args;
use crate::client::Client;
use crate::crash::sound;
use crate::crash::sqs::book::{Book, Event, Kind, number};
use crate::crash::sqs::drain;
use crate::folder::Folder;
use crate::server::{Program, Server};

const QUEUE: &str = "crash";
/// Messages sent at most until the disk shows its fault.
const MOST: u64 = 20_000;
/// Calls made after the first error: none may be answered with a success that isn't true.
const AFTER: u64 = 50;

/// A kind of failing disk.
struct Fault {
    call: &'static str,
    files: &'static str,
    mode: &'static str,
    errno: u32,
    at: &'static [u32],
    durability: &'static str,
    /// Characters of a message.
    size: usize,
}

const EIO: u32 = 5;
const ENOSPC: u32 = 28;

const FAULTS: &[Fault] = &[
    fault("write", "journal", "once", EIO, &[1, 2, 5, 17, 64], "process", 500),
    fault("write", "journal", "always", ENOSPC, &[1, 10], "process", 500),
    fault("write", "journal", "short", ENOSPC, &[1, 3, 9, 30], "process", 9_000),
    fault("sync", "journal", "once", EIO, &[1, 4], "power", 500),
    fault("write", "tables", "once", ENOSPC, &[1, 4], "process", 20_000),
    fault("write", "tables", "always", EIO, &[2], "process", 20_000),
    fault("sync", "tables", "once", EIO, &[1], "process", 20_000),
];

const fn fault(
    call: &'static str,
    files: &'static str,
    mode: &'static str,
    errno: u32,
    at: &'static [u32],
    durability: &'static str,
    size: usize,
) -> Fault {
    Fault { call, files, mode, errno, at, durability, size }
}

/// Runs every kind.
pub fn run(args: &Args) -> Result<(), String> {
    let folder = Folder::new("disk")?;
    let binary = args.binary();
    let all = small(&binary, folder.path())
        .and_then(|()| limited(&binary, folder.path()))
        .and_then(|()| failing(&binary, folder.path()));
    all.map_err(|e| format!("{e}\nthe data is kept in {}", folder.keep().display()))
}

/// A file system that fills.
fn small(binary: &Path, folder: &Path) -> Result<(), String> {
    let place = match places::Small::mount(&folder.join("small"), "16m") {
        Ok(place) => place,
        Err(why) => return skipped("a small file system", &why),
    };
    let mut program = Program::new(binary, &folder.join("small/data"));
    program.log = folder.join("small.log");
    let mut case = Case::start("a file system of 16 MB", program, 10_000)?;
    case.fill_until_it_fails()?;
    let Case { server, .. } = &mut case;
    server.take().into_iter().for_each(Server::kill);
    // On a full disk it may start or refuse, but it may not forget anything.
    let started = match case.program.start() {
        Ok(server) => {
            server.kill();
            "starts on the full disk".to_owned()
        }
        Err(e) => format!("refuses to start on the full disk ({})", e.lines().last().unwrap_or_default()),
    };
    place.grow("256m")?;
    let outcome = case.verify();
    println!("disk: then it {started}");
    outcome
}

/// Files that may not grow.
fn limited(binary: &Path, folder: &Path) -> Result<(), String> {
    let mut case =
        Case::start("files of at most 300 KB", Program::new(binary, &folder.join("limited")), 2_000)?;
    let process = case.server.as_ref().map_or(0, Server::id);
    if let Err(why) = places::limit_files(process, 300_000) {
        return skipped("a limit on the size of files", &why);
    }
    case.fill_until_it_fails()?;
    case.verify()
}

/// Calls that fail.
fn failing(binary: &Path, folder: &Path) -> Result<(), String> {
    let library = match places::shim(folder) {
        Ok(library) => library,
        Err(why) => return skipped("calls that fail", &why),
    };
    for f in FAULTS {
        for at in f.at {
            let name = format!("{} {} of the {}: {} (errno {})", f.call, at, f.files, f.mode, f.errno);
            let data = folder.join(format!("{}-{}-{}-{at}", f.call, f.files, f.mode));
            let arm = data.with_extension("arm");
            let mut program = Program::new(binary, &data);
            program.durability = f.durability.to_owned();
            let text = |p: &Path| p.display().to_string();
            let settings = [
                ("LD_PRELOAD", text(&library)),
                ("FAULT_DIR", text(&data)),
                ("FAULT_ARM", text(&arm)),
                ("FAULT_CALL", f.call.to_owned()),
                ("FAULT_FILES", f.files.to_owned()),
                ("FAULT_MODE", f.mode.to_owned()),
                ("FAULT_AT", at.to_string()),
                ("FAULT_ERRNO", f.errno.to_string()),
            ];
            program.env = settings.map(|(k, v)| (k.to_owned(), v)).into();
            let mut case = Case::start(&name, program, f.size)?;
            std::fs::write(&arm, "").map_err(|e| e.to_string())?;
            case.fill_until_it_fails()?;
            case.program.env.clear();
            case.verify()?;
            std::fs::remove_dir_all(&data).ok();
        }
    }
    Ok(())
}

fn skipped(what: &str, why: &str) -> Result<(), String> {
    println!("disk: {what}: skipped, since it can't be had here ({why})");
    Ok(())
}

/// A server on a bad disk, and what it was sent.
struct Case {
    name: String,
    program: Program,
    server: Option<Server>,
    book: Book,
    size: usize,
    sent: u64,
    refused: u64,
}

impl Case {
    fn start(name: &str, program: Program, size: usize) -> Result<Case, String> {
        let server = program.start()?;
        let mut client = Client::new(&server.addr).map_err(|e| e.to_string())?;
        let made = client.sqs("AmazonSQS.CreateQueue", json!({ "QueueName": QUEUE }));
        if made.map_err(|e| e.to_string())?.status != 200 {
            return Err(format!("{name}: no queue could be made"));
        }
        let (server, book) = (Some(server), Book::default());
        Ok(Case { name: name.to_owned(), program, server, book, size, sent: 0, refused: 0 })
    }

    /// Sends until an answer is an error, and some more.
    fn fill_until_it_fails(&mut self) -> Result<(), String> {
        let outcome = self.fill();
        outcome.map_err(|e| format!("{}: {e}; it says: {}", self.name, self.program.complaints()))
    }

    fn fill(&mut self) -> Result<(), String> {
        let server = self.server.as_mut().expect("it was started");
        let mut client = Client::new(&server.addr).map_err(|e| e.to_string())?;
        let url = client.url(QUEUE);
        let mut events = Vec::new();
        let mut left = MOST;
        while left > 0 {
            let id = number(1, 0, self.sent);
            self.sent += 1;
            left -= 1;
            let body = format!("{id:x} {}", "x".repeat(self.size));
            let input = json!({ "QueueUrl": url, "MessageBody": body });
            let answer = client.sqs("AmazonSQS.SendMessage", input);
            let answer = answer.map_err(|e| format!("no answer to message {}: {e}", self.sent))?;
            let answered = answer.status == 200;
            events.push(Event::Sent { kind: Kind::Standard, ids: vec![id], answered });
            if !answered {
                if answer.status < 500 || !answer.text().contains("InternalFailure") {
                    return Err(format!("an honest error is a 5xx, not {} {}", answer.status, answer.text()));
                }
                if self.refused == 0 {
                    left = AFTER;
                }
                self.refused += 1;
            }
        }
        self.book.add(vec![events]);
        if self.refused == 0 {
            return Err("the fault never showed".to_owned());
        }
        let health = client.admin("GET", "health", &Value::Null).map_err(|e| e.to_string())?;
        let status = client.admin("GET", "status", &Value::Null).map_err(|e| e.to_string())?;
        if health.status != 200 || !status.json()["store_failure"].is_string() {
            return Err(format!("its status doesn't tell of the failure: {}", status.text()));
        }
        let input = json!({ "QueueUrl": url, "AttributeNames": ["All"] });
        let read = client.sqs("AmazonSQS.GetQueueAttributes", input).map_err(|e| e.to_string())?;
        if read.status != 200 && read.status < 500 {
            return Err(format!("a read answers {} {}", read.status, read.text()));
        }
        match server.ended() {
            None => Ok(()),
            Some(how) => Err(format!("it ended with {how}")),
        }
    }

    /// With a sound disk again: is everything answered there?
    fn verify(&mut self) -> Result<(), String> {
        self.server.take().into_iter().for_each(Server::kill);
        let server = self.program.start().map_err(|e| format!("{}: {e}", self.name))?;
        let mut client = Client::new(&server.addr).map_err(|e| e.to_string())?;
        let mut wrong = sound(&mut client)?;
        let mut received = Vec::new();
        drain(&mut client, QUEUE, &mut received)?;
        wrong.extend(self.book.settle(&received));
        if !wrong.is_empty() {
            let shown = wrong.len().min(10);
            return Err(format!(
                "{}: {} things are wrong\n{}",
                self.name,
                wrong.len(),
                wrong[..shown].join("\n")
            ));
        }
        println!(
            "disk: {}: {} of {} messages answered, {} refused, {} there after a restart",
            self.name,
            self.book.answered,
            self.sent,
            self.refused,
            received.len()
        );
        Ok(())
    }
}
