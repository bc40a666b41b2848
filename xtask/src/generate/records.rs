//! Writes `shapes/<service>/src` from a blob and `shapes/<service>/ops.txt`: records of everything reachable from the listed
//! operations, markers of the operations, constructors of their errors, constants of their enums.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use model::{Model, Operation};

use super::{Mode, load, settle};
use crate::{Outcome, root};

mod emit;
mod names;
mod reach;

/// A file of records longer than this is split by first letter.
const LONG: usize = 4000;

/// Services that have an `ops.txt`.
pub fn services() -> Outcome<Vec<String>> {
    let folder = root().join("shapes");
    let entries = fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut all: Vec<String> = entries
        .flatten()
        .filter(|e| e.path().join("ops.txt").exists())
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    all.sort();
    Ok(all)
}

/// Writes or checks one service's sources.
pub fn service(id: &str, mode: Mode) -> Outcome {
    let crate_folder = root().join("shapes").join(id);
    let model = load(id)?;
    let list = fs::read_to_string(crate_folder.join("ops.txt")).map_err(|e| format!("{id}: ops.txt: {e}"))?;
    let operations = listed(&model, &list).map_err(|e| format!("shapes/{id}/ops.txt: {e}"))?;
    let reach = reach::Reach::of(&model, &operations);
    let mut files = BTreeMap::new();
    let modules = record_files(&model, &reach, &mut files)?;
    files.insert("op.rs".to_owned(), pretty(&emit::operations(&model, &operations))?);
    files.insert("err.rs".to_owned(), pretty(&emit::errors(&model, &operations))?);
    files.insert("value.rs".to_owned(), pretty(&emit::values(&model, &reach))?);
    files.insert("lib.rs".to_owned(), pretty(&emit::library(&model, &operations, &modules))?);
    let src = crate_folder.join("src");
    for (name, text) in &files {
        settle(&src.join(name), text.as_bytes(), mode)?;
    }
    nothing_else(&src, &files, mode)
}

/// The operations that `ops.txt` names, in the model's order; `*` is all, `#` starts a comment.
fn listed<'m>(model: &'m Model, list: &str) -> Outcome<Vec<&'m Operation>> {
    let names: Vec<&str> = list
        .lines()
        .map(|l| l.split('#').next().unwrap_or_default().trim())
        .filter(|l| !l.is_empty())
        .collect();
    if let Some(unknown) = names.iter().find(|n| **n != "*" && model.operation(n).is_none()) {
        return Err(format!("no operation {unknown}"));
    }
    let all = names.contains(&"*");
    Ok(model.operations.iter().filter(|o| all || names.contains(&o.name)).collect())
}

/// One file of records, or one per first letter; returns the modules' names.
fn record_files(
    model: &Model,
    reach: &reach::Reach,
    files: &mut BTreeMap<String, String>,
) -> Outcome<Vec<String>> {
    let whole = pretty(&emit::records(model, reach, &reach.structures))?;
    if whole.lines().count() <= LONG {
        files.insert("records.rs".to_owned(), whole);
        return Ok(vec!["records".to_owned()]);
    }
    let mut by_letter: BTreeMap<char, Vec<u16>> = BTreeMap::new();
    for id in &reach.structures {
        let letter =
            names::type_name(model.shape(*id).name).chars().next().unwrap_or('x').to_ascii_lowercase();
        by_letter.entry(letter).or_default().push(*id);
    }
    let mut modules = Vec::new();
    for (letter, ids) in by_letter {
        let module = format!("records_{letter}");
        files.insert(format!("{module}.rs"), pretty(&emit::records(model, reach, &ids))?);
        modules.push(module);
    }
    Ok(modules)
}

/// Formats as `cargo fmt` would.
fn pretty(code: &str) -> Outcome<String> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--emit", "stdout", "--config-path"]).arg(root());
    rustfmt.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = rustfmt.spawn().map_err(|e| format!("rustfmt: {e}"))?;
    let mut input = child.stdin.take().expect("stdin is piped");
    let code = code.to_owned();
    let feeder = std::thread::spawn(move || input.write_all(code.as_bytes()));
    let out = child.wait_with_output().map_err(|e| format!("rustfmt: {e}"))?;
    let fed = feeder.join().map_err(|_| "rustfmt's feeder died".to_owned())?;
    if !out.status.success() {
        let mut text = String::from_utf8_lossy(&out.stderr).into_owned();
        if let Err(e) = fed {
            let _ = write!(text, " ({e})");
        }
        return Err(format!("rustfmt: {text}"));
    }
    String::from_utf8(out.stdout).map_err(|e| e.to_string())
}

/// Removes (or complains about) files that the generator would not write today.
fn nothing_else(src: &Path, files: &BTreeMap<String, String>, mode: Mode) -> Outcome {
    for entry in fs::read_dir(src).map_err(|e| format!("{}: {e}", src.display()))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if files.contains_key(&name) {
            continue;
        }
        match mode {
            Mode::Check => return Err(format!("{} is not generated", entry.path().display())),
            Mode::Write => {
                fs::remove_file(entry.path()).map_err(|e| format!("{}: {e}", entry.path().display()))?
            }
        }
    }
    Ok(())
}
