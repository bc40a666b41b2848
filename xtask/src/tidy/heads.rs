//! Every `.rs` file opens with a `//!` that says what it is.

use super::Repo;
use crate::Outcome;

/// Files whose first line is something else.
pub fn check(repo: &Repo) -> Outcome<Vec<String>> {
    let headless = repo.sources.iter().filter(|s| !s.text.starts_with("//! "));
    Ok(headless.map(|s| format!("{}: opens without a `//!` line", s.path)).collect())
}
