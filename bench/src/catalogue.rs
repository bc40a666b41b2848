//! The public images, asked for whole: how long until the first byte and until the last, and what memory that takes with a
//! client that reads slowly, or hangs up midway.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::process::Server;
use crate::report::tabletop;
use crate::request::Call;

/// A client that takes its time reads so much, and then waits.
const SIP_BYTES: usize = 256 * 1024;
const SIP_EVERY: Duration = Duration::from_millis(10);
/// Where a client that hangs up does so.
const HANG_UP_BYTES: u64 = 1 << 20;

/// The report about the catalogue.
pub(crate) fn run(binary: &Path) -> String {
    let dir = std::env::temp_dir().join(format!("tabletop-bench-catalogue-{}", std::process::id()));
    let server = tabletop(binary, &dir);
    let mut out = String::from(
        "| client of DescribeImages | first byte ms | all s | MB | server's CPU s | growth of memory MB |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for (name, pause, until) in [
        ("reads as fast as it can", Duration::ZERO, u64::MAX),
        ("reads 256 KiB every 10 ms", SIP_EVERY, u64::MAX),
        ("hangs up after 1 MiB", Duration::ZERO, HANG_UP_BYTES),
    ] {
        let (idle_kib, began_us) = (server.resident_kib(), server.cpu_us());
        let read = Reading::of(&server, pause, until);
        let cpu = (server.cpu_us() - began_us) / 1e6;
        let growth = read.peak_kib.saturating_sub(idle_kib) as f64 / 1024.0;
        let (first, all, mb) =
            (read.first.as_secs_f64() * 1e3, read.all.as_secs_f64(), read.bytes as f64 / 1e6);
        writeln!(out, "| {name} | {first:.1} | {all:.2} | {mb:.1} | {cpu:.2} | {growth:.0} |").ok();
    }
    drop(server);
    std::fs::remove_dir_all(&dir).ok();
    out
}

struct Reading {
    first: Duration,
    all: Duration,
    bytes: u64,
    peak_kib: u64,
}

impl Reading {
    /// Asks for the catalogue and reads it: a sip, a pause, and so on.
    fn of(server: &Server, pause: Duration, until: u64) -> Reading {
        let call = Call::query("ec2", "Action=DescribeImages&Version=2016-11-15".to_owned());
        let request = String::from_utf8(call.bytes(&server.addr)).expect("a request is text");
        let request = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        let mut stream = TcpStream::connect(&server.addr).expect("it listens");
        let began = Instant::now();
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut sip = vec![0; SIP_BYTES];
        let mut read = Reading { first: Duration::ZERO, all: Duration::ZERO, bytes: 0, peak_kib: 0 };
        loop {
            let n = stream.read(&mut sip).expect("it answers");
            if read.bytes == 0 {
                read.first = began.elapsed();
                assert!(sip.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&sip[..n]));
            }
            read.bytes += n as u64;
            read.peak_kib = read.peak_kib.max(server.resident_kib());
            if n == 0 || read.bytes > until {
                read.all = began.elapsed();
                return read;
            }
            std::thread::sleep(pause);
        }
    }
}
