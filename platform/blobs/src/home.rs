//! The folder of the blobs, held by one process. Not what stands in it.
//!
//! `FORMAT` names the format, `LOCK` is held while open, `tmp` has what is being written: whatever is there at opening is of a dead
//! process and is removed. A temporary folder lives below the system's one, under a name that says whose it is, and goes with
//! its last reference; the next process that makes one removes those of the dead.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

const FORMAT: &str = "tabletop-blobs 1\n";
const PREFIX: &str = "tabletop-blobs-";

#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) dir: PathBuf,
    temporary: bool,
    _lock: File,
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.temporary {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

impl Home {
    /// Takes the folder, making it one of ours if it is new.
    pub(crate) fn open(dir: &Path) -> io::Result<Home> {
        make(dir)?;
        let lock = lock(dir)?;
        check_format(dir)?;
        let tmp = dir.join("tmp");
        make(&tmp)?;
        for entry in fs::read_dir(&tmp)? {
            fs::remove_file(entry?.path())?;
        }
        Ok(Home { dir: dir.to_owned(), temporary: false, _lock: lock })
    }

    /// A folder of its own below `parent`, removed at the end.
    pub(crate) fn temporary(parent: &Path) -> io::Result<Home> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        remove_dead(parent);
        let name = format!("{PREFIX}{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        // Whoever looks for the dead passes over it until it is locked.
        let (fresh, dir) = (parent.join(format!("new-{name}")), parent.join(name));
        let _ = fs::remove_dir_all(&fresh);
        let _lock = Home::open(&fresh)?.let_go();
        fs::rename(&fresh, &dir)?;
        Ok(Home { dir, temporary: true, _lock })
    }

    fn let_go(self) -> File {
        self._lock.try_clone().expect("a handle can be copied")
    }
}

fn make(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(dir)
}

fn lock(dir: &Path) -> io::Result<File> {
    let file = File::options().create(true).append(true).open(dir.join("LOCK"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let why = format!("{} is in use by another process", dir.display());
            Err(io::Error::new(io::ErrorKind::ResourceBusy, why))
        }
        Err(TryLockError::Error(e)) => Err(e),
    }
}

fn check_format(dir: &Path) -> io::Result<()> {
    let path = dir.join("FORMAT");
    match fs::read(&path) {
        Ok(found) if found == FORMAT.as_bytes() => Ok(()),
        Ok(_) => {
            let why = format!("{} names no format that this program reads", path.display());
            Err(io::Error::new(io::ErrorKind::InvalidData, why))
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let fresh = dir.join("FORMAT.new");
            fs::write(&fresh, FORMAT)?;
            fs::rename(fresh, path)
        }
        Err(e) => Err(e),
    }
}

/// Best effort: what cannot be removed stays.
fn remove_dead(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if !ours || !entry.file_type().is_ok_and(|t| t.is_dir()) {
            continue;
        }
        let Ok(file) = File::options().append(true).open(entry.path().join("LOCK")) else { continue };
        if file.try_lock().is_ok() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_folders_of_the_dead_are_removed_and_others_stay() {
        let parent = std::env::temp_dir().join(format!("blobs-home-{}", std::process::id()));
        fs::create_dir_all(&parent).expect("a folder can be made");
        let dead = parent.join(format!("{PREFIX}1-0"));
        drop(Home::open(&dead).expect("a folder can be made"));
        let alive = Home::temporary(&parent).expect("a folder can be made");
        assert!(!dead.exists());
        let other = Home::temporary(&parent).expect("a folder can be made");
        assert!(alive.dir.exists() && other.dir.exists());
        let dir = other.dir.clone();
        drop(other);
        assert!(!dir.exists(), "it goes with its last reference");
        drop(alive);
        fs::remove_dir(&parent).expect("nothing is left in it");
    }
}
