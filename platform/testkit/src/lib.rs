//! What tests of services stand on: a kernel in memory with a fixed seed and a frozen clock ([`Lab`]), and scenarios as
//! data over it ([`scenario`]), and inputs made from the models ([`sweep`]). Not for production code.

mod lab;
pub mod scenario;
pub mod sweep;

pub use lab::{EPOCH_MS, Lab};

/// How many seeds a test of random operations runs: `TABLETOP_SEEDS`, or that many if it isn't set.
pub fn seeds(unless_set: u64) -> u64 {
    match std::env::var("TABLETOP_SEEDS") {
        Ok(text) => text.parse().expect("TABLETOP_SEEDS is a number"),
        Err(_) => unless_set,
    }
}
