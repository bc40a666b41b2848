//! Disks that are bad in some way: a small file system, a limit on the size of files, a library that lets calls fail. Each
//! says why when it can't be had here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file system in memory of a few MB, taken away when dropped.
pub struct Small(PathBuf);

impl Small {
    /// Mounts one, if that is permitted.
    pub fn mount(path: &Path, size: &str) -> Result<Small, String> {
        std::fs::create_dir_all(path).map_err(|e| e.to_string())?;
        quiet(Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "none"]).arg(path))?;
        Ok(Small(path.to_owned()))
    }

    /// Gives it more room, keeping what is there.
    pub fn grow(&self, size: &str) -> Result<(), String> {
        quiet(Command::new("mount").args(["-o", &format!("remount,size={size}")]).arg(&self.0))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        quiet(Command::new("umount").arg(&self.0)).ok();
    }
}

/// Lets no file of a process grow beyond so many bytes.
pub fn limit_files(process: u32, bytes: u64) -> Result<(), String> {
    quiet(Command::new("prlimit").arg(format!("--pid={process}")).arg(format!("--fsize={bytes}:")))
}

/// Builds the library that lets calls fail.
pub fn shim(folder: &Path) -> Result<PathBuf, String> {
    let (source, library) = (folder.join("shim.c"), folder.join("shim.so"));
    std::fs::write(&source, include_str!("shim.c")).map_err(|e| e.to_string())?;
    quiet(Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source))?;
    Ok(library)
}

fn quiet(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let out = command.stdin(Stdio::null()).output().map_err(|e| format!("{name}: {e}"))?;
    match out.status.success() {
        true => Ok(()),
        false => Err(format!("{name}: {}", String::from_utf8_lossy(&out.stderr).trim())),
    }
}
