//! `scenarios/uncovered.txt`: operations that are built and that no scenario calls. The list may only shrink: an operation
//! without a scenario that isn't on it fails, and so does one on it that has a scenario by now. `BLESS=1` rewrites it.
#![expect(clippy::unwrap_used, reason = "tests may unwrap, and these are their helpers")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const HEAD: &str = "# Operations that are built and that no scenario calls. May only shrink; BLESS=1 cargo test rewrites it.\n";

#[test]
fn operations_without_a_scenario_are_listed_and_grow_fewer() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let file = dir.join("uncovered.txt");
    let built: BTreeSet<String> = tabletop::services()
        .iter()
        .flat_map(|s| s.operations.iter().map(|o| format!("{} {}", s.id, o.name)))
        .collect();
    let called = called(&dir);
    let uncovered: BTreeSet<&str> =
        built.iter().filter(|name| !called.contains(&plain(name))).map(String::as_str).collect();
    if std::env::var_os("BLESS").is_some() {
        let lines: String = uncovered.iter().map(|name| format!("{name}\n")).collect();
        std::fs::write(&file, format!("{HEAD}{lines}")).unwrap();
    }
    let text = std::fs::read_to_string(&file).unwrap();
    let listed: BTreeSet<&str> = text.lines().filter(|l| !l.starts_with('#')).collect();
    eprintln!("{} of {} operations have no scenario", uncovered.len(), built.len());
    let new: Vec<_> = uncovered.difference(&listed).collect();
    assert!(new.is_empty(), "without a scenario: {new:?}");
    let done: Vec<_> = listed.difference(&uncovered).collect();
    assert!(done.is_empty(), "off the list, please: {done:?}");
    assert!(built.len() >= 186 && called.len() >= 50, "{} built, {} called", built.len(), called.len());
}

/// Every `> service operation` of every scenario, in plain spelling.
fn called(dir: &Path) -> BTreeSet<String> {
    let (mut all, mut folders) = (BTreeSet::new(), vec![dir.to_owned()]);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "scn") {
                all.extend(calls(&path));
            }
        }
    }
    all
}

fn calls(file: &PathBuf) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let calls = text.lines().filter_map(|l| l.trim().strip_prefix("> "));
    calls.map(|call| plain(&call.split_whitespace().take(2).collect::<Vec<_>>().join(" "))).collect()
}

/// As the scenarios' reader compares names: without case and dashes.
fn plain(name: &str) -> String {
    name.to_lowercase().replace('-', "")
}
