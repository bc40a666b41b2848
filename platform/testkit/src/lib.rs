//! What tests of services stand on: a kernel in memory with a fixed seed and a frozen clock ([`Lab`]), and scenarios as
//! data over it ([`scenario`]). Not for production code.

mod lab;
pub mod scenario;

pub use lab::{EPOCH_MS, Lab};
