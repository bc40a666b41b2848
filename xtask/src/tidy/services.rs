//! Services decide and do nothing else: no clock of their own, no task, no lock, no file, no environment. `services/clippy.toml`
//! says the same to clippy; this check needs no compiler, and sees manifests too.

use toml::Table;

use super::words::found;
use super::{Repo, Source};
use crate::Outcome;

const BANNED: &[(&str, &str)] = &[
    ("SystemTime::now", "use cx.now_ms"),
    ("Instant::now", "use cx.now_ms"),
    ("tokio::spawn", "queue an effect or a timer on cx"),
    ("std::fs", "use the store's tables, or a blob effect"),
    ("std::env", "take it from the kernel's configuration"),
    ("thread::sleep", "park, or set a timer on cx"),
];

/// What tests may share and services may not.
const BANNED_IN_SERVICES: &[(&str, &str)] = &[("std::sync", "state lives in the store's transactions")];

/// Crates that a service has no use for.
const NO_USE: &[&str] = &["tokio", "fjall", "parking_lot", "getrandom", "hyper", "rustls"];

/// Forbidden words and dependencies under `services/`.
pub fn check(repo: &Repo) -> Outcome<Vec<String>> {
    let ours = |s: &&Source| s.path.starts_with("services/");
    let mut all: Vec<String> = repo.sources.iter().filter(ours).flat_map(|s| found(s, BANNED)).collect();
    let built = repo.sources.iter().filter(ours).filter(|s| !s.path.contains("/tests/"));
    all.extend(built.flat_map(|s| found(s, BANNED_IN_SERVICES)));
    for manifest in repo.manifests.iter().filter(ours) {
        let table: Table = manifest.text.parse().map_err(|e| format!("{}: {e}", manifest.path))?;
        let dependencies = table.get("dependencies").and_then(|d| d.as_table());
        for name in dependencies.into_iter().flat_map(Table::keys).filter(|k| NO_USE.contains(&k.as_str())) {
            all.push(format!("{}: a service has no use for {name}", manifest.path));
        }
    }
    Ok(all)
}
