//! The arrows between rooms: app → services → platform → wire, services → shapes → wire. No service depends on another service;
//! a service may depend on a crate inside its own folder.

use std::collections::BTreeMap;

use toml::Table;

use super::Repo;
use crate::Outcome;

/// Room → rooms that it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("wire", &["wire"]),
    ("shapes", &["wire"]),
    ("platform", &["platform", "wire"]),
    ("planes", &["planes", "platform", "wire"]),
    ("services", &["platform", "shapes", "wire"]),
    ("app", &["planes", "platform", "services", "shapes", "wire"]),
    ("bench", &["app", "planes", "platform", "services", "shapes", "wire"]),
    ("fuzz", &["platform", "wire"]),
    // The load and the watched processes are the same in both.
    ("sim", &["app", "bench", "planes", "platform", "services", "shapes", "wire"]),
    ("xtask", &["wire"]),
];

/// A member of the workspace.
struct Crate {
    room: String,
    path: String,
    dependencies: Vec<String>,
}

/// Dependencies against the arrows.
pub fn check(repo: &Repo) -> Outcome<Vec<String>> {
    let mut crates = BTreeMap::new();
    for manifest in &repo.manifests {
        let table: Table = manifest.text.parse().map_err(|e| format!("{}: {e}", manifest.path))?;
        if let Some(name) = table.get("package").and_then(|p| p.get("name")).and_then(|n| n.as_str()) {
            crates.insert(name.to_owned(), member(&manifest.path, &table));
        }
    }
    Ok(against(&crates))
}

fn member(path: &str, table: &Table) -> Crate {
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = kinds.iter().filter_map(|k| table.get(*k)).filter_map(|d| d.as_table());
    Crate {
        room: path.split('/').next().unwrap_or_default().to_owned(),
        path: path.to_owned(),
        dependencies: tables.flat_map(Table::keys).cloned().collect(),
    }
}

fn against(crates: &BTreeMap<String, Crate>) -> Vec<String> {
    let mut all = Vec::new();
    for c in crates.values() {
        let Some((_, allowed)) = ARROWS.iter().find(|(room, _)| *room == c.room) else {
            all.push(format!("{}: no arrows are known for room {}", c.path, c.room));
            continue;
        };
        for (name, to) in c.dependencies.iter().filter_map(|d| Some((d, crates.get(d)?))) {
            if !allowed.contains(&to.room.as_str()) && !is_part(c, to) && !fuzzes_part(c, to) {
                all.push(format!("{}: {} must not depend on {name} (in {})", c.path, c.room, to.room));
            }
        }
    }
    all
}

/// Whether `to` lies inside the folder of the service `from`: a part of it, such as its language.
fn is_part(from: &Crate, to: &Crate) -> bool {
    let folder = from.path.strip_suffix("Cargo.toml").unwrap_or(&from.path);
    from.room == "services" && from.path != to.path && to.path.starts_with(folder)
}

/// Whether the fuzzers reach a part of a service: parts are pure parsers and the like, and parsers are fuzzed. A service itself
/// they reach through the kernel alone.
fn fuzzes_part(from: &Crate, to: &Crate) -> bool {
    from.room == "fuzz" && to.room == "services" && to.path.split('/').count() > 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_may_know_its_own_parts_and_no_others() {
        let manifest = |path, text: &str| member(path, &text.parse().unwrap());
        let named = [
            ("service-a", manifest("services/a/Cargo.toml", "[dependencies]\na-language = {}")),
            ("a-language", manifest("services/a/language/Cargo.toml", "[dependencies]\nservice-a = {}")),
            ("fuzz", manifest("fuzz/Cargo.toml", "[dependencies]\na-language = {}\nservice-a = {}")),
            ("service-ab", manifest("services/ab/Cargo.toml", "[dependencies]\na-language = {}")),
        ];
        let found = against(&named.into_iter().map(|(n, c)| (n.to_owned(), c)).collect());
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("services must not depend on service-a"));
        assert!(found[1].contains("fuzz must not depend on service-a (in services)"), "{found:?}");
        assert!(found[2].starts_with("services/ab/Cargo.toml"), "{found:?}");
    }

    #[test]
    fn a_service_may_not_know_another() {
        let manifest = |path, text: &str| member(path, &text.parse().unwrap());
        let sqs =
            manifest("services/sqs/Cargo.toml", "[dependencies]\nservice-iam = {}\nkernel = {}\nserde = {}");
        let iam = manifest("services/iam/Cargo.toml", "[dev-dependencies]\nkernel = {}");
        let kernel = manifest("platform/kernel/Cargo.toml", "[dependencies]\nservice-iam = {}");
        let named = [("service-sqs", sqs), ("service-iam", iam), ("kernel", kernel)];
        let found = against(&named.into_iter().map(|(n, c)| (n.to_owned(), c)).collect());
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("platform/kernel"));
        assert!(found[1].contains("services must not depend on service-iam"));
    }
}
