//! Tabletop as a library: what the binary and the tests of the whole share.

mod wiring;

pub use wiring::services;
