//! Licences of all dependencies against a list of permissive ones, and their number.

use std::process::Command;

use serde_json::Value;

use super::Repo;
use crate::Outcome;

const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
];

/// Crates from the registry that a build on this platform may use, tests included.
const MOST: usize = 200;

/// Dependencies whose licence is not on the list, and too many of them.
pub fn check(repo: &Repo) -> Outcome<Vec<String>> {
    let mut all = Vec::new();
    for (name, licence) in packages(repo, &[])? {
        if !allowed(&licence) {
            all.push(format!("{name}: licence {licence:?} is not on the list of xtask/src/tidy/licences.rs"));
        }
    }
    let host = host()?;
    let count = packages(repo, &["--filter-platform", &host])?.len();
    if count >= MOST {
        all.push(format!("{count} dependencies; fewer than {MOST} are wanted"));
    }
    Ok(all)
}

/// Name with version, and licence, of every dependency from a registry.
fn packages(repo: &Repo, more: &[&str]) -> Outcome<Vec<(String, String)>> {
    let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    cargo.args(["metadata", "--format-version", "1"]).args(more).current_dir(&repo.root);
    let out = cargo.output().map_err(|e| format!("cargo metadata: {e}"))?;
    if !out.status.success() {
        return Err(String::from_utf8_lossy(&out.stderr).into_owned());
    }
    let meta: Value = serde_json::from_slice(&out.stdout).map_err(|e| e.to_string())?;
    let text = |p: &Value, key: &str| p[key].as_str().unwrap_or_default().to_owned();
    let packages = meta["packages"].as_array().into_iter().flatten();
    let foreign = packages.filter(|p| !p["source"].is_null());
    Ok(foreign.map(|p| (format!("{} {}", text(p, "name"), text(p, "version")), text(p, "license"))).collect())
}

fn host() -> Outcome<String> {
    let out = Command::new("rustc").arg("-vV").output().map_err(|e| format!("rustc: {e}"))?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let line = text.lines().find_map(|l| l.strip_prefix("host: "));
    line.map(str::to_owned).ok_or_else(|| "rustc does not name its host".to_owned())
}

/// Whether an SPDX expression can be met with allowed licences. `/` is an old spelling of `OR`.
fn allowed(expression: &str) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace(" WITH ", "\u{1}WITH\u{1}");
    let mut words = spaced.split_whitespace().map(|w| w.replace('\u{1}', " ")).peekable();
    either(&mut words) && words.next().is_none()
}

fn either<I: Iterator<Item = String>>(words: &mut std::iter::Peekable<I>) -> bool {
    let mut good = both(words);
    while words.next_if(|w| w == "OR").is_some() {
        good |= both(words);
    }
    good
}

fn both<I: Iterator<Item = String>>(words: &mut std::iter::Peekable<I>) -> bool {
    let mut good = one(words);
    while words.next_if(|w| w == "AND").is_some() {
        good &= one(words);
    }
    good
}

fn one<I: Iterator<Item = String>>(words: &mut std::iter::Peekable<I>) -> bool {
    match words.next() {
        Some(w) if w == "(" => either(words) & words.next_if(|w| w == ")").is_some(),
        Some(w) => ALLOWED.contains(&w.as_str()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn expressions_are_weighed() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "MIT OR GPL-3.0-only",
        ] {
            assert!(allowed(good), "{good}");
        }
        for bad in ["", "MPL-2.0", "MIT AND GPL-3.0-only", "(MIT", "MIT Apache-2.0", "OpenSSL"] {
            assert!(!allowed(bad), "{bad}");
        }
    }
}
