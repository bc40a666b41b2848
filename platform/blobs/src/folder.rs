//! Files and their names: what is being written below `tmp`, what is finished below 256 folders named by the first byte of
//! the id. Not who may remove what, and not what the bytes mean.
//!
//! Everything that touches the disk passes [`Faults::step`], where tests let it fail.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use parking_lot::Mutex;

use crate::{BlobId, fault::Faults, home::Home, reaper::Reaper};

/// The folder of all blobs. A temporary one is made when the first file is.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Dropped before the folder that it works in.
    reaper: Arc<Reaper>,
    home: OnceLock<Home>,
    making: Mutex<()>,
    power: bool,
    pub(crate) faults: Arc<Faults>,
}

/// A file that is being written. Removed when dropped.
#[derive(Debug)]
pub(crate) struct Draft {
    file: File,
    path: PathBuf,
    bytes: u64,
    finished: bool,
    reaper: Arc<Reaper>,
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            self.reaper.remove(&self.path, self.bytes);
        }
    }
}

impl Folder {
    pub(crate) fn open(dir: &Path, power: bool) -> io::Result<Folder> {
        let folder = Folder::temporary();
        let _ = folder.home.set(Home::open(dir)?);
        Ok(Folder { power, ..folder })
    }

    pub(crate) fn temporary() -> Folder {
        Folder {
            reaper: Arc::default(),
            home: OnceLock::new(),
            making: Mutex::new(()),
            power: false,
            faults: Arc::new(Faults::none()),
        }
    }

    fn home(&self) -> io::Result<&Home> {
        if let Some(home) = self.home.get() {
            return Ok(home);
        }
        let _one = self.making.lock();
        match self.home.get() {
            Some(home) => Ok(home),
            None => {
                let home = Home::temporary(&std::env::temp_dir())?;
                Ok(self.home.get_or_init(|| home))
            }
        }
    }

    /// `None` where nothing was ever written.
    fn path(&self, id: BlobId) -> Option<PathBuf> {
        let home = self.home.get()?;
        Some(home.dir.join(format!("{:02x}", id.shelf())).join(id.to_string()))
    }

    fn path_of(&self, id: BlobId) -> io::Result<PathBuf> {
        self.path(id).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    pub(crate) fn create(&self, id: BlobId) -> io::Result<Draft> {
        self.faults.step()?;
        let path = self.home()?.dir.join("tmp").join(id.to_string());
        let file = File::options().write(true).create_new(true).open(&path)?;
        Ok(Draft { file, path, bytes: 0, finished: false, reaper: self.reaper.clone() })
    }

    pub(crate) fn write(&self, draft: &mut Draft, bytes: &[u8]) -> io::Result<()> {
        self.faults.step()?;
        draft.bytes += bytes.len() as u64;
        draft.file.write_all(bytes)
    }

    /// Before `publish`: the bytes are on the medium, if that was asked for.
    pub(crate) fn settle(&self, draft: &Draft) -> io::Result<()> {
        if !self.power {
            return Ok(());
        }
        self.faults.step()?;
        draft.file.sync_all()
    }

    /// Gives the file its name.
    pub(crate) fn publish(&self, draft: &mut Draft, id: BlobId) -> io::Result<()> {
        self.faults.step()?;
        let path = self.path_of(id)?;
        in_folder(&path, || fs::rename(&draft.path, &path))?;
        draft.finished = true;
        Ok(())
    }

    /// After `publish`: the name is on the medium, if that was asked for.
    pub(crate) fn settle_name(&self, id: BlobId) -> io::Result<()> {
        if !self.power {
            return Ok(());
        }
        self.faults.step()?;
        let path = self.path_of(id)?;
        sync_folder(path.parent())?;
        sync_folder(path.parent().and_then(Path::parent))
    }

    pub(crate) fn read(&self, id: BlobId) -> io::Result<File> {
        self.faults.step()?;
        File::open(self.path_of(id)?)
    }

    /// The length of the file.
    pub(crate) fn len(&self, id: BlobId) -> io::Result<u64> {
        Ok(fs::symlink_metadata(self.path_of(id)?)?.len())
    }

    /// Removes a file, or takes its name away at once and removes it soon. Its length.
    pub(crate) fn remove(&self, id: BlobId) -> io::Result<u64> {
        self.faults.step()?;
        let (path, bytes) = (self.path_of(id)?, self.len(id)?);
        if Reaper::is_small(bytes) {
            fs::remove_file(path)?;
            return Ok(bytes);
        }
        let gone = self.home()?.dir.join("tmp").join(format!("{id}.gone"));
        fs::rename(path, &gone)?;
        self.reaper.remove(&gone, bytes);
        Ok(bytes)
    }

    /// Whether a shelf has a folder.
    pub(crate) fn has_shelf(&self, shelf: u8) -> bool {
        self.home.get().is_some_and(|home| home.dir.join(format!("{shelf:02x}")).is_dir())
    }

    /// Calls with each finished file of a shelf. Files that come or go meanwhile may be among them or not.
    pub(crate) fn each(&self, shelf: u8, f: impl FnMut(BlobId) -> io::Result<()>) -> io::Result<()> {
        self.faults.step()?;
        match self.home.get() {
            Some(home) => each_in(&home.dir, shelf, f),
            None => Ok(()),
        }
    }

    /// Puts a file in its place under another name too: as a hard link, or as a copy where that cannot be. `false`: there
    /// is one already. A copy is made as `fresh` first.
    pub(crate) fn link(&self, from: &Path, to: &Path, fresh: &Path) -> io::Result<bool> {
        self.faults.step()?;
        if to.exists() {
            return Ok(false);
        }
        match in_folder(to, || fs::hard_link(from, to)) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            // What was taken away since it was listed is nobody's.
            Err(e) if e.kind() == io::ErrorKind::NotFound && !from.exists() => Ok(false),
            // Another file system, or one without links, or too many of them.
            Err(_) => {
                fs::copy(from, fresh)?;
                if self.power {
                    File::open(fresh)?.sync_all()?;
                }
                fs::rename(fresh, to)?;
                Ok(true)
            }
        }
    }

    /// The names of a copied shelf are on the medium, if that was asked for.
    pub(crate) fn settle_folder(&self, dir: &Path) -> io::Result<()> {
        if self.power && dir.is_dir() { sync_folder(Some(dir)) } else { Ok(()) }
    }

    /// Where everything stands.
    pub(crate) fn dir(&self) -> io::Result<&Path> {
        self.home().map(|home| &*home.dir)
    }
}

/// The place of a finished file in a folder laid out as ours.
pub(crate) fn place_in(dir: &Path, id: BlobId) -> PathBuf {
    dir.join(format!("{:02x}", id.shelf())).join(id.to_string())
}

/// Calls with each finished file of a shelf in a folder laid out as ours. Files with other names are passed over.
pub(crate) fn each_in(dir: &Path, shelf: u8, mut f: impl FnMut(BlobId) -> io::Result<()>) -> io::Result<()> {
    let entries = match fs::read_dir(dir.join(format!("{shelf:02x}"))) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let name = entry?.file_name();
        match name.to_str().and_then(BlobId::parse) {
            Some(id) if id.shelf() == shelf => f(id)?,
            _ => {}
        }
    }
    Ok(())
}

/// Does something that needs the file's folder; makes it if that was what failed.
fn in_folder(path: &Path, mut f: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    match (f(), path.parent()) {
        (Err(e), Some(folder)) if e.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            f()
        }
        (outcome, _) => outcome,
    }
}

fn sync_folder(dir: Option<&Path>) -> io::Result<()> {
    File::open(dir.expect("a file's place is two folders down"))?.sync_all()
}
