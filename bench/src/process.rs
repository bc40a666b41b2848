//! Servers as child processes: started on a free port, watched through `/proc`, killed when dropped.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// `127.0.0.1:4566`
    pub(crate) addr: String,
    /// From start to the printed address.
    pub(crate) started_in: Duration,
}

impl Server {
    /// Starts a program and waits for the first line that names its address.
    pub(crate) fn start(program: &Path, args: &[&str]) -> Server {
        let began = Instant::now();
        let mut child = Command::new(program)
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{} does not start: {e}", program.display()));
        let out = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(out).lines();
        let addr = loop {
            let line = lines.next().expect("it prints its address").expect("it prints text");
            if let Some(i) = line.find("http://") {
                break line[i + 7..].split_whitespace().next().unwrap_or_default().to_owned();
            }
        };
        let started_in = began.elapsed();
        std::thread::spawn(move || lines.for_each(drop));
        Server { child, addr, started_in }
    }

    /// Processor time used so far, user and system, in microseconds (to the tick of 10 ms).
    pub(crate) fn cpu_us(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<f64>().ok());
        ticks.sum::<f64>() * 10_000.0
    }

    /// Resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        self.status_kib("VmRSS:")
    }

    /// The most that was ever resident, in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        self.status_kib("VmHWM:")
    }

    fn status_kib(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|l| l.starts_with(name)).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
