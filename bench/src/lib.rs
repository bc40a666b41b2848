//! What simulations share with benchmarks: signed requests.

pub mod request;
