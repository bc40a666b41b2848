//! The engine's newest journal file, synced through a handle of our own: the engine would hold every commit up meanwhile.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use parking_lot::Mutex;

/// The journals of a database.
pub(crate) struct Journal {
    dir: PathBuf,
    newest: Mutex<Option<(u64, File)>>,
}

impl Journal {
    /// Those in a folder. Nothing is opened yet.
    pub(crate) fn of(dir: PathBuf) -> Journal {
        Journal { dir, newest: Mutex::new(None) }
    }

    /// Syncs the newest one. `false` when there is no file where one is expected.
    ///
    /// It is enough: what was applied before is in this file, or in an earlier one, which the engine syncs before it begins
    /// the next.
    pub(crate) fn sync(&self) -> io::Result<bool> {
        let path = |number: u64| self.dir.join(format!("{number}.jnl"));
        let mut opened = self.newest.lock();
        let mut newest = match &*opened {
            Some((number, _)) => *number,
            None => match newest_in(&self.dir)? {
                Some(number) => number,
                None => return Ok(false),
            },
        };
        while path(newest + 1).try_exists()? {
            newest += 1;
        }
        if opened.as_ref().is_none_or(|(number, _)| *number != newest) {
            *opened = Some((newest, File::options().append(true).open(path(newest))?));
        }
        let (_, file) = opened.as_ref().expect("it was set just above");
        file.sync_data().map(|()| true)
    }
}

fn newest_in(dir: &Path) -> io::Result<Option<u64>> {
    let mut newest = None;
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|n| n.strip_suffix(".jnl")).and_then(|n| n.parse::<u64>().ok());
        newest = newest.max(number);
    }
    Ok(newest)
}
