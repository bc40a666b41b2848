//! The binary as a process: started in a folder of its own on a free port, with nothing of the outer environment that
//! would steer it.
#![expect(clippy::unwrap_used, reason = "tests may unwrap, and these are their helpers")]

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder below the system's temporary one, removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tabletop-it-{}-{number}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// The program with arguments, in a folder.
pub fn command(folder: &Folder, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tabletop"));
    command.args(line.split_whitespace()).current_dir(folder.path()).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TABLETOP_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs it to its end. Exit code, output, errors.
pub fn run(folder: &Folder, line: &str) -> (i32, String, String) {
    finished(command(folder, line).output().unwrap())
}

pub fn finished(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// A running server; killed when it is dropped.
pub struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    /// What it said when it started.
    pub said: String,
    pub port: u16,
}

impl Server {
    /// Starts it on a free port.
    pub fn start(folder: &Folder, flags: &str) -> Server {
        Server::run(command(folder, &format!("--port 0 {flags}")))
    }

    pub fn run(mut command: Command) -> Server {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("export AWS_DEFAULT_REGION") {
            assert_ne!(out.read_line(&mut said).unwrap(), 0, "it ended: {said}");
        }
        let first = said.lines().next().unwrap();
        let port = first.rsplit(':').next().unwrap().parse().unwrap();
        Server { child, out, said, port }
    }

    /// Runs a verb against it.
    pub fn verb(&self, folder: &Folder, line: &str) -> (i32, String, String) {
        run(folder, &format!("{line} --port {}", self.port))
    }

    /// Runs a verb that must succeed, and gives its JSON.
    pub fn json(&self, folder: &Folder, line: &str) -> serde_json::Value {
        let (code, out, err) = self.verb(folder, &format!("{line} --json"));
        assert_eq!((code, err.as_str()), (0, ""), "{line}");
        serde_json::from_str(&out).unwrap()
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Reads a line that it says.
    pub fn read_line(&mut self, line: &mut String) {
        self.out.read_line(line).unwrap();
    }

    /// Waits for its end. How it ended, and what else it said.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }

    /// Stops it as a service manager would.
    pub fn stop(self) {
        self.signal("TERM");
        let (status, rest) = self.ended();
        assert!(status.success(), "{status}: {rest}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
