//! The program under test as a child process: started on a free port, killed without warning, its complaints kept in a
//! file. Unlike the benchmarks' server, this one may fail to start, and that is an outcome.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How to start it.
#[derive(Clone, Debug)]
pub struct Program {
    /// The program.
    pub binary: PathBuf,
    /// The folder of the data.
    pub data: PathBuf,
    /// `process` or `power`.
    pub durability: String,
    /// Where its complaints go.
    pub log: PathBuf,
    /// Variables of the environment.
    pub env: Vec<(String, String)>,
}

/// A running server, killed when dropped.
pub struct Server {
    child: Child,
    /// `127.0.0.1:4566`
    pub addr: String,
    /// From start to the printed address.
    pub started_in: Duration,
}

impl Program {
    /// The program over a data folder, with `process` durability.
    pub fn new(binary: &Path, data: &Path) -> Program {
        let durability = "process".to_owned();
        let log = data.with_extension("log");
        Program { binary: binary.to_owned(), data: data.to_owned(), durability, log, env: Vec::new() }
    }

    /// What it complained of last.
    pub fn complaints(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&text[text.len().saturating_sub(2_000)..]).into_owned()
    }

    /// Starts it without waiting for anything.
    pub fn spawn(&self) -> Result<Child, String> {
        let log = File::options().create(true).append(true).open(&self.log);
        let log = log.map_err(|e| format!("{}: {e}", self.log.display()))?;
        Command::new(&self.binary)
            .args(["--port", "0", "--durability", &self.durability, "--data"])
            .arg(&self.data)
            .envs(self.env.iter().map(|(k, v)| (k, v)))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|e| format!("{} does not start: {e}", self.binary.display()))
    }

    /// Starts it and waits for the line that names its address.
    pub fn start(&self) -> Result<Server, String> {
        let began = Instant::now();
        let mut child = self.spawn()?;
        let out = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(out).lines();
        while let Some(Ok(line)) = lines.next() {
            if let Some(i) = line.find("http://") {
                let addr = line[i + 7..].split_whitespace().next().unwrap_or_default().to_owned();
                let started_in = began.elapsed();
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Server { child, addr, started_in });
            }
        }
        let status = child.wait().map_err(|e| e.to_string())?;
        Err(format!("it ended at the start with {status}: {}", self.complaints()))
    }
}

impl Server {
    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
