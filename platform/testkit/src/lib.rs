//! What tests of services stand on: a kernel in memory with a fixed seed and a frozen clock ([`Lab`]), and scenarios as
//! data over it ([`scenario`]), inputs made from the models ([`sweep`]), folders of their own ([`Folder`]), and blobs on a disk that can be harmed ([`Disk`]). Not for production code.

mod disk;
mod folder;
mod lab;
pub mod scenario;
pub mod sweep;

pub use disk::Disk;
pub use folder::Folder;
pub use lab::{EPOCH_MS, Lab};

/// How many seeds a test of random operations runs: `TABLETOP_SEEDS`, or that many if it isn't set.
pub fn seeds(unless_set: u64) -> u64 {
    match std::env::var("TABLETOP_SEEDS") {
        Ok(text) => text.parse().expect("TABLETOP_SEEDS is a number"),
        Err(_) => unless_set,
    }
}
