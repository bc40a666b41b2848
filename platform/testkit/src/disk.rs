//! A disk that a test can harm: the files of blobs in a folder of their own, which goes with it.

use std::fs;
use std::path::{Path, PathBuf};

use blobs::Blobs;
use store::Durability;

use crate::Folder;

/// Files of content are larger than this, and those that stand beside them smaller.
const LEAST_BYTES: u64 = 32 * 1024;

/// Blobs on a disk of their own.
#[derive(Debug, Default)]
pub struct Disk(Folder);

impl Disk {
    /// Opens the blobs that lie on it.
    pub fn blobs(&self) -> Blobs {
        Blobs::open(self.0.path(), Durability::Process).expect("the temporary folder can be written")
    }

    /// The files of blobs, in order.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        walk(self.0.path(), &mut found);
        found.sort();
        found
    }

    /// Changes a bit in a file; once more, and it is what it was.
    pub fn flip(&self, file: &Path) {
        let mut bytes = fs::read(file).expect("the file is there");
        let at = bytes.len() * 9 / 10;
        bytes[at] ^= 1;
        fs::write(file, bytes).expect("the file can be written");
    }

    /// Loses a file.
    pub fn lose(&self, file: &Path) {
        fs::remove_file(file).expect("the file is there");
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(about) if about.is_dir() => walk(&entry.path(), found),
            Ok(about) if about.len() > LEAST_BYTES => found.push(entry.path()),
            _ => {}
        }
    }
}
