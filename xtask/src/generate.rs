//! `xtask gen`: botocore's JSON → blobs (`models`), blobs and operation lists → records (`shapes`). Deterministic: the same
//! inputs give the same bytes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Outcome, root};

mod botocore;
mod compact;
mod managed_policies;
mod overlay;
mod records;
mod registry;
mod services;
mod sink;

/// Whether a generator writes its files or only compares them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write what differs.
    Write,
    /// Fail on what differs.
    Check,
}

/// Compacts the pinned botocore's models of all services, and writes the table of light facts.
pub fn models(wheel: Option<PathBuf>) -> Outcome {
    let wheel = match wheel {
        Some(path) => path,
        None => botocore::download()?,
    };
    let folder = root().join("models");
    let mut total = 0;
    for source in botocore::read(&wheel, services::ALL)? {
        let overlay = overlay::Overlay::read(&folder.join(format!("overlay/{}.toml", source.id)))?;
        let blob = compact::blob(&source, &overlay).map_err(|e| format!("{}: {e}", source.id))?;
        total += blob.len();
        write(&folder.join(format!("{}.ttm", source.id)), &blob)?;
    }
    println!("{} models, {total} bytes", services::ALL.len());
    registry::table(Mode::Write)
}

/// Packs the AWS managed policies of the pinned moto into facts/managed-policies.bin.
pub fn managed_policies(wheel: Option<PathBuf>) -> Outcome {
    managed_policies::generate(wheel)
}

/// Writes (or checks) the records of the named services, or of all that have an `ops.txt`.
pub fn shapes(only: &[&str], mode: Mode) -> Outcome {
    let all = records::services()?;
    if let Some(unknown) = only.iter().find(|s| !all.iter().any(|a| a == *s)) {
        return Err(format!("shapes/{unknown}/ops.txt does not exist"));
    }
    for id in all.iter().filter(|id| only.is_empty() || only.contains(&id.as_str())) {
        records::service(id, mode)?;
    }
    Ok(())
}

/// Fails when a generated file differs from what the checked-in blobs and lists give.
pub fn check() -> Outcome {
    registry::table(Mode::Check)?;
    shapes(&[], Mode::Check)
}

/// Loads a checked-in blob.
pub fn load(id: &str) -> Outcome<model::Model> {
    let path = root().join(format!("models/{id}.ttm"));
    let bytes = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    model::load(Vec::leak(bytes)).map_err(|e| format!("{}: {e}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    let says = |e| format!("{}: {e}", path.display());
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::create_dir_all(path.parent().expect("generated files lie in folders")).map_err(says)?;
    fs::write(path, bytes).map_err(says)
}

/// Writes `bytes`, or in [`Mode::Check`] fails when the file holds others.
fn settle(path: &Path, bytes: &[u8], mode: Mode) -> Outcome {
    match mode {
        Mode::Write => write(path, bytes),
        Mode::Check if fs::read(path).is_ok_and(|old| old == bytes) => Ok(()),
        Mode::Check => Err(format!("{} is stale: run `cargo run -p xtask -- gen shapes`", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_checked_in_is_what_the_blobs_give() {
        check().unwrap();
    }

    #[test]
    fn every_service_has_a_blob_and_the_list_is_sorted() {
        assert!(services::ALL.is_sorted());
        for id in services::ALL {
            assert_eq!(load(id).unwrap().id, *id);
        }
    }
}
