//! A child process whose output is shown as it comes and read for its counts, within a limit of time.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::counts::Counts;
use crate::Outcome;

/// How often a silent child is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Runs a command. A failure is an error unless its output told of failed tests, which say more.
pub fn stream(command: &mut Command, limit: Duration, read: fn(&mut Counts, &str)) -> Outcome<Counts> {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{name} can't be run: {e}"))?;
    let mut counts = Counts::default();
    let lines = lines_of(&mut child);
    let deadline = Instant::now() + limit;
    loop {
        match lines.recv_timeout(LOOK) {
            Ok(line) => {
                println!("{line}");
                read(&mut counts, &line);
            }
            Err(RecvTimeoutError::Disconnected) => break,
            // A grandchild may hold the pipe after the child is gone: that isn't waited for.
            Err(RecvTimeoutError::Timeout) if child.try_wait().is_ok_and(|done| done.is_some()) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if Instant::now() > deadline {
            child.kill().map_err(|e| format!("{name} hangs and can't be ended: {e}"))?;
            return Err(format!("{name} was ended: it took longer than {} minutes", limit.as_secs() / 60));
        }
    }
    let status = child.wait().map_err(|e| format!("{name}: {e}"))?;
    match status.success() || counts.failed > 0 {
        true => Ok(counts),
        false => Err(format!("{name}: {status}")),
    }
}

/// Its lines, from a thread that ends with its output.
fn lines_of(child: &mut Child) -> Receiver<String> {
    let stdout = child.stdout.take().expect("its output is piped");
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            if sender.send(text).is_err() {
                return;
            }
            line.clear();
        }
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::counts;

    fn sh(script: &str, limit: Duration) -> Outcome<Counts> {
        stream(Command::new("sh").args(["-c", script]), limit, counts::go)
    }

    #[test]
    fn failed_tests_say_more_than_an_exit_code() {
        let minute = Duration::from_secs(60);
        let counts = sh("echo '--- PASS: a'; echo '--- FAIL: b'; exit 1", minute).unwrap();
        assert_eq!((counts.passed, counts.failed), (1, 1));
        assert!(sh("exit 3", minute).unwrap_err().contains("exit status: 3"));
    }

    #[test]
    fn a_child_that_hangs_is_ended() {
        let text = sh("exec sleep 600", Duration::ZERO).unwrap_err();
        assert!(text.contains("it took longer than"), "{text}");
    }

    #[test]
    fn a_grandchild_that_stays_is_not_waited_for() {
        let from = Instant::now();
        sh("sleep 20 & echo '--- PASS: a'", Duration::from_secs(60)).unwrap();
        assert!(from.elapsed() < Duration::from_secs(15));
    }
}
