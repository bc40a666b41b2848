//! `sim uploads`: multipart uploads by the thousand, each with parts in rows and in files, all of them aborted. None is listed
//! afterwards, no file of content is left, and the data folder is as large as after the first thousand; not after
//! `kill -9` and a restart either.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde_json::Value;

use crate::args::Args;
use crate::client::Client;
use crate::crash::s3::{files_are, must};
use crate::crash::sound;
use crate::folder::Folder;
use crate::server::Program;

const CLIENTS: usize = 8;
const BUCKET: &str = "uploads";
/// One part lies in a file of its own, the other in a row.
const PART_BYTES: [usize; 2] = [40_000, 1_000];
/// What rows, records of calls and the engine's own files may take for an upload: a part in a row would take more.
const MOST_BYTES_EACH: u64 = 6_000;

/// Begins, fills and aborts.
pub fn run(args: &Args) -> Result<(), String> {
    let uploads = args.number("uploads", 10_000)?;
    let folder = Folder::new("uploads")?;
    let program = Program::new(&args.binary(), &folder.path().join("data"));
    let server = program.start()?;
    let mut client = Client::new(&server.addr).map_err(|e| e.to_string())?;
    must(&mut client, ("PUT", &format!("/{BUCKET}")), b"")?;
    let began = Instant::now();
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| abort(&server.addr, &next, uploads))).collect();
        all.into_iter().try_for_each(|one| one.join().expect("a client tells its error"))
    })?;
    println!("uploads: {uploads} begun, filled and aborted in {:.1} s", began.elapsed().as_secs_f64());
    // The first connection may have been idle for too long by now.
    let mut client = Client::new(&server.addr).map_err(|e| e.to_string())?;
    nothing_is_left(&mut client, &program, uploads)?;
    server.kill();
    let server = program.start()?;
    let mut client = Client::new(&server.addr).map_err(|e| e.to_string())?;
    let mut wrong = sound(&mut client)?;
    wrong.extend(nothing_is_left(&mut client, &program, uploads).err());
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong.join("\n")),
    }
}

/// Takes uploads until all are taken.
fn abort(addr: &str, next: &AtomicU64, uploads: u64) -> Result<(), String> {
    let mut client = Client::new(addr).map_err(|e| e.to_string())?;
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        if n >= uploads {
            return Ok(());
        }
        let key = format!("/{BUCKET}/key-{n}");
        let begun = must(&mut client, ("POST", &format!("{key}?uploads")), b"")?;
        let id = begun.element("UploadId").ok_or("an upload has no id")?;
        for (number, bytes) in (1..).zip(PART_BYTES) {
            let target = format!("{key}?partNumber={number}&uploadId={id}");
            must(&mut client, ("PUT", &target), &vec![n as u8; bytes])?;
        }
        must(&mut client, ("DELETE", &format!("{key}?uploadId={id}")), b"")?;
    }
}

fn nothing_is_left(client: &mut Client, program: &Program, uploads: u64) -> Result<(), String> {
    let listed = must(client, ("GET", &format!("/{BUCKET}?uploads")), b"")?.text();
    if listed.contains("<Upload>") {
        return Err(format!("uploads are left: {listed}"));
    }
    if let Some(wrong) = files_are(&program.data, 0)? {
        return Err(wrong);
    }
    let status = client.admin("GET", "status", &Value::Null).map_err(|e| e.to_string())?.json();
    let disk = status["disk_bytes"].as_u64().ok_or("the status tells no bytes on disk")?;
    println!("uploads: no file of content is left; {} KB on disk", disk / 1_000);
    match disk <= uploads * MOST_BYTES_EACH {
        true => Ok(()),
        false => Err(format!("{disk} bytes are used after {uploads} aborted uploads")),
    }
}
