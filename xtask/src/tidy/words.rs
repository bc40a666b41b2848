//! Words that have no place in code or its comments: unfinished work, silenced lints, tests that do not run.

use super::blank::{Comments, blank};
use super::{Repo, Source};
use crate::Outcome;

/// The word, and what to do instead.
const BANNED: &[(&str, &str)] = &[
    ("todo!", "build it, or answer NotImplemented"),
    ("unimplemented!", "build it, or answer NotImplemented"),
    ("#[ignore", "a test runs or goes"),
    ("#[allow(", "use #[expect(lint, reason = \"…\")]"),
    ("#![allow(", "use #![expect(lint, reason = \"…\")]"),
];

/// Lines that hold such a word outside of literals.
pub fn check(repo: &Repo) -> Outcome<Vec<String>> {
    Ok(repo.sources.iter().flat_map(|s| found(s, BANNED)).collect())
}

/// Lines of a file that hold one of the words.
pub fn found(source: &Source, words: &[(&str, &str)]) -> Vec<String> {
    if words.iter().all(|(word, _)| !source.text.contains(word)) {
        return Vec::new();
    }
    let text = blank(&source.text, Comments::Keep);
    let mut all = Vec::new();
    for (line, n) in text.lines().zip(1..) {
        for (word, instead) in words.iter().filter(|(word, _)| line.contains(word)) {
            all.push(format!("{}:{n}: `{word}`: {instead}", source.path));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_code_and_comments_but_not_in_literals() {
        let text = "let a = \"todo!\";\n// todo!() later\nfn f() { todo!() }\n".to_owned();
        let lines = found(&Source { path: "x.rs".to_owned(), text }, BANNED);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("x.rs:2: "));
    }
}
