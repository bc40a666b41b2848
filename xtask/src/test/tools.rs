//! What the real-client suites need besides the server: their pinned clients, installed once per lock file below the target
//! folder, so that a clean clone with a kept target folder installs nothing.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Place;
use crate::Outcome;

/// The Python of an environment that has the packages that a file below `e2e` lists.
pub fn venv(p: &Place, requirements: &str) -> Outcome<PathBuf> {
    let list = p.root.join("e2e").join(requirements);
    let kind = requirements.trim_end_matches(".txt").replace('/', "-");
    let python = said("python3", &["-VV"]).ok_or("python3 is needed for the suites of e2e")?;
    let folder = kept(p, &kind, &[&list], &python, |folder| {
        run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        let mut pip = Command::new(folder.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
        // Of thousands of modules a few are used: what is imported is compiled.
        pip.args(["--no-compile", "-r"]);
        run(pip.arg(&list))
    })?;
    Ok(folder.join("bin/python"))
}

/// A `node_modules` with the packages of `e2e/js`.
pub fn node_modules(p: &Place) -> Outcome<PathBuf> {
    let from = p.root.join("e2e/js");
    let files = [from.join("package.json"), from.join("package-lock.json")];
    let node = said("node", &["--version"]).ok_or("Node is needed for the suites in e2e/js")?;
    let folder = kept(p, "js", &[&files[0], &files[1]], &node, |folder| {
        fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        for file in &files {
            let to = folder.join(file.file_name().expect("it is named above"));
            fs::copy(file, &to).map_err(|e| format!("{}: {e}", to.display()))?;
        }
        let mut npm = Command::new("npm");
        run(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder))
    })?;
    Ok(folder.join("node_modules"))
}

/// Why the Go suite can't run here; `None` where it can.
pub fn no_go(module: &Path) -> Option<String> {
    let Some(told) = said("go", &["env", "GOVERSION"]) else {
        return Some("there is no Go on this machine".to_owned());
    };
    let file = fs::read_to_string(module.join("go.mod")).unwrap_or_default();
    let want = file.lines().find_map(|l| l.strip_prefix("go ")).unwrap_or_default();
    let old = numbers(told.trim().trim_start_matches("go")) < numbers(want);
    old.then(|| format!("{} is here, and go.mod asks for {want}", told.trim()))
}

/// Why Ansible can't run here; `None` where it can.
pub fn no_ansible() -> Option<String> {
    let told = said("python3", &["--version"])?;
    let version = told.trim().trim_start_matches("Python ");
    (numbers(version) < (3, 11)).then(|| format!("Python {version} is here, and Ansible needs 3.11"))
}

/// The first two numbers of a version.
fn numbers(version: &str) -> (u32, u32) {
    let mut all = version.split(|c: char| !c.is_ascii_digit()).map(|n| n.parse().unwrap_or(0));
    (all.next().unwrap_or(0), all.next().unwrap_or(0))
}

/// A folder that is made when its sources have changed, and otherwise kept. What older sources made goes.
fn kept(
    p: &Place,
    kind: &str,
    sources: &[&Path],
    version: &str,
    make: impl FnOnce(&Path) -> Outcome,
) -> Outcome<PathBuf> {
    let says = |path: &Path, e: std::io::Error| format!("{}: {e}", path.display());
    let mut hasher = DefaultHasher::new();
    version.hash(&mut hasher);
    for source in sources {
        fs::read(source).map_err(|e| says(source, e))?.hash(&mut hasher);
    }
    let all = p.target.join("e2e");
    let folder = all.join(format!("{kind}-{:016x}", hasher.finish()));
    let done = folder.join("done");
    if done.exists() {
        return Ok(folder);
    }
    fs::create_dir_all(&all).map_err(|e| says(&all, e))?;
    for entry in fs::read_dir(&all).map_err(|e| says(&all, e))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.rsplit_once('-').is_some_and(|(k, _)| k == kind) {
            fs::remove_dir_all(entry.path()).map_err(|e| says(&entry.path(), e))?;
        }
    }
    println!("installing the clients of e2e ({kind})");
    make(&folder)?;
    fs::write(&done, "").map_err(|e| says(&done, e))?;
    Ok(folder)
}

/// What a tool says, if it is there and content.
fn said(tool: &str, words: &[&str]) -> Option<String> {
    let out = Command::new(tool).args(words).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
}

fn run(command: &mut Command) -> Outcome {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.stdin(Stdio::null()).status().map_err(|e| format!("{name} can't be run: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name}: {status}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_stays_until_its_sources_change() {
        let root = std::env::temp_dir().join(format!("tabletop-xtask-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        let lock = root.join("lock");
        let place = Place { root: root.clone(), target: root.clone() };
        let mut made = 0;
        let mut ask = |text: &str| {
            fs::write(&lock, text).unwrap();
            kept(&place, "js", &[&lock], "v1", |folder| {
                made += 1;
                fs::create_dir_all(folder).map_err(|e| e.to_string())
            })
            .unwrap()
        };
        let (one, again, two) = (ask("a"), ask("a"), ask("b"));
        assert_eq!(one, again);
        assert!(one != two && !one.exists() && two.exists());
        assert_eq!(made, 2);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(numbers("1.9") < numbers("1.24"));
        assert_eq!(numbers("1.26.8"), (1, 26));
        assert_eq!(numbers("1.25rc1"), (1, 25));
    }
}
