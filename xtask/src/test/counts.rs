//! How many tests passed, failed and were skipped, from what each runner prints. A line that isn't understood counts nothing.

use std::fmt;
use std::ops::AddAssign;

/// Tests by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Counts {
    /// One check that holds.
    pub fn one() -> Counts {
        Counts { passed: 1, ..Counts::default() }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// `test result: ok. 12 passed; 0 failed; 0 ignored; …`
pub fn cargo(counts: &mut Counts, line: &str) {
    if let Some(rest) = line.strip_prefix("test result: ") {
        let rest = rest.split_once(". ").map_or(rest, |(_, r)| r);
        add(counts, rest.split(';'));
    }
}

/// `1 failed, 12 passed, 2 errors in 3.45s`, alone or between equals signs.
pub fn pytest(counts: &mut Counts, line: &str) {
    let line = line.trim_matches(['=', ' ']);
    if let Some((told, took)) = line.rsplit_once(" in ")
        && took
            .split(' ')
            .next()
            .is_some_and(|t| t.ends_with('s') && t.starts_with(|c: char| c.is_ascii_digit()))
    {
        add(counts, told.split(','));
    }
}

/// `# pass 12`, `# fail 1`, `# skipped 0`: once, at the end.
pub fn node(counts: &mut Counts, line: &str) {
    let Some((word, number)) = line.strip_prefix("# ").and_then(|l| l.split_once(' ')) else { return };
    let Ok(n) = number.parse::<u64>() else { return };
    match word {
        "pass" => counts.passed += n,
        "fail" | "cancelled" => counts.failed += n,
        "skipped" | "todo" => counts.skipped += n,
        _ => {}
    }
}

/// `    --- PASS: TestX/y (0.01s)`, one line a test.
pub fn go(counts: &mut Counts, line: &str) {
    match line.trim_start().strip_prefix("--- ").and_then(|l| l.split_once(": ")) {
        Some(("PASS", _)) => counts.passed += 1,
        Some(("FAIL", _)) => counts.failed += 1,
        Some(("SKIP", _)) => counts.skipped += 1,
        _ => {}
    }
}

/// `query    1234 runs   123/s …`, or `query    FAILED …`: one line a fuzzer.
pub fn fuzz(counts: &mut Counts, line: &str) {
    match line.split_whitespace().skip(1).collect::<Vec<_>>().as_slice() {
        ["FAILED" | "FAILED:" | "does", ..] => counts.failed += 1,
        [number, "runs", ..] if number.parse::<u64>().is_ok() => counts.passed += 1,
        _ => {}
    }
}

fn add<'l>(counts: &mut Counts, parts: impl Iterator<Item = &'l str>) {
    for part in parts {
        let Some((number, word)) = part.trim().split_once(' ') else { continue };
        let Ok(n) = number.parse::<u64>() else { continue };
        match word {
            "passed" => counts.passed += n,
            "failed" | "error" | "errors" => counts.failed += n,
            "ignored" | "skipped" => counts.skipped += n,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(read: fn(&mut Counts, &str), text: &str) -> (u64, u64, u64) {
        let mut counts = Counts::default();
        text.lines().for_each(|l| read(&mut counts, l));
        (counts.passed, counts.failed, counts.skipped)
    }

    #[test]
    fn every_runners_closing_lines_are_understood() {
        let text = "test a ... ok\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
                    test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured";
        assert_eq!(of(cargo, text), (5, 4, 1));
        assert_eq!(of(pytest, "..F.\n2 failed, 9 passed, 1 error in 34.74s"), (9, 3, 0));
        assert_eq!(of(pytest, "== 9 passed, 1 skipped in 64.10s (0:01:04) =="), (9, 0, 1));
        assert_eq!(of(pytest, "what is in 4 places"), (0, 0, 0));
        assert_eq!(
            of(node, "ok 1 - a\n# tests 4\n# pass 3\n# fail 1\n# cancelled 0\n# duration_ms 12.5"),
            (3, 1, 0)
        );
        assert_eq!(
            of(go, "=== RUN   TestA\n--- FAIL: TestA (0.00s)\n    --- PASS: TestA/b (0.00s)\nFAIL"),
            (1, 1, 0)
        );
        assert_eq!(
            of(fuzz, "query      123 runs   12/s  5 kept\nec2    FAILED: signal 6\n  a runs b"),
            (1, 1, 0)
        );
    }

    #[test]
    fn totals_read_as_a_line() {
        let mut total = Counts::one();
        total += Counts { passed: 2, failed: 1, skipped: 0 };
        assert_eq!(total.to_string(), "3 passed, 1 failed");
        total += Counts { skipped: 1, ..Counts::default() };
        assert_eq!(total.to_string(), "3 passed, 1 failed, 1 skipped");
    }
}
