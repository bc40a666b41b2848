//! Fuzzers of everything that reads what a stranger sent: seeded, guided by coverage, bounded in time and memory, on stable
//! Rust. `fuzz/run` runs them; `cargo test -p fuzz` replays what they once found.
//!
//! An input fails a target when the target panics (also in a place that catches panics), holds more memory than its bound,
//! computes for longer than [`watch::CPU_LIMIT_S`], or kills the process. The input is then under `fuzz/artifacts`; once
//! the bug is mended it moves to `fuzz/regressions/<target>` and is replayed for ever.
//!
//! | file | holds |
//! | --- | --- |
//! | `targets/` | what is fuzzed: seeds, words of the format, and what must hold |
//! | `mutate.rs`, `random.rs` | new inputs from old ones |
//! | `coverage.rs` | LLVM's counters, if the build has them (`fuzz/run` does; a plain build fuzzes blindly) |
//! | `memory.rs` | an allocator that counts |
//! | `child.rs`, `watch.rs` | the loop of one target, and its clock |
//! | `parent.rs` | a process per target, and what is left of the dead |

pub mod child;
mod coverage;
pub mod memory;
mod mutate;
pub mod parent;
pub mod random;
pub mod targets;
pub mod watch;

use std::path::{Path, PathBuf};

/// The folder of this crate.
pub fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Inputs that once failed a target, in order of their names.
pub fn regressions(target: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(home().join("regressions").join(target)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    paths
}
