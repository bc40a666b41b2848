//! S3: objects of several sizes up and down, lists of buckets that grow, batch deletes, and what memory a large object takes.
//! Bodies are not signed (`UNSIGNED-PAYLOAD`), as SDKs send them over TLS; digests, encryption, IAM, store and trail are on.

use std::cell::Cell;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sigv4::Payload;

use crate::load::{self, Measured};
use crate::process::Server;
use crate::report::tabletop;
use crate::request::{content_md5, s3_head};

const TURNS: usize = 3;
const TURN: Duration = Duration::from_millis(2_000);
const KIB: usize = 1024;
const MIB: usize = 1024 * 1024;
/// Size of the parts of a large upload.
const PART_BYTES: usize = 64 * MIB;

/// A part of the report about S3.
pub(crate) fn run(binary: &Path, part: &str) -> String {
    match part {
        "sizes" => sizes(binary),
        "lists" => lists(binary),
        "large" => large(binary),
        other => panic!("objects are measured by sizes, lists or large, not {other:?}"),
    }
}

/// A signed request of S3's, up to its body.
fn head(addr: &str, method: &str, target: &str, length: usize) -> Vec<u8> {
    s3_head(addr, method, target, &[], Payload::Word("UNSIGNED-PAYLOAD"), length)
}

fn request(addr: &str, method: &str, target: &str, body: &[u8]) -> Vec<u8> {
    let md5 = content_md5(body);
    let headers = [("content-md5", md5.as_str())];
    let headers = &headers[..usize::from(target.ends_with("?delete"))];
    let payload = Payload::Word("UNSIGNED-PAYLOAD");
    let mut out = s3_head(addr, method, target, headers, payload, body.len());
    out.extend_from_slice(body);
    out
}

fn must(addr: &str, method: &str, target: &str, body: &[u8]) -> String {
    let (status, answer) = load::once(addr, &request(addr, method, target, body));
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(status < 300, "{method} {target} answered {status} {answer}");
    answer
}

/// Five seconds of PutObject or GetObject of 1 KiB on a server that runs already, for a profiler to watch.
pub(crate) fn load_only(addr: &str, operation: &str, connections: usize) -> Measured {
    let body = bytes_of(KIB);
    must(addr, "PUT", "/bench-bucket", b"");
    must(addr, "PUT", "/bench-bucket/key", &body);
    let get = request(addr, "GET", "/bench-bucket/key", b"");
    let n = Cell::new(0u64);
    load::run(addr, connections, Duration::from_secs(5), &|_| {
        n.set(n.get() + 1);
        match operation {
            "PutObject" => request(addr, "PUT", &format!("/bench-bucket/key-{}", n.get() % 1_000), &body),
            _ => get.clone(),
        }
    })
}

fn folder(what: &str) -> PathBuf {
    std::env::temp_dir().join(format!("tabletop-bench-{what}-{}", std::process::id()))
}

fn sizes(binary: &Path) -> String {
    let mut out = load::HEAD.to_owned();
    let here = std::env::current_exe().expect("a running program has a path");
    let bare = Server::start(&here, &["bare"]);
    for (name, bytes, connections) in [
        ("1 KiB", KIB, 1),
        ("1 KiB", KIB, 32),
        ("1 MiB", MIB, 1),
        ("1 MiB", MIB, 8),
        ("8 MiB", 8 * MIB, 1),
        ("8 MiB", 8 * MIB, 4),
    ] {
        let dir = folder("objects");
        let ours = tabletop(binary, &dir);
        must(&ours.addr, "PUT", "/bench-bucket", b"");
        let body = bytes_of(bytes);
        let n = Cell::new(0u64);
        let put = |addr: &str| {
            let n = &n;
            let (addr, body) = (addr.to_owned(), body.clone());
            move |_: &[u8]| {
                // A thousand keys in turn: writes replace each other, so that the disk doesn't fill.
                n.set(n.get() + 1);
                request(&addr, "PUT", &format!("/bench-bucket/key-{}", n.get() % 1_000), &body)
            }
        };
        let both = (&ours, &bare);
        let measured = load::beside(both, connections, (TURNS, TURN), Vec::new, put);
        out.push_str(&measured.row(&format!("PutObject of {name}"), connections));
        must(&ours.addr, "PUT", "/bench-bucket/key", &body);
        let get = |addr: &str| {
            let request = request(addr, "GET", "/bench-bucket/key", b"");
            move |_: &[u8]| request.clone()
        };
        let measured = load::beside(both, connections, (TURNS, TURN), || body.clone(), get);
        out.push_str(&measured.row(&format!("GetObject of {name}"), connections));
        drop(ours);
        std::fs::remove_dir_all(&dir).ok();
    }
    out
}

/// Bytes that don't compress.
fn bytes_of(n: usize) -> Vec<u8> {
    let mut x = 0x9e37_79b9_7f4a_7c15u64;
    let mut out = Vec::with_capacity(n + 8);
    while out.len() < n {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        out.extend_from_slice(&x.to_le_bytes());
    }
    out.truncate(n);
    out
}

fn lists(binary: &Path) -> String {
    let dir = folder("lists");
    let server = tabletop(binary, &dir);
    let addr = &server.addr;
    must(addr, "PUT", "/bench-bucket", b"");
    let mut out = String::from(
        "| keys | ListObjectsV2 of 1,000 p50 µs | p99 µs | in the middle p50 µs | with a delimiter p50 µs | memory MB |\n",
    );
    out.push_str("| --- | --- | --- | --- | --- | --- |\n");
    let there = Cell::new(0usize);
    for keys in [1_000, 100_000, 1_000_000] {
        while there.get() < keys {
            load::run(addr, 16, Duration::from_millis(500), &|_| {
                let n = there.get();
                there.set(n + 1);
                // Two levels, a thousand keys in each folder.
                request(addr, "PUT", &format!("/bench-bucket/{:04}/{:03}", n / 1_000, n % 1_000), b"x")
            });
        }
        let measure = |query: &str| {
            let target = format!("/bench-bucket?list-type=2{query}");
            let request = request(addr, "GET", &target, b"");
            load::run(addr, 1, Duration::from_secs(2), &|_| request.clone())
        };
        let first = measure("");
        let middle = measure(&format!("&start-after={:04}%2F500", keys / 2_000));
        let folders = measure("&delimiter=%2F");
        let memory = server.resident_kib() as f64 / 1024.0;
        let (a, b, c, d) = (first.p50_us, first.p99_us, middle.p50_us, folders.p50_us);
        writeln!(out, "| {keys} | {a:.0} | {b:.0} | {c:.0} | {d:.0} | {memory:.0} |").ok();
    }
    let keys: String = (0..1_000).map(|n| format!("<Object><Key>0000/{n:03}</Key></Object>")).collect();
    let body = format!("<Delete><Quiet>true</Quiet>{keys}</Delete>");
    let began = std::time::Instant::now();
    must(addr, "POST", "/bench-bucket?delete", body.as_bytes());
    writeln!(out, "\nDeleteObjects of 1,000 keys: {:.1} ms.", began.elapsed().as_secs_f64() * 1e3).ok();
    drop(server);
    std::fs::remove_dir_all(&dir).ok();
    out
}

/// Large objects: up in parts and down in one go, with the server's memory watched.
fn large(binary: &Path) -> String {
    let dir = folder("large");
    let server = tabletop(binary, &dir);
    let addr = &server.addr;
    must(addr, "PUT", "/bench-bucket", b"");
    must(addr, "PUT", "/bench-bucket/warm", &bytes_of(8 * MIB));
    let idle = server.resident_kib();
    let mut out =
        String::from("| object | up MB/s | down MB/s | growth of memory MB |\n| --- | --- | --- | --- |\n");
    for (name, parts) in [("1 GiB", 16), ("8 GiB", 128)] {
        let up = upload(addr, parts);
        let (down, bytes) = load::drained(addr, &request(addr, "GET", "/bench-bucket/large", b""));
        assert_eq!(bytes, (parts * PART_BYTES) as u64, "all of it comes back");
        let mb = bytes as f64 / 1e6;
        let growth = server.peak_kib().saturating_sub(idle) as f64 / 1024.0;
        let (up, down) = (mb / up.as_secs_f64(), mb / down.as_secs_f64());
        writeln!(out, "| {name} | {up:.0} | {down:.0} | {growth:.0} |").ok();
    }
    drop(server);
    std::fs::remove_dir_all(&dir).ok();
    out
}

fn upload(addr: &str, parts: usize) -> Duration {
    let began = std::time::Instant::now();
    let answer = must(addr, "POST", "/bench-bucket/large?uploads", b"");
    let id = between(&answer, "<UploadId>", "</UploadId>");
    let body = bytes_of(PART_BYTES);
    let mut list = String::new();
    for n in 1..=parts {
        let target = format!("/bench-bucket/large?partNumber={n}&uploadId={id}");
        let etag = load::put(addr, &head(addr, "PUT", &target, body.len()), &body);
        write!(list, "<Part><PartNumber>{n}</PartNumber><ETag>{etag}</ETag></Part>").ok();
    }
    let list = format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>");
    must(addr, "POST", &format!("/bench-bucket/large?uploadId={id}"), list.as_bytes());
    began.elapsed()
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    text.split(from).nth(1).and_then(|t| t.split(to).next()).unwrap_or_else(|| panic!("no {from} in {text}"))
}
