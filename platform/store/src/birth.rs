//! The first generation of a new data folder: an empty database, made where that costs nothing and copied to its place.
//!
//! The engine syncs each of the few files and folders of an empty database, and of every new keyspace, several times over,
//! which takes a busy disk a fifth of a second. So it is made in the memory of the machine where there is a folder for
//! that, with the keyspaces that every start writes to, and its files (a few KiB) are copied. Where that fails, for
//! whatever reason, it is made in its place. What is durable when is `Home::begin`'s: until then, the folder says that no
//! generation was finished, and whatever is found of one is removed.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{StoreError, disk::Disk, mark};

/// Keyspaces made beforehand: a hint, for speed alone.
pub(crate) const KEYSPACES: [&str; 4] = [mark::KEYSPACE, "kernel", "meter", "trail"];

/// A folder in memory, on Linux.
const IN_MEMORY: &str = "/dev/shm";

/// Makes an empty database in a folder that isn't there yet, and opens it.
pub(crate) fn first(dir: &Path) -> Result<Disk, StoreError> {
    if made_in(Path::new(IN_MEMORY), dir).is_err() {
        // Half a copy; the engine makes its own anew.
        let _ = fs::remove_dir_all(dir);
    }
    Disk::open(dir)
}

fn made_in(memory: &Path, dir: &Path) -> Result<(), StoreError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let model = Passing(memory.join(format!("tabletop-new-{}-{number}", std::process::id())));
    fs::create_dir(&model.0).map_err(|e| failed(&model.0, e))?;
    let made = model.0.join("data");
    let disk = Disk::open(&made)?;
    KEYSPACES.iter().try_for_each(|name| disk.prepare(name))?;
    drop(disk);
    copy(&made, dir).map_err(|e| failed(dir, e))
}

fn failed(path: &Path, e: io::Error) -> StoreError {
    StoreError::io(format!("making {}", path.display()), e)
}

/// A folder that is removed at the end.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type()? {
            kind if kind.is_dir() => copy(&from, &to)?,
            _ if from.extension().is_some_and(|e| e == "jnl") => copy_empty_journal(&from, &to)?,
            _ => fs::write(&to, fs::read(&from)?)?,
        }
    }
    Ok(())
}

/// A journal without records is one long hole, of which nothing need be copied.
fn copy_empty_journal(from: &Path, to: &Path) -> io::Result<()> {
    let mut start = Vec::new();
    File::open(from)?.take(4_096).read_to_end(&mut start)?;
    match start.iter().all(|b| *b == 0) {
        true => File::create_new(to).map(drop),
        false => Err(io::Error::other("the new database has records")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, Writes};

    fn works(dir: &Path) {
        let key = b"key".to_vec();
        let mut writes = Writes::default();
        writes.set("kernel".into(), key.clone(), Some(b"value".to_vec()));
        let disk = Disk::open(dir).expect("it opens");
        assert!(disk.snapshot().keyspaces().is_empty());
        disk.apply(writes).and_then(|()| disk.sync()).expect("it is written");
        drop(disk);
        let disk = Disk::open(dir).expect("it opens again");
        assert_eq!(disk.lost(), None);
        assert_eq!(disk.snapshot().keyspaces(), ["kernel"]);
        assert_eq!(disk.snapshot().get("kernel", &key).expect("it is read").as_deref(), Some(&b"value"[..]));
    }

    #[test]
    fn a_copied_database_is_as_good_as_one_made_in_its_place() {
        let base = Passing(std::env::temp_dir().join(format!("store-birth-{}", std::process::id())));
        fs::create_dir(&base.0).expect("it is new");
        let (copied, made) = (base.0.join("copied"), base.0.join("made"));
        made_in(&base.0, &copied).expect("any folder will do");
        assert_eq!(fs::read_dir(&base.0).expect("it is there").count(), 1, "the model is removed");
        works(&copied);
        assert!(made_in(&base.0.join("nothing"), &made).is_err());
        drop(Disk::open(&made).expect("it is made"));
        works(&made);
    }
}
