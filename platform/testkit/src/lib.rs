//! What tests of services stand on: a kernel in memory with a fixed seed and a frozen clock ([`Lab`]), and scenarios as
//! data over it. Not for production code.

mod lab;

pub use lab::Lab;
