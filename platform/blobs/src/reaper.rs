//! Removing files. A large one takes its time (its pages in memory go first: half a second for 8 GiB), so a thread of its own
//! does it. Not deciding what goes: whoever calls has taken the file's name away already, or nobody ever knew it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::mpsc::{Sender, channel},
    thread::JoinHandle,
};

use parking_lot::Mutex;

/// Files up to this size are removed at once.
const SMALL_BYTES: u64 = 4 << 20;

/// Removes files, the last of them before it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Reaper {
    thread: Mutex<Option<(Sender<PathBuf>, JoinHandle<()>)>>,
}

impl Reaper {
    pub(crate) fn is_small(bytes: u64) -> bool {
        bytes <= SMALL_BYTES
    }

    /// Removes a file soon. If that fails, the next opening of the folder does it.
    pub(crate) fn remove(&self, path: &Path, bytes: u64) {
        if Reaper::is_small(bytes) || self.hand_over(path).is_err() {
            let _ = fs::remove_file(path);
        }
    }

    fn hand_over(&self, path: &Path) -> io::Result<()> {
        let mut thread = self.thread.lock();
        let (paths, _) = match &mut *thread {
            Some(running) => running,
            none => none.insert(start()?),
        };
        paths.send(path.to_owned()).map_err(io::Error::other)
    }
}

fn start() -> io::Result<(Sender<PathBuf>, JoinHandle<()>)> {
    let (sender, paths) = channel::<PathBuf>();
    let reap = move || {
        for path in paths {
            let _ = fs::remove_file(path);
        }
    };
    let thread = std::thread::Builder::new().name("tabletop-reaper".to_owned()).spawn(reap)?;
    Ok((sender, thread))
}

impl Drop for Reaper {
    fn drop(&mut self) {
        if let Some((paths, thread)) = self.thread.get_mut().take() {
            drop(paths);
            let _ = thread.join();
        }
    }
}
