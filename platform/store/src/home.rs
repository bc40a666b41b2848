//! The data folder: its format, its lock, and which generation of the state is current. Not what is in a generation.
//!
//! `FORMAT` names the format. `LOCK` is held while open. `CURRENT` holds a number n, and `data-n` is the engine's folder;
//! 0 says that none was finished yet. Replacing the whole state builds `data-n+1` and then renames a new `CURRENT` into
//! place, so a crash at any moment leaves one whole state; the other generation is removed at the next open.

use std::{
    fs::{self, File, TryLockError},
    io::Write,
    path::{Path, PathBuf},
};

use crate::StoreError;

/// The newest format that this program reads, and the one it writes.
pub(crate) const FORMAT: u32 = 1;
const FORMAT_WORD: &str = "tabletop-store";

/// A data folder, held.
#[derive(Debug)]
pub(crate) struct Home {
    dir: PathBuf,
    /// Removes everything at the end: for forks.
    remove: bool,
    _lock: File,
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.remove {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

impl Home {
    /// Takes the folder, making it one of ours if it is new.
    pub(crate) fn open(dir: &Path, remove: bool) -> Result<Home, StoreError> {
        fs::create_dir_all(dir).map_err(|e| io("creating", dir, e))?;
        let lock_path = dir.join("LOCK");
        let lock = File::options().create(true).append(true).open(&lock_path);
        let lock = lock.map_err(|e| io("opening", &lock_path, e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked { dir: dir.to_owned() }),
            Err(TryLockError::Error(e)) => return Err(io("locking", &lock_path, e)),
        }
        let home = Home { dir: dir.to_owned(), remove, _lock: lock };
        home.check_format()?;
        home.sweep()?;
        Ok(home)
    }

    fn check_format(&self) -> Result<(), StoreError> {
        let refuse = |found: &str| {
            Err(StoreError::Format { dir: self.dir.clone(), found: found.to_owned(), supported: FORMAT })
        };
        match self.read("FORMAT")? {
            Some(text) => {
                let number = text.trim().strip_prefix(FORMAT_WORD).and_then(|n| n.trim().parse::<u32>().ok());
                match number {
                    Some(n) if (1..=FORMAT).contains(&n) => {}
                    Some(n) => return refuse(&n.to_string()),
                    None => return refuse("unknown (its FORMAT file is not one of ours)"),
                }
            }
            None if self.generations()?.is_empty() && self.read("CURRENT")?.is_none() => {
                self.write("FORMAT", &format!("{FORMAT_WORD} {FORMAT}\n"), false)?;
            }
            None => return refuse("unknown (its FORMAT file is missing)"),
        }
        match self.read("CURRENT")? {
            Some(text) if text.trim().parse::<u64>().is_ok() => Ok(()),
            Some(_) => refuse("damaged (its CURRENT file holds no number)"),
            None if self.generations()?.is_empty() => self.write("CURRENT", "0\n", false),
            None => refuse("damaged (its CURRENT file is missing)"),
        }
    }

    /// The number of the current generation; 0 when there is none yet.
    pub(crate) fn current(&self) -> Result<u64, StoreError> {
        Ok(self.read("CURRENT")?.and_then(|text| text.trim().parse().ok()).unwrap_or(0))
    }

    /// The folder of a generation.
    pub(crate) fn generation(&self, number: u64) -> PathBuf {
        self.dir.join(format!("data-{number}"))
    }

    /// Makes a finished generation the current one.
    pub(crate) fn switch_to(&self, number: u64) -> Result<(), StoreError> {
        self.write("CURRENT", &format!("{number}\n"), true)
    }

    /// Makes the first generation the current one. With `power`, nothing of the folder is lost with the machine from now on;
    /// without, from a moment later on, and nobody waits for that.
    pub(crate) fn begin(&self, power: bool) -> Result<(), StoreError> {
        if power {
            sync_all_below(&self.dir).map_err(|e| io("syncing", &self.dir, e))?;
            return self.switch_to(1);
        }
        self.write("CURRENT", "1\n", false)?;
        let dir = self.dir.clone();
        // Best effort: whoever wants more asks for `Power`.
        let sync = move || drop(sync_all_below(&dir));
        drop(std::thread::Builder::new().name("tabletop-settle".to_owned()).spawn(sync));
        Ok(())
    }

    /// Removes the generations that are not current: what an interrupted replacement left behind.
    fn sweep(&self) -> Result<(), StoreError> {
        let current = self.current()?;
        for number in self.generations()?.into_iter().filter(|n| *n != current) {
            let dir = self.generation(number);
            fs::remove_dir_all(&dir).map_err(|e| io("removing", &dir, e))?;
        }
        Ok(())
    }

    fn generations(&self) -> Result<Vec<u64>, StoreError> {
        let fail = |e| io("listing", &self.dir, e);
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(fail)? {
            let name = entry.map_err(fail)?.file_name();
            let number: Option<u64> =
                name.to_str().and_then(|n| n.strip_prefix("data-")).and_then(|n| n.parse().ok());
            numbers.extend(number);
        }
        Ok(numbers)
    }

    fn read(&self, name: &str) -> Result<Option<String>, StoreError> {
        let path = self.dir.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(io("reading", &path, e)),
        }
    }

    fn write(&self, name: &str, text: &str, synced: bool) -> Result<(), StoreError> {
        let write =
            |file: &mut File| file.write_all(text.as_bytes()).map_err(|e| io("writing", &self.dir, e));
        match synced {
            true => replace_file(&self.dir, name, write),
            false => rename_over(&self.dir, name, write),
        }
    }
}

/// Writes a file so that after a crash either the old or the new one is there, whole.
pub(crate) fn replace_file(
    dir: &Path,
    name: &str,
    write: impl FnOnce(&mut File) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    rename_over(dir, name, |file| {
        write(file)?;
        file.sync_data().map_err(|e| io("syncing", &dir.join(name), e))
    })?;
    let folder = File::open(dir).map_err(|e| io("opening", dir, e))?;
    folder.sync_all().map_err(|e| io("syncing", dir, e))
}

/// As `replace_file`, for a crash of the process.
fn rename_over(
    dir: &Path,
    name: &str,
    write: impl FnOnce(&mut File) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (path, fresh) = (dir.join(name), dir.join(format!("{name}.new")));
    let mut file = File::create(&fresh).map_err(|e| io("creating", &fresh, e))?;
    write(&mut file)?;
    fs::rename(&fresh, &path).map_err(|e| io("renaming", &fresh, e))
}

/// Syncs everything in a folder, and several things at once: file systems then write them together.
fn sync_all_below(dir: &Path) -> std::io::Result<()> {
    const AT_ONCE: usize = 8;
    let mut paths = Vec::new();
    everything_below(dir, &mut paths)?;
    let sync = |paths: &[PathBuf]| paths.iter().try_for_each(|path| File::open(path)?.sync_all());
    std::thread::scope(|scope| {
        let parts = paths.chunks(paths.len().div_ceil(AT_ONCE));
        let threads: Vec<_> = parts.map(|part| scope.spawn(move || sync(part))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("syncing does not panic"))
    })
}

fn everything_below(dir: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_dir() => everything_below(&entry.path(), paths)?,
            kind if kind.is_file() => paths.push(entry.path()),
            _ => {}
        }
    }
    paths.push(dir.to_owned());
    Ok(())
}

pub(crate) fn io(what: &str, path: &Path, e: std::io::Error) -> StoreError {
    StoreError::io(format!("{what} {}", path.display()), e)
}
